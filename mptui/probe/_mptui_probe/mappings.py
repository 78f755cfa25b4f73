"""Files in the run folder that this process writes as memory, and that the supervisor reads.

What was written there costs no system call and is still there when the process has been killed. A
mapping is made for good: nobody closes it. It belongs to the process that made it: each user of
this module adds to `forgetters` what lets go of its mappings in a forked child.

No descriptor stays open, and nothing here waits: where a file cannot be made in whole, with room
left for others, there is none.
"""

import errno
import posix
import sys

from . import forgetters, streams

TYPE_CHECKING = False
if TYPE_CHECKING:
    import mmap

__all__ = ["forgetters", "make"]

_SPARE_BYTES = 8 << 20
"""What stays free in the run folder's file system, which others than us may write to."""

_FLAGS = posix.O_RDWR | posix.O_CREAT | posix.O_EXCL | posix.O_NOFOLLOW | posix.O_CLOEXEC
_OWN_DESCRIPTORS = "/proc/self/fd"


def make(name: str, size: int) -> "mmap.mmap":
    """Make the file `name` of `size` zero bytes in the run folder, and map it.

    Raises:
        OSError: it cannot be made, or not without taking the last room.
    """
    path = f"{streams.run}/{name}"
    if not _has_room(streams.run, size):
        raise OSError(errno.ENOSPC, "no room for a file in memory", path)
    descriptor = posix.open(path, _FLAGS, 0o600)
    try:
        target = posix.readlink(f"{_OWN_DESCRIPTORS}/{descriptor}")
        # In whole: a write to a page that the file system has no room for would be a SIGBUS.
        posix.posix_fallocate(descriptor, 0, size)
        mapping = _map(descriptor, size)
    except BaseException:
        posix.unlink(path)
        raise
    finally:
        posix.close(descriptor)
    if sys.version_info < (3, 13):
        _close_duplicate(mapping, target)
    return mapping


def _has_room(folder: str, size: int) -> bool:
    space = posix.statvfs(folder)
    is_unlimited = space.f_blocks == 0
    if not is_unlimited and space.f_bavail * space.f_frsize < size + _SPARE_BYTES:
        return False
    return size <= _file_limit_bytes()


def _file_limit_bytes() -> float:
    """The size from which on the kernel answers with a signal, which may end the program."""
    descriptor = posix.open("/proc/self/limits", posix.O_RDONLY | posix.O_CLOEXEC)
    try:
        limits = posix.read(descriptor, 1 << 14)
    finally:
        posix.close(descriptor)
    soft = limits.partition(b"Max file size")[2].split()[0]
    return float("inf") if soft == b"unlimited" else int(soft)


def _map(descriptor: int, size: int) -> "mmap.mmap":
    from mmap import mmap

    if sys.version_info >= (3, 13):
        return mmap(descriptor, size, trackfd=False)
    return mmap(descriptor, size)


def _close_duplicate(mapping: "mmap.mmap", target: str) -> None:
    """Close the descriptor that `mapping` keeps, a duplicate of the one that led to `target`.

    The mapping must outlive the interpreter then: at its end it would close a number that may be
    somebody else's by now.
    """
    try:
        from _ctypes import Py_INCREF
    except ImportError:
        return
    for name in posix.listdir(_OWN_DESCRIPTORS):
        try:
            is_duplicate = posix.readlink(f"{_OWN_DESCRIPTORS}/{name}") == target
        except OSError:
            continue  # The descriptor that listed the folder.
        if is_duplicate:
            Py_INCREF(mapping)
            posix.close(int(name))
            break
