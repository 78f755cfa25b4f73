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
    left = [_items_left(result) for result in tuple(results.values())]
    how = _how() if sum(left) else ""
    # What the program began to take one after the other it may leave off on purpose.
    begun = [_is_begun(result) for result in tuple(results.values())]
    if how not in ("with", "terminate"):
        left = [0 if is_begun else items for items, is_begun in zip(left, begun)]
    items = sum(left)
    if how and items:
        counts = find_counter(tasks)
        queue = identity_of_threads() if counts is None else counts.identity
        fields: dict[str, Value] = {
            "queue": queue,
            "items": items,
            "how": how,
            "asked": int(pools_asked[0] or any(begun)),
        }
        report("discarded", fields)


def _items_left(result: object) -> int:
    """Return how many items of work are not done."""
    known = attributes_of(result)
    if "_event" in known:
        left, size = known.get("_number_left"), known.get("_chunksize")
        if type(left) is not int or type(size) is not int:
            return 1
        values = known.get("_value")
        return min(left * size, len(values)) if type(values) is list else left * size
    length, index = known.get("_length"), known.get("_index")
    if type(length) is not int or type(index) is not int:
        return 0
    return max(length - index, 0)


def _is_begun(result: object) -> bool:
    """Return whether some of what is asked for one after the other was taken."""
    known = attributes_of(result)
    waiting = known.get("_items")
    return "_event" not in known and waiting is not None and known.get("_index") != len(waiting)


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
