"""Short texts of what a task is given and returns, made without running the program's code.

Scalars of exactly a builtin type are spelled out, as far as there is room. Of a container there is
the type and the length, of any other object only the name of its class.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

TEXT_LIMIT_BYTES = 40
FAILURE_LIMIT = 200
"""So many characters of the message of an exception that ends a process."""

_INT_LIMIT_BITS = 130
"""A larger number has more digits than there is room for, and takes long to convert."""

_SCALARS = frozenset((float, bool, complex, type(None)))
_SIZED = frozenset((list, tuple, dict, set, frozenset, bytearray))
_SEQUENCES = (list, tuple)
_ARGUMENTS_LIMIT = 4

# Read in a way that no class or metaclass of the program can intercept.
_name_of: "Callable[[type], str]" = type.__dict__["__name__"].__get__
_qualname_of: "Callable[[type], str]" = type.__dict__["__qualname__"].__get__
_arguments_of = BaseException.__dict__["args"].__get__


def spell(value: "Any") -> str:
    """Return a short text for any value."""
    kind = type(value)
    if kind is str or kind is bytes:
        return _spell_literal(value)
    if kind is int:
        bits = value.bit_length()
        return str(value) if bits <= _INT_LIMIT_BITS else f"int of {bits} bits"
    if kind in _SCALARS:
        return repr(value)
    if kind in _SIZED:
        return f"{kind.__name__} of {len(value)}"
    return _name_of(kind)


def spell_arguments(arguments: "Any") -> str:
    """Return a text for the positional arguments of one call."""
    if type(arguments) not in _SEQUENCES:
        return spell(arguments)
    shown = [spell(argument) for argument in arguments[:_ARGUMENTS_LIMIT]]
    if len(arguments) > len(shown):
        shown.append("…")
    return ", ".join(shown)


def spell_items(items: "Any") -> str:
    """Return a text for a chunk of items, each the only argument of a call."""
    return _spell_ends(items, spell)


def spell_calls(calls: "Any") -> str:
    """Return a text for a chunk of calls, each given by its arguments."""
    return _spell_ends(calls, spell_arguments)


def spell_message(error: object) -> str:
    """Return the message of an exception: its one text, or else a text of its arguments."""
    if not issubclass(type(error), BaseException):
        return ""
    arguments = _arguments_of(error)
    if len(arguments) == 1 and type(arguments[0]) is str:
        return arguments[0][:TEXT_LIMIT_BYTES]
    return spell_arguments(arguments)


def spell_failure(error: BaseException) -> str:
    """Return the message of an exception that ends a process, of which there is only one."""
    arguments = _arguments_of(error)
    if len(arguments) == 1 and type(arguments[0]) is str and type(error) is not KeyError:
        return arguments[0][:FAILURE_LIMIT]
    return spell_arguments(arguments)


def name_error(error: object) -> str:
    """Return the qualified name of the type of an exception."""
    return _qualname_of(type(error))


def to_bytes(text: str) -> bytes:
    """Encode as much of `text` as there is room for, cut between two characters."""
    encoded = text[:TEXT_LIMIT_BYTES].encode("utf-8", "replace")
    return encoded[:TEXT_LIMIT_BYTES].decode("utf-8", "ignore").encode()


def _spell_literal(value: "str | bytes") -> str:
    if len(value) <= TEXT_LIMIT_BYTES:
        return repr(value)
    return repr(value[:TEXT_LIMIT_BYTES])[:-1] + "…"


def _spell_ends(chunk: "Any", spell_one: "Callable[[object], str]") -> str:
    if type(chunk) not in _SEQUENCES or not chunk:
        return spell(chunk)
    first = spell_one(chunk[0])
    if len(chunk) == 1:
        return first
    half = TEXT_LIMIT_BYTES // 2 - 3
    return f"{first[:half]} … {spell_one(chunk[-1])[:half]}"
