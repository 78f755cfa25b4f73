"""An attribute of a library's objects: kept where it is without us, and told when it is set.

An attribute, because whoever is interrupted or fails inside a function of the library would see a
wrapped one in the traceback.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Attribute:
    """In the class `owner` under the name `name`; calls `told` with the object and its value."""

    def __init__(
        self, owner: type, name: str, told: "Callable[[dict[str, object], object], None]"
    ) -> None:
        self._owner = owner.__name__
        self._name = name
        self._told = told

    def __get__(self, holder: object, owner: "type | None" = None) -> object:
        name = self._name
        if holder is None:
            raise AttributeError(f"type object {self._owner!r} has no attribute {name!r}")
        try:
            return vars(holder)[name]
        except KeyError:
            message = f"{self._owner!r} object has no attribute {name!r}"
            raise AttributeError(message) from None

    def __set__(self, holder: object, value: object) -> None:
        vars(holder)[self._name] = value
        self._told(vars(holder), value)

    def __delete__(self, holder: object) -> None:
        del vars(holder)[self._name]


def watch(owner: type, name: str, told: "Callable[[dict[str, object], object], None]") -> None:
    """Have `told` called with the attributes of an object of `owner` whenever `name` is set."""
    if name not in vars(owner):
        setattr(owner, name, Attribute(owner, name, told))
