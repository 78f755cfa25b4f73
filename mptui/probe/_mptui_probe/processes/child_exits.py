"""Reports how a child ended when this process learns it: once, whichever hook learns it first.

Hooks for `os.wait` and the like are used only where nothing else can report it: on kernels that do
not give the exit status to another process (Linux before 6.15), and for forked children without
streams of mptui's, which only send a hello and may have ended before the supervisor looks. If the
program is interrupted in such a call, its traceback shows one frame of the probe. The functions are
replaced when the first fork is near, or when a module is imported that starts processes.
"""

import posix

from .. import report, streams
from ..guard import guarded
from ..replacing import BuiltinReplacement, replace_builtins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..replacing import Function

_EXIT_CODES = range(-64, 256)
_EXITED, _KILLED, _DUMPED = 1, 2, 3
"""Values of `si_code`: CLD_EXITED, CLD_KILLED, CLD_DUMPED."""

_NOBODY = (0, 0)
"""What `waitpid` returns while no child has ended."""

_latest: "list[tuple[int, int]]" = [(0, 0)]
_ignored: "list[object]" = [0]


def ignore_exit(pid: object) -> None:
    """Do not report the next exit of `pid`: it never became the program it was started for."""
    _ignored[0] = pid


def report_child_exit(pid: object, code: object) -> None:
    """Report how the child `pid` ended: its exit code, or -N if signal N ended it."""
    if not (type(pid) is int and type(code) is int and pid > 0 and code in _EXIT_CODES):
        return
    if _latest[0] != (pid, code):
        _latest[0] = (pid, code)
        if _ignored[0] == pid:
            _ignored[0] = 0
            return
        report("ended", {"by": posix.getpid(), "code": code}, pid)


def report_wait_status(pid: object, status: object) -> None:
    """Do the same for a wait status, unless the child did not end but stopped."""
    if type(status) is int and (posix.WIFEXITED(status) or posix.WIFSIGNALED(status)):
        report_child_exit(pid, posix.waitstatus_to_exitcode(status))


class Wait(BuiltinReplacement):
    """In the place of a waiting function: reports what it returned."""

    def __init__(self, original: "Function") -> None:
        super().__init__(original)
        self._report = guarded(_report_waitid if original.__name__ == "waitid" else _report_wait)

    def __call__(self, *arguments: object, **options: object) -> object:
        result = self.__wrapped__(*arguments, **options)
        # A pool asks for each of its workers whenever there are results.
        if result is not None and result != _NOBODY:
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
