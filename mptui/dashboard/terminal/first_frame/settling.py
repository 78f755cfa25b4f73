"""Notices that an app that has just begun is drawn: no part has anything left to do about it.

A pause alone would not tell: on a busy machine there is one between any two steps.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import App

_PAUSE_SECONDS: Final = 0.05
_ROUNDS: Final = 3
_MOST_ROUNDS: Final = 60
"""An app that does not come to rest is busy with something else."""


class Settling:
    """Asks every part, again and again, until there is no frame between some questions.

    Args:
        app: the app.
        when_settled: called once; with whether it came to rest.
    """

    def __init__(self, app: App[Any], when_settled: Callable[[bool], None]) -> None:
        self._app = app
        self._when_settled = when_settled
        self._has_begun = False
        self._is_calm = True
        self._calm_rounds = 0
        self._round = 0
        self._waited_for = 0

    def note_frame(self) -> None:
        """The app has drawn something."""
        self._is_calm = False
        if not self._has_begun:
            self._has_begun = True
            self._pause()

    def _pause(self) -> None:
        self._app.set_timer(_PAUSE_SECONDS, self._ask)

    def _ask(self) -> None:
        self._round += 1
        self._is_calm = True
        parts = list(self._app.screen.walk_children(with_self=True))
        self._waited_for = len(parts)
        for part in parts:
            if not part.call_after_refresh(partial(self._take_answer, self._round)):
                self._take_answer(self._round)

    def _take_answer(self, to: int) -> None:
        self._waited_for -= to == self._round
        if self._waited_for:
            return
        has_work = any(not worker.is_finished for worker in self._app.workers)
        self._calm_rounds = self._calm_rounds + 1 if self._is_calm and not has_work else 0
        if self._calm_rounds >= _ROUNDS or self._round >= _MOST_ROUNDS:
            self._when_settled(self._calm_rounds >= _ROUNDS)
        else:
            self._pause()
