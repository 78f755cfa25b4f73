"""Hook for the names of the program's threads.

Nearly every program imports `threading` and few start threads: so this costs no more than a wrapped
function until there is one.
"""

import posix

from . import forgetters, tell
from .containment import contained
from .replacing import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from .replacing import Function

_TOLD_LIMIT = 256

_told: "list[None]" = []


def hook_threads(module: "ModuleType") -> None:
    """Tell what each thread is called as it starts, other than the main thread."""
    tell_name = contained(_tell_name)

    def make(original: "Function") -> "Function":
        def _set_native_id(self: object) -> None:
            original(self)
            tell_name(vars(self))

        return _set_native_id

    replace(module.Thread, "_set_native_id", make)


def _tell_name(thread: "dict[str, object]") -> None:
    native_id, name = thread.get("_native_id"), thread.get("_name")
    if len(_told) >= _TOLD_LIMIT or type(native_id) is not int or type(name) is not str:
        return
    if native_id != posix.getpid():
        _told.append(None)
        tell("thread", {"thread": native_id, "name": name})


forgetters.append(_told.clear)
