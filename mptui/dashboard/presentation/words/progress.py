"""How far the work has got, in the words there is room for: ``pool 37 of 100 · 5 s left``.

While a task runs longer than any before it, no time is told that is left, but how long it has run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len

from mptui.terminal_text import safe_text
from mptui.wording.counts import rate_text
from mptui.wording.durations import remaining_text, running_time_text
from mptui.wording.executor_kinds import hands_out_tasks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mptui.model import Progress

_NAME_CHARACTERS: Final = 30
_LEAST_PER_SECOND: Final = 0.05
"""What is slower than that has no rate yet, or none any more."""
_LEAST_OVERDUE_SECONDS: Final = 1.0


class _Merged(NamedTuple):
    """What is told of one queue, or of several with the same name."""

    progress: Progress
    """The sums of them."""
    queues: int
    """How many these are."""


def progress_within(
    progress: Iterable[Progress], width: int, gap: int, *, is_live: bool
) -> tuple[str, ...]:
    """What fits into so many cells, a gap before each: unfinished and newest work first."""
    said: list[str] = []
    for one in sorted(_merged(progress), key=lambda one: _rank(one.progress)):
        room = width - sum(cell_len(text) + gap for text in said) - gap
        texts = progress_texts(one.progress, is_live=is_live, queues=one.queues)
        fitting = (text for text in texts if cell_len(text) <= room)
        text = next(fitting, None)
        if text is None:
            break
        said.append(text)
    return tuple(said)


def progress_texts(progress: Progress, *, is_live: bool, queues: int = 1) -> tuple[str, ...]:
    """How far it has got, in the fullest words and in ever shorter ones.

    Args:
        progress: what it is about.
        is_live: whether it can get any further.
        queues: of how many queues with the same name these are the sums.
    """
    name = safe_text(progress.name, _NAME_CHARACTERS)
    if not hands_out_tasks(progress.kind):
        name = f"{queues} x {name}" if queues > 1 else name
        return (f"{name} {progress.total} put, {progress.done} got",)
    is_open = progress.is_open and is_live
    said = f"{name} {progress.done} {'done' if is_open else f'of {progress.total}'}"
    overdue_seconds = progress.overdue_seconds or 0.0
    if is_live and overdue_seconds >= _LEAST_OVERDUE_SECONDS and progress.done < progress.total:
        overdue = f"{said} · one runs since {running_time_text(overdue_seconds)}"
        return (overdue, said)
    if not is_live or progress.done >= progress.total or progress.per_second < _LEAST_PER_SECOND:
        return (said,)
    rate = f"{said} · {rate_text(progress.per_second)}"
    if progress.seconds_left is None:
        return (rate, said)
    left = f"{remaining_text(progress.seconds_left)} left"
    return (f"{rate} · {left}", f"{said} · {left}", said)


def _merged(progress: Iterable[Progress]) -> list[_Merged]:
    """One for all queues with the same name: each worker of a loader has one of its own."""
    merged: dict[tuple[str, str, int | None], _Merged] = {}
    for one in progress:
        own = one.queue if hands_out_tasks(one.kind) else None
        known = merged.get((one.name, one.kind, own))
        if known is None:
            merged[one.name, one.kind, own] = _Merged(one, 1)
            continue
        before = known.progress
        both = one._replace(done=before.done + one.done, total=before.total + one.total)
        merged[one.name, one.kind, own] = _Merged(both, known.queues + 1)
    return list(merged.values())


def _rank(progress: Progress) -> tuple[bool, bool, int]:
    is_done = progress.done >= progress.total
    return is_done, not hands_out_tasks(progress.kind), -progress.queue
