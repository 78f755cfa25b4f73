"""Reports the exception that ends a worker, where it leaves the worker's function.

Only its type and a short text of its message are taken; it is not kept, and none of its code runs.
multiprocessing calls its `_exit_function` while the exception is on its way: there it can be seen
without a frame around the program's own, which would show in its traceback.
"""

import sys

from .. import report
from ..guard import guarded
from ..tasks.task_texts import name_error, spell_failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..replacing import Function


def watch_failure(module: str) -> None:
    """Have the exception reported that ends this worker; `module` defines its class's base."""
    utilities: Any = sys.modules[module.rpartition(".")[0] + ".util"]
    original = utilities._exit_function
    if not hasattr(original, "__mptui__"):
        utilities._exit_function = _after(guarded(_report_failure), original)


def _report_failure() -> None:
    error = sys.exc_info()[1]
    if error is None or isinstance(error, SystemExit):
        return
    message = spell_failure(error)
    name = name_error(error)
    report("failed", {"error": f"{name}: {message}" if message else name})


def _after(step: "Function", function: "Function") -> type:
    """Make a callable that calls `step` and then `function`, without a frame around the second.

    It is a class: to make an instance the interpreter calls one function after the other.
    """

    def __new__(_kind: type) -> object:  # noqa: N807
        step()
        return nothing

    marks = {"__new__": __new__, "__init__": staticmethod(function), "__mptui__": True}
    kind = type("_exit_function", (), marks)
    nothing: object = object.__new__(kind)
    return kind
