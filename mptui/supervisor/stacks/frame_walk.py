"""Reads the stacks of a process from its memory, a few hundred bytes at a time.

For interpreters whose layout is known; it takes a hundredth of what a general reader takes, which
looks for the interpreter anew in each process, and copies megabytes of it. Nothing is guessed:
every thread has to point back to its interpreter and to be one of the kernel's, every code object
has to be one, every text to be whole. Where anything is not as expected, it says so, and somebody
else has to read the process. It must not stop a process, nor write to it.
"""

from __future__ import annotations

import os
import re
import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.supervisor.linux.process_memory import ProcessMemory, read_maps
from mptui.supervisor.stacks.dynamic_symbols import dynamic_symbols
from mptui.supervisor.stacks.interpreter_layout import TOLD_BYTES, layout_of
from mptui.supervisor.stacks.line_table import line_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.supervisor.stacks.dynamic_symbols import DynamicSymbols
    from mptui.supervisor.stacks.interpreter_layout import Layout

_LIBRARY: Final = re.compile(rb"^libpython3\.[0-9]+[a-z]*\.so")
_RUNTIME: Final = "_PyRuntime"
_VERSION: Final = "Py_Version"
_MAP_FIELDS: Final = 5
_MOST_KNOWN: Final = 64
_MOST_THREADS: Final = 4096
_MOST_FRAMES: Final = 200_000
_MOST_CHARACTERS: Final = 16 * 1024
_MOST_TABLE_BYTES: Final = 4 * 1024 * 1024
_PIECE_BYTES: Final = 4096
_POINTER: Final = struct.Struct("<Q")
_POINTER_BYTES: Final = 8
_MADE_BY_C: Final = 3
"""The owner of a frame that stands for a call from C and has no code."""
_MOST_OWNER: Final = 3
_CODE: Final = b"code\0"
_COMPACT, _ASCII = 1 << 5, 1 << 6
_ENCODINGS: Final = {1: "latin-1", 2: "utf-16-le", 4: "utf-32-le"}
"""By the bytes for a character."""


class UnfamiliarError(Exception):
    """The process is not as expected, or has changed meanwhile."""


class Place(NamedTuple):
    """Where one frame is."""

    file: str
    line: int
    function: str


class WalkedThread(NamedTuple):
    """A thread of Python, and where it is."""

    native_id: int
    places: list[Place]
    """The innermost first."""
    has_gil: bool


class _Code(NamedTuple):
    file: str
    function: str
    first_line: int
    instructions: int
    """Where they begin."""
    table: bytes


class _Interpreter(NamedTuple):
    """Where a process has its interpreter."""

    symbols: DynamicSymbols
    loaded_at: int


_symbols_of: dict[tuple[bytes, bytes], DynamicSymbols] = {}
"""By device and inode of the file."""


def walk_threads(pid: int) -> list[WalkedThread]:
    """Every thread that runs Python in a process.

    Raises:
        UnfamiliarError: somebody else has to read it.
        OSError: it cannot be looked at.
    """
    found = _find_interpreter(pid)
    with ProcessMemory(pid) as memory:
        walk = _Walk(pid, memory)
        runtime = found.symbols.address_of(_RUNTIME, found.loaded_at)
        version = found.symbols.address_of(_VERSION, found.loaded_at)
        if runtime is None or version is None:
            raise UnfamiliarError
        layout = layout_of(walk.number(version), walk.bytes_at(runtime, TOLD_BYTES))
        if layout is None:
            raise UnfamiliarError
        try:
            return walk.threads(layout, runtime)
        except (ValueError, IndexError, struct.error) as error:
            raise UnfamiliarError from error


