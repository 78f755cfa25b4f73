"""What is known of one process at one moment of a run."""

from __future__ import annotations

import msgspec

from mptui.events import ProcessSample


class ProcessState(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One process. Never changed, only replaced: ``is`` tells whether anything about it changed."""

    process: int
    """Its number in this run, in order of discovery; the main process is 0."""
    pid: int
    parent: int | None
    """The process that logically made it (for a fork server's worker: not the fork server)."""
    ppid: int
    role: str
    name: str
    start_method: str | None = None
    target: str | None = None
    argv: tuple[str, ...] | None = None
    instrumented: bool
    started_at: float
    """Seconds since the run began, as every time in the model."""
    ended_at: float | None = None
    exitcode: int | None = None
    signal: int | None = None
    terminated_by: int | None = None
    """The process that terminated it, if somebody did."""
    oom: bool = False
    stopping: bool = False
    """Whether who watches had asked the program to end, when it ended."""
    sample: ProcessSample | None = None
    """The latest look at it; None before the first one and after its end."""
    peak_rss_bytes: int = 0
    """The most memory that a look found it to occupy; 0 where nobody looked in time."""
    line_count: int = 0
    """Lines it has written so far, over both streams; an unfinished last line does not count."""
    byte_count: int = 0
    """Bytes it has written so far, over both streams."""

    @property
    def is_alive(self) -> bool:
        """Whether its end has not been seen."""
        return self.ended_at is None
