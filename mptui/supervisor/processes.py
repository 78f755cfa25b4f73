"""The processes of a run: found, numbered, named, and followed to their end.

Told of processes by the probe and by the process table, it gives each a number for the run, opens a
pidfd for it, works out its parent, and records what changed. It must not read pipes, signal anybody
or look at a clock other than the one it was given.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast, get_args

import msgspec

from mptui import events
from mptui.supervisor import kernel, naming

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mptui.events import Event, Role
    from mptui.supervisor.probe_records import Described, Hello

_ROLES: Final = get_args(events.Role)
_LOOKS_AT_COMMAND: Final = 3
_RECORDED_ARGUMENTS: Final = 64


@dataclass(slots=True, eq=False)
class WatchedProcess:
    """What the supervisor knows of one process."""

    number: int
    pid: int
    pidfd: int | None
    """None where the process was gone before it could be opened."""
    parent: int | None
    role: Role
    name: str
    instrumented: bool
    argv: tuple[str, ...] = ()
    looks_left: int = _LOOKS_AT_COMMAND
    """How often the process table is still asked whether it runs another program by now."""
    asked_by: int | None = None
    asked_signal: int | None = None
    reported_code: int | None = None
    """How it ended, as its parent told; -N for signal N."""
    has_ended: bool = False


class ProcessRegistry:
    """Every process of one run.

    Args:
        record: takes each event.
        clock: seconds since the run began.
        on_found: told of each process as it is found.
    """

    def __init__(
        self,
        record: Callable[[Event], None],
        clock: Callable[[], float],
        on_found: Callable[[WatchedProcess], None],
    ) -> None:
        self._record = record
        self._clock = clock
        self._on_found = on_found
        # An orphan has no parent in the run: it is this process's child, or that of pid 1.
        self._outside = {0, 1, os.getpid()}
        self._by_pid: dict[int, WatchedProcess] = {}
        self._glimpsed: set[int] = set()
        self._count = 0

    @property
    def living(self) -> Iterator[WatchedProcess]:
        """The processes that have not ended, in order of discovery."""
        return (process for process in self._by_pid.values() if not process.has_ended)

    def is_outside(self, pid: int) -> bool:
        """Whether this can be no process of the program."""
        return pid in self._outside

    def get(self, pid: int) -> WatchedProcess | None:
        """The living process with this pid, or the last one that had it."""
        return self._by_pid.get(pid)

    def find(self, pid: int) -> WatchedProcess:
        """The living process with this pid, added if it was not known."""
        return self._alive(pid) or self._add(pid)

    def report_end(self, pid: int, code: int) -> None:
        """Its parent tells how a process ended: the exit code, -N for signal N."""
        if (process := self._by_pid.get(pid)) is not None:
            process.reported_code = code

    def report_asked(self, pid: int, by_pid: int, signal_number: int) -> None:
        """A process of the program sends another a signal that is to end it."""
        process, by = self._by_pid.get(pid), self._by_pid.get(by_pid)
        if process is not None and by is not None:
            process.asked_by, process.asked_signal = by.number, signal_number

    def add_main(self, pid: int, argv: Sequence[str]) -> WatchedProcess:
        """Number the program's main process 0."""
        return self._add(pid, argv=argv, role="main")

    def add_hello(self, hello: Hello, pidfd: int | None = None) -> WatchedProcess:
        """A Python process says it has started (or was replaced by another program in place).

        Args:
            hello: what it says.
            pidfd: the process itself, where it is known: it may have ended since.
        """
        process = self._alive(hello.pid)
        if process is None:
            argv = hello.argv or ()
            return self._add(hello.pid, ppid=hello.ppid, argv=argv, hello=hello, pidfd=pidfd)
        if pidfd is not None:
            os.close(pidfd)
        commands = self._command_changes(process, hello.argv or ())
        self._change(process, instrumented=True, **commands)
        if hello.name:
            self.describe(hello)
        return process

    def describe(self, told: Described | Hello) -> None:
        """The library that made a process says what it calls it."""
        process = self._alive(told.pid) or self._add(told.pid)
        changes: dict[str, object] = {
            "instrumented": True,
            "name": told.name,
            "start_method": told.start_method,
            "target": told.target,
        }
        if process.role not in ("main", "helper"):
            changes["role"] = _role(told.role, process.role)
        if told.parent is not None and (parent := self._by_pid.get(told.parent)) is not None:
            changes["parent"] = parent.number
        self._change(process, **changes)
        # From here on its command line (the fork server's, say) tells less than this.
        process.looks_left = 0

    def look_at_table(self, pids: Sequence[int]) -> None:
        """Take note of the descendants the process table shows.

        One that nobody announced is added when it is seen a second time: by then the probe, if
        there is one inside, has spoken. A zombie is not added: it ended already.
        """
        unknown = {pid for pid in pids if self._alive(pid) is None}
        for pid in pids:
            if pid in unknown:
                if pid in self._glimpsed and kernel.is_running(pid):
                    self._add(pid)
            elif (process := self._alive(pid)) is not None and process.looks_left:
                process.looks_left -= 1
                self._change(
                    process, **self._command_changes(process, kernel.read_command_line(pid))
                )
        self._glimpsed = unknown

    def end(self, process: WatchedProcess, code: int | None, *, oom: bool = False) -> None:
        """Record the end of a process.

        Args:
            process: one that has not ended yet.
            code: its exit code, -N for signal N, None if unknown.
            oom: whether the kernel killed it for want of memory.
        """
        process.has_ended = True
        if process.pidfd is not None:
            os.close(process.pidfd)
            process.pidfd = None
        was_asked = code is not None and process.asked_signal == -code
        self._record(
            events.ProcessExited(
                t=self._clock(),
                process=process.number,
                exitcode=code if code is not None and code >= 0 else None,
                signal=-code if code is not None and code < 0 else None,
                asked_by=process.asked_by if was_asked else None,
                oom=oom,
            )
        )

    def _alive(self, pid: int) -> WatchedProcess | None:
        process = self._by_pid.get(pid)
        return None if process is None or process.has_ended else process

    def _add(
        self,
        pid: int,
        *,
        ppid: int | None = None,
        argv: Sequence[str] = (),
        role: Role | None = None,
        hello: Hello | None = None,
        pidfd: int | None = None,
    ) -> WatchedProcess:
        """Number a process, its unknown ancestors first, and record that it started."""
        pidfd = _open_pidfd(pid) if pidfd is None else pidfd
        if ppid is None:
            stat = kernel.read_stat(pid)
            ppid = stat.ppid if stat is not None else 0
        parent = None if role == "main" else self._parent_of(ppid, hello)
        argv = argv or (kernel.read_command_line(pid) if hello is None else ())
        described = naming.describe(argv)
        if not argv and parent is not None:
            described = naming.describe_fork(naming.Description(parent.role, parent.name))
        process = WatchedProcess(
            number=self._count,
            pid=pid,
            pidfd=pidfd,
            parent=parent.number if parent else None,
            role=role or described.role,
            name=described.name or kernel.read_command_name(pid),
            instrumented=hello is not None,
            argv=tuple(argv[:_RECORDED_ARGUMENTS]),
        )
        self._count += 1
        self._by_pid[pid] = process
        if hello is not None and hello.name:
            process.name = hello.name
            process.role = _role(hello.role, "worker")
            process.looks_left = 0
        self._record(
            events.ProcessStarted(
                t=self._clock(),
                process=process.number,
                pid=pid,
                parent=process.parent,
                ppid=ppid,
                role=process.role,
                name=process.name,
                start_method=hello.start_method if hello else None,
                target=hello.target if hello else None,
                argv=list(process.argv) or None,
                instrumented=process.instrumented,
            )
        )
        self._on_found(process)
        return process

    def _parent_of(self, ppid: int, hello: Hello | None) -> WatchedProcess | None:
        if hello is not None and hello.parent is not None:
            ppid = hello.parent
        if ppid in self._outside:
            return None
        known = self._by_pid.get(ppid)
        if known is None and kernel.read_stat(ppid) is not None:
            # A shell in between, say: it was never announced, and is needed for a whole tree.
            known = self._add(ppid)
        return known

    def _command_changes(self, process: WatchedProcess, argv: Sequence[str]) -> dict[str, object]:
        """What a command line tells that was not known."""
        command = tuple(argv[:_RECORDED_ARGUMENTS])
        if not command or command == process.argv:
            return {}
        parent = next((p for p in self._by_pid.values() if p.number == process.parent), None)
        if not process.argv and parent is not None and command == parent.argv:
            # A fork shows its parent's command line: that is no news.
            return {}
        described = naming.describe(command)
        changes: dict[str, object] = {"argv": list(command), "name": described.name}
        if process.role != "main":
            changes["role"] = described.role
        process.argv = command
        return changes

    def _change(self, process: WatchedProcess, **changes: object) -> None:
        """Record those of the changes that are any."""
        news = {
            key: value
            for key, value in changes.items()
            if value is not None and value != getattr(process, key, None)
        }
        if not news:
            return
        for key in ("role", "name", "parent", "instrumented"):
            if key in news:
                setattr(process, key, news[key])
        self._record(
            msgspec.convert(
                {**news, "event": "process_changed", "t": self._clock(), "process": process.number},
                events.ProcessChanged,
            )
        )


def _open_pidfd(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except OSError:
        return None


def _role(told: str | None, otherwise: Role) -> Role:
    return cast("Role", told) if told in _ROLES else otherwise
