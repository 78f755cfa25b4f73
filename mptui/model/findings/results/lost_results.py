"""What is known of results that nobody will see; folds events, in bounded memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from mptui.model.plausible import kept_texts

if TYPE_CHECKING:
    from mptui.events import ResultsUnasked, TasksDiscarded

_UNASKED_KEPT: Final = 200
_DISCARDED_KEPT: Final = 100
_Alike: TypeAlias = tuple[int, str | None, str | None, str]


class LostResults:
    """Failures that nobody asked for, and tasks that were thrown away."""

    def __init__(self) -> None:
        self._unasked: dict[_Alike, tuple[float, ResultsUnasked]] = {}
        self.discarded: list[TasksDiscarded] = []
        """In order of time."""

    @property
    def unasked(self) -> list[tuple[float, ResultsUnasked]]:
        """The newest of all that tell of alike failures, and when the first of them came."""
        return list(self._unasked.values())

    def note_unasked(self, event: ResultsUnasked) -> None:
        """Take note that nobody asks for the results of tasks that failed."""
        alike = (event.process, event.executor, event.label, error_type(event.error))
        since, known = self._unasked.get(alike, (event.t, None))
        # What several threads report may come in another order than it was counted in.
        is_news = known is None or (event.count, event.asked) > (known.count, known.asked)
        if is_news and (known is not None or len(self._unasked) < _UNASKED_KEPT):
            self._unasked[alike] = since, kept_texts(event)

    def note_discarded(self, event: TasksDiscarded) -> None:
        """Take note that a pool was terminated with tasks left."""
        if len(self.discarded) < _DISCARDED_KEPT:
            self.discarded.append(kept_texts(event))


def error_type(error: str) -> str:
    """The type of an error, of which the text has its message too."""
    return error.partition(":")[0]
