"""Hook for `os`: the functions that start other programs and that send signals."""

from .births import hook_posix_spawn
from .kill import hook_kill

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType


def hook_calls(_signal: "ModuleType") -> None:
    """Put ours in their place."""
    hook_kill()
    hook_posix_spawn()
