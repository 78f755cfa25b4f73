"""What a forked child does first: it says hello and gets pipes of its own.

The hook runs before anything else in the child, also between fork and exec if `subprocess` has a
`preexec_fn`. It imports nothing and takes no lock: the parent has loaded all that it needs.
"""

import posix
import sys

from .. import fifo, last_forker, streams, withdraw
from ..guard import guarded
from .child_exits import hook_wait_calls, replace_wait_calls
from .exec_calls import hook_exec_calls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from .. import Value

_FRAMES_TO_SEARCH = 6

describe_launch: "dict[str, Callable[[FrameType], dict[str, Value] | None]]" = {}
"""By the module that forks: what reads from its frame which process of a library this child is."""

described: "set[int]" = set()
"""The pid of this process, if its hello already had all that its library knows about it."""


def _begin_child() -> None:
    fifo.forget_parent()
    described.clear()
    parent = posix.getppid()
    if not parent:  # It has none in its namespace: pids here mean other processes to the rest.
        withdraw()
        return
    details = _find_description(sys._getframe())
    if details:
        described.add(posix.getpid())
    borrowed = streams.find_inherited() if streams.labels else {}
    fields = {"ppid": parent, "how": "fork", "parent": last_forker[0], **details}
    streams.say_hello(borrowed, fields)


def _find_description(frame: "FrameType | None") -> "dict[str, Value]":
    # Read from the frames that led to the fork: wrappers of their functions would be seen in the
    # program's tracebacks.
    for _ in range(_FRAMES_TO_SEARCH if describe_launch else 0):
        if frame is None:
            break
        describe = describe_launch.get(frame.f_globals.get("__name__", ""))
        details = describe(frame) if describe else None
        if details:
            return details
        frame = frame.f_back
    return {}


# This module is loaded in the parent before its first fork, when importing is still allowed.
streams.load_pipes()
hook_exec_calls()
if streams.labels:
    hook_wait_calls()
else:
    replace_wait_calls()
begin_child = guarded(_begin_child)
