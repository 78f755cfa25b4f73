"""Hooks for `os.execv` and `os.execve`: what a forked child, which looks like its parent, becomes.

Without the report a child that runs for less than half a second would keep its parent's name. All
of Python's other ways to exec in place lead to these two.
"""

import posix
import sys

from .. import report
from ..guard import guarded
from ..replacing import BuiltinReplacement, replace_builtins
from .child_starts import texts_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..replacing import Function


class Exec(BuiltinReplacement):
    """In the place of `os.execv` or `os.execve`."""

    def __init__(self, original: "Function") -> None:
        super().__init__(original)
        self._report, self._take_back = guarded(_report_exec), guarded(_take_back)

    def __call__(self, *arguments: object, **options: object) -> object:
        self._report(*arguments)
        try:
            return self.__wrapped__(*arguments, **options)
        except OSError:
            self._take_back(*arguments)
            raise


def hook_exec_calls() -> None:
    """Replace both."""
    replace_builtins(("execv", "execve"), Exec)


def _report_exec(path: object = None, command: object = None, *_: object) -> None:
    if _can_be_run(path):
        report("exec", {"argv": texts_of(command)})


def _take_back(path: object = None, *_: object) -> None:
    if _can_be_run(path):
        report("exec", {"argv": getattr(sys, "orig_argv", None)})  # Python 3.9 has none.


def _can_be_run(path: object) -> bool:
    """Return whether there is such a program: `os.execvp` tries one folder after the other."""
    return type(path) in (str, bytes) and posix.access(path, posix.X_OK)  # type: ignore[arg-type]
