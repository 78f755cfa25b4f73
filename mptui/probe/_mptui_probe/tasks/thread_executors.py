"""Hook for executors of threads: which tasks each thread runs, in a ring of its own."""

from _thread import _local

from .. import child_resets
from ..function_names import attributes_of
from ..guard import guarded
from ..queues.item_counts import identity_of_threads
from ..replacing import replace
from .rings import open_ring
from .task_errors import find_returned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from ..replacing import Function

    Call = tuple[Any, Any]

_PENDING = "PENDING"

on_failure: "list[Callable[[object, Call, object], None]]" = []
"""Called with the future of a task that failed, the function and its arguments, and the error."""

_here: "list[Any]" = [_local()]
"""State of the running thread: `ring`, the functions that record the begin and the end of a task,
from its first task on."""


def hook_workers(module: "ModuleType") -> None:
    """Have the tasks of each thread of an executor recorded."""
    begin, finish = guarded(_begin), guarded(_finish)

    def make(original: "Function") -> "Function":
        def run(self: object, *arguments: object) -> None:
            begin(vars(self))
            try:
                original(self, *arguments)
            finally:
                finish(vars(self))
                # The task's traceback refers to this frame, and would keep the item alive.
                del self

        return run

    replace(module._WorkItem, "run", make)


def _begin(item: "dict[str, Any]") -> None:
    if attributes_of(item["future"]).get("_state") != _PENDING:
        return  # It was cancelled, and will not run.
    here = _here[0]
    if not hasattr(here, "ring"):
        here.ring = open_ring("threads", identity_of_threads())
    begin, _ = here.ring
    begin(*_call_of(item))


def _call_of(item: "dict[str, Any]") -> "tuple[Any, Any]":
    if "task" in item:  # Since Python 3.14.
        function, arguments, _ = item["task"]
        return function, arguments
    return item["fn"], item["args"]


def _finish(item: "dict[str, Any]") -> None:
    ring = getattr(_here[0], "ring", None)
    if ring is not None:
        _, finish = ring
        future = attributes_of(item["future"])
        error, result = future.get("_exception"), future.get("_result")
        finish(error or find_returned(result), result)
        for note in on_failure if error is not None else ():
            note(item["future"], _call_of(item), error)


def _forget_parent() -> None:
    _here[0] = _local()


child_resets.append(_forget_parent)
