"""Reports how a child ended when this process learns it: once, whichever hook learns it first."""

import posix

from .. import report

_EXIT_CODES = range(-64, 256)
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
