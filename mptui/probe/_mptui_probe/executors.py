"""Hook for executors of processes, the standard library's and loky's: which tasks a worker runs.

A task begins when it has arrived, which is when the object that brings it has been unpickled, and
ends when the object is made that takes its result away. No function of ours stands around anything
that waits.
"""

import posix

from .containment import contained
from .mappings import forgetters
from .processes import task_loops
from .replacing import call_after
from .rings import open_ring
from .task_errors import unwrap_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from .rings import Begin, Finish

_serves: "list[int]" = []
"""The identity of the queue from which this process takes its tasks, if it is a worker."""
_pens: "list[tuple[Begin, Finish]]" = []
"""What begins and what finishes a task, once there was one."""


def hook_workers(module: "ModuleType") -> None:
    """See the tasks of each worker of an executor."""
    task_loops[f"{module.__name__}._process_worker"] = contained(_watch_worker)
    begin = contained(_begin)

    def __setstate__(self: object, state: "dict[str, Any]") -> None:  # noqa: N807
        vars(self).update(state)
        begin(state)

    if not hasattr(module._CallItem, "__setstate__"):
        module._CallItem.__setstate__ = __setstate__

    call_after(module._ResultItem, "__init__", _finish)


def _watch_worker(worker: "dict[str, Any]") -> None:
    tasks = worker["_args"][0]
    _serves[:] = [posix.fstat(tasks._reader.fileno()).st_ino]


def _begin(task: "dict[str, Any]") -> None:
    if not _pens and _serves:
        _pens.append(open_ring("executor", _serves[0]))
    for begin, _ in _pens:
        begin(task["fn"], task["args"])


def _finish(item: object, *_given: object) -> None:
    outcome = vars(item)
    for _, finish in _pens:
        finish(unwrap_error(outcome["exception"]), outcome["result"])


def _forget() -> None:
    _serves.clear()
    _pens.clear()


forgetters.append(_forget)
