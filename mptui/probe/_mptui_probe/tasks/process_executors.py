"""Hook for the workers of executors of processes, the standard library's and loky's.

A task begins when it has arrived, that is when the object that brings it has been unpickled. It
ends when the object is made that carries its result away. No function of the probe is being called
while the worker waits.
"""

import posix

from .. import child_resets
from ..guard import guarded
from ..processes.workers import watch_tasks_of
from ..replacing import call_after
from .rings import open_ring
from .task_errors import unwrap_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from .rings import Begin, Finish

_queue: "list[int]" = []
"""The identity of the queue from which this process takes its tasks, if it is a worker."""
_ring: "list[tuple[Begin, Finish]]" = []
"""The functions that record the begin and the end of a task, from the first task on."""


def hook_workers(module: "ModuleType") -> None:
    """Have the tasks of each worker of an executor recorded."""
    watch_tasks_of[f"{module.__name__}._process_worker"] = guarded(_watch_worker)
    begin = guarded(_begin)

    def __setstate__(self: object, state: "dict[str, Any]") -> None:  # noqa: N807
        vars(self).update(state)
        begin(state)

    if not hasattr(module._CallItem, "__setstate__"):
        module._CallItem.__setstate__ = __setstate__

    call_after(module._ResultItem, "__init__", _finish)


def _watch_worker(worker: "dict[str, Any]") -> None:
    tasks = worker["_args"][0]
    _queue[:] = [posix.fstat(tasks._reader.fileno()).st_ino]


def _begin(task: "dict[str, Any]") -> None:
    if not _ring and _queue:
        _ring.append(open_ring("executor", _queue[0]))
    for begin, _ in _ring:
        begin(task["fn"], task["args"])


def _finish(item: object, *_arguments: object) -> None:
    outcome = vars(item)
    for _, finish in _ring:
        finish(unwrap_error(outcome["exception"]), outcome["result"])


def _forget_parent() -> None:
    _queue.clear()
    _ring.clear()


child_resets.append(_forget_parent)
