"""Hooks for `subprocess` and asyncio: children, as they are made and when their end is learned."""

import select

from .births import replace_spawn, tell_birth, texts_of
from .containment import contained
from .ends import keep_silent, tell_end, tell_wait_status
from .replacing import replace
from .waits import hook_waits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from .replacing import Function


_ERROR_PIPE = 12
"""Which argument of `fork_exec` is the pipe through which the child says that it cannot exec. The
parent goes on when the child did exec or has failed to, where that is a vfork: since Python 3.10,
unless there is a function to call in between."""


def hook_children(module: "ModuleType") -> None:
    """Tell of each child of `Popen`, and of its end when somebody has waited for it."""
    _hook_fork_exec(module)
    hook_waits()
    tell_status = contained(tell_wait_status)

    def make(original: "Function") -> "Function":
        def _handle_exitstatus(
            self: object, status: int, *arguments: object, **options: object
        ) -> object:
            result = original(self, status, *arguments, **options)
            tell_status(vars(self).get("pid"), status)
            return result

        return _handle_exitstatus

    replace(module.Popen, "_handle_exitstatus", make)


def hook_transport(module: "ModuleType") -> None:
    """Tell the end of a child that asyncio waited for, which does so in many ways."""
    tell = contained(tell_end)

    def make(original: "Function") -> "Function":
        def _process_exited(self: object, returncode: object) -> object:
            tell(vars(self).get("_pid"), returncode)
            return original(self, returncode)

        return _process_exited

    replace(module.BaseSubprocessTransport, "_process_exited", make)


def _hook_fork_exec(module: "ModuleType") -> None:
    """Put ours where `module`, which is `subprocess`, looks for what starts its children."""
    owner, name = module, "_fork_exec"
    if not hasattr(module, name):  # Python 3.9 and 3.10
        owner, name = module._posixsubprocess, "fork_exec"
    replace_spawn(owner, name, _tell_forked)


def _tell_forked(pid: object, arguments: "tuple[object, ...]") -> None:
    if _has_complained(arguments[_ERROR_PIPE]):
        keep_silent(pid)  # There is no such program: nothing was started.
    else:
        tell_birth(pid, {"argv": texts_of(arguments[0])})


def _has_complained(error_pipe: object) -> bool:
    poll = select.poll()
    poll.register(error_pipe, select.POLLIN)  # type: ignore[arg-type]
    return bool(poll.poll(0))
