"""Tasks that a pool throws away when it is terminated before they are done.

`with Pool() as pool:` terminates it in the end, and so does the end of the program. It is seen
where the pool calls `_terminate_pool`, which has the results that are still to come.
"""

import sys

from .. import report
from ..function_names import attributes_of
from ..guard import guarded
from ..queues.item_counts import find_counter, identity_of_threads
from .unasked_failures import pools_asked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from .. import Value
    from ..replacing import Function

_FRAMES_TO_SEARCH = 12


class Terminating:
    """In the place of the class method that terminates a pool: takes a step before it is called.

    What it gives is a class: to make an instance the interpreter calls one function after the
    other, without a frame around the second.
    """

    def __init__(self, method: "Any", step: "Function") -> None:
        self._method = method
        self._step = step

    def __get__(self, holder: object, owner: "type | None" = None) -> object:
        step = self._step
        function = self._method.__get__(holder, owner)

        def __new__(_kind: type, *arguments: object, **_options: object) -> object:  # noqa: N807
            step(arguments)
            return nothing

        marks = {"__new__": __new__, "__init__": staticmethod(function)}
        kind = type("_terminate_pool", (), marks)
        nothing: object = object.__new__(kind)
        return kind


def hook_pools(module: "ModuleType") -> None:
    """Report what pools throw away."""
    method = vars(module.Pool)["_terminate_pool"]
    if type(method) is not Terminating:
        module.Pool._terminate_pool = Terminating(method, guarded(_report_discarded))


def _report_discarded(arguments: "tuple[Any, ...]") -> None:
    tasks, results = arguments[1], arguments[-1]
    items = sum([_items_left(result) for result in tuple(results.values())])
    how = _how() if items else ""
    if how:
        counts = find_counter(tasks)
        queue = identity_of_threads() if counts is None else counts.identity
        fields: dict[str, Value] = {
            "queue": queue,
            "items": items,
            "how": how,
            "asked": int(pools_asked[0]),
        }
        report("discarded", fields)


def _items_left(result: object) -> int:
    """Return how many items of work are not done.

    What is asked for one after the other may be left off at any time: it counts only where nothing
    was taken of it.
    """
    known = attributes_of(result)
    if "_event" in known:
        left, size = known.get("_number_left"), known.get("_chunksize")
        if type(left) is not int or type(size) is not int:
            return 1
        values = known.get("_value")
        return min(left * size, len(values)) if type(values) is list else left * size
    length, waiting = known.get("_length"), known.get("_items")
    if type(length) is not int or waiting is None or known.get("_index") != len(waiting):
        return 0
    return max(length - len(waiting), 0)


def _how() -> str:
    """Return what terminates the pool; "" if an exception does, which the program knows of."""
    frame = sys._getframe(1)
    how = "collected"
    for _ in range(_FRAMES_TO_SEARCH):
        name = frame.f_code.co_name
        if name == "__exit__" and "exc_type" in frame.f_locals:
            return "with" if frame.f_locals["exc_type"] is None else ""
        if name == "terminate":
            how = "terminate"
        elif name == "_run_finalizers":
            return "exit"
        if frame.f_back is None:
            break
        frame = frame.f_back
    return how
