"""Hooks for `os.wait` and the like: the parent that waited for a child reports how it ended.

Used only where nothing else can report it: on kernels that do not give the exit status to another
process (Linux before 6.15), and for forked children without streams of mptui's, which only send a
hello and may have ended before the supervisor looks. If the program is interrupted in such a call,
its traceback shows one frame of the probe. The functions are replaced when the first fork is near,
or when a module is imported that starts processes.
"""

import posix

from .. import streams
from ..guard import guarded
from ..replacing import BuiltinReplacement, replace_builtins
from .child_exits import report_child_exit, report_wait_status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..replacing import Function

_EXITED, _KILLED, _DUMPED = 1, 2, 3
"""Values of `si_code`: CLD_EXITED, CLD_KILLED, CLD_DUMPED."""


class Wait(BuiltinReplacement):
    """In the place of a waiting function: reports what it returned."""

    def __init__(self, original: "Function") -> None:
        super().__init__(original)
        self._report = guarded(_report_waitid if original.__name__ == "waitid" else _report_wait)

    def __call__(self, *arguments: object, **options: object) -> object:
        result = self.__wrapped__(*arguments, **options)
        self._report(result)
        return result


def hook_wait_calls() -> None:
    """Replace every function that waits for a child, where the kernel does not report its end."""
    try:
        posix.stat(f"{streams.run}/tell-ends")
    except OSError:
        return
    replace_wait_calls()


def replace_wait_calls() -> None:
    """Replace every function that waits for a child."""
    replace_builtins(("wait", "waitpid", "wait3", "wait4", "waitid"), Wait)


def _report_wait(result: object) -> None:
    if type(result) is tuple:
        report_wait_status(*result[:2])


def _report_waitid(result: object) -> None:
    if type(result) is posix.waitid_result:
        if result.si_code == _EXITED:
            report_child_exit(result.si_pid, result.si_status)
        elif result.si_code in (_KILLED, _DUMPED):
            report_child_exit(result.si_pid, -result.si_status)
