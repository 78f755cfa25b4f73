"""How far the work has got, in the words there is room for: ``pool 37 of 100 · 5 s left``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from mptui.terminal_text import safe_text
from mptui.wording.counts import rate_text
from mptui.wording.durations import running_time_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mptui.model import Progress

_NAME_CHARACTERS: Final = 30
_GIVERS: Final = frozenset({"pool", "executor", "threads"})
"""Who hands out tasks and knows which of them are done; of a queue that is not known."""
_SECONDS_A_MINUTE: Final = 60
_KNOWN_RATE: Final = 0.05
"""A second. What is slower than that has no rate yet, or none any more."""


def progress_within(
    progress: Iterable[Progress], width: int, gap: int, *, is_live: bool
) -> tuple[str, ...]:
    """What fits into so many cells, a gap before each: unfinished and newest work first."""
    said: list[str] = []
    for one in sorted(progress, key=_rank):
        room = width - sum(cell_len(text) + gap for text in said) - gap
        fitting = (text for text in progress_texts(one, is_live=is_live) if cell_len(text) <= room)
        text = next(fitting, None)
        if text is None:
            break
        said.append(text)
    return tuple(said)


def progress_texts(progress: Progress, *, is_live: bool) -> tuple[str, ...]:
    """How far it has got, in the fullest words and in ever shorter ones."""
    name = safe_text(progress.name, _NAME_CHARACTERS)
    if progress.kind not in _GIVERS:
        return (f"{name} {progress.total} put, {progress.done} got",)
    said = f"{name} {progress.done} of {progress.total}"
    if not is_live or progress.done >= progress.total or progress.per_second < _KNOWN_RATE:
        return (said,)
    rate = f"{said} · {rate_text(progress.per_second)}"
    if progress.seconds_left is None:
        return (rate, said)
    left = f"{_seconds_left(progress.seconds_left)} left"
    return (f"{rate} · {left}", f"{said} · {left}", said)


def _rank(progress: Progress) -> tuple[bool, bool, int]:
    is_done = progress.done >= progress.total
    return is_done, progress.kind not in _GIVERS, -progress.queue


def _seconds_left(seconds: float) -> str:
    if seconds < _SECONDS_A_MINUTE:
        return f"{max(1, round(seconds))} s"
    return running_time_text(seconds)
