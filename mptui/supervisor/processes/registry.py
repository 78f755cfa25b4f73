"""The processes of a run: found, numbered, named, and followed to their end.

Told of processes by the probe and by the process table, it gives each a number for the run, opens a
pidfd for it, works out its parent, and records what changed. It must not read pipes, signal anybody
or look at a clock other than the one it was given.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, cast, get_args

import msgspec

from mptui import events
from mptui.supervisor.link.probe_records import AskedGroup, Hello
from mptui.supervisor.linux import kernel
from mptui.supervisor.processes import naming

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mptui.events import Event, Role
    from mptui.supervisor.link.probe_records import Asked, Described, Ended, Made

_ROLES: Final = get_args(events.Role)
_LOOKS_AT_COMMAND: Final = 3
_RECORDED_ARGUMENTS: Final = 64
ASKED_SECONDS: Final = 30.0
"""How long after it was asked to end a process that leaves by itself is taken to do as asked."""


class Request(NamedTuple):
    """Somebody of the program asked a process to end."""

    by: int
    at: float


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
    start_method: str | None = None
    target: str | None = None
    is_described: bool = False
    """Whether somebody told what it is for, which says more than its command line."""
    is_told_by_parent: bool = False
    asked: dict[int, Request] = field(default_factory=dict)
    """The latest request of each signal."""
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

    def report_end(self, ended: Ended) -> None:
        """Its parent tells how a process ended, which nobody may have told of before."""
        process, by = self._by_pid.get(ended.pid), self._by_pid.get(ended.by)
        if process is None and by is not None:
            process = self._add(ended.pid, parent=by)
        if process is not None:
            process.reported_code = ended.code

    def report_asked(self, asked: Asked) -> None:
        """A process of the program sends others a signal that is to end them."""
        by = self._by_pid.get(asked.by)
        if by is None:
            return
        request = Request(by.number, self._clock())
        for pid in self._group(asked.pid) if isinstance(asked, AskedGroup) else {asked.pid}:
            process = self._by_pid.get(pid)
            if process is None and self._is_below(pid):
                process = self._add(pid)
            if process is not None:
                process.asked[asked.signal] = request

    def _group(self, group: int) -> set[int]:
        """The members of a process group; its leader is one even if it is gone by now."""
        members = (process.pid for process in self.living)
        return {group, *(pid for pid in members if kernel.group_of(pid) == group)}

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
            return self._add(hello.pid, argv=_argv_of(hello), told=hello, pidfd=pidfd)
        if pidfd is not None:
            os.close(pidfd)
        commands = self._command_changes(process, _argv_of(hello))
        self._change(process, instrumented=True, **commands)
        self._find_parent(process, hello.parent)
        if hello.name:
            self._describe(process, hello)
        return process

    def add_made(self, made: Made) -> None:
        """A process says that it made this one, which may have spoken, or ended, before."""
        by = self._by_pid.get(made.by)
        if by is None:
            return
        process = self._by_pid.get(made.pid)
        if process is not None and process.has_ended:
            is_late = not process.is_told_by_parent and not kernel.is_running(made.pid)
            process = process if is_late else None
        if process is None:
            process = self._add(made.pid, argv=made.argv or (), told=made, parent=by)
        elif not process.has_ended:
            self._find_parent(process, made.by)
            if not process.instrumented:
                # It may have been seen before it had become what it was made for.
                self._change(process, **self._command_changes(process, made.argv or ()))
            if made.name:
                self._describe(process, made)
        process.is_told_by_parent = True

    def describe(self, told: Described) -> None:
        """The library that made a process says, in that process, what it calls it."""
        process = self._alive(told.pid) or self._add(told.pid)
        self._change(process, instrumented=True)
        self._describe(process, told)

    def _describe(self, process: WatchedProcess, told: Described) -> None:
        changes: dict[str, object] = {
            "name": told.name,
            "start_method": told.start_method,
            "target": told.target,
        }
        if process.role not in ("main", "helper"):
            changes["role"] = _role(told.role, process.role)
        if told.parent is not None and (parent := self._by_pid.get(told.parent)) is not None:
            changes["parent"] = parent.number
        self._change(process, **changes)
        process.is_described = True

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
            elif (
                (process := self._alive(pid)) is not None
                and process.looks_left
                and not process.is_described
            ):
                process.looks_left -= 1
                self._change(
                    process, **self._command_changes(process, kernel.read_command_line(pid))
                )
        self._glimpsed = unknown

    def end(
        self,
        process: WatchedProcess,
        code: int | None,
        *,
        oom: bool = False,
        stopping: bool = False,
    ) -> None:
        """Record the end of a process.

        Args:
            process: one that has not ended yet.
            code: its exit code, -N for signal N, None if unknown.
            oom: whether the kernel killed it for want of memory.
            stopping: whether the program was asked to end.
        """
        process.has_ended = True
        if process.pidfd is not None:
            os.close(process.pidfd)
            process.pidfd = None
        self._record(
            events.ProcessExited(
                t=self._clock(),
                process=process.number,
                exitcode=code if code is not None and code >= 0 else None,
                signal=-code if code is not None and code < 0 else None,
                terminated_by=self._asked_by(process, code),
                oom=oom,
                stopping=stopping,
            )
        )

    def _asked_by(self, process: WatchedProcess, code: int | None) -> int | None:
        """Who asked for this end: for the signal it ended by, or lately that it leave by itself."""
        if code is None:
            return None
        if code < 0:
            return request.by if (request := process.asked.get(-code)) is not None else None
        earliest = self._clock() - ASKED_SECONDS
        lately = [request for request in process.asked.values() if request.at >= earliest]
        return max(lately, key=lambda request: request.at).by if lately else None

    def _is_below(self, pid: int) -> bool:
        """Whether this is a process of the program, though nobody told of it."""
        while (stat := kernel.read_stat(pid)) is not None:
            if stat.ppid == os.getpid() or self._alive(stat.ppid) is not None:
                return True
            pid = stat.ppid
        return False

    def _alive(self, pid: int) -> WatchedProcess | None:
        process = self._by_pid.get(pid)
        return None if process is None or process.has_ended else process

    def _add(
        self,
        pid: int,
        *,
        argv: Sequence[str] = (),
        role: Role | None = None,
        told: Hello | Made | None = None,
        parent: WatchedProcess | None = None,
        pidfd: int | None = None,
    ) -> WatchedProcess:
        """Number a process, its unknown ancestors first, and record that it started."""
        pidfd = _open_pidfd(pid) if pidfd is None else pidfd
        ppid = _ppid_of(pid, told, parent)
        if role != "main":
            parent = self._parent_of(parent.pid if parent else ppid, told)
        argv = argv or (kernel.read_command_line(pid) if told is None else ())
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
            instrumented=isinstance(told, Hello),
            argv=tuple(argv[:_RECORDED_ARGUMENTS]),
        )
        self._count += 1
        self._by_pid[pid] = process
        if told is not None and told.name:
            process.name = told.name
            process.role = _role(told.role, "worker")
            process.start_method, process.target = told.start_method, told.target
            process.is_described = True
        self._record(
            events.ProcessStarted(
                t=self._clock(),
                process=process.number,
                pid=pid,
                parent=process.parent,
                ppid=ppid,
                role=process.role,
                name=process.name,
                start_method=process.start_method,
                target=process.target,
                argv=list(process.argv) or None,
                instrumented=process.instrumented,
            )
        )
        self._on_found(process)
        return process

    def _parent_of(self, pid: int, told: Hello | Made | None) -> WatchedProcess | None:
        """The process of the program that made one whose parent by the process table is `pid`."""
        if told is not None and told.parent is not None:
            pid = told.parent
        if pid in self._outside:
            return None
        known = self._by_pid.get(pid)
        if known is None and kernel.read_stat(pid) is not None:
            # A shell in between, say: it was never announced, and is needed for a whole tree.
            known = self._add(pid)
        return known

    def _find_parent(self, process: WatchedProcess, pid: int | None) -> None:
        """Give one that was found as an orphan the parent that it had."""
        if process.parent is None and process.role != "main" and pid in self._by_pid:
            self._change(process, parent=self._by_pid[pid].number)

    def _command_changes(self, process: WatchedProcess, argv: Sequence[str]) -> dict[str, object]:
        """What a command line tells that was not known."""
        command = tuple(argv[:_RECORDED_ARGUMENTS])
        if not command or command == process.argv:
            return {}
        parent = next((p for p in self._by_pid.values() if p.number == process.parent), None)
        if not process.argv and parent is not None and command == parent.argv:
            # A fork shows its parent's command line: that is no news.
            return {}
        process.argv = command
        changes: dict[str, object] = {"argv": list(command)}
        if not process.is_described:
            described = naming.describe(command)
            changes["name"] = described.name
            if process.role != "main":
                changes["role"] = described.role
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
        for key in ("role", "name", "parent", "instrumented", "start_method", "target"):
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


def _ppid_of(pid: int, told: Hello | Made | None, parent: WatchedProcess | None) -> int:
    if isinstance(told, Hello):
        return told.ppid
    stat = kernel.read_stat(pid)
    if stat is not None:
        return stat.ppid
    return parent.pid if parent is not None else 0


def _argv_of(hello: Hello) -> Sequence[str]:
    """The command line of a process that speaks; a fork has none of its own."""
    # Python 3.9 does not know its own.
    return hello.argv or (kernel.read_command_line(hello.pid) if hello.how == "exec" else ())


def _role(told: str | None, otherwise: Role) -> Role:
    return cast("Role", told) if told in _ROLES else otherwise
