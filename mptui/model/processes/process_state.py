"""What is known of one process at one moment of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

import msgspec
from msgspec.structs import replace

from mptui.events import ProcessSample
from mptui.model.plausible import kept_text, kept_texts

if TYPE_CHECKING:
    from mptui.events import ProcessChanged, ProcessExited, ProcessStarted

ARGUMENTS_KEPT: Final = 100
_CHANGEABLE: Final = (
    "role",
    "name",
    "start_method",
    "target",
    "arguments",
    "parent",
    "instrumented",
    "own_session",
    "exitcode_read",
)
CORES_KEPT: Final = 4096


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
    arguments: str | None = None
    """What the function that it runs was given; not safe to show."""
    argv: tuple[str, ...] | None = None
    cores: tuple[int, ...] | None = None
    """The cores that it may run on, where that was recorded."""
    instrumented: bool
    own_session: bool = False
    """Whether it has left the session of the main process; known once that has ended."""
    started_at: float
    """Seconds since the run began, as every time in the model."""
    ended_at: float | None = None
    exitcode: int | None = None
    signal: int | None = None
    terminated_by: int | None = None
    """The process that terminated it, if one did."""
    asked_by_user: bool = False
    """Whether a person had mptui send it a signal that ended it, or that asked for its end."""
    oom: bool = False
    stopping: bool = False
    """Whether the program had been asked to end by mptui, when it ended."""
    error: str | None = None
    """The exception that ended it; not safe to show."""
    exitcode_read: bool = False
    """Whether the program has looked at its exit code."""
    sample: ProcessSample | None = None
    """The latest one; None before the first one and after its end."""
    peak_rss_bytes: int = 0
    """The most memory that a sample found it to occupy; 0 without samples."""
    line_count: int = 0
    """Lines it has written so far, over both streams; an unfinished last line does not count."""
    byte_count: int = 0
    """Bytes it has written so far, over both streams."""
    wrote_stderr: bool = False
    """Whether any of that went to standard error."""

    @classmethod
    def at_start(cls, event: ProcessStarted) -> Self:
        """The state of a process that was just found."""
        event = kept_texts(event)
        return cls(
            process=event.process,
            pid=event.pid,
            parent=event.parent,
            ppid=event.ppid,
            role=event.role,
            name=event.name,
            start_method=event.start_method,
            target=event.target,
            arguments=event.arguments,
            argv=_kept_argv(event.argv),
            instrumented=event.instrumented,
            started_at=event.t,
        )

    @property
    def is_alive(self) -> bool:
        """Whether its end has not been seen."""
        return self.ended_at is None

    @property
    def end_was_asked(self) -> bool:
        """Whether another process of the program or a person ended it, or the run was stopped."""
        return self.stopping or self.was_terminated

    @property
    def was_terminated(self) -> bool:
        """Whether another process of the program, or a person, had it end."""
        # One that kills itself was not asked to.
        return self.asked_by_user or self.terminated_by not in (None, self.process)

    @property
    def ended_badly(self) -> bool:
        """Whether it ended with an exit code other than 0, or by a signal nobody asked for."""
        if self.signal is None:
            return self.exitcode not in (None, 0)
        return not self.end_was_asked

    def changed(self, event: ProcessChanged) -> ProcessState:
        """The state with what became known; the same object where that is nothing."""
        event = kept_texts(event)
        changes: dict[str, object] = {
            field: value for field in _CHANGEABLE if (value := getattr(event, field)) is not None
        }
        if event.argv is not None:
            changes["argv"] = _kept_argv(event.argv)
        if event.cores is not None:
            changes["cores"] = tuple(event.cores[:CORES_KEPT])
        return replace(self, **changes) if changes else self

    def ended(self, event: ProcessExited) -> ProcessState:
        """The state after the end of the process."""
        return replace(
            self,
            ended_at=event.t,
            exitcode=event.exitcode,
            signal=event.signal,
            terminated_by=event.terminated_by,
            asked_by_user=event.asked_by_user,
            oom=event.oom,
            stopping=event.stopping,
            error=None if event.error is None else kept_text(event.error),
            sample=None,
        )


def _kept_argv(argv: list[str] | None) -> tuple[str, ...] | None:
    return None if argv is None else tuple(kept_text(part) for part in argv[:ARGUMENTS_KEPT])