class _Walk:
    """One process being read.

    Args:
        pid: the process.
        memory: its memory.
    """

    def __init__(self, pid: int, memory: ProcessMemory) -> None:
        self._memory = memory
        self._kernel_threads = set(map(int, os.listdir(f"/proc/{pid}/task")))  # noqa: PTH208
        self._code_type = 0
        self._codes: dict[int, _Code] = {}
        self._places: dict[tuple[int, int], Place] = {}

    def threads(self, layout: Layout, runtime: int) -> list[WalkedThread]:
        """All threads of the one interpreter that there has to be."""
        interpreter = self.number(runtime + layout.interpreters)
        if self.number(runtime + layout.finalizing) or not interpreter:
            raise UnfamiliarError
        if self.number(interpreter + layout.next_interpreter):
            raise UnfamiliarError
        holder = self._gil_holder(layout, runtime, interpreter)
        threads: list[WalkedThread] = []
        state = self.number(interpreter + layout.threads)
        while state:
            content = self.bytes_at(state, layout.native_id + _POINTER_BYTES)
            native_id = _pointer(content, layout.native_id)
            if (
                len(threads) >= _MOST_THREADS
                or _pointer(content, layout.interpreter) != interpreter
                or native_id not in self._kernel_threads
            ):
                raise UnfamiliarError
            places = list(self._frames(layout, _pointer(content, layout.frame)))
            threads.append(WalkedThread(native_id, places, state == holder))
            state = _pointer(content, layout.next_thread)
        return threads

    def bytes_at(self, address: int, size: int) -> bytes:
        """This many bytes."""
        content = self._memory.read(address, min(_PIECE_BYTES, size))
        for start in range(_PIECE_BYTES, size, _PIECE_BYTES):
            content += self._memory.read(address + start, min(_PIECE_BYTES, size - start))
        if len(content) != size:
            raise UnfamiliarError
        return content

    def number(self, address: int) -> int:
        """A pointer, or another number of eight bytes."""
        return int.from_bytes(self.bytes_at(address, _POINTER_BYTES), "little")

    def _gil_holder(self, layout: Layout, runtime: int, interpreter: int) -> int:
        """The thread that has the GIL; 0 where none has."""
        if layout.current is not None:
            return self.number(runtime + layout.current)
        gil = self.number(interpreter + layout.gil)
        is_locked = int.from_bytes(self.bytes_at(gil + layout.gil_locked, 4), "little")
        return self.number(gil + layout.gil_holder) if is_locked else 0

    def _frames(self, layout: Layout, frame: int) -> Iterator[Place]:
        """Where the frames are, from what a thread has as its innermost frame."""
        if frame and layout.frame_in is not None:
            frame = self.number(frame + layout.frame_in)
        size = max(layout.code, layout.instruction, layout.previous) + _POINTER_BYTES
        size = max(size, (layout.owner or 0) + 1)
        for _ in range(_MOST_FRAMES):
            if not frame:
                return
            content = self.bytes_at(frame, size)
            owner = 0 if layout.owner is None else content[layout.owner]
            if owner > _MOST_OWNER:
                raise UnfamiliarError
            if owner != _MADE_BY_C:
                code = _pointer(content, layout.code)
                yield self._place(layout, code, _pointer(content, layout.instruction))
            frame = _pointer(content, layout.previous)
        raise UnfamiliarError

    def _place(self, layout: Layout, address: int, instruction: int) -> Place:
        place = self._places.get((address, instruction))
        if place is None:
            code = self._codes.get(address)
            if code is None:
                code = self._codes[address] = self._code(layout, address)
            number = (instruction - code.instructions) // 2
            line = line_of(code.table, code.first_line, number)
            place = self._places[address, instruction] = Place(code.file, line, code.function)
        return place

    def _code(self, layout: Layout, address: int) -> _Code:
        content = self.bytes_at(address, layout.instructions)
        kind = _pointer(content, layout.type)
        if kind != self._code_type:
            name = self.bytes_at(self.number(kind + layout.type_name), len(_CODE))
            if self._code_type or name != _CODE:
                raise UnfamiliarError
            self._code_type = kind
        return _Code(
            self._text(layout, _pointer(content, layout.file)),
            self._text(layout, _pointer(content, layout.function)),
            int.from_bytes(content[layout.first_line : layout.first_line + 4], "little"),
            address + layout.instructions,
            self._content(layout, _pointer(content, layout.lines)),
        )

    def _text(self, layout: Layout, address: int) -> str:
        head = self.bytes_at(address, layout.text)
        length = _pointer(head, layout.text_length)
        state = int.from_bytes(head[layout.text_state : layout.text_state + 4], "little")
        width = state >> 2 & 7
        if not state & _COMPACT or width not in _ENCODINGS or length > _MOST_CHARACTERS:
            raise UnfamiliarError
        if not length:
            return ""
        start = layout.text if state & _ASCII else layout.wide_text
        return self.bytes_at(address + start, length * width).decode(
            _ENCODINGS[width], "surrogatepass" if width > 1 else "strict"
        )

    def _content(self, layout: Layout, address: int) -> bytes:
        size = self.number(address + layout.size)
        if not 0 < size <= _MOST_TABLE_BYTES:
            raise UnfamiliarError
        return self.bytes_at(address + layout.content, size)


def _pointer(content: bytes, offset: int) -> int:
    (value,) = _POINTER.unpack_from(content, offset)
    return int(value)


def _find_interpreter(pid: int) -> _Interpreter:
    """The library of the interpreter, or else the program, which may have it inside."""
    program = os.readlink(f"/proc/{pid}/exe").encode(errors="surrogateescape")  # noqa: PTH115
    found: list[bytes] | None = None
    for line in read_maps(pid).splitlines():
        # Range, permissions, offset, device, inode, path.
        fields = line.split(None, _MAP_FIELDS)
        if len(fields) <= _MAP_FIELDS or int(fields[2], 16):
            continue
        if _LIBRARY.match(fields[5].rpartition(b"/")[2]):
            found = fields
            break
        if found is None and fields[5] == program:
            found = fields
    if found is None:
        raise UnfamiliarError
    start, _, _ = found[0].partition(b"-")
    return _Interpreter(_known_symbols(pid, found), int(start, 16))


def _known_symbols(pid: int, mapping: list[bytes]) -> DynamicSymbols:
    _, _, _, device, inode, path = mapping
    known = _symbols_of.get((device, inode))
    if known is None:
        # Where it is for that process; it may have been replaced since it was mapped.
        descriptor = os.open(os.fsencode(f"/proc/{pid}/root") + path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            if os.fstat(descriptor).st_ino != int(inode):
                raise UnfamiliarError
            known = dynamic_symbols(descriptor, (_RUNTIME, _VERSION))
        finally:
            os.close(descriptor)
        if len(_symbols_of) >= _MOST_KNOWN:
            _symbols_of.clear()
        _symbols_of[device, inode] = known
    return known
