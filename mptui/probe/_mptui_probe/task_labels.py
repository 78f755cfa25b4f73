"""What a task is: the function that the program wrote, and how many items of work it is given.

Libraries hand over more than that: chunks of items, and callables around callables. Nothing is held
of what is looked at.
"""

from _functools import partial  # type: ignore[import-not-found]

from .function_names import FUNCTION, attributes_of, name_class, name_function
from .task_texts import spell_arguments, spell_calls, spell_items

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .function_names import Name

    Task = tuple[Name, int, Callable[[Any], str], object]
    """The name of the function, the number of items, what makes a text of them, and the items."""

_LAYERS: "dict[Name, str]" = {
    ("joblib._utils", "_TracebackCapturingWrapper"): "func",
    ("joblib.externals.loky.cloudpickle_wrapper", "CallableObjectWrapper"): "_obj",
    ("loky.cloudpickle_wrapper", "CallableObjectWrapper"): "_obj",
}
"""A library's class of callables, and where each keeps the one that it calls."""
_LAYERS_TO_UNWRAP = 8
_SEQUENCES = (list, tuple)

_EXECUTOR_CHUNKS = (
    ("concurrent.futures.process", "_process_chunk"),
    ("loky.process_executor", "_process_chunk"),
    ("joblib.externals.loky.process_executor", "_process_chunk"),
)
_BATCH = ("joblib.parallel", "BatchedCalls")
_IN_CONTEXT = (None, "Context.run")
"""What `asyncio.to_thread` has called, and any copy of a context."""


def look(function: "Any", arguments: "Any") -> "Task":
    """Say what the call of `function` with `arguments` is as a task."""
    if type(function) is FUNCTION:
        name = function.__module__, function.__qualname__
        look_at_chunk = _CHUNKS.get(name)
        if look_at_chunk is None:
            return name, 1, spell_arguments, arguments
        return look_at_chunk(*arguments[0])
    return _look_at_object(function, arguments, _LAYERS_TO_UNWRAP)


def _look_at_object(function: "Any", arguments: "Any", layers: int) -> "Task":
    kind = type(function)
    if kind is partial:
        return _look_at_partial(function, arguments)
    name = name_class(kind)
    if name in _LAYERS and layers:
        inner = attributes_of(function).get(_LAYERS[name])
        return _look_at_object(inner, arguments, layers - 1)
    calls = attributes_of(function).get("items") if name == _BATCH else None
    if calls:
        return name_function(calls[0][0]), len(calls), _spell_batch, calls
    return name_function(function), 1, spell_arguments, arguments


def _look_at_partial(function: "Any", arguments: "Any") -> "Task":
    name, given = name_function(function.func), function.args
    if name in _EXECUTOR_CHUNKS:
        return _look_at_calls(given[0], arguments[0])
    if name == _IN_CONTEXT and given:
        return name_function(given[0]), 1, spell_arguments, given[1:]
    others = tuple(arguments) if type(arguments) in _SEQUENCES else ()
    return name, 1, spell_arguments, given + others


def _look_at_items(function: object, items: "Any") -> "Task":
    return name_function(function), len(items), spell_items, items


def _look_at_calls(function: object, calls: "Any") -> "Task":
    return name_function(function), len(calls), spell_calls, calls


def _spell_batch(calls: "Any") -> str:
    ends = calls if len(calls) == 1 else (calls[0], calls[-1])
    return spell_calls([arguments for _, arguments, _ in ends])


_CHUNKS: "dict[Name, Callable[..., Task]]" = {
    ("multiprocessing.pool", "mapstar"): _look_at_items,
    ("multiprocessing.pool", "starmapstar"): _look_at_calls,
    ("multiprocess.pool", "mapstar"): _look_at_items,
    ("multiprocess.pool", "starmapstar"): _look_at_calls,
}
