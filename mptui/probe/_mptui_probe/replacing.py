"""Putting a function of ours in the place of a library's."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Function = Callable[..., object]

_COPIED = ("__module__", "__name__", "__qualname__", "__doc__")


def replace(owner: object, name: str, make: "Callable[[Function], Function]") -> None:
    """Put `make(original)` in the place of the function `name` of `owner`; once.

    The new one looks like the original, so that it pickles by reference and reads the same, and
    keeps it as `__wrapped__`, where `inspect.signature` looks.
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
