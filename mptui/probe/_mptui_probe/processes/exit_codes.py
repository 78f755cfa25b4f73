"""Reports that the program looks at the exit code of a worker that did not end with 0.

What a program looks at it knows: only an end that nobody looks at goes unnoticed. It is seen where
`Process.exitcode` reads the code of its Popen object; multiprocessing reads it too, for itself.
"""

import posix
import sys

from .. import LIBRARIES, report

_PACKAGES = frozenset([library.partition(".")[0] for library in LIBRARIES])
_READING = ("poll", "exitcode")
_read: "set[int]" = set()
"""The processes of which it has been reported."""
_MOST_READ = 10_000


def note_reading(popen: "dict[str, object]", _code: object) -> None:
    """Report, once, that the program reads the exit code; called for every reading of it."""
    pid = popen.get("pid")
    if type(pid) is not int or pid in _read:
        return
    # This function, the guard around it, the attribute, and what reads that.
    poll = sys._getframe(3)
    exitcode = poll.f_back
    if exitcode is None or (poll.f_code.co_name, exitcode.f_code.co_name) != _READING:
        return
    reader = exitcode.f_back
    name = None if reader is None else reader.f_globals.get("__name__")
    if type(name) is not str or name.partition(".")[0] in _PACKAGES:
        return
    if len(_read) >= _MOST_READ:
        _read.clear()
    _read.add(pid)
    report("exitcode_read", {"by": posix.getpid()}, pid)


def forget_reading(pid: object) -> None:
    """Another process has this pid now."""
    _read.discard(pid)
