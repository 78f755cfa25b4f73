"""Files in the run folder that this process writes as memory, and that the supervisor reads.

Writing costs no system call, and what was written is still there when the process has been killed.
A mapping is never closed. It belongs to the process that made it: each module that makes one adds
to `child_resets` a function that gives it up in a forked child.

No descriptor stays open, and nothing here waits: where the whole file cannot be made, with room
left for others, none is made.
"""

import errno
import posix
import sys

from . import is_ours, streams

TYPE_CHECKING = False
if TYPE_CHECKING:
    import mmap

_SPARE_BYTES = 8 << 20
"""Left free in the file system of the run folder, which others write to as well."""

_FLAGS = posix.O_RDWR | posix.O_CREAT | posix.O_EXCL | posix.O_NOFOLLOW | posix.O_CLOEXEC
_OWN_DESCRIPTORS = "/proc/self/fd"


def make_mapping(name: str, size: int) -> "mmap.mmap":
    """Make the file `name` of `size` zero bytes in the run folder, and map it.

    Raises:
        OSError: it cannot be made, or not without taking the last room.
    """
    path = f"{streams.run}/{name}"
    if not is_ours(streams.run):
        raise OSError(errno.EPERM, "the run folder is gone, or another user's", path)
    if not _has_room(streams.run, size):
        raise OSError(errno.ENOSPC, "no room for a file in memory", path)
    descriptor = posix.open(path, _FLAGS, 0o600)
    try:
        target = posix.readlink(f"{_OWN_DESCRIPTORS}/{descriptor}")
        # A later write to a page that the file system has no room for would be a SIGBUS.
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
    """The size of a file beyond which the kernel sends a signal, which may end the program."""
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

    From then on the mapping must outlive the interpreter: its destructor would close a number that
    may by then belong to another file.
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
