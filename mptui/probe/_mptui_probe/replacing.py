"""Puts a function of the probe in the place of a library's or of the interpreter's."""

import os
import posix

from .guard import guarded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Function = Callable[..., object]

_COPIED = ("__module__", "__name__", "__qualname__", "__doc__")


def replace(owner: object, name: str, make: "Callable[[Function], Function]") -> None:
    """Put `make(original)` in the place of the function `name` of `owner`; once.

    The replacement looks like the original, so that it reads the same and pickles by reference. It
    keeps the original as `__wrapped__`, where `inspect.signature` looks.
    """
    original = getattr(owner, name)
    if hasattr(original, "__mptui__"):
        return
    replacement = make(original)
    for attribute in _COPIED:
        setattr(replacement, attribute, getattr(original, attribute))
    replacement.__wrapped__ = original  # type: ignore[attr-defined]
    replacement.__mptui__ = True  # type: ignore[attr-defined]
    setattr(owner, name, replacement)


def call_after(owner: type, name: str, step: "Callable[..., None]") -> None:
    """Have `step` called, guarded, each time the method `name` of `owner` has returned.

    It is given the object and the positional arguments of the call.
    """
    guarded_step = guarded(step)

    def make(original: "Function") -> "Function":
        def method(self: object, *arguments: object, **options: object) -> object:
            result = original(self, *arguments, **options)
            guarded_step(self, *arguments)
            return result

        return method

    replace(owner, name, make)


class BuiltinReplacement:
    """In the place of a function of `posix`; what it does instead is its `__call__`.

    An object that looks like the original: a function would become a method in a class's body.
    """

    def __init__(self, original: "Function") -> None:
        self.__wrapped__ = original
        self.__doc__ = original.__doc__
        self.__module__ = original.__module__

    def __getattr__(self, name: str) -> object:
        return getattr(self.__wrapped__, name)

    def __repr__(self) -> str:
        return repr(self.__wrapped__)

    def __reduce__(self) -> str:
        return self.__wrapped__.__name__

    # `os.supports_fd` holds the original, and programs ask whether this is in it. What is wrapped
    # may be another replacement.

    def __eq__(self, other: object) -> bool:
        return other is self or bool(self.__wrapped__ == other)

    def __hash__(self) -> int:
        return hash(self.__wrapped__)


def replace_builtins(names: "tuple[str, ...]", kind: "type[BuiltinReplacement]") -> None:
    """Put a `kind` in the place of each of these functions of `posix` and `os`; once."""
    for name in names:
        original = getattr(posix, name)
        if not isinstance(original, kind):
            # The same object in both modules, so that it pickles by reference.
            replacement = kind(original)
            setattr(posix, name, replacement)
            setattr(os, name, replacement)
