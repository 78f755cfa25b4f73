"""What a process is doing, or how it ended, as a sign and words that read without colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len

from mptui.dashboard.presentation.text.palette import BAD, DIM, GOOD, WARNING
from mptui.dashboard.presentation.words.waits import wait_style, wait_texts
from mptui.wording.endings import exit_text
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.events import ProcessSample, ThreadSample, WaitStarted
    from mptui.model import ProcessState
    from mptui.terminal_text import TextStyle

BUSY_PERCENT: Final = 20.0
"""From this share of a core on a process counts as running, even if the sample found it asleep:
a busy process sleeps for moments, and a word that flickers is of no use."""

_WITHOUT_CORE_PERCENT: Final = 50.0
"""Who was ready but without a core for so much of the time does not just run."""


class Status(NamedTuple):
    """How a process fares."""

    glyph: str
    words: tuple[str, ...]
    """The same in ever shorter words; at least one."""
    style: TextStyle | None
    is_failure: bool = False

    @property
    def word(self) -> str:
        """All there is to say."""
        return self.words[0]

    def within(self, width: int) -> str:
        """As much of it as there are cells for."""
        fitting = (words for words in self.words if cell_len(words) <= width)
        return next(fitting, self.words[-1])


def process_status(
    state: ProcessState, glyphs: Glyphs, wait: WaitStarted | None = None, now: float = 0.0
) -> Status:
    """What this process is doing, or how it ended.

    Args:
        state: the process.
        glyphs: the signs.
        wait: what it was last seen to wait in; a process that computes waits no longer.
        now: the time of the run.
    """
    if not state.is_alive:
        return _ended_status(state, glyphs)
    sample = state.sample
    if sample is not None and _is_without_core(sample):
        return _no_core_status(glyphs)
    if _is_busy(state):
        return Status(glyphs.running, ("running",), GOOD)
    kernel_state = state.sample.state if state.sample is not None else ""
    if kernel_state and kernel_state in "Tt":
        return Status(glyphs.stopped, ("stopped",), WARNING)
    return (
        _resting_status(kernel_state, glyphs)
        if wait is None
        else _waiting_status(wait, now, glyphs)
    )


def thread_status(state: ThreadSample, glyphs: Glyphs) -> Status:
    """What this thread is doing, as far as the kernel knows."""
    if _is_without_core(state):
        return _no_core_status(glyphs)
    if state.state == "R" or state.cpu_percent >= BUSY_PERCENT:
        return Status(glyphs.running, ("running",), GOOD)
    return _resting_status(state.state, glyphs)


def _is_without_core(sample: ProcessSample | ThreadSample) -> bool:
    """Whether it wanted to run most of the time, and had no core for most of that."""
    return sample.ready_percent >= max(_WITHOUT_CORE_PERCENT, sample.cpu_percent)


def _no_core_status(glyphs: Glyphs) -> Status:
    return Status(glyphs.waiting, ("ready, no core", "no core"), WARNING)


def _waiting_status(wait: WaitStarted, now: float, glyphs: Glyphs) -> Status:
    words = wait_texts(wait, now)
    is_asleep = wait_kind(wait.kind).state == "sleeping"
    return Status(glyphs.sleeping if is_asleep else glyphs.waiting, words, wait_style(wait.kind))


def _resting_status(kernel_state: str, glyphs: Glyphs) -> Status:
    if not kernel_state:
        return Status(glyphs.sleeping, ("started",), None)
    if kernel_state == "D":
        return Status(glyphs.waiting, ("waiting (device)", "waiting"), WARNING)
    return Status(glyphs.sleeping, ("sleeping",), DIM)


def _is_busy(state: ProcessState) -> bool:
    """Whether the process was computing when last looked at."""
    sample = state.sample
    return sample is not None and (sample.state == "R" or sample.cpu_percent >= BUSY_PERCENT)


def _ended_status(state: ProcessState, glyphs: Glyphs) -> Status:
    is_asked = state.was_terminated
    is_known = state.exitcode is not None or state.signal is not None
    short = exit_text(state.exitcode, state.signal)
    words = (exit_text(state.exitcode, state.signal, is_asked=is_asked), short)
    if state.oom:
        return Status(glyphs.failed, (f"{short} (memory)", "OOM kill"), BAD, is_failure=True)
    if state.exitcode == 0:
        return Status(glyphs.succeeded, words, DIM)
    if is_asked:
        return Status(glyphs.asked, words, DIM)
    if not is_known:
        return Status(glyphs.unknown, words, DIM)
    return Status(glyphs.failed, words, BAD, is_failure=True)
