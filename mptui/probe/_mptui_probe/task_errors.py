"""The exception behind what a library makes of it to send it: with a traceback as text."""

from .function_names import attributes_of, name_class

_WRAPPERS = (
    ("multiprocessing.pool", "ExceptionWithTraceback"),
    ("multiprocess.pool", "ExceptionWithTraceback"),
    ("concurrent.futures.process", "_ExceptionWithTraceback"),
    ("loky.process_executor", "_ExceptionWithTraceback"),
    ("joblib.externals.loky.process_executor", "_ExceptionWithTraceback"),
)


def unwrap_error(error: object) -> object:
    """Return the exception that was raised; None is no exception."""
    raised = find_raised(error)
    return error if raised is None else raised


def find_raised(value: object) -> object:
    """Return the exception in `value` if it is a library's wrapper of one; None else."""
    if name_class(type(value)) not in _WRAPPERS:
        return None
    return attributes_of(value).get("exc")
