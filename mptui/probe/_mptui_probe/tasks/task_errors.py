"""The exception that was raised, found inside the object in which a library sends it."""

from .. import modules_with
from ..function_names import attributes_of, name_class

_WRAPPERS = {
    *[(module, "ExceptionWithTraceback") for module in modules_with("pool")],
    *[(module, "_ExceptionWithTraceback") for module in modules_with("process_executor")],
}
"""Classes of objects that hold an exception, and its traceback as text."""


def unwrap_error(error: object) -> object:
    """Return the exception that was raised; None if `error` is None."""
    raised = find_raised(error)
    return error if raised is None else raised


def find_returned(result: object) -> object:
    """Return the exception in what Dask returns for a task that failed, otherwise None."""
    if type(result) is not dict or result.get("op") != "task-erred":
        return None
    return result.get("actual_exception")


def find_raised(value: object) -> object:
    """Return the exception in `value` if it is a library's wrapper of one, otherwise None."""
    if name_class(type(value)) not in _WRAPPERS:
        return None
    return attributes_of(value).get("exc")
