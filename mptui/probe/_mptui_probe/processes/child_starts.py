"""Reports each child that this process starts.

The parent does so because a child may end before it can report itself, or have no probe in it.
"""

import os
import posix

from .. import report
from ..guard import guarded
from ..replacing import BuiltinReplacement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from .. import Value
    from ..replacing import Function


def report_child_start(pid: object, fields: "dict[str, Value]") -> None:
    """Report that this process started the child `pid`."""
    if type(pid) is int and pid > 0:
        report("made", {"by": posix.getpid(), **fields}, pid)


class Spawn(BuiltinReplacement):
    """In the place of a function that starts a program and returns the child's pid.

    Args:
        original: the function.
        report_child: called with the pid and the arguments of the function.
    """

    def __init__(
        self, original: "Function", report_child: "Callable[[object, tuple[object, ...]], None]"
    ) -> None:
        super().__init__(original)
        self._report_child = guarded(report_child)

    def __call__(self, *arguments: object, **options: object) -> object:
        pid = self.__wrapped__(*arguments, **options)
        self._report_child(pid, arguments)
        return pid


def replace_spawn(
    owner: "ModuleType", name: str, report_child: "Callable[[object, tuple[object, ...]], None]"
) -> object:
    """Put a `Spawn` in the place of the function `name` of `owner`, once; return it."""
    original = getattr(owner, name)
    if not isinstance(original, Spawn):
        setattr(owner, name, Spawn(original, report_child))
    return getattr(owner, name)


def hook_posix_spawn(_signal: "ModuleType") -> None:
    """Replace `os.posix_spawn` and `os.posix_spawnp`."""
    for name in ("posix_spawn", "posix_spawnp"):
        # The same object in both modules, so that it pickles by reference.
        setattr(os, name, replace_spawn(posix, name, _report_spawned))


def _report_spawned(pid: object, arguments: "tuple[object, ...]") -> None:
    report_child_start(pid, {"argv": texts_of(arguments[1]) if len(arguments) > 1 else None})


def texts_of(command: object) -> "list[str] | None":
    """Return a command line as text; None for an iterator, which reading would use up."""
    if type(command) not in (list, tuple):
        return None
    return [_text(argument) for argument in command]  # type: ignore[attr-defined]


def _text(argument: object) -> str:
    kind = type(argument)
    if kind is bytes:
        return argument.decode("utf-8", "surrogateescape")  # type: ignore[attr-defined, no-any-return]
    if kind is str or kind.__module__.partition(".")[0] == "pathlib":
        return str(argument)
    return kind.__name__
