"""Hooks for `subprocess` and asyncio: children when they start and when their end is learned."""

import sys

from ..guard import guarded
from ..replacing import replace
from .child_environments import keep_in_list
from .child_exits import (
    hook_wait_calls,
    ignore_exit,
    report_child_exit,
    report_wait_status,
)
from .child_starts import replace_spawn, report_child_start, texts_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from ..replacing import Function


_COUNT_BYTES = 4
_ENVIRONMENT = 5
"""Which argument of `fork_exec` is the environment of the child."""

_ERROR_PIPE = 12
"""Which argument of `fork_exec` is the pipe through which the child reports that it cannot exec.

Where the child is made by vfork, it has done its exec or has failed to when the parent goes on.
That is so since Python 3.10, unless a function is to be called between fork and exec."""


def hook_children(module: "ModuleType") -> None:
    """Report each child of `Popen`, and its end once the program has waited for it."""
    _hook_fork_exec(module)
    hook_wait_calls()
    report_status = guarded(report_wait_status)

    def make(original: "Function") -> "Function":
        def _handle_exitstatus(
            self: object, status: int, *arguments: object, **options: object
        ) -> object:
            result = original(self, status, *arguments, **options)
            report_status(vars(self).get("pid"), status)
            return result

        return _handle_exitstatus

    replace(module.Popen, "_handle_exitstatus", make)


def hook_transport(module: "ModuleType") -> None:
    """Report the end of each child that asyncio waited for, in whichever of its ways."""
    report_exit = guarded(report_child_exit)

    def make(original: "Function") -> "Function":
        def _process_exited(self: object, returncode: object) -> object:
            report_exit(vars(self).get("_pid"), returncode)
            return original(self, returncode)

        return _process_exited

    replace(module.BaseSubprocessTransport, "_process_exited", make)


def _hook_fork_exec(module: "ModuleType") -> None:
    """Replace the function by which `module`, which is `subprocess`, starts its children."""
    owner, name = module, "_fork_exec"
    if not hasattr(module, name):  # Python 3.9 and 3.10
        owner, name = module._posixsubprocess, "fork_exec"
    replace_spawn(owner, name, _report_forked, keep_in_list, _ENVIRONMENT)


def hook_passfds(_module: "ModuleType") -> None:
    """Keep the probe in what multiprocessing starts by itself: spawned workers, helpers.

    They are reported by other hooks. Before Python 3.11 it is the function of `subprocess` too.
    """
    import _posixsubprocess

    is_shared = sys.version_info < (3, 11)
    report_child = _report_forked if is_shared else _report_nothing
    replace_spawn(_posixsubprocess, "fork_exec", report_child, keep_in_list, _ENVIRONMENT)


def _report_nothing(_pid: object, _arguments: object) -> None:
    """Whoever starts it reports it."""


def _report_forked(pid: object, arguments: "tuple[object, ...]") -> None:
    if _is_exec_failed(arguments[_ERROR_PIPE]):
        ignore_exit(pid)  # There is no such program: nothing was started.
    else:
        report_child_start(pid, {"argv": texts_of(arguments[0])})


def _is_exec_failed(error_pipe: "Any") -> bool:
    # Not by `select`, of which eventlet and gevent take the functions away or make others.
    from fcntl import ioctl
    from termios import FIONREAD

    return any(ioctl(error_pipe, FIONREAD, bytes(_COUNT_BYTES)))
