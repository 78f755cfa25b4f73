"""The processes of a run: found, numbered, named, and followed to their end.

It learns of processes from the probes and from the process table, gives each a number, opens a
pidfd for it, works out its parent, and records what changed. It must not read pipes, signal any
process or look at a clock other than the one it was given.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, cast, get_args

from mptui import events
from mptui.supervisor.link.probe_records import Ended, Failed, Hello, Made
from mptui.supervisor.linux import kernel
from mptui.supervisor.processes import naming, program_images
from mptui.supervisor.processes.changes import RECORDED_ARGUMENTS, Changes, command_changes
from mptui.supervisor.processes.endings import exitcode_and_signal
from mptui.supervisor.processes.known_processes import KnownProcesses
from mptui.supervisor.processes.watched_process import WatchedProcess, command_mark

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from mptui.events import Event, Role
    from mptui.supervisor.link.probe_records import Described, Executed, ExitcodeRead

_ROLES: Final = get_args(events.Role)


class ProcessRegistry:
    """Every process of one run.

    Args:
        record: takes each event.
        clock: seconds since the run began.
        on_found: called with each process that is found.
        can_be: whether a pid that is reported, and not known, can be one of the program's.
        describe_unreported_fork: what a fork is called that nobody has reported, by what its parent
            is called and its pid; without it, what its command line says.
    """

    def __init__(
        self,
        record: Callable[[Event], None],
        clock: Callable[[], float],
        on_found: Callable[[WatchedProcess], None],
        can_be: Callable[[int], bool] = lambda _: True,
        describe_unreported_fork: Callable[[naming.Description, int], naming.Description]
        | None = None,
    ) -> None:
        self._record = record
        self._clock = clock
        self._on_found = on_found
        self._can_be = can_be
        self._describe_unreported_fork = describe_unreported_fork
        # An orphan has no parent in the run: it is the child of one of these.
        self._outside = {0, 1, os.getpid(), *kernel.ancestors_of(os.getpid())}
        self._known = KnownProcesses()
        self._changes = Changes(record, clock)
        self._count = 0

    @property
    def living(self) -> Collection[WatchedProcess]:
        """The processes that have not ended, in order of discovery."""
        return self._known.living

    def is_outside(self, pid: int, *, is_sender: bool = False) -> bool:
        """Whether this can be no process of the program.

        Args:
            pid: which process it is, according to a report.
            is_sender: whether the kernel says that this process sent the report.
        """
        if pid in self._outside or is_sender or self._known.get(pid) is not None:
            return pid in self._outside
        return not self._can_be(pid)

    def is_orphan(self, process: WatchedProcess) -> bool:
        """Whether the process that made it, as far as is known, is there no more."""
        return all(process.parent != one.number for one in self._known.living)

    def alive(self, pid: int) -> WatchedProcess | None:
        """The living process with this pid."""
        return self._known.alive(pid)

    def get(self, pid: int) -> WatchedProcess | None:
        """The living process with this pid, or the last one that had it, unless long forgotten."""
        return self._known.get(pid)

    def find(self, pid: int) -> WatchedProcess:
        """The living process with this pid, added if it was not known."""
        return self._known.alive(pid) or self._add(pid)

    # What the probes report

    def add_main(self, pid: int, argv: Sequence[str]) -> WatchedProcess:
        """Number the program's main process 0."""
        return self._add(pid, argv=argv, role="main")

    def add_hello(self, hello: Hello, pidfd: int | None = None) -> WatchedProcess:
        """Note that a Python process has started, or was replaced by another program in place.

        Args:
            hello: what it reports.
            pidfd: the process itself, where it is known: it may have ended since.
        """
        process = self._known.alive(hello.pid)
        if process is None:
            process = self._add(hello.pid, argv=_argv_of(hello), report=hello, pidfd=pidfd)
            program_images.note_report(process, hello, self._maker_of(hello))
            return process
        if pidfd is not None:
            os.close(pidfd)
        commands = command_changes(process, _argv_of(hello))
        is_past = process.starts_program and hello.how == "fork"
        self._changes.record(process, instrumented=None if is_past else True, **commands)
        program_images.note_report(process, hello, self._maker_of(hello))
        self._find_parent(process, hello.parent)
        if hello.name:
            self._describe(process, hello)
        return process

    def add_made(self, made: Made) -> None:
        """Note that a process made this one, which may have reported, or ended, before."""
        by = self._known.get(made.by)
        if by is None:
            return
        process = self._known.get(made.pid)
        if process is not None and process.has_ended:
            is_late = not process.is_reported_by_parent and not kernel.is_running(made.pid)
            process = process if is_late else None
        if process is None:
            process = self._add(made.pid, argv=made.argv or (), report=made, parent=by)
        elif not process.has_ended:
            self._find_parent(process, made.by)
            if made.argv and process.is_only_forked:
                # Between fork and exec it had the probe; what it runs now has not reported.
                self._lose_probe(process)
            if not process.instrumented:
                # It may have been seen before it had become what it was made for.
                self._changes.record(process, **command_changes(process, made.argv or ()))
            if made.name:
                self._describe(process, made)
        process.is_reported_by_parent = True
        process.starts_program = bool(made.argv)

    def note_command(self, executed: Executed) -> None:
        """Note that a process, a fork mostly, is about to become another program."""
        process = self._known.alive(executed.pid)
        if process is not None:
            self._changes.record(process, **command_changes(process, executed.argv or ()))

    def describe(self, described: Described) -> None:
        """Note what the library that made a process calls it, as reported in that process."""
        process = self.find(described.pid)
        self._changes.record(process, instrumented=True)
        self._describe(process, described)

    def report_end(self, record: Ended | ExitcodeRead | Failed) -> None:
        """Note what a probe reports of an end: how it was, its reason, or who looked at its code.

        The parent may be the first to report the process at all.
        """
        process, by = self._known.get(record.pid), None
        if isinstance(record, Ended):
            by = self._known.get(record.by)
        if process is None and by is not None:
            process = self._add(record.pid, parent=by)
        if process is None:
            return
        if isinstance(record, Ended):
            process.reported_code = record.code
        elif isinstance(record, Failed):
            process.error = record.error
        else:
            self._changes.record(process, exitcode_read=True)

    # What the process table shows

    def update_command(self, pid: int) -> None:
        """See whether a living process runs another program by now, while that is likely."""
        process = self._known.alive(pid)
        if process is None:
            return
        if process.instrumented and program_images.has_lost_probe(process, self._clock()):
            self._lose_probe(process)
        if not process.command_reads_left or process.is_described:
            return
        argv = kernel.read_command_line(pid)
        if naming.changes_title(argv):
            # Where its arguments were, nothing is left.
            argv = [word for word in argv if word]
        else:
            process.command_reads_left -= 1
        self._changes.record(process, **command_changes(process, argv))

    def note_own_session(self, process: WatchedProcess) -> None:
        """Note that a process has left the session of the main process."""
        self._changes.record(process, own_session=True)

    # How they end

    def end(
        self,
        process: WatchedProcess,
        code: int | None,
        *,
        oom: bool = False,
        stopping: bool = False,
        core_seconds: events.CoreSeconds | None = None,
    ) -> None:
        """Record the end of a process.

        Args:
            process: one that has not ended yet.
            code: its exit code, -N for signal N, None if unknown.
            oom: whether the kernel killed it for want of memory.
            stopping: whether the program was asked to end.
            core_seconds: what the kernel had accounted to it when last asked.
        """
        self._known.end(process)
        if process.pidfd is not None:
            os.close(process.pidfd)
            process.pidfd = None
        exitcode, signal = exitcode_and_signal(code)
        request = process.request_for(code, self._clock())
        self._record(
            events.ProcessExited(
                t=self._clock(),
                process=process.number,
                exitcode=exitcode,
                signal=signal,
                terminated_by=request.by if request is not None else None,
                asked_by_user=request is not None and request.by is None,
                oom=oom,
                stopping=stopping,
                error=process.error if exitcode else None,
                core_seconds=core_seconds,
            )
        )

    # Numbering and naming

    def _add(
        self,
        pid: int,
        *,
        argv: Sequence[str] = (),
        role: Role | None = None,
        report: Hello | Made | None = None,
        parent: WatchedProcess | None = None,
        pidfd: int | None = None,
    ) -> WatchedProcess:
        """Number a process, its unknown ancestors first, and record that it started."""
        pidfd = _open_pidfd(pid) if pidfd is None else pidfd
        ppid = _ppid_of(pid, report, parent)
        if role != "main":
            parent = self._parent_of(parent.pid if parent else ppid, report)
        if (added := self._known.alive(pid)) is not None:
            # Just now, as an ancestor of itself: that report cannot be true.
            if pidfd is not None:
                os.close(pidfd)
            return added
        argv = (argv or (kernel.read_command_line(pid) if report is None else ()))[
            :RECORDED_ARGUMENTS
        ]
        described = self._describe_new(pid, argv, None if report else parent)
        if not argv and parent is not None:
            described = naming.describe_fork(naming.Description(parent.role, parent.name))
        process = WatchedProcess(
            number=self._count,
            pid=pid,
            pidfd=pidfd,
            parent=None,
            role=role or described.role,
            name=described.name or kernel.read_command_name(pid),
            instrumented=_has_probe(report),
            command=command_mark(argv),
        )
        _set_parent(process, parent)
        self._count += 1
        self._known.add(process)
        if report is not None and report.name:
            process.name = report.name
            process.role = _role(report.role, "worker")
            process.start_method, process.target = report.start_method, report.target
            process.arguments = report.arguments
            process.is_described = True
        self._record_start(process, ppid, argv)
        self._on_found(process)
        return process

    def _describe_new(
        self, pid: int, argv: Sequence[str], parent: WatchedProcess | None
    ) -> naming.Description:
        """What a process is by its command line, or by its parent where nobody has reported it."""
        unreported = self._describe_unreported_fork
        if unreported is None or parent is None or not naming.is_python(argv):
            return naming.describe(argv)
        if not _runs_the_same(parent, argv):
            return naming.describe(argv)
        return unreported(naming.Description(parent.role, parent.name), pid)

    def _record_start(self, process: WatchedProcess, ppid: int, argv: Sequence[str]) -> None:
        self._record(
            events.ProcessStarted(
                t=self._clock(),
                process=process.number,
                pid=process.pid,
                parent=process.parent,
                ppid=ppid,
                role=process.role,
                name=process.name,
                start_method=process.start_method,
                target=process.target,
                arguments=process.arguments,
                argv=list(argv) or None,
                instrumented=process.instrumented,
            )
        )

    def _parent_of(self, pid: int, report: Hello | Made | None) -> WatchedProcess | None:
        """The process of the program that made one whose parent by the process table is `pid`."""
        if report is not None and report.parent is not None:
            pid = report.parent
        known = self._known.get(pid)
        if known is None and pid not in self._outside and kernel.read_stat(pid) is not None:
            # A shell in between, say: it was not reported, but the tree is not whole without it.
            known = self._add(pid)
        return known

    def _find_parent(self, process: WatchedProcess, pid: int | None) -> None:
        """Give a process that was found as an orphan the parent that it had."""
        if process.parent is not None or process.role == "main" or pid in (None, process.pid):
            return
        if (parent := self._known.get(pid)) is not None:
            self._changes.record(process, parent=parent.number)
            _set_parent(process, parent)

    def _maker_of(self, hello: Hello) -> WatchedProcess | None:
        return self._known.get(hello.ppid if hello.parent is None else hello.parent)

    def _lose_probe(self, process: WatchedProcess) -> None:
        self._changes.record(process, instrumented=False)
        process.is_only_forked = False

    def _describe(self, process: WatchedProcess, described: Described) -> None:
        changes: dict[str, object] = {
            "name": described.name,
            "start_method": described.start_method,
            "target": described.target,
            "arguments": described.arguments,
        }
        if process.role not in ("main", "helper"):
            changes["role"] = _role(described.role, process.role)
        if described.parent not in (None, process.pid) and (parent := self.get(described.parent)):
            changes["parent"] = parent.number
        self._changes.record(process, **changes)
        process.is_described = True


