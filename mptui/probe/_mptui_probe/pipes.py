"""Gives a process pipes of its own, so that its output is not mixed with another process's.

In place of a terminal of mptui's it gets a terminal of its own. The read ends are sent to the
supervisor through a socket, so that the output is there even if the process ends first. Nothing
here waits: if any step fails, the descriptors stay as they were.
"""

import _socket
import posix
import sys

from . import encode, is_ours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from . import Value


open_terminal: "Callable[[int], tuple[int, int]] | None" = None
if posix.isatty(1) or posix.isatty(2):
    from .terminals import open_terminal


def give_pipes(
    run: str,
    borrowed: "Mapping[int, str]",
    labels: "Mapping[str, str]",
    fields: "Mapping[str, Value]",
) -> "dict[str, str]":
    """Replace `borrowed` (descriptor to identity) by new pipes, and say hello with `fields`.

    Returns the labels of the new pipes by identity; none if the descriptors were left alone. One
    pipe on two descriptors stays one pipe.
    """
    made: dict[str, str] = {}
    opened: list[int] = []
    replacements: dict[str, int] = {}
    read_ends: list[int] = []
    is_handed_over = False
    this = posix.getpid()
    if not is_ours(run):
        return made
    try:
        for descriptor, identity in borrowed.items():
            if identity in replacements:
                continue
            read_end, write_end = _open_like(descriptor)
            opened += (read_end, write_end)
            status = posix.fstat(write_end)
            marker = f"{status.st_dev}.{status.st_ino}"
            posix.symlink(f"{this}:{labels[identity]}", f"{run}/{marker}")
            made[marker] = labels[identity]
            replacements[identity] = write_end
            read_ends.append(read_end)
        record = encode("hello", this, {"streams": list(made.values()), **fields})
        _hand_over(run + "/streams", record, read_ends)
        is_handed_over = True
        for descriptor, identity in borrowed.items():
            posix.dup2(replacements[identity], descriptor)
    except OSError:
        pass
    finally:
        for descriptor in opened:
            posix.close(descriptor)
        if not is_handed_over:
            _remove_markers(run, made)
    return made if is_handed_over else {}


def _open_like(descriptor: int) -> "tuple[int, int]":
    if not posix.isatty(descriptor):
        return posix.pipe2(posix.O_CLOEXEC)
    if open_terminal is None:
        raise OSError("only pipes were expected")
    return open_terminal(descriptor)


def _hand_over(path: str, record: bytes, descriptors: "Sequence[int]") -> None:
    packed = b"".join([number.to_bytes(4, sys.byteorder) for number in descriptors])
    # Created non-blocking: a listener that no longer accepts refuses at once.
    kind = _socket.SOCK_STREAM | _socket.SOCK_NONBLOCK | _socket.SOCK_CLOEXEC
    connection = _socket.socket(_socket.AF_UNIX, kind)
    try:
        connection.connect(path)
        if _user_behind(connection) != posix.geteuid():
            raise OSError("another user listens there")
        connection.sendmsg([record], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, packed)])
    finally:
        connection.close()


def _user_behind(connection: "_socket.socket") -> int:
    # Of who listens: pid, uid and gid, see unix(7).
    found = connection.getsockopt(_socket.SOL_SOCKET, _socket.SO_PEERCRED, 12)
    return int.from_bytes(found[4:8], sys.byteorder)


def _remove_markers(run: str, names: "Mapping[str, str]") -> None:
    try:
        for name in names:
            posix.unlink(f"{run}/{name}")
    except OSError:
        pass  # The run folder is gone.
