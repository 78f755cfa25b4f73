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
_SLOT = type(FUNCTION.__globals__)  # type: ignore[attr-defined]
_CALLABLES = (*_NAMED, _METHOD, partial, type)
_LAYERS_TO_UNWRAP = 8
_WRAPPER = "wrap"
"""What the class of a callable is called that calls the function it was given: `_FunctionWrapper`
of emcee and of scipy. One that is called otherwise is a function of its own."""
_WRAPPED = ("f", "func", "fn", "function", "_f", "_func", "_fn", "_function", "wrapped", "_wrapped")
"""What such classes call the function."""

# Read in a way that no metaclass of the program can intercept.
_name_of = type.__dict__["__name__"].__get__
_qualname_of = type.__dict__["__qualname__"].__get__
_module_of = type.__dict__["__module__"].__get__


def name_function(target: "Any") -> "Name":
    """Name the function behind `target`, or its class where there is none."""
    if type(target) is FUNCTION:
        return target.__module__, target.__qualname__
    for _ in range(_LAYERS_TO_UNWRAP):
        inner = _inside(target)
        if inner is None:
            break
        target = inner
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


def read_slot(thing: object, name: str) -> object:
    """Return what is in a slot of an object, None where its class has no such slot, or no value."""
    for kind in type.__dict__["__mro__"].__get__(type(thing)):
        slot = type.__dict__["__dict__"].__get__(kind).get(name)
        if type(slot) is _SLOT:
            try:
                return slot.__get__(thing)
            except AttributeError:
                return None
    return None


def _inside(target: "Any") -> object:
    """Return what a partial call, a method or a wrapper calls; None for anything else."""
    kind = type(target)
    if kind is partial:
        return target.func
    if kind is _METHOD:
        return target.__func__
    # A function that a decorator made a wrapper look like is named in its attributes.
    if not _is_wrapper(kind) or _name_behind(target) is not None:
        return None
    attributes = attributes_of(target)
    parts = [attributes[name] for name in _WRAPPED if name in attributes]
    found = [part for part in parts if type(part) in _CALLABLES or _is_wrapper(type(part))]
    return found[0] if len(found) == 1 else None


def _is_wrapper(kind: type) -> bool:
    return _WRAPPER in _name_of(kind).lower()


def _name_behind(target: object) -> "Name | None":
    """Return the name of the function that a cache or a decorator made `target` look like."""
    attributes = attributes_of(target)
    module, name = attributes.get("__module__"), attributes.get("__qualname__")
    return (module, name) if type(module) is str and type(name) is str else None
