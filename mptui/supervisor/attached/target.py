"""Which running program a person means, by its pid or its name, and why it may not be that one.

It only looks: at the process table, and at nothing inside of the process.
"""

from __future__ import annotations

import os
import pwd
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mptui.errors import EXIT_USAGE, MptuiError
from mptui.supervisor.launch import RUN_FOLDER_VARIABLE
from mptui.supervisor.linux import kernel
from mptui.supervisor.processes.changes import RECORDED_ARGUMENTS
from mptui.supervisor.processes.naming import describe
from mptui.supervisor.request import AttachRequest
from mptui.terminal_text import safe_text

if TYPE_CHECKING:
    from collections.abc import Sequence

_OWN_MODULES: Final = ("mptui", "mptui.supervisor", "mptui.cluster")
_MOST_NAMED: Final = 5
_MOST_LETTERS: Final = 2000
"""Of each argument: a command line can be megabytes long."""


def find_target(wanted: str) -> AttachRequest:
    """The program that is meant.

    Args:
        wanted: its pid, or its name: that of its script or module, or of its command.

    Raises:
        MptuiError: there is none, there are several, or it is none that can be watched.
    """
    pid = int(wanted) if wanted.isdecimal() else _pid_of_name(wanted)
    stat = kernel.read_stat(pid)
    if stat is None or stat.state in "ZX":
        raise MptuiError(f"there is no process {pid}, or it has ended", EXIT_USAGE)
    if (reason := _why_not(pid)) is not None:
        raise MptuiError(reason, EXIT_USAGE)
    argv = [word[:_MOST_LETTERS] for word in kernel.read_command_line(pid)[:RECORDED_ARGUMENTS]]
    return AttachRequest(
        pid=pid,
        start_ticks=stat.start_ticks,
        argv=tuple(argv) or (kernel.read_command_name(pid),),
        name=describe(argv).name or kernel.read_command_name(pid),
        cwd=_link(pid, "cwd") or "/",
    )


def _why_not(pid: int) -> str | None:
    """Why this process, which lives, is none to attach to."""
    if pid == 1:
        return "process 1 is the machine's own, and everything is below it: name a program"
    if pid == os.getpid() or _is_of_mptui(kernel.read_command_line(pid)):
        return f"process {pid} is of mptui itself"
    if pid in kernel.ancestors_of(os.getpid()):
        return f"process {pid} is what mptui runs in: itself would be a part of what it watches"
    return _why_unreadable(pid) or _why_not_again(pid)


def _why_unreadable(pid: int) -> str | None:
    owner = Path(f"/proc/{pid}").stat().st_uid
    if os.geteuid() not in (0, owner):
        return f"process {pid} belongs to {_user(owner)}, so only {_user(owner)} or root may look"
    if not _link(pid, "exe"):
        return f"process {pid} is a part of the kernel, or hides what it runs"
    return None


def _why_not_again(pid: int) -> str | None:
    """Why a program that mptui watches already is not attached to."""
    for setting in kernel.read_environment(pid).split(b"\0"):
        name, _, folder = setting.partition(b"=")
        if name == RUN_FOLDER_VARIABLE.encode() and folder and os.path.exists(folder):  # noqa: PTH110
            return f"process {pid} was started through mptui: mptui attach shows its run"
    return None


def _pid_of_name(wanted: str) -> int:
    """The process that is called so; of a parent and its children the parent."""
    avoided = {os.getpid(), *kernel.ancestors_of(os.getpid())}
    found = {pid for pid in kernel.every_pid() - avoided if _is_called(pid, wanted)}
    first = sorted(pid for pid in found if not found & {*kernel.ancestors_of(pid)})
    if len(first) == 1:
        return first[0]
    name = safe_text(wanted, 60)
    if not first:
        raise MptuiError(f"no process here is called {name}; ps -e lists their pids", EXIT_USAGE)
    pids = [str(pid) for pid in first[:_MOST_NAMED]]
    more = f" and {len(first) - _MOST_NAMED} more" if len(first) > _MOST_NAMED else ""
    raise MptuiError(
        f"{len(first)} programs are called {name}: give --pid one of {', '.join(pids)}{more}",
        EXIT_USAGE,
    )


def _is_called(pid: int, wanted: str) -> bool:
    argv = kernel.read_command_line(pid)
    # A kernel thread has no command line, and this machine's init is nobody's program.
    return bool(argv) and pid != 1 and not _is_of_mptui(argv) and wanted in _names(argv)


def _names(argv: Sequence[str]) -> set[str]:
    name = describe(argv).name
    return {name, name.removesuffix(".py"), Path(argv[0]).name}


def _is_of_mptui(argv: Sequence[str]) -> bool:
    """Whether a command line is that of a front end, of a supervisor, or of what they start."""
    words = argv[1:4]
    is_module = any(f"run_module({one!r}" in " ".join(words) for one in _OWN_MODULES)
    return is_module or describe(argv).name in _OWN_MODULES


def _user(uid: int) -> str:
    with suppress(KeyError):
        return safe_text(pwd.getpwuid(uid).pw_name, 40)
    return f"user {uid}"


def _link(pid: int, name: str) -> str:
    with suppress(OSError):
        target = os.readlink(os.fsencode(f"/proc/{pid}/{name}"))  # noqa: PTH115
        return target.decode(errors="backslashreplace")
    return ""
