"""What a parent tells of a child it made.

A child may end before it can speak for itself, or never speak at all, having no probe in it.
"""

import os
import posix

from . import tell
from .containment import contained
from .replacing import BuiltinReplacement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from . import Value
    from .replacing import Function


def tell_birth(pid: object, fields: "dict[str, Value]") -> None:
    """Tell that this process made the child `pid`."""
    if type(pid) is int and pid > 0:
        tell("made", {"by": posix.getpid(), **fields}, pid)


class Spawn(BuiltinReplacement):
    """In the place of a function that starts a program and returns the child's pid.

    Args:
        original: the function.
        tell_child: takes the pid and what the function was given.
    """

    def __init__(
        self, original: "Function", tell_child: "Callable[[object, tuple[object, ...]], None]"
    ) -> None:
        super().__init__(original)
        self._tell_child = contained(tell_child)

    def __call__(self, *arguments: object, **options: object) -> object:
        pid = self.__wrapped__(*arguments, **options)
        self._tell_child(pid, arguments)
        return pid


def replace_spawn(
    owner: "ModuleType", name: str, tell_child: "Callable[[object, tuple[object, ...]], None]"
) -> object:
    """Put a `Spawn` in the place of the function `name` of `owner`, once; return it."""
    original = getattr(owner, name)
    if not isinstance(original, Spawn):
        setattr(owner, name, Spawn(original, tell_child))
    return getattr(owner, name)


def hook_posix_spawn() -> None:
    """Put ours in the place of `os.posix_spawn` and `os.posix_spawnp`."""
    for name in ("posix_spawn", "posix_spawnp"):
        # In both modules, so that it pickles by reference.
        setattr(os, name, replace_spawn(posix, name, _tell_spawned))


def _tell_spawned(pid: object, arguments: "tuple[object, ...]") -> None:
    tell_birth(pid, {"argv": texts_of(arguments[1]) if len(arguments) > 1 else None})


def texts_of(command: object) -> "list[str] | None":
    """Return a command line as text; None where it cannot be looked at without using it up."""
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
