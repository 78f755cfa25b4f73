"""Hooks that count the items of work that the program gives to pools and executors.

They are counted where a library makes an object for what it is given, which happens once and at
once: if a submission fails or is interrupted, or an iterable of the program does, the traceback
shows no frame of the probe.
"""

from .. import child_resets, modules_with
from ..attribute_hooks import watch_last_attribute
from ..function_names import attributes_of, name_class
from ..guard import guarded, guarded_tap
from ..queues.constructions import Construction
from ..queues.item_counts import counter, find_counter, identity_of_threads
from ..queues.queue_records import report_queue
from ..queues.queues import report_pool
from ..replacing import call_after, replace
from .task_labels import describe_task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from ..queues.item_counts import Counter
    from ..replacing import Function


_FOREIGN_QUEUES = {
    (module, "CustomizablePicklingQueue") for module in modules_with("pickling_queues")
}


def hook_pools(module: "ModuleType") -> None:
    """Count the items of a map once they have been listed, of a lazy one as they are taken."""

    def count_single(result: object, pool: "Any", *_: object) -> None:
        if type(result) is module.ApplyResult:
            _count(pool._inqueue, _items_of_apply() if _has_foreign_queue(pool) else 1)

    def count_map(_result: object, pool: "Any", _chunk: object, length: int, *_: object) -> None:
        _has_foreign_queue(pool)
        _count(pool._inqueue, length)

    call_after(module.ApplyResult, "__init__", count_single)
    call_after(module.MapResult, "__init__", count_map)
    _hook_lazy_tasks(module)


def _has_foreign_queue(pool: "Any") -> bool:
    """Return whether the queues of a pool are joblib's; their making was not noticed.

    Such a pool is reported now. No other class: its queues may be pickled with all they hold.
    """
    tasks = pool._inqueue
    is_foreign = name_class(type(tasks)) in _FOREIGN_QUEUES
    if is_foreign and find_counter(tasks) is None:
        report_pool(tasks, pool._outqueue)
    return is_foreign


def _items_of_apply() -> int:
    """Return how many items the call is for which a result is made: joblib gives out batches."""
    for apply in Construction().steps[:1]:
        call = apply.f_locals
        return describe_task(call.get("func"), call.get("args"))[1]
    return 1


def _hook_lazy_tasks(module: "ModuleType") -> None:
    @guarded
    def count_tasks(pool: "Any", job: object, tasks: "list[Any]") -> None:
        if not isinstance(pool._cache.get(job), module.MapResult):
            inqueue = pool._inqueue

            @guarded_tap
            def count(task: "Any") -> None:
                _count(inqueue, describe_task(task[2], task[3])[1])

            tasks[0] = map(count, tasks[0])

    def make(original: "Function") -> "Function":
        def _guarded_task_generation(self: object, job: object, *arguments: object) -> object:
            tasks = [original(self, job, *arguments)]
            count_tasks(self, job, tasks)
            return tasks[0]

        return _guarded_task_generation

    replace(module.Pool, "_guarded_task_generation", make)


def hook_process_executors(module: "ModuleType") -> None:
    """Count each task given to an executor of processes, the standard library's or loky's."""

    def count(_item: object, _future: object, function: object, given: object, *_: object) -> None:
        # Made by `submit`; only its frame knows which executor it is for.
        for submit in Construction().steps[:1]:
            executor = submit.f_locals.get("self")
            tasks = attributes_of(executor).get("_call_queue")
            _count(tasks, describe_task(function, given)[1])

    call_after(module._WorkItem, "__init__", count)


def hook_thread_executors(module: "ModuleType") -> None:
    """Count each task given to an executor of threads; all those of a process count as one."""
    call_after(module._WorkItem, "__init__", _count_for_threads)
    # The attribute that is set last in every version of Python.
    executor = module.ThreadPoolExecutor
    watch_last_attribute(executor, "_thread_name_prefix", guarded(_report_threads))


def _count(tasks: object, items: int) -> None:
    counts = find_counter(tasks)
    if counts is not None and items:
        counts.put(items)


_threads: "list[Counter]" = []
"""The counter for the executors of threads in this process."""
_reported: "list[None]" = []


def _count_for_threads(*_: object) -> None:
    if not _threads:
        _threads.append(counter(identity_of_threads()))
    next(_threads[0].puts)


def _report_threads(_executor: object) -> None:
    if not _reported:
        _reported.append(None)
        report_queue("threads", identity_of_threads(), Construction().name)


def _forget_parent() -> None:
    _threads.clear()
    _reported.clear()


child_resets.append(_forget_parent)
