"""Notices that an app that has just begun is drawn: no part has anything left to do about it.

A pause alone would not tell: on a busy machine there is one between any two steps. So the parts are
looked at, and only looked at: to ask them would have the screen laid out before they are all there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import App
    from textual.screen import Screen

_PAUSE_SECONDS: Final = 0.05
_CALM_LOOKS: Final = 4
_MOST_LOOKS: Final = 200
"""An app that does not come to rest by then is busy with something else."""


class Settling:
    """Looks at every part, again and again, until nothing happens between some looks.

    Written against Textual 8.2.8, of which it reads private names.

    Args:
        app: the app.
        when_settled: called once; with whether it came to rest.
    """

    def __init__(self, app: App[Any], when_settled: Callable[[bool], None]) -> None:
        self._app = app
        self._when_settled = when_settled
        self._has_begun = False
        self._is_still = True
        self._looks = 0
        self._calm_looks = 0

    def note_frame(self) -> None:
        """The app has drawn something."""
        self._is_still = False
        if not self._has_begun:
            self._has_begun = True
            self._pause()

    def _pause(self) -> None:
        self._app.set_timer(_PAUSE_SECONDS, self._look)

    def _look(self) -> None:
        self._looks += 1
        is_calm = self._is_still and self._is_at_rest
        self._is_still = True
        self._calm_looks = self._calm_looks + 1 if is_calm else 0
        if self._calm_looks >= _CALM_LOOKS or self._looks >= _MOST_LOOKS:
            self._when_settled(self._calm_looks >= _CALM_LOOKS)
        else:
            self._pause()

    @property
    def _is_at_rest(self) -> bool:
        return (
            not any(not worker.is_finished for worker in self._app.workers)
            and len(self._app.screen_stack) == 1
            and has_nothing_to_do(self._app.screen)
        )


def has_nothing_to_do(screen: Screen[Any]) -> bool:
    """Whether every part has done all that it was told, and all of it is painted."""
    is_drawn = not (screen._layout_required or screen._dirty_widgets or screen._callbacks)  # noqa: SLF001
    return is_drawn and all(
        part.is_running and not part.message_queue_size
        for part in screen.walk_children(with_self=True)
    )
