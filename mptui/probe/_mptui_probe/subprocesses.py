"""Hook for `subprocess`: the exit status of a child, when its parent has learned it."""

import posix

from .containment import contained
from .records import tell
from .replacing import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from .replacing import Function


def hook_exit_status(module: "ModuleType") -> None:
    """Tell the end of each child that `Popen` has waited for."""
    tell_end = contained(_tell_end)

    def make(original: "Function") -> "Function":
        def _handle_exitstatus(
            self: object, status: int, *arguments: object, **options: object
        ) -> object:
            result = original(self, status, *arguments, **options)
            tell_end(vars(self).get("pid"), status)
            return result

        return _handle_exitstatus

    replace(module.Popen, "_handle_exitstatus", make)


def _tell_end(pid: object, status: int) -> None:
    is_ended = posix.WIFEXITED(status) or posix.WIFSIGNALED(status)
    if type(pid) is int and is_ended:
        code = posix.waitstatus_to_exitcode(status)
        tell("ended", {"by": posix.getpid(), "code": code}, pid)
