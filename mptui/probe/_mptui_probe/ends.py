"""What a parent learned of the end of a child: told once, whoever of our hooks sees it first."""

import posix

from . import tell

_EXIT_CODES = range(-64, 256)
_latest: "list[tuple[int, int]]" = [(0, 0)]
_silent: "list[object]" = [0]


def keep_silent(pid: object) -> None:
    """Tell nothing of the next end of `pid`: it was no process to speak of."""
    _silent[0] = pid


def tell_end(pid: object, code: object) -> None:
    """Tell how the child `pid` ended: its exit code, or -N where signal N ended it."""
    if not (type(pid) is int and type(code) is int and pid > 0 and code in _EXIT_CODES):
        return
    if _latest[0] != (pid, code):
        _latest[0] = (pid, code)
        if _silent[0] == pid:
            _silent[0] = 0
            return
        tell("ended", {"by": posix.getpid(), "code": code}, pid)


def tell_wait_status(pid: object, status: object) -> None:
    """The same from a wait status; nothing where the child did not end but stopped."""
    if type(status) is int and (posix.WIFEXITED(status) or posix.WIFSIGNALED(status)):
        tell_end(pid, posix.waitstatus_to_exitcode(status))
