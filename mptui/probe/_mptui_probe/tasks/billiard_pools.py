"""Hook for the workers of billiard's pools, which are Celery's: which tasks each runs.

A worker makes the method by which it waits for a task when it has started. That is replaced by one
that takes note of each task as it arrives; no function of the probe is there while the worker
waits.
"""

from .. import modules_with
from ..function_names import attributes_of, name_class
from ..guard import guarded_tap
from ..replacing import call_after
from .pools import in_turn
from .rings import open_ring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from .pools import Step
    from .rings import Begin, Finish

_ERRORS = {(module, "ExceptionInfo") for module in modules_with("error_info")}
_CELERY_FAILED = 1
"""What Celery's function returns first, before the error and the time, where a task failed."""


def hook_workers(module: "ModuleType") -> None:
    """Have the tasks of each worker of a pool recorded."""

    def watch(worker: "Any", *_: object) -> None:
        begin, finish = _make_steps(module.TASK, module.READY)
        arrivals = iter(worker.wait_for_job, object())
        worker.wait_for_job = map(guarded_tap(begin), arrivals).__next__
        worker.outq.put = in_turn(guarded_tap(finish), worker.outq.put)

    call_after(module.Worker, "_make_child_methods", watch)


def _make_steps(given: object, done: object) -> "tuple[Step, Step]":
    ring: list[tuple[Begin, Finish]] = []

    def begin_task(message: "Any") -> None:
        if message is None or message[0] != given:
            return
        if not ring:
            # What the pool has been given is not counted: the ring serves no queue.
            ring.append(open_ring("billiard", 0))
        ring[0][0](*message[1][2:4])

    def finish_task(message: "Any") -> None:
        if ring and message[0] == done:
            is_good, value = message[1][2]
            ring[0][1](_find_error(value, is_good=is_good), value)

    return begin_task, finish_task


def _find_error(value: "Any", *, is_good: bool) -> object:
    if is_good:
        has_failed = type(value) is tuple and len(value) == 3 and value[0] == _CELERY_FAILED
        value = value[1] if has_failed else None
    if name_class(type(value)) not in _ERRORS:
        return None if is_good else value
    error = attributes_of(value).get("exception")
    # A wrapper that can be pickled, whatever the exception is.
    return attributes_of(error).get("exc", error)
