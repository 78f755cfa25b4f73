"""Hook for multiprocessing's pools: which tasks a worker runs.

A worker is given copies of its two queues in which one method is another; the queue's own is called
by the interpreter, so that no function of ours is there while it waits.
"""

import posix

from .containment import contained, looking_on
from .function_names import FUNCTION
from .processes import task_loops
from .rings import open_ring
from .task_errors import find_raised, unwrap_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from .replacing import Function
    from .rings import Begin, Finish

    Step = Callable[[Any], None]


def hook_pool(module: "ModuleType") -> None:
    """See the tasks of each worker of a pool."""
    task_loops[f"{module.__name__}.worker"] = contained(_watch_worker)


def _watch_worker(worker: "dict[str, Any]") -> None:
    tasks, results, *others = worker["_args"]
    begin, finish = _make_steps(posix.fstat(tasks._reader.fileno()).st_ino)
    take = map(looking_on(begin), iter(tasks.get, object())).__next__
    give = _in_turn(looking_on(finish), results.put)
    worker["_args"] = (_copy(tasks, "get", take), _copy(results, "put", give), *others)


def _make_steps(serves: int) -> "tuple[Step, Step]":
    begin: Begin | None = None
    finish: Finish | None = None
    is_plain = True

    def begin_task(task: "Any") -> None:
        nonlocal begin, finish, is_plain
        if task is None:
            return  # It ends the worker.
        if begin is None:
            begin, finish = open_ring("pool", serves)
        function = task[2]
        is_plain = type(function) is FUNCTION
        begin(function, task[3])

    def finish_task(message: "Any") -> None:
        if finish is not None:
            is_good, value = message[2]
            if not is_good:
                finish(unwrap_error(value), None)
            else:
                # What joblib puts around a function returns what was raised.
                finish(None if is_plain else find_raised(value), value)

    return begin_task, finish_task


def _in_turn(step: "Function", function: "Function") -> type:
    """Make what calls `step` and then `function` with what it is called with.

    A class, of which the interpreter calls one function after the other to make an instance.
    """

    def __new__(_kind: type, value: object) -> object:  # noqa: N807
        step(value)
        return nothing

    kind = type("in_turn", (), {"__new__": __new__, "__init__": staticmethod(function)})
    nothing: object = object.__new__(kind)
    return kind


def _copy(queue: "Any", name: str, method: object) -> object:
    copy = object.__new__(type(queue))
    vars(copy).update(vars(queue))
    vars(copy)[name] = method
    return copy
