"""The name of a callable: the module and the qualified name of the function behind it.

No code of the program runs to find it, whatever the callable is.
"""

from _functools import partial  # type: ignore[import-not-found]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Name = tuple["str | None", str]
    """The module of a function, and its qualified name."""

FUNCTION = type(lambda: None)
_METHOD = type((lambda: None).__get__(0))
_NAMED = (FUNCTION, type(len), type(list.append), type(object.__init__))
_LAYERS_TO_UNWRAP = 8

# Read in a way that no metaclass of the program can intercept.
_qualname_of = type.__dict__["__qualname__"].__get__
_module_of = type.__dict__["__module__"].__get__


def name_function(target: "Any") -> "Name":
    """Name the function behind `target`, or its class where there is none."""
    if type(target) is FUNCTION:
        return target.__module__, target.__qualname__
    for _ in range(_LAYERS_TO_UNWRAP):
        kind = type(target)
        if kind is partial:
            target = target.func
        elif kind is _METHOD:
            target = target.__func__
        else:
            break
    if type(target) in _NAMED:
        module = getattr(target, "__module__", None)
        return module if type(module) is str else None, target.__qualname__
    if issubclass(type(target), type):
        return name_class(target)
    return _name_behind(target) or name_class(type(target))


def name_class(kind: type) -> "Name":
    """Name a class."""
    module = _module_of(kind)
    return module if type(module) is str else None, _qualname_of(kind)


def attributes_of(thing: object) -> "dict[str, Any]":
    """Return the attributes that an object itself holds, without running code of its class."""
    try:
        attributes = object.__getattribute__(thing, "__dict__")
    except AttributeError:
        return {}
    return attributes if type(attributes) is dict else {}


def _name_behind(target: object) -> "Name | None":
    """Return the name of the function that a cache or a decorator made `target` look like."""
    attributes = attributes_of(target)
    module, name = attributes.get("__module__"), attributes.get("__qualname__")
    return (module, name) if type(module) is str and type(name) is str else None
