"""Hooks for `os.kill` and `os.killpg`: which process asked which other one to end.

All of Python that ends a process calls them: `Process.terminate` and `kill`, `Popen.send_signal`,
executors, process managers. A worker that was asked to end did not crash.
"""

import posix
import sys

from .. import modules_with, report
from ..guard import guarded
from ..replacing import BuiltinReplacement, replace_builtins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from ..replacing import Function

_ENDING_SIGNALS = (2, 3, 6, 9, 15)
"""SIGINT, SIGQUIT, SIGABRT, SIGKILL, SIGTERM. SIGHUP more often means: read your settings again."""
_STATES_OF_ENDED = (b"Z", b"X")
_IS_EXITING = 0x4
"""PF_EXITING in the flags of a process, before it is seen to have ended."""
_WITH_DAEMONS = modules_with("end_of_parent")
"""Modules that know that this process ends, and with it its daemons."""


class Kill(BuiltinReplacement):
    """In the place of `os.kill` or `os.killpg`."""

    def __init__(self, original: "Function") -> None:
        super().__init__(original)
        is_for_group = original.__name__ == "killpg"
        self._report = guarded(_report_signal_to_group if is_for_group else _report_signal)

    def __call__(self, *arguments: object, **options: object) -> object:
        self._report(*arguments)
        return self.__wrapped__(*arguments, **options)


def hook_kill(_signal: "ModuleType") -> None:
    """Replace both."""
    replace_builtins(("kill", "killpg"), Kill)


def _report_signal(pid: object = None, signal: object = None, *_: object) -> None:
    if type(pid) is int and isinstance(signal, int) and signal in _ENDING_SIGNALS:
        if pid > 0:
            if _is_ending(pid):
                return
            fields = {"by": posix.getpid(), "signal": int(signal), "at_end": int(_is_at_end())}
            report("asked", fields, pid)
        elif pid != -1:  # -1 means all processes of the machine, not only the program's.
            _report_signal_to_group(-pid, signal)


def _is_at_end() -> bool:
    """Return whether it is the library that ends what lives on, since this process ends."""
    return any(getattr(sys.modules.get(name), "_exiting", False) for name in _WITH_DAEMONS)


def _is_ending(pid: int) -> bool:
    """Return whether a process ends already: an executor signals what it has seen to end, too."""
    try:
        descriptor = posix.open(f"/proc/{pid}/stat", posix.O_RDONLY | posix.O_CLOEXEC)
    except OSError:
        return False
    try:
        state, *fields = posix.read(descriptor, 4096).rpartition(b")")[2].split()
        return state in _STATES_OF_ENDED or bool(int(fields[5]) & _IS_EXITING)
    except (OSError, ValueError, IndexError):
        return False
    finally:
        posix.close(descriptor)


def _report_signal_to_group(group: object = None, signal: object = None, *_: object) -> None:
    if type(group) is int and isinstance(signal, int) and signal in _ENDING_SIGNALS and group >= 0:
        fields = {"by": posix.getpid(), "signal": int(signal)}
        report("asked_group", fields, group or posix.getpgrp())
