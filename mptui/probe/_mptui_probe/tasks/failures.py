"""Hook for workers: what a worker is given, and the exception that ends it.

Only its type and a short text of its message are taken; it is not kept, and none of its code runs.
multiprocessing calls its `_exit_function` while the exception is on its way: there it can be seen
without a frame around the program's own, which would show in its traceback.
"""

import sys

from .. import report
from ..guard import guarded
from ..processes.workers import base_of, before_work, spell_arguments
from . import task_texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from ..replacing import Function


def hook_failures(_process: "ModuleType") -> None:
    """Have each worker report what it is given, and the exception that ends it."""
    if not spell_arguments:
        spell_arguments.append(task_texts.spell_arguments)
        before_work.append(guarded(_watch_failure))


def _watch_failure(process: object) -> None:
    package = base_of(type(process)).__module__.rpartition(".")[0]
    utilities: Any = sys.modules[package + ".util"]
    original = utilities._exit_function
    if not hasattr(original, "__mptui__"):
        utilities._exit_function = _after(guarded(_report_failure), original)


def _report_failure() -> None:
    error = sys.exc_info()[1]
    if error is None or isinstance(error, SystemExit):
        return
    message = task_texts.spell_failure(error)
    name = task_texts.name_error(error)
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
