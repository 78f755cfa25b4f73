"""Hooks that count the items of work that the program gives to pools and executors.

They are counted where a library makes an object for what it is given, which happens once and at
once: if a submission fails or is interrupted, or an iterable of the program does, the traceback
shows no frame of the probe.
"""

from itertools import chain
from time import monotonic_ns

from .. import child_resets, modules_with, report
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
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from ..queues.item_counts import Counter
    from ..replacing import Function

_LAZY_NS = 300_000_000
"""Tasks that are taken from an iterable for longer than this are reported as being taken."""
_FOREIGN_QUEUES = {
    (module, "CustomizablePicklingQueue") for module in modules_with("pickling_queues")
}


def hook_pools(module: "ModuleType") -> None:
    """Count the items of a map once they have been listed, of a lazy one as they are taken."""

    def count_single(result: object, pool: "Any", *_: object) -> None:
        if type(result) is module.ApplyResult:
            is_batch = _has_foreign_queue(pool) or isinstance(pool, module.ThreadPool)
            count(pool, _items_of_apply() if is_batch else 1)

    def count_map(_result: object, pool: "Any", _chunk: object, length: int, *_: object) -> None:
        _has_foreign_queue(pool)
        count(pool, length)

    def count(pool: "Any", items: int) -> None:
        if isinstance(pool, module.ThreadPool):
            _count_for_threads(items)
        else:
            _count(pool._inqueue, items)

    call_after(module.ApplyResult, "__init__", count_single)
    call_after(module.MapResult, "__init__", count_map)
    _hook_lazy_tasks(module, count)
    watch_last_attribute(module.ThreadPool, "_terminate", guarded(_report_threads))


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


def _hook_lazy_tasks(module: "ModuleType", count: "Callable[[Any, int], None]") -> None:
    @guarded
    def count_tasks(pool: "Any", job: object, tasks: "list[Any]") -> None:
        if not isinstance(pool._cache.get(job), module.MapResult):
            given = _Given(pool, count)
            # The second is empty: it is asked once the first is at its end.
            tasks[0] = chain(map(guarded_tap(given.take), tasks[0]), iter(given.end, None))

    def make(original: "Function") -> "Function":
        def _guarded_task_generation(self: object, job: object, *arguments: object) -> object:
            tasks = [original(self, job, *arguments)]
            count_tasks(self, job, tasks)
            return tasks[0]

        return _guarded_task_generation

    replace(module.Pool, "_guarded_task_generation", make)


class _Given:
    """Tasks that a pool takes from an iterable of the program as it has room for them.

    How many there will be is not known until the end. That is reported where it takes a while.
    """

    def __init__(self, pool: "Any", count: "Callable[[Any, int], None]") -> None:
        self._pool = pool
        self._count = count
        self._report_at_ns = monotonic_ns() + _LAZY_NS
        self._has_reported = False
        self.end = guarded(self._end)

    def take(self, task: "Any") -> None:
        """Count one more task, which may be of several items."""
        self._count(self._pool, describe_task(task[2], task[3])[1])
        if not self._has_reported and monotonic_ns() >= self._report_at_ns:
            self._has_reported = True
            self._report(1)

    def _end(self) -> None:
        if self._has_reported:
            self._report(0)

    def _report(self, more: int) -> None:
        counts = find_counter(self._pool._inqueue)
        queue = identity_of_threads() if counts is None else counts.identity
        report("given", {"queue": queue, "more": more})


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
    call_after(module._WorkItem, "__init__", _count_one_for_threads)
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


def _count_one_for_threads(*_: object) -> None:
    if not _threads:
        _threads.append(counter(identity_of_threads()))
    next(_threads[0].puts)


def _count_for_threads(items: int) -> None:
    if not _threads:
        _threads.append(counter(identity_of_threads()))
    if items:
        _threads[0].put(items)


def _report_threads(_executor: object) -> None:
    if not _reported:
        _reported.append(None)
        report_queue("threads", identity_of_threads(), Construction().name)


def _forget_parent() -> None:
    _threads.clear()
    _reported.clear()


child_resets.append(_forget_parent)
