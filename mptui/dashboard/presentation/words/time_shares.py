"""What the time of a process was spent on, as a bar and in figures.

A life that goes on is looked at once a second: its figures would never stand still otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.dashboard.presentation.text.bars import stacked_cells
from mptui.dashboard.presentation.text.palette import BAD, DIM, GOOD, WARNING
from mptui.terminal_text import Span

if TYPE_CHECKING:
    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.model import Run, TimeSplit
    from mptui.terminal_text import TextStyle

_ENDED: Final = -1


class Share(NamedTuple):
    """One part of a life, in words."""

    key: str
    title: str
    style: TextStyle | None


SHARES: Final = (
    Share("starting", "START-UP", None),
    Share("on_core", "ON CORE", GOOD),
    Share("ready", "NO CORE", BAD),
    Share("waiting", "WAITING", WARNING),
    Share("sleeping", "ASLEEP", None),
    Share("idle", "IDLE", DIM),
)
"""In the order in which they stand in the bar."""


def share_title(share: Share, run: Run) -> str:
    """What this part is called in this run.

    Without the kernel's accounts it may have been ready without a core while it worked.
    """
    return "WORKING" if share.key == "on_core" and not run.core_times.are_known else share.title


class SteadySplits:
    """The time splits of one run, each looked at anew once a second at most."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._known: dict[int, tuple[int, TimeSplit]] = {}

    def of(self, process: int) -> TimeSplit:
        """What this process spent its time on, as of about now."""
        state = self._run.processes[process]
        second = int(self._run.now) if state.is_alive else _ENDED
        if len(self._known) > 2 * len(self._run.processes):
            self._known = {
                process: known
                for process, known in self._known.items()
                if process in self._run.processes
            }
        known = self._known.get(process)
        if known is None or known[0] != second:
            known = self._known[process] = (second, self._run.time_split(process))
        return known[1]


def share_sign(key: str, glyphs: Glyphs) -> str:
    """What a cell of this part looks like; it reads without colour."""
    return {
        "starting": glyphs.share_starting,
        "on_core": glyphs.share_on_core,
        "ready": glyphs.share_ready,
        "waiting": glyphs.share_waiting,
        "sleeping": glyphs.share_sleeping,
    }.get(key, glyphs.share_idle)


def split_bar(split: TimeSplit, width: int, glyphs: Glyphs) -> tuple[Span, ...]:
    """All parts as one bar."""
    cells = stacked_cells((getattr(split, share.key) for share in SHARES), width)
    return tuple(
        Span(share_sign(share.key, glyphs) * count, share.style)
        for share, count in zip(SHARES, cells, strict=True)
        if count
    )
