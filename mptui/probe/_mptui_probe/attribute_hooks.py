"""Calls back when an attribute of a library's object is set, for example a process's `returncode`.

An attribute, where wrapping a method is no choice: if the program is interrupted or fails inside a
method, a wrapper would show in its traceback. The value is kept where it is without the probe.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class WatchedAttribute:
    """In the class `owner` under the name `name`; calls back with the object's attributes.

    It looks like the attribute that it stands for, and each reading of it costs a call.
    """

    def __init__(
        self,
        owner: type,
        name: str,
        callback: "Callable[[dict[str, object], object], None]",
        on_read: "Callable[[dict[str, object], object], None]",
    ) -> None:
        self._owner = owner.__name__
        self._name = name
        self._callback = callback
        self._on_read = on_read

    def __get__(self, holder: object, owner: "type | None" = None) -> object:
        name = self._name
        if holder is None:
            raise AttributeError(f"type object {self._owner!r} has no attribute {name!r}")
        try:
            value = vars(holder)[name]
        except KeyError:
            message = f"{self._owner!r} object has no attribute {name!r}"
            raise AttributeError(message) from None
        if value:
            self._on_read(vars(holder), value)
        return value

    def __set__(self, holder: object, value: object) -> None:
        vars(holder)[self._name] = value
        self._callback(vars(holder), value)

    def __delete__(self, holder: object) -> None:
        del vars(holder)[self._name]


class SetAttribute:
    """In a class under the name `name`; calls back with the object's attributes when it is set.

    Without `__get__`, reading the attribute costs nearly what it does without the probe; a pool's
    threads read some for every result. In exchange an object that does not have it yet shows this
    descriptor in its place. With `on_read` a `WatchedAttribute` takes over as soon as there is a
    value whose reading matters.
    """

    def __init__(
        self,
        owner: type,
        name: str,
        callback: "Callable[[dict[str, object], object], None]",
        on_read: "Callable[[dict[str, object], object], None] | None" = None,
    ) -> None:
        self._owner = owner
        self._name = name
        self._callback = callback
        self._on_read = on_read

    def __set__(self, holder: object, value: object) -> None:
        vars(holder)[self._name] = value
        if value and self._on_read is not None:
            watched = WatchedAttribute(self._owner, self._name, self._callback, self._on_read)
            setattr(self._owner, self._name, watched)
        self._callback(vars(holder), value)

    def __delete__(self, holder: object) -> None:
        del vars(holder)[self._name]


class LastAttribute:
    """In a class under the name `name`, which is set last of all; calls back with the object.

    Without `__get__`, reading the attribute costs what it does without the probe; in exchange an
    object that does not have it yet shows this descriptor in its place.
    """

    def __init__(self, name: str, callback: "Callable[[object], None]") -> None:
        self._name = name
        self._callback = callback

    def __set__(self, holder: object, value: object) -> None:
        vars(holder)[self._name] = value
        self._callback(holder)

    def __delete__(self, holder: object) -> None:
        del vars(holder)[self._name]


def watch_attribute(
    owner: type,
    name: str,
    callback: "Callable[[dict[str, object], object], None]",
    on_read: "Callable[[dict[str, object], object], None] | None" = None,
) -> None:
    """Have `callback` called each time the attribute `name` of an object of `owner` is set.

    It is given all attributes of the object, and the value; so is `on_read`, each time that a value
    other than nothing is read. Only for an attribute that nothing reads before it is set.
    """
    if name not in vars(owner):
        setattr(owner, name, SetAttribute(owner, name, callback, on_read))


def watch_last_attribute(owner: type, name: str, callback: "Callable[[object], None]") -> None:
    """Have `callback` called with each object of `owner` that gets its attribute `name`.

    Only for an attribute that nothing reads before it is set.
    """
    if name not in vars(owner):
        setattr(owner, name, LastAttribute(name, callback))


class ReadAttribute:
    """In a class under the name `name`; calls back with the object before it is read."""

    def __init__(self, owner: type, name: str, callback: "Callable[[object], None]") -> None:
        self._owner = owner.__name__
        self._name = name
        self._callback = callback

    def __get__(self, holder: object, owner: "type | None" = None) -> object:
        name = self._name
        if holder is None:
            raise AttributeError(f"type object {self._owner!r} has no attribute {name!r}")
        try:
            value = vars(holder)[name]
        except KeyError:
            message = f"{self._owner!r} object has no attribute {name!r}"
            raise AttributeError(message) from None
        self._callback(holder)
        return value

    def __set__(self, holder: object, value: object) -> None:
        vars(holder)[self._name] = value

    def __delete__(self, holder: object) -> None:
        del vars(holder)[self._name]


def watch_reads(owner: type, name: str, callback: "Callable[[object], None]") -> None:
    """Have `callback` called with an object of `owner` each time its attribute `name` is read.

    So the probe learns of a step that a function of a library takes on its way, and is no longer
    there when the function goes on.
    """
    if name not in vars(owner):
        setattr(owner, name, ReadAttribute(owner, name, callback))
