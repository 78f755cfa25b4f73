"""What an end means, in a sentence: a signal, an exit code, or an error known to many."""

from __future__ import annotations

from signal import Signals
from typing import Final

from mptui.wording.endings import signal_name

_SIGNALS: Final[dict[int, str]] = {
    Signals.SIGBUS: (
        "SIGBUS means that mapped memory is not there: /dev/shm is full, or a mapped file was cut "
        "or is too short."
    ),
    Signals.SIGSEGV: (
        "SIGSEGV means that C code went wrong, or that a recursion was too deep for the stack "
        "(sys.setrecursionlimit does not make that larger)."
    ),
    Signals.SIGABRT: (
        "SIGABRT means that C code gave up by itself: a failed assertion, a damaged heap, an "
        "exception of C++; it mostly says why on standard error."
    ),
    Signals.SIGFPE: "SIGFPE means that C code divided an integer by zero.",
    Signals.SIGILL: (
        "SIGILL means an instruction that this processor does not have: a library was built for "
        "another one."
    ),
    Signals.SIGSYS: "SIGSYS means a system call that is forbidden here, as in a sandbox.",
    Signals.SIGXCPU: (
        "SIGXCPU means that the limit on CPU time is used up: ulimit -t, or RLIMIT_CPU, or a batch "
        "system."
    ),
    Signals.SIGXFSZ: "SIGXFSZ means that a file grew beyond its limit: ulimit -f, or RLIMIT_FSIZE.",
    Signals.SIGPIPE: "SIGPIPE means that it wrote into a pipe from which nobody reads any more.",
    Signals.SIGHUP: "SIGHUP means that its terminal or its connection was closed.",
    Signals.SIGALRM: "SIGALRM means that an alarm rang for which it has no handler.",
    Signals.SIGUSR1: "SIGUSR1 ends whoever has no handler for it (yet).",
    Signals.SIGUSR2: "SIGUSR2 ends whoever has no handler for it (yet).",
}
CRASHES: Final = frozenset[int](
    (Signals.SIGSEGV, Signals.SIGBUS, Signals.SIGFPE, Signals.SIGILL, Signals.SIGABRT)
)
"""Signals by which a program goes wrong by itself."""
_EXIT_CODES: Final[dict[int, str]] = {
    120: "Exit code 120 means that Python could not write out what was left in its streams.",
    126: "Exit code 126 is how a shell says that a file cannot be executed.",
    127: "Exit code 127 is how a shell says that it does not find a command.",
    255: "Exit code 255 is -1 in the program: sys.exit(-1), or a tool that failed as a whole.",
}
_ERRORS: Final = (
    (
        "daemonic processes are not allowed to have children",
        "The workers of a Pool are daemons, which may not start processes: use a "
        "ProcessPoolExecutor for the outer tasks, or give all tasks to one pool.",
    ),
    (
        "pickle",
        "What goes from process to process is pickled: a lambda, a function inside of another one, "
        "a lock, an open file or a connection cannot be.",
    ),
    (
        "EOFError: EOF when reading a line",
        "The standard input of a worker is empty: let the main process ask and hand on the answer.",
    ),
)
"""A part of the text of an error, and what it means."""
_OF_SHELL: Final = 128
"""A shell ends with so much more than the number of the signal that ended its command."""
_LAST_SIGNAL: Final = 31
"""Those after it have no meaning of their own."""


def signal_meaning(number: int | None) -> str | None:
    """What it means that this signal ended a process; None where its name says all there is."""
    return None if number is None else _SIGNALS.get(number)


def exit_code_meaning(exitcode: int | None) -> str | None:
    """What this exit code means by itself; None for one that is the program's own."""
    if exitcode is None:
        return None
    number = exitcode - _OF_SHELL
    if 0 < number <= _LAST_SIGNAL:
        return (
            f"Exit code {exitcode} is how a shell says that {signal_name(number)} ended its "
            f"command ({_OF_SHELL} + {number})."
        )
    return _EXIT_CODES.get(exitcode)


def error_meaning(error: str | None) -> str | None:
    """What this error of a task or a worker comes of; None for one that says enough itself."""
    if error is None:
        return None
    return next((meaning for part, meaning in _ERRORS if part in error), None)
