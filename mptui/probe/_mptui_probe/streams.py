"""Which of descriptors 1 and 2 are streams that mptui itself made.

Only those are touched: a program that talks to a child through its standard output, or writes it
to a file, keeps what it has. A stream of mptui's has a marker in the run folder: a symbolic link
named by the device and inode of the pipe or terminal, whose text is the process it belongs to and
its label.
"""

import posix
import sys
from _io import TextIOWrapper

from .records import tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .records import Value

_TYPE_MASK = 0o170000
_TYPES = (0o010000, 0o020000)
"""A pipe, and a character device: a terminal is one."""


class Streams:
    """The streams of mptui that this process knows, and the pipes it makes for itself."""

    def __init__(self) -> None:
        self.run = ""
        self.labels: dict[str, str] = {}
        self._give_pipes: Callable[..., dict[str, str]] | None = None

    def find(self, run: str) -> "dict[int, str]":
        """Look at what an exec left; return the descriptors whose stream is another process's."""
        self.run = run
        this = str(posix.getpid())
        borrowed = {}
        for descriptor in (1, 2):
            identity = identify(descriptor)
            try:
                owner, _, label = posix.readlink(f"{run}/{identity}").partition(":")
            except OSError:
                continue
            self.labels[identity] = label
            if owner != this:
                borrowed[descriptor] = identity
        return borrowed

    def find_inherited(self) -> "dict[int, str]":
        """Return the descriptors whose stream was the parent's, in a child that was just forked."""
        found = {descriptor: identify(descriptor) for descriptor in (1, 2)}
        return {key: identity for key, identity in found.items() if identity in self.labels}

    def line_buffer(self) -> None:
        """Write line by line, as on a terminal: on a pipe Python would wait for 8 KiB."""
        for descriptor, text in ((1, sys.stdout), (2, sys.stderr)):
            if (
                type(text) is TextIOWrapper
                and not text.line_buffering
                and text.fileno() == descriptor
                and identify(descriptor) in self.labels
            ):
                text.reconfigure(line_buffering=True)

    def load_pipes(self) -> None:
        """Import what making pipes takes, while importing is still allowed."""
        if self.labels and self._give_pipes is None:
            from .pipes import give_pipes

            self._give_pipes = give_pipes

    def say_hello(self, borrowed: "dict[int, str]", fields: "dict[str, Value]") -> None:
        """Announce this process, with pipes of its own in place of borrowed ones where it can."""
        if borrowed and self._give_pipes is not None:
            made = self._give_pipes(self.run, borrowed, self.labels, fields)
            self.labels.update(made)
            if made:
                return
        tell("hello", fields)


streams = Streams()


def identify(descriptor: int) -> str:
    """Return the name of the pipe or terminal behind `descriptor`; nothing where there is none."""
    try:
        status = posix.fstat(descriptor)
    except OSError:
        return ""
    if status.st_mode & _TYPE_MASK not in _TYPES:
        return ""
    return f"{status.st_dev}.{status.st_ino}"
