"""What the probe says: records, each one JSON object on one ASCII line of at most 4096 bytes.

A record names its kind in "probe" and the process it is about in "pid". It goes through the FIFO
`events` of the run folder by one open, one atomic write and one close: no descriptor stays open,
and nothing ever waits. A record that cannot be delivered is counted, and the count is told later.
The text is made by hand, because importing json costs more than everything else the probe does.
"""

import posix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Value = str | int | Sequence[str] | None

RECORD_LIMIT_BYTES = 4096
_STRING_LIMIT_BYTES = 300
_LIST_LIMIT_BYTES = 2600
_CHARACTER_LIMIT_BYTES = 12  # A character outside the basic plane: two \uXXXX.
_ELLIPSIS = "\\u2026"
_OPEN_FLAGS = posix.O_WRONLY | posix.O_NONBLOCK | posix.O_CLOEXEC


class Fifo:
    """The way to the supervisor, and what did not get through it."""

    def __init__(self) -> None:
        self.path = ""
        self.dropped = 0
        self._writing: list[None] = []

    def send(self, record: bytes) -> bool:
        """Write one record, and tell whether it was taken."""
        self._writing.append(None)
        try:
            descriptor = posix.open(self.path, _OPEN_FLAGS)
            try:
                posix.write(descriptor, record)
            finally:
                posix.close(descriptor)
        except OSError:
            return False
        finally:
            self._writing.pop()
        return True

    def forget_parent(self) -> None:
        """Begin anew in a forked child, whose parent's other threads may have been writing."""
        self.dropped = 0
        if self._writing:
            self._writing.clear()
            self._close_inherited()

    def _close_inherited(self) -> None:
        for name in posix.listdir("/proc/self/fd"):
            if self._leads_here(int(name)):
                posix.close(int(name))

    def _leads_here(self, descriptor: int) -> bool:
        try:
            ours, other = posix.stat(self.path), posix.fstat(descriptor)
        except OSError:
            return False  # No run folder, or the descriptor that listed the folder.
        return (ours.st_dev, ours.st_ino) == (other.st_dev, other.st_ino)


fifo = Fifo()


def tell(kind: str, fields: "Mapping[str, Value]", pid: "int | None" = None) -> None:
    """Send a record about `pid`, or about this process; fields that are None are left out."""
    this = posix.getpid()
    count = fifo.dropped
    if count and fifo.send(encode("dropped", this, {"count": count})):
        fifo.dropped -= count
    if not fifo.send(encode(kind, this if pid is None else pid, fields)):
        fifo.dropped += 1


def encode(kind: str, pid: int, fields: "Mapping[str, Value]") -> bytes:
    """Make the line of a record."""
    members = [f'"probe":"{kind}","pid":{pid}']
    for name, value in fields.items():
        if value is not None:
            members.append(f'"{name}":{_json(value)}')
    return ("{" + ",".join(members) + "}\n").encode()


def _json(value: "str | int | Sequence[str]") -> str:
    if isinstance(value, str):
        return _json_string(value, _STRING_LIMIT_BYTES)
    if isinstance(value, int):
        return str(int(value))
    return _json_list(value)


def _json_list(texts: "Sequence[str]") -> str:
    members: list[str] = []
    room = _LIST_LIMIT_BYTES
    for text in texts:
        if room < _STRING_LIMIT_BYTES:
            members.append('"' + _ELLIPSIS + '"')
            break
        members.append(_json_string(text, room - _STRING_LIMIT_BYTES // 2))
        room -= len(members[-1]) + 1
    return "[" + ",".join(members) + "]"


def _json_string(text: str, limit_bytes: int) -> str:
    escaped = _escape(text[:limit_bytes])
    if len(text) > limit_bytes or len(escaped) > limit_bytes:
        if len(escaped) > limit_bytes:
            escaped = _escape(text[: limit_bytes // _CHARACTER_LIMIT_BYTES])
        escaped += _ELLIPSIS
    return '"' + escaped + '"'


def _escape(text: str) -> str:
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return text
    return "".join([_escape_character(ord(character)) for character in text])


def _escape_character(code: int) -> str:
    if 0xD800 <= code <= 0xDFFF:
        # An undecodable byte: half a pair is no text for a strict reader, so it is spelled out.
        return f"\\\\u{code:04x}"
    if code > 0xFFFF:
        code -= 0x10000
        return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
    if code in (0x22, 0x5C):
        return "\\" + chr(code)
    return chr(code) if 0x20 <= code < 0x7F else f"\\u{code:04x}"
