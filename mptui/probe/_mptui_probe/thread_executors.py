"""Hook for executors of threads: which tasks each thread runs, in a ring of its own."""

from _thread import _local

from .containment import contained
from .counts import identity_of_threads
from .function_names import attributes_of
from .mappings import forgetters
from .replacing import replace
from .rings import open_ring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from .replacing import Function

_PENDING = "PENDING"

_here: "list[Any]" = [_local()]
"""What belongs to the running thread: `pens`, which begin and finish a task, once there was one."""


def hook_threads(module: "ModuleType") -> None:
    """See the tasks of each thread of an executor."""
    begin, finish = contained(_begin), contained(_finish)

    def make(original: "Function") -> "Function":
        def run(self: object, *arguments: object) -> None:
            begin(vars(self))
            try:
                original(self, *arguments)
            finally:
                finish(vars(self))
                # A traceback of the task leads here, and would keep what it is part of.
                del self

        return run

    replace(module._WorkItem, "run", make)


def _begin(item: "dict[str, Any]") -> None:
    if attributes_of(item["future"]).get("_state") != _PENDING:
        return  # It was cancelled, and will not run.
    here = _here[0]
    if not hasattr(here, "pens"):
        here.pens = open_ring("threads", identity_of_threads())
    begin, _ = here.pens
    begin(*_call_of(item))


def _call_of(item: "dict[str, Any]") -> "tuple[Any, Any]":
    if "task" in item:  # Since Python 3.14.
        function, arguments, _ = item["task"]
        return function, arguments
    return item["fn"], item["args"]


def _finish(item: "dict[str, Any]") -> None:
    pens = getattr(_here[0], "pens", None)
    if pens is not None:
        _, finish = pens
        future = attributes_of(item["future"])
        finish(future.get("_exception"), future.get("_result"))


def _forget() -> None:
    _here[0] = _local()


forgetters.append(_forget)
