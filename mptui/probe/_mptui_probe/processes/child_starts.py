"""Reports each child that this process starts.

The parent does so because a child may end before it can report itself, or have no probe in it.
"""

import os
import posix

from .. import report
from ..guard import guarded
from ..replacing import BuiltinReplacement
from .child_environments import keep_in_mapping, put_back, restore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from .. import Value
    from ..replacing import Function


_ENVIRONMENT = 2
"""Which argument of `posix_spawn` is the environment of the child."""


def report_child_start(pid: object, fields: "dict[str, Value]") -> None:
    """Report that this process started the child `pid`."""
    if type(pid) is int and pid > 0:
        report("made", {"by": posix.getpid(), **fields}, pid)


class Spawn(BuiltinReplacement):
    """In the place of a function that starts a program and returns the child's pid.

    Args:
        original: the function.
        report_child: called with the pid and the arguments of the function.
        keep: keeps the probe in the environment, an argument of this index.
        index: the index.
    """

    def __init__(
        self,
        original: "Function",
        report_child: "Callable[[object, tuple[object, ...]], None]",
        keep: "Callable[[list[object], int], None]",
        index: int,
    ) -> None:
        super().__init__(original)
        self._report_child = guarded(report_child)
        self._keep, self._put_back = guarded(keep), guarded(put_back)
        self._index = index

    def __call__(self, *arguments: object, **options: object) -> object:
        given = list(arguments)
        if len(given) > self._index:
            self._keep(given, self._index)
        try:
            pid = self.__wrapped__(*given, **options)
        finally:
            if restore:
                self._put_back()
        self._report_child(pid, arguments)
        return pid


def replace_spawn(
    owner: "ModuleType",
    name: str,
    report_child: "Callable[[object, tuple[object, ...]], None]",
    keep: "Callable[[list[object], int], None]",
    index: int,
) -> object:
    """Put a `Spawn` in the place of the function `name` of `owner`, once; return it."""
    original = getattr(owner, name)
    if not isinstance(original, Spawn):
        setattr(owner, name, Spawn(original, report_child, keep, index))
    return getattr(owner, name)


def hook_posix_spawn(_signal: "ModuleType") -> None:
    """Replace `os.posix_spawn` and `os.posix_spawnp`."""
    for name in ("posix_spawn", "posix_spawnp"):
        # The same object in both modules, so that it pickles by reference.
        spawn = replace_spawn(posix, name, _report_spawned, keep_in_mapping, _ENVIRONMENT)
        setattr(os, name, spawn)


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
