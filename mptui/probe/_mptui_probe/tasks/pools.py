"""Hooks for the workers of multiprocessing's pools, processes or threads: which tasks each runs.

A worker is given copies of its two queues in which one method is replaced; the interpreter itself
calls the queue's own method, so that no frame of the probe is there while the worker waits.
"""

import posix

from ..function_names import attributes_of
from ..guard import guarded
from ..processes.workers import watch_tasks_of
from ..queues.item_counts import identity_of_threads
from ..replacing import replace
from .rings import watch_calls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from ..replacing import Function

    Step = Callable[[Any], None]


def hook_workers(module: "ModuleType") -> None:
    """Have the tasks of each worker of a pool recorded."""
    watch_tasks_of[f"{module.__name__}.worker"] = guarded(_watch_worker)


def hook_threads(module: "ModuleType") -> None:
    """Have the tasks of each thread of a pool of threads recorded."""
    watch_thread = guarded(_watch_thread)

    def make(original: "Function") -> "Function":
        def Process(*arguments: object, **options: object) -> object:  # noqa: N802
            thread = original(*arguments, **options)
            watch_thread(thread, module.worker)
            return thread

        return Process

    pool = module.ThreadPool
    replace(pool, "Process", make)
    pool.Process = staticmethod(pool.Process)


class _Ends:
    """In the place of a queue of a pool of threads, which has no place for another method."""

    __slots__ = ("get", "put")

    def __init__(self, get: object, put: object) -> None:
        self.get = get
        self.put = put


def _watch_thread(thread: object, run: object) -> None:
    attributes = attributes_of(thread)
    if attributes.get("_target") is run:
        tasks, results, *others = attributes["_args"]
        get, put = _watched(tasks, results, "threads", identity_of_threads())
        attributes["_args"] = (_Ends(get, None), _Ends(None, put), *others)


def _watched(tasks: "Any", results: "Any", executor: str, queue: int) -> "tuple[object, object]":
    """Return what gets a task and what puts its result, both noted by the thread that does so."""
    nothing: list[object] = []
    note_task, note_result = watch_calls(executor, queue, nothing)
    get = map(note_task, iter(tasks.get, object())).__next__
    return get, _pair(note_result, results.put, nothing)


def _watch_worker(worker: "dict[str, Any]") -> None:
    tasks, results, *others = worker["_args"]
    get, put = _watched(tasks, results, "pool", posix.fstat(tasks._reader.fileno()).st_ino)
    worker["_args"] = (_copy(tasks, "get", get), _copy(results, "put", put), *others)


def in_turn(step: "Function", function: "Function") -> type:
    """Make a callable that calls `step` and then `function` with its argument.

    It is a class: to make an instance the interpreter calls one function after the other, without
    a frame around the second.
    """

    def __new__(_kind: type, value: object) -> object:  # noqa: N807
        step(value)
        return nothing[0]

    nothing: list[object] = []
    return _pair(__new__, function, nothing)


def _pair(new: "Function", function: "Function", nothing: "list[object]") -> type:
    kind = type("in_turn", (), {"__new__": new, "__init__": staticmethod(function)})
    nothing.append(object.__new__(kind))
    return kind


def _copy(queue: "Any", name: str, method: object) -> object:
    copy = object.__new__(type(queue))
    vars(copy).update(vars(queue))
    vars(copy)[name] = method
    return copy
