"""What happens in a child that was forked: it says hello, and gets pipes of its own.

The hook runs before anything else in the child, also between fork and exec where `subprocess` has a
`preexec_fn`. It imports nothing and takes no lock: the parent has loaded what it needs.
"""

import posix
import sys

from . import fifo, forking, streams
from .containment import contained
from .waits import hook_waits, replace_waits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from . import Value

_FRAMES_TO_SEARCH = 6

describe_launch: "dict[str, Callable[[FrameType], dict[str, Value] | None]]" = {}
"""By the module that forks: how to tell from its frame which process of a library this is."""

described: "set[int]" = set()
"""This process, if its hello said already what its library knows about it."""


def _begin_child() -> None:
    fifo.forget_parent()
    described.clear()
    details = _find_description(sys._getframe())
    if details:
        described.add(posix.getpid())
    borrowed = streams.find_inherited() if streams.labels else {}
    fields = {"ppid": posix.getppid(), "how": "fork", "parent": forking[0], **details}
    streams.say_hello(borrowed, fields)


def _find_description(frame: "FrameType | None") -> "dict[str, Value]":
    # The frames that led to the fork know the process; wrapping their functions would be seen in
    # the program's tracebacks.
    for _ in range(_FRAMES_TO_SEARCH if describe_launch else 0):
        if frame is None:
            break
        describe = describe_launch.get(frame.f_globals.get("__name__", ""))
        details = describe(frame) if describe else None
        if details:
            return details
        frame = frame.f_back
    return {}


# Loaded in the parent, when a fork is near: now importing is still allowed.
streams.load_pipes()
if streams.labels:
    hook_waits()
else:
    replace_waits()
begin_child = contained(_begin_child)
