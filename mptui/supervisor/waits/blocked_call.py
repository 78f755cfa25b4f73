"""Which system call a process is blocked in, from the kernel's line about it.

Pure: parses the text of `/proc/PID/syscall`, proc_pid_syscall(5), by the system call numbers of the
machine. What a call means to the program is for `wait_meaning`; here a descriptor is a number and
an address is an address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mptui.events import WaitKind


class Reading(NamedTuple):
    """It reads from this descriptor."""

    descriptor: int


class Writing(NamedTuple):
    """It writes to this descriptor."""

    descriptor: int


class Futex(NamedTuple):
    """It waits for the word at this address to change, which is how locks wait: futex(2)."""

    address: int
    is_private: bool
    """Whether no other process can wake it."""
    timed: bool


class ForChild(NamedTuple):
    """It waits for the end of a child: of the one named here, or else of any."""

    pid: int | None = None
    pidfd: int | None = None


class Polling(NamedTuple):
    """It waits until one of the descriptors in an array of `struct pollfd` is ready: poll(2)."""

    address: int
    size: int
    timed: bool


class Selecting(NamedTuple):
    """It waits until one of the descriptors in these sets is ready: select(2)."""

    size: int
    """One more than the highest descriptor in a set."""
    reading: int
    """The address of the set of those to read from; 0 for none."""
    writing: int
    timed: bool


class Locking(NamedTuple):
    """It waits for a lock on the file behind this descriptor: flock(2), fcntl(2)."""

    descriptor: int


class Plain(NamedTuple):
    """What it waits in follows from the call alone."""

    wait: WaitKind
    timed: bool = False


BlockedCall: TypeAlias = (
    Reading | Writing | Futex | ForChild | Polling | Selecting | Locking | Plain
)
Arguments: TypeAlias = "Sequence[int]"
CallTable: TypeAlias = "Mapping[int, Callable[[Arguments], BlockedCall]]"

_FUTEX_PRIVATE: Final = 128
_LOCKING_COMMANDS: Final = (7, 38)
"""F_SETLKW and F_OFD_SETLKW: fcntl(2)."""
_ID_IS_PID: Final = 1
_ID_IS_PIDFD: Final = 3
_FIELDS: Final = 9
"""The number, six arguments, the stack pointer and the program counter."""
_HIGHEST_32_BIT: Final = 2**32


def call_table(machine: str) -> CallTable:
    """The calls of this machine (`os.uname().machine`) by number; empty for an unknown machine."""
    return {number: _SHAPES[name] for name, number in _NUMBERS.get(machine, {}).items()}


def parse_blocked_call(line: bytes, calls: CallTable) -> BlockedCall | None:
    """The call that a line of `/proc/PID/syscall` describes.

    Args:
        line: as the kernel wrote it.
        calls: the calls of the machine, from `call_table`.

    Returns:
        None where it is not blocked in one: it runs, it has ended, it waits for memory. And for a
        32-bit process, whose numbers are others.
    """
    fields = line.split()
    if len(fields) != _FIELDS:
        return None
    try:
        number = int(fields[0])
        arguments = [int(field, 16) for field in fields[1:]]
    except ValueError:
        return None
    if number < 0 or arguments[6] < _HIGHEST_32_BIT:
        return None
    shape = calls.get(number)
    return Plain("other") if shape is None else shape(arguments)


def _int(argument: int) -> int:
    """The argument as the C int that the kernel takes it for."""
    argument &= 0xFFFFFFFF
    return argument - (1 << 32) if argument >> 31 else argument


def _reading(arguments: Arguments) -> BlockedCall:
    return Reading(_int(arguments[0]))


def _writing(arguments: Arguments) -> BlockedCall:
    return Writing(_int(arguments[0]))


def _futex(arguments: Arguments) -> BlockedCall:
    return Futex(arguments[0], bool(arguments[1] & _FUTEX_PRIVATE), timed=arguments[3] != 0)


def _wait4(arguments: Arguments) -> BlockedCall:
    pid = _int(arguments[0])
    return ForChild(pid if pid > 0 else None)


def _waitid(arguments: Arguments) -> BlockedCall:
    kind, number = _int(arguments[0]), _int(arguments[1])
    return ForChild(
        pid=number if kind == _ID_IS_PID else None,
        pidfd=number if kind == _ID_IS_PIDFD else None,
    )


def _poll(arguments: Arguments) -> BlockedCall:
    return Polling(arguments[0], _int(arguments[1]), timed=_int(arguments[2]) >= 0)


def _ppoll(arguments: Arguments) -> BlockedCall:
    return Polling(arguments[0], _int(arguments[1]), timed=arguments[2] != 0)


def _select(arguments: Arguments) -> BlockedCall:
    return Selecting(_int(arguments[0]), arguments[1], arguments[2], timed=arguments[4] != 0)


def _fcntl(arguments: Arguments) -> BlockedCall:
    is_locking = _int(arguments[1]) in _LOCKING_COMMANDS
    return Locking(_int(arguments[0])) if is_locking else Plain("other")


def _flock(arguments: Arguments) -> BlockedCall:
    return Locking(_int(arguments[0]))


def _plain(wait: WaitKind) -> Callable[[Arguments], BlockedCall]:
    return lambda _: Plain(wait)


def _timed_by_number(wait: WaitKind, place: int) -> Callable[[Arguments], BlockedCall]:
    """Negative milliseconds stand for no end."""
    return lambda arguments: Plain(wait, timed=_int(arguments[place]) >= 0)


def _timed_by_pointer(wait: WaitKind, place: int) -> Callable[[Arguments], BlockedCall]:
    return lambda arguments: Plain(wait, timed=arguments[place] != 0)


def _sleep(_: Arguments) -> BlockedCall:
    return Plain("sleep", timed=True)


_SHAPES: Final[Mapping[str, Callable[[Arguments], BlockedCall]]] = {
    "read": _reading,
    "readv": _reading,
    "write": _writing,
    "writev": _writing,
    "futex": _futex,
    "futex_waitv": _timed_by_pointer("other", 3),
    "wait4": _wait4,
    "waitid": _waitid,
    "poll": _poll,
    "ppoll": _ppoll,
    "select": _select,
    "pselect6": _select,
    "epoll_wait": _timed_by_number("poll", 3),
    "epoll_pwait": _timed_by_number("poll", 3),
    "epoll_pwait2": _timed_by_pointer("poll", 3),
    "io_uring_enter": _plain("poll"),
    "nanosleep": _sleep,
    "clock_nanosleep": _sleep,
    "accept": _plain("socket"),
    "accept4": _plain("socket"),
    "connect": _plain("socket"),
    "recvfrom": _plain("socket"),
    "recvmsg": _plain("socket"),
    "recvmmsg": _timed_by_pointer("socket", 4),
    "sendto": _plain("socket"),
    "sendmsg": _plain("socket"),
    "sendmmsg": _plain("socket"),
    "flock": _flock,
    "fcntl": _fcntl,
    "pause": _plain("signal"),
    "rt_sigsuspend": _plain("signal"),
    "rt_sigtimedwait": _timed_by_pointer("signal", 2),
    "semop": _plain("lock"),
    "semtimedop": _timed_by_pointer("lock", 3),
    "msgrcv": _plain("receive"),
    "msgsnd": _plain("send"),
    "mq_timedreceive": _timed_by_pointer("receive", 4),
    "mq_timedsend": _timed_by_pointer("send", 4),
}
"""What each call looks like, by its name; see its page in section 2 of the manual."""

# From the kernel's tables: arch/x86/entry/syscalls/syscall_64.tbl and scripts/syscall.tbl.
_NUMBERS: Final[Mapping[str, Mapping[str, int]]] = {
    "x86_64": {
        "read": 0,
        "write": 1,
        "poll": 7,
        "readv": 19,
        "writev": 20,
        "select": 23,
        "pause": 34,
        "nanosleep": 35,
        "connect": 42,
        "accept": 43,
        "sendto": 44,
        "recvfrom": 45,
        "sendmsg": 46,
        "recvmsg": 47,
        "wait4": 61,
        "semop": 65,
        "msgsnd": 69,
        "msgrcv": 70,
        "fcntl": 72,
        "flock": 73,
        "rt_sigtimedwait": 128,
        "rt_sigsuspend": 130,
        "futex": 202,
        "semtimedop": 220,
        "clock_nanosleep": 230,
        "epoll_wait": 232,
        "mq_timedsend": 242,
        "mq_timedreceive": 243,
        "waitid": 247,
        "pselect6": 270,
        "ppoll": 271,
        "epoll_pwait": 281,
        "accept4": 288,
        "recvmmsg": 299,
        "sendmmsg": 307,
        "io_uring_enter": 426,
        "epoll_pwait2": 441,
        "futex_waitv": 449,
    },
    "aarch64": {
        "epoll_pwait": 22,
        "fcntl": 25,
        "flock": 32,
        "read": 63,
        "write": 64,
        "readv": 65,
        "writev": 66,
        "pselect6": 72,
        "ppoll": 73,
        "waitid": 95,
        "futex": 98,
        "nanosleep": 101,
        "clock_nanosleep": 115,
        "rt_sigsuspend": 133,
        "rt_sigtimedwait": 137,
        "mq_timedsend": 182,
        "mq_timedreceive": 183,
        "msgrcv": 188,
        "msgsnd": 189,
        "semtimedop": 192,
        "semop": 193,
        "accept": 202,
        "connect": 203,
        "sendto": 206,
        "recvfrom": 207,
        "sendmsg": 211,
        "recvmsg": 212,
        "accept4": 242,
        "recvmmsg": 243,
        "wait4": 260,
        "sendmmsg": 269,
        "io_uring_enter": 426,
        "epoll_pwait2": 441,
        "futex_waitv": 449,
    },
}
