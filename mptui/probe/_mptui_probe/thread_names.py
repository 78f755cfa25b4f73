"""Hook for the names of the program's threads.

Nearly every program imports `threading` and few start threads: so this costs no more than a wrapped
function until there is one.
"""

import posix

from . import forgetters, tell
from .replacing import call_after

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType


_TOLD_LIMIT = 256

_told: "list[None]" = []


def hook_threads(module: "ModuleType") -> None:
    """Tell what each thread is called as it starts, other than the main thread."""
    call_after(module.Thread, "_set_native_id", _tell_name)


def _tell_name(thread: object) -> None:
    attributes = vars(thread)
    native_id, name = attributes.get("_native_id"), attributes.get("_name")
    if len(_told) >= _TOLD_LIMIT or type(native_id) is not int or type(name) is not str:
        return
    if native_id != posix.getpid():
        _told.append(None)
        tell("thread", {"thread": native_id, "name": name})


forgetters.append(_told.clear)
