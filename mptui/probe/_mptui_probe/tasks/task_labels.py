"""What a task is: the function that the program wrote, and how many items of work it is given.

Libraries send more than that: chunks of items, and callables around callables. Nothing keeps a
reference to any of it.
"""

import sys
from _functools import partial  # type: ignore[import-not-found]

from .. import modules_with
from ..function_names import FUNCTION, attributes_of, name_class, name_function, read_slot
from .task_texts import spell_arguments, spell_calls, spell_items

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..function_names import Name

    Task = tuple[Name, int, Callable[[Any], str], object]
    """The name of the function, the number of items, what spells them as text, and the items."""

_WRAPPERS: "dict[Name, str]" = {
    **{(module, "_TracebackCapturingWrapper"): "func" for module in modules_with("error_wrapper")},
    **{(module, "CallableObjectWrapper"): "_obj" for module in modules_with("callable_wrapper")},
}
"""A library's classes of callables, and the attribute with the callable that each calls."""
_WRAPPERS_LIMIT = 8
_SEQUENCES = (list, tuple)

_EXECUTOR_CHUNKS = {(module, "_process_chunk") for module in modules_with("process_executor")}
_BATCHES = {(module, "BatchedCalls") for module in modules_with("batch")}
_CLOSURES = {
    (module, "run_in_executor_with_context.<locals>.<lambda>")
    for module in modules_with("context_runner")
}
"""Lambdas of Dask that call `func` with `args`."""
_TASK_RUNNERS = {
    (module, function)
    for module in modules_with("task_runner")
    for function in ("_run_task", "_run_task_simple")
}
"""What runs a task of Dask, which it is given first: an object with the function as `func`."""
_TRACERS = {
    (module, function)
    for module in modules_with("task_tracer")
    for function in ("trace_task_ret", "fast_trace_task")
}
"""What runs a task of Celery: it is given the task's name first."""
_IN_CONTEXT = (None, "Context.run")
"""Called with the function by `asyncio.to_thread`, and by programs that copy a context."""


def describe_task(function: "Any", arguments: "Any") -> "Task":
    """Describe the call of `function` with `arguments` as a task."""
    if type(function) is FUNCTION:
        name = function.__module__, function.__qualname__
        describe_chunk = _CHUNKS.get(name)
        if describe_chunk is None:
            if name in _CLOSURES:
                return _describe_closure(function)
            if name in _TRACERS and type(arguments[0]) is str:
                return (None, arguments[0]), 1, spell_arguments, ()
            return name, 1, spell_arguments, arguments
        return describe_chunk(*arguments[0])
    return _describe_object(function, arguments, _WRAPPERS_LIMIT)


def find_chunk(function: "Any") -> object:
    """Return `function` if it is the one by which a library's pools call that of the program."""
    if type(function) is not FUNCTION or function.__module__ not in sys.modules:
        return None
    known = attributes_of(sys.modules[function.__module__]).get(function.__qualname__)
    is_chunk = (function.__module__, function.__qualname__) in _CHUNKS
    return function if is_chunk and known is function else None


def _describe_object(function: "Any", arguments: "Any", wrappers: int) -> "Task":
    kind = type(function)
    if kind is partial:
        return _describe_partial(function, arguments)
    name = name_class(kind)
    if name in _WRAPPERS and wrappers:
        inner = attributes_of(function).get(_WRAPPERS[name])
        return _describe_object(inner, arguments, wrappers - 1)
    calls = attributes_of(function).get("items") if name in _BATCHES else None
    if calls:
        return name_function(calls[0][0]), len(calls), _spell_batch, calls
    return name_function(function), 1, spell_arguments, arguments


def _describe_partial(function: "Any", arguments: "Any") -> "Task":
    name, given = name_function(function.func), function.args
    if name in _EXECUTOR_CHUNKS:
        return _describe_calls(given[0], arguments[0])
    if name == _IN_CONTEXT and given:
        return name_function(given[0]), 1, spell_arguments, given[1:]
    others = tuple(arguments) if type(arguments) in _SEQUENCES else ()
    return name, 1, spell_arguments, given + others


def _describe_closure(function: "Any") -> "Task":
    """Describe what a library's lambda calls: it finds function and arguments where it was made."""
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or ()))
    inner, given = cells["func"].cell_contents, cells["args"].cell_contents
    name = name_function(inner)
    if name in _TASK_RUNNERS and given:
        called = read_slot(given[0], "func")
        if called is not None:
            return name_function(called), 1, spell_arguments, read_slot(given[0], "args")
    return name, 1, spell_arguments, given


def _describe_items(function: object, items: "Any") -> "Task":
    return name_function(function), len(items), spell_items, items


def _describe_calls(function: object, calls: "Any") -> "Task":
    return name_function(function), len(calls), spell_calls, calls


def _spell_batch(calls: "Any") -> str:
    ends = calls if len(calls) == 1 else (calls[0], calls[-1])
    return spell_calls([arguments for _, arguments, _ in ends])


_CHUNKS: "dict[Name, Callable[..., Task]]" = {
    **{(module, "mapstar"): _describe_items for module in modules_with("pool", "billiard_pool")},
    **{
        (module, "starmapstar"): _describe_calls for module in modules_with("pool", "billiard_pool")
    },
}
"""The functions by which pools call the program's function for each item of a chunk."""
