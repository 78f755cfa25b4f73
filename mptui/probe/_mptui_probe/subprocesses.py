"""Hook for `subprocess`: the exit status of a child, when its parent has learned it."""

from .containment import contained
from .ends import tell_wait_status
from .replacing import replace
from .waits import hook_waits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from .replacing import Function


def hook_exit_status(module: "ModuleType") -> None:
    """Tell the end of each child that `Popen`, or what uses its pid, has waited for."""
    hook_waits()
    tell_end = contained(tell_wait_status)

    def make(original: "Function") -> "Function":
        def _handle_exitstatus(
            self: object, status: int, *arguments: object, **options: object
        ) -> object:
            result = original(self, status, *arguments, **options)
            tell_end(vars(self).get("pid"), status)
            return result

        return _handle_exitstatus

    replace(module.Popen, "_handle_exitstatus", make)
