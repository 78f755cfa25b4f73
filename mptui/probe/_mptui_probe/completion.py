"""Learning that an object of a library's is complete: it has got the attribute that it gets last.

Without a function of ours around the library's, which a traceback would show. Reading the attribute
costs what it did before, other than with `attributes`; in exchange it must not be missed: an object
that has none yet has this in its place.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class LastAttribute:
    """In a class under the name `name`; calls `completed` with each object that gets one."""

    def __init__(self, name: str, completed: "Callable[[object], None]") -> None:
        self._name = name
        self._completed = completed

    def __set__(self, holder: object, value: object) -> None:
        vars(holder)[self._name] = value
        self._completed(holder)

    def __delete__(self, holder: object) -> None:
        del vars(holder)[self._name]


def notice(owner: type, name: str, completed: "Callable[[object], None]") -> None:
    """Have `completed` called with an object of `owner` whenever its attribute `name` is set."""
    if name not in vars(owner):
        setattr(owner, name, LastAttribute(name, completed))
