"""A short text of an item, read from the bytes in which a queue sends it.

Nothing is unpickled for it, so no code of the program runs and no object of it is held. Scalars are
spelled out, a tuple by the scalar that comes first in it; of anything else there is its kind, if
the bytes show that plainly.
"""

from _struct import Struct

from .task_texts import TEXT_LIMIT_BYTES, spell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Found = tuple[Any, int]
    """A scalar, and where what follows it begins."""

_PROTO, _FRAME, _STOP = 0x80, 0x95, 0x2E
_FRAME_BYTES = 8
_SENTINEL_BYTES, _SENTINEL_AT, _SENTINEL = 4, 2, b"N."
_MARK, _MEMOIZE = 0x28, 0x94
_PUTS = {0x94: 1, 0x71: 2, 0x72: 5}
"""What numbers an object so that it can be referred to: by opcode, its length."""

_CONSTANTS = {0x4E: None, 0x88: True, 0x89: False}
_INTEGERS = {0x4B: (1, False), 0x4D: (2, False), 0x4A: (4, True)}
_LONG, _FLOAT = 0x8A, 0x47
_DOUBLE = Struct(">d")
_TEXTS = {0x8C: 1, 0x58: 4, 0x8D: 8}
_BYTES = {0x43: 1, 0x42: 4, 0x8E: 8}
"""By opcode: how many bytes of a number say how long the text is."""
_KINDS = {0x5D: "list", 0x7D: "dict", 0x8F: "set", 0x96: "bytearray", 0x29: "tuple of 0"}
_FROZENSET_END, _TUPLE_END = 0x91, 0x74
_TUPLES = {0x85: 1, 0x86: 2, 0x87: 3}
_GLOBAL, _GET = 0x93, 0x68
_NEW_INSTANCE = b"\x94)\x81"
_MOST_SPELLED_BYTES = 4 * (TEXT_LIMIT_BYTES + 1)
"""More than will be shown, however many bytes a letter takes."""


def is_sentinel(data: bytes) -> bool:
    """Return whether it is None, which by custom tells a worker to end."""
    return len(data) == _SENTINEL_BYTES and data[_SENTINEL_AT:] == _SENTINEL


def spell_item(data: bytes) -> str:
    """Return a text for the item in a message of a queue; "" where there is nothing to say."""
    try:
        return _spell(data)
    except (IndexError, ValueError):
        return ""  # The program may send what is no pickle.


def _spell(data: bytes) -> str:
    at = _skip_header(data)
    found = _read_scalar(data, at)
    if found is not None and data[found[1]] == _STOP:
        return spell(found[0])
    end = data[-3] if data[-2] == _MEMOIZE else data[-2]
    if end in _TUPLES or (end == _TUPLE_END and data[at] == _MARK):
        return _spell_tuple(data, at + (end == _TUPLE_END), _TUPLES.get(end))
    if data[at] == _MARK:
        return "frozenset" if end == _FROZENSET_END else ""
    return _KINDS.get(data[at]) or _name_class(data, found)


def _skip_header(data: bytes) -> int:
    at = 2 if data[0] == _PROTO else 0
    return at + 1 + _FRAME_BYTES if data[at] == _FRAME else at


def _spell_tuple(data: bytes, at: int, size: "int | None") -> str:
    found = _read_scalar(data, at)
    if found is None or _find_global(data, found) is not None:
        return "tuple" if size is None else f"tuple of {size}"
    return spell(found[0]) if size == 1 else f"{spell(found[0])}, …"


def _name_class(data: bytes, found: "Found | None") -> str:
    """Name the class of an instance; "" for what is made in another way than by its class."""
    name = None if found is None else _find_global(data, found)
    if name is None or not data.startswith(_NEW_INSTANCE, name[1]):
        return ""
    return str(name[0])


def _find_global(data: bytes, module: "Found") -> "Found | None":
    """Return the name of a class or function, if `module` is the module that it is from."""
    if type(module[0]) is not str:
        return None
    at = module[1]
    # A name that is the same as the module's is not written again.
    name = (module[0], at + 2) if data[at] == _GET else _read_scalar(data, at)
    if name is None or type(name[0]) is not str or data[name[1]] != _GLOBAL:
        return None
    return name[0], name[1] + 1


def _read_scalar(data: bytes, at: int) -> "Found | None":
    code = data[at]
    at += 1
    if code in _CONSTANTS:
        return _CONSTANTS[code], at
    if code in _INTEGERS:
        size, is_signed = _INTEGERS[code]
        return int.from_bytes(data[at : at + size], "little", signed=is_signed), at + size
    if code == _LONG:
        size = data[at]
        return int.from_bytes(data[at + 1 : at + 1 + size], "little", signed=True), at + 1 + size
    if code == _FLOAT and len(data) - at >= _DOUBLE.size:
        return _DOUBLE.unpack_from(data, at)[0], at + _DOUBLE.size
    return _read_text(data, code, at)


def _read_text(data: bytes, code: int, at: int) -> "Found | None":
    width = _TEXTS.get(code) or _BYTES.get(code)
    if width is None:
        return None
    start = at + width
    end = start + int.from_bytes(data[at:start], "little")
    raw = data[start : min(end, start + _MOST_SPELLED_BYTES)]
    after = end + _PUTS.get(data[end], 0)
    return (raw.decode("utf-8", "replace") if code in _TEXTS else raw), after
