"""The layout of a ring in memory, and the parts that are seldom written.

A ring has a header, counters, a record for each of the latest tasks, texts of some of them, and
labels. All numbers are in the byte order of the machine. A label is kept once, by the text of its
name alone: nothing keeps a reference to an object of the program.
"""

from _struct import Struct

from ..mappings import make_mapping
from .task_texts import name_error, spell, spell_message, to_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Name = tuple["str | None", str]
    """The module of a function, and its qualified name."""
    Spell = Callable[[object], str]

RECORDS = 4096
_TEXTS = 256
_LABELS_BYTES = 1 << 15

_HEADER = Struct("@8sIIIIII")
RUNNING = Struct("@QQII")
"""How many tasks have begun; of the newest: when it began, its label, its number of items."""
RECORD = Struct("@QQIIII")
"""Of a task: when it began and ended, its label, its number of items, the label of its error, the
low bits of its number."""
_TEXT = Struct("@IBBBx120s")
_LENGTH = Struct("@H")
_LABELS_USED = Struct("@I")
_COUNT = Struct("@Q")

_LABELS_USED_AT, RUNNING_AT, RUNNING_SINCE_AT = 24, 64, 72
FINISHED_AT, _FAILED_AT, ITEMS_FINISHED_AT, WORKED_AT, RECORDS_AT = 96, 104, 112, 120, 128
_TEXTS_AT = RECORDS_AT + RECORDS * RECORD.size
_LABELS_AT = _TEXTS_AT + _TEXTS * _TEXT.size
SIZE_BYTES = _LABELS_AT + _LABELS_BYTES

LOW_BITS = 0xFFFFFFFF
_LABEL_LIMIT = 200
UNNAMED_MODULES = (None, "__main__", "__mp_main__")
"""The last is a worker's name for the main module, which it imported again."""
_ANY_ERROR = (None, "Exception")
"""Stands for an error whose name has no room: a failed task must not look like a good one."""

_TEXTS_PER_SECOND = 20
_SECOND_NS = 1_000_000_000


class Page:
    """The memory of a ring, in a file called `name`, made by the process `pid`.

    Raises:
        OSError: there can be none.
    """

    def __init__(self, name: str, pid: int) -> None:
        self.memory = make_mapping(name, SIZE_BYTES)
        head = b"mptring1", pid, RECORDS, _TEXTS, _LABELS_BYTES, 0, 0
        _HEADER.pack_into(self.memory, 0, *head)
        self.labels: dict[Name, int] = {}
        self._labels_used = 0
        self._failed = 0
        self._any_error = self.add_label(_ANY_ERROR)

    def add_label(self, name: "Name") -> int:
        """Write the label of a function or an error; return its number, 0 without room for it."""
        module, qualname = name
        text = qualname if module in UNNAMED_MODULES else f"{module}.{qualname}"
        encoded = text[:_LABEL_LIMIT].encode("utf-8", "replace")
        start = self._labels_used
        end = start + _LENGTH.size + len(encoded)
        if end > _LABELS_BYTES:
            return 0
        at = _LABELS_AT + start
        _LENGTH.pack_into(self.memory, at, len(encoded))
        self.memory[at + _LENGTH.size : _LABELS_AT + end] = encoded
        _LABELS_USED.pack_into(self.memory, _LABELS_USED_AT, end)
        self._labels_used = end
        self.labels[name] = start + 1
        return start + 1

    def count_error(self, error: object) -> int:
        """Count one more task as failed; return the number of the error's label."""
        self._failed += 1
        _COUNT.pack_into(self.memory, _FAILED_AT, self._failed)
        name = None, name_error(error)
        return self.labels.get(name) or self.add_label(name) or self._any_error

    def fail_finished(self, number: int, error: object) -> None:
        """Mark task `number`, the newest, as failed after all: its result could not be sent."""
        if error is None or not number:
            return
        at = RECORDS_AT + (number - 1) % RECORDS * RECORD.size
        began, ended, label, items, known_error, low = RECORD.unpack_from(self.memory, at)
        if not known_error:
            known = began, ended, label, items, self.count_error(error), low
            RECORD.pack_into(self.memory, at, *known)


class Texts:
    """The texts in a ring: of a few tasks per second, and of a few more that fail."""

    def __init__(self, page: Page) -> None:
        self._memory = page.memory
        self._item: bytes | None = None
        self._spell_result: Spell = spell
        self._next_failure_ns = 0
        self._allow_text, self._allow_failure = _allow_some(), _allow_some()

    def begin(self, number: int, began_ns: int, item: str, spell_result: "Spell") -> int:
        """Write what a task is given; return the time from which the next one may have texts."""
        self._item = to_bytes(item)
        self._spell_result = spell_result
        self._write(number, self._item, b"", b"")
        return self._allow_text(began_ns)

    def finish(self, number: int, ended_ns: int, error: object, result: object) -> None:
        """Write the result or the error of a task that has a text already, or that failed."""
        item, self._item = self._item, None
        if error is None:
            self._write(number, item or b"", to_bytes(self._spell_result(result)), b"")
        elif item is not None or ended_ns >= self._next_failure_ns:
            self._write(number, item or b"", b"", to_bytes(spell_message(error)))
            self._next_failure_ns = self._allow_failure(ended_ns)

    def _write(self, number: int, item: bytes, result: bytes, message: bytes) -> None:
        at = _TEXTS_AT + (number - 1) % _TEXTS * _TEXT.size
        sizes = len(item), len(result), len(message)
        _TEXT.pack_into(self._memory, at, number & LOW_BITS, *sizes, item + result + message)


def _allow_some() -> "Callable[[int], int]":
    """Return a function of the time of each text that returns from when the next is allowed."""
    since_ns, count = 0, 0

    def allow(now_ns: int) -> int:
        nonlocal since_ns, count
        if now_ns - since_ns >= _SECOND_NS:
            since_ns, count = now_ns, 0
        count += 1
        return 0 if count < _TEXTS_PER_SECOND else since_ns + _SECOND_NS

    return allow
