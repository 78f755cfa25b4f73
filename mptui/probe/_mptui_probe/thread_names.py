"""Hook for the names of the program's threads.

Nearly every program imports `threading`, few start threads: until one starts, this costs no more
than one wrapped function.
"""

import posix

from . import child_resets, report
from .replacing import call_after

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType


_REPORTS_LIMIT = 256

_reported: "list[None]" = []


def hook_threads(module: "ModuleType") -> None:
    """Report the name of each thread as it starts, other than the main thread."""
    if hasattr(module.Thread, "_set_native_id"):  # Not where eventlet's threads are no threads.
        call_after(module.Thread, "_set_native_id", _report_name)


def _report_name(thread: object) -> None:
    attributes = vars(thread)
    native_id, name = attributes.get("_native_id"), attributes.get("_name")
    if len(_reported) >= _REPORTS_LIMIT or type(native_id) is not int or type(name) is not str:
        return
    if native_id != posix.getpid():
        _reported.append(None)
        report("thread", {"thread": native_id, "name": name})


child_resets.append(_reported.clear)
