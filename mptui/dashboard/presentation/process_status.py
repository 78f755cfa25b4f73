"""What a process is doing, or how it ended, as a sign and a word that read without colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.dashboard.presentation.palette import BAD, DIM, GOOD, WARNING
from mptui.dashboard.presentation.quantities import exit_text

if TYPE_CHECKING:
    from mptui.dashboard.presentation.glyphs import Glyphs
    from mptui.model import ProcessState
    from mptui.terminal_text import TextStyle

BUSY_PERCENT: Final = 20.0
"""From this share of a core on a process counts as running, even if the look at it found it asleep:
a busy process sleeps for moments, and a word that flickers tells nothing."""


class Status(NamedTuple):
    """How a process fares."""

    glyph: str
    word: str
    short: str
    """The word where room is scarce."""
    style: TextStyle | None
    is_failure: bool = False


def process_status(state: ProcessState, glyphs: Glyphs) -> Status:
    """What this process is doing, or how it ended."""
    return _living_status(state, glyphs) if state.is_alive else _ended_status(state, glyphs)


def _living_status(state: ProcessState, glyphs: Glyphs) -> Status:
    if state.sample is None:
        return Status(glyphs.sleeping, "started", "started", None)
    if _is_busy(state):
        return Status(glyphs.running, "running", "running", GOOD)
    if state.sample.state == "D":
        return Status(glyphs.waiting, "waiting (device)", "waiting", WARNING)
    if state.sample.state in "Tt":
        return Status(glyphs.stopped, "stopped", "stopped", WARNING)
    return Status(glyphs.sleeping, "sleeping", "sleeping", DIM)


def _is_busy(state: ProcessState) -> bool:
    """Whether the process was computing when last looked at."""
    sample = state.sample
    return sample is not None and (sample.state == "R" or sample.cpu_percent >= BUSY_PERCENT)


def _ended_status(state: ProcessState, glyphs: Glyphs) -> Status:
    is_asked = state.asked_by is not None
    is_known = state.exitcode is not None or state.signal is not None
    short = exit_text(state.exitcode, state.signal)
    word = exit_text(state.exitcode, state.signal, is_asked=is_asked)
    if state.oom:
        return Status(glyphs.failed, f"{short} (memory)", "OOM kill", BAD, is_failure=True)
    if state.exitcode == 0:
        return Status(glyphs.succeeded, word, short, DIM)
    if is_asked:
        return Status(glyphs.asked, word, short, DIM)
    if not is_known:
        return Status(glyphs.unknown, word, short, DIM)
    return Status(glyphs.failed, word, short, BAD, is_failure=True)
