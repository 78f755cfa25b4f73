"""Hooks that count the items of work that the program gives to pools and executors.

Counted where a library makes an object for what it is given, which is once and at once: who fails
or is interrupted in a submission, or in an iterable of the program's, sees no frame of ours.
"""

from .completion import notice
from .containment import contained, looking_on
from .counts import counter, identity_of_threads
from .creations import Creation
from .function_names import attributes_of
from .mappings import forgetters
from .queues import find_counter, tell_queue
from .replacing import call_after, replace
from .task_labels import look

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from .counts import Counter
    from .replacing import Function


def hook_pool_submissions(module: "ModuleType") -> None:
    """Count a map when its items have been listed, and a lazy one as its items are taken."""

    def take_single(result: object, pool: "Any", *_: object) -> None:
        if type(result) is module.ApplyResult:
            _count(pool._inqueue, 1)

    def take_map(_result: object, pool: "Any", _chunk: object, length: int, *_: object) -> None:
        _count(pool._inqueue, length)

    call_after(module.ApplyResult, "__init__", take_single)
    call_after(module.MapResult, "__init__", take_map)
    _hook_lazy_tasks(module)


def _hook_lazy_tasks(module: "ModuleType") -> None:
    @contained
    def count_tasks(pool: "Any", job: object, tasks: "list[Any]") -> None:
        if not isinstance(pool._cache.get(job), module.MapResult):
            inqueue = pool._inqueue

            @looking_on
            def count(task: "Any") -> None:
                _count(inqueue, look(task[2], task[3])[1])

            tasks[0] = map(count, tasks[0])

    def make(original: "Function") -> "Function":
        def _guarded_task_generation(self: object, job: object, *arguments: object) -> object:
            tasks = [original(self, job, *arguments)]
            count_tasks(self, job, tasks)
            return tasks[0]

        return _guarded_task_generation

    replace(module.Pool, "_guarded_task_generation", make)


def hook_process_submissions(module: "ModuleType") -> None:
    """Count each task given to an executor of processes, the standard library's or loky's."""

    def take(_item: object, _future: object, function: object, given: object, *_: object) -> None:
        # Made by `submit`, which alone knows for whom.
        for submit in Creation().steps[:1]:
            executor = submit.f_locals.get("self")
            _count(attributes_of(executor).get("_call_queue"), look(function, given)[1])

    call_after(module._WorkItem, "__init__", take)


def hook_thread_submissions(module: "ModuleType") -> None:
    """Count each task given to an executor of threads; all those of a process are one."""
    call_after(module._WorkItem, "__init__", _take_for_threads)
    # The last that it sets in every version of Python.
    notice(module.ThreadPoolExecutor, "_thread_name_prefix", contained(_tell_threads))


def _count(tasks: object, items: int) -> None:
    counts = find_counter(tasks)
    if counts is not None and items:
        counts.put(items)


_threads: "list[Counter]" = []
"""What counts for the executors of threads in this process."""
_told: "list[None]" = []


def _take_for_threads(*_: object) -> None:
    if not _threads:
        _threads.append(counter(identity_of_threads()))
    next(_threads[0].puts)


def _tell_threads(_executor: object) -> None:
    if not _told:
        _told.append(None)
        tell_queue("threads", identity_of_threads(), Creation().name)


def _forget_parent() -> None:
    _threads.clear()
    _told.clear()


forgetters.append(_forget_parent)
