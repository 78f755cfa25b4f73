"""Reports each segment of shared memory that the program makes by name.

Hooked is what registers a segment with the resource tracker, right after it was made: where making
one fails, the traceback shows no frame of the probe.
"""

from .. import report
from ..guard import guarded
from ..replacing import replace
from .constructions import Construction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from ..replacing import Function


def hook_segments(module: "ModuleType") -> None:
    """Have the segments of `module`, which is `multiprocessing.shared_memory`, reported."""
    package = module.__name__.rpartition(".")[0]
    tracker = __import__(f"{package}.resource_tracker", fromlist=["register"])
    report_made = guarded(_report_made)

    def make(original: "Function") -> "Function":
        def register(name: object, kind: object) -> object:
            result = original(name, kind)
            if kind == "shared_memory":
                report_made(name)
            return result

        return register

    replace(tracker, "register", make)


def _report_made(name: object) -> None:
    construction = Construction()
    if type(name) is str and construction.makes_segment:
        report("segment", {"name": name, "place": construction.place})
