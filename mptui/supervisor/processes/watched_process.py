"""What the supervisor keeps of one process: little, however much there is to know of it."""

from __future__ import annotations

import math
import signal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mptui.events import Role

ASKED_SECONDS: Final = 30.0
"""A process that leaves by itself within this time of being asked to end did so on request."""
_COMMAND_READS: Final = 3
_LONG_CHANGES: Final = 200
_REQUESTS: Final = frozenset[int]((signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM))
"""Signals that ask for an end."""


class Request(NamedTuple):
    """A process of the program asked another one to end, or a person did."""

    by: int | None
    """The number of the process that asked; None for a person."""
    at: float


@dataclass(slots=True, eq=False)
class WatchedProcess:
    """A process of the run."""

    number: int
    pid: int
    pidfd: int | None
    """None where the process was gone before it could be opened."""
    parent: int | None
    """The number of its parent; None where that is no process of the run."""
    role: Role
    name: str
    instrumented: bool
    command: int | None = None
    """Stands for its command line (see `command_mark`); None where it has none of its own."""
    inherited_command: int | None = None
    """The same for what its parent ran: a fork shows that until it runs another program."""
    command_reads_left: int = _COMMAND_READS
    """How many more times the process table is asked whether it runs another program by now."""
    long_changes_left: int = _LONG_CHANGES
    """How many more times it may be given another name or command line."""
    start_method: str | None = None
    target: str | None = None
    arguments: str | None = None
    is_described: bool = False
    """Whether the library that made it named it, which says more than its command line."""
    is_reported_by_parent: bool = False
    """Whether the process that made it has reported that."""
    image: int = 0
    """Which of the programs that it ran the probe last reported in; see `program_images`."""
    is_only_forked: bool = False
    """Whether the probe last reported after a fork, so that its parent's program runs in it."""
    starts_program: bool = False
    """Whether it was made to run a program of its own: what it reports before the exec is past."""
    probe_missed_at: float | None = None
    """Since when it has run a program in which no probe has reported."""
    requests: dict[int, Request] = field(default_factory=dict)
    """The latest request to end by each signal."""
    reported_code: int | None = None
    """How it ended according to its parent; -N for signal N."""
    own_session: bool = False
    """Whether it has left the session of the main process; known once that has ended."""
    error: str | None = None
    """The exception that ends it, as the probe inside it has seen it."""
    has_ended: bool = False
    active_at: float = math.inf
    """When its main thread was last seen to have run; infinite where that is not watched."""
    still_at: float = -math.inf
    """When it was last seen not to have run since the look before."""
    threads: int | None = None
    """How many it had when that was last looked up."""

    def may_have_run_since(self, t: float) -> bool:
        """Whether it may have done anything since this time, as far as has been noticed yet."""
        return self.threads != 1 or self.active_at >= t

    def request_for(self, code: int | None, now: float) -> Request | None:
        """The request that this end follows from, None where none is known.

        Args:
            code: how it ended: its exit code, -N for signal N, None if unknown.
            now: the time of its end, in seconds since the run began.
        """
        if code is None:
            return None
        if code < 0:
            return self.requests.get(-code)
        earliest = now - ASKED_SECONDS
        recent = [
            request
            for number, request in self.requests.items()
            # What a person sends may mean something else to the program.
            if request.at >= earliest and (request.by is not None or number in _REQUESTS)
        ]
        return max(recent, key=lambda request: request.at, default=None)


def command_mark(argv: Sequence[str]) -> int | None:
    """A number that stands for a command line, which itself may be megabytes; None for none."""
    return hash(tuple(argv)) if argv else None