def _open_pidfd(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except OSError:
        return None


def _ppid_of(pid: int, report: Hello | Made | None, parent: WatchedProcess | None) -> int:
    if isinstance(report, Hello):
        return report.ppid
    stat = kernel.read_stat(pid)
    if stat is not None:
        return stat.ppid
    return parent.pid if parent is not None else 0


def _set_parent(process: WatchedProcess, parent: WatchedProcess | None) -> None:
    if parent is not None:
        process.parent = parent.number
        process.inherited_command = parent.command or parent.inherited_command


def _runs_the_same(parent: WatchedProcess, argv: Sequence[str]) -> bool:
    """Whether this is the command line of the parent, which a fork of it has too."""
    return command_mark(argv) == (parent.command or parent.inherited_command)


def _has_probe(report: Hello | Made | None) -> bool:
    """Whether the probe is inside: it reports, or the process is a fork of one with the probe."""
    return isinstance(report, Hello) or (report is not None and report.start_method == "fork")


def _argv_of(hello: Hello) -> Sequence[str]:
    """The command line of a process that reports; a fork has none of its own."""
    # Python 3.9 does not know its own.
    return hello.argv or (kernel.read_command_line(hello.pid) if hello.how == "exec" else ())


def _role(reported: str | None, otherwise: Role) -> Role:
    return cast("Role", reported) if reported in _ROLES else otherwise
