"""Where CPython keeps what a stack is read from, by its version: offsets within its structures.

From 3.13 on the interpreter tells most of them itself, at the beginning of `_PyRuntime`; those of
3.11 and 3.12 are as on x86-64 with the GIL, which is where they were compared. It must not read any
memory; that a process is laid out like this is for whoever reads it to check.
"""

from __future__ import annotations

import os
import struct
from typing import Final, NamedTuple

RELEASED: Final = 0xF
"""The level of a release, in the last four bits but four of a version."""
TOLD_BYTES: Final = 584
"""How much of `_PyRuntime` tells offsets, in 3.13."""
_COOKIE: Final = b"xdebugpy"
_NUMBERS: Final = struct.Struct(f"<{TOLD_BYTES // 8}Q")
_CASE_OF_3_13: Final = (3, 13)
_MACHINE: Final = "x86_64"


class Layout(NamedTuple):
    """Offsets in bytes."""

    finalizing: int
    """In the runtime: the thread that ends it, if any."""
    interpreters: int
    """In the runtime: the first interpreter."""
    next_interpreter: int
    threads: int
    """In an interpreter: the first thread."""
    next_thread: int
    interpreter: int
    """In a thread: its interpreter."""
    native_id: int
    frame: int
    """In a thread: its innermost frame, or what that is found in."""
    frame_in: int | None
    """In what the frame is found in; None where a thread has the frame itself."""
    code: int
    instruction: int
    previous: int
    owner: int | None
    """In a frame: who made it; None where all are frames of Python code."""
    file: int
    function: int
    lines: int
    first_line: int
    instructions: int
    """In a code object: its first instruction."""
    text_state: int
    text_length: int
    text: int
    """In a text object: the characters, where these are ASCII."""
    wide_text: int
    """The same where they are not."""
    size: int
    """In a bytes object."""
    content: int
    type: int
    type_name: int
    current: int | None
    """In the runtime: the thread that has the GIL; None where the GIL tells it."""
    gil: int
    """In an interpreter."""
    gil_holder: int
    gil_locked: int


_LAYOUTS: Final = {
    (3, 11): Layout(
        finalizing=24,
        interpreters=40,
        next_interpreter=0,
        threads=16,
        next_thread=8,
        interpreter=16,
        native_id=160,
        frame=56,
        frame_in=8,
        code=32,
        instruction=56,
        previous=48,
        owner=None,
        file=112,
        function=120,
        lines=136,
        first_line=72,
        instructions=184,
        text_state=32,
        text_length=16,
        text=48,
        wide_text=72,
        size=16,
        content=32,
        type=8,
        type_name=24,
        current=576,
        gil=0,
        gil_holder=0,
        gil_locked=0,
    ),
    (3, 12): Layout(
        finalizing=24,
        interpreters=40,
        next_interpreter=0,
        threads=72,
        next_thread=8,
        interpreter=16,
        native_id=144,
        frame=56,
        frame_in=0,
        code=0,
        instruction=56,
        previous=8,
        owner=70,
        file=112,
        function=120,
        lines=136,
        first_line=68,
        instructions=192,
        text_state=32,
        text_length=16,
        text=40,
        wide_text=56,
        size=16,
        content=32,
        type=8,
        type_name=24,
        current=None,
        gil=384,
        gil_holder=8,
        gil_locked=16,
    ),
}
_AFTER_ASCII_BYTES: Final = 16
"""What a text that is not ASCII has between the head of one that is and its characters."""


def layout_of(version: int, told: bytes) -> Layout | None:
    """The layout of an interpreter; None where it is not known well enough.

    Args:
        version: as in `sys.hexversion`.
        told: the first `TOLD_BYTES` of its `_PyRuntime`.
    """
    if version >> 4 & 0xF != RELEASED:
        return None
    minor = (version >> 24 & 0xFF, version >> 16 & 0xFF)
    if minor == _CASE_OF_3_13:
        return _told(version, told)
    return _LAYOUTS.get(minor) if os.uname().machine == _MACHINE else None


def _told(version: int, told: bytes) -> Layout | None:
    """What an interpreter of version 3.13 tells."""
    if len(told) != TOLD_BYTES or not told.startswith(_COOKIE):
        return None
    numbers = _NUMBERS.unpack(told)
    _, same_version, is_free_threaded = numbers[:3]
    if same_version != version or is_free_threaded or max(numbers[3:]) > 2**20:
        return None
    gil = numbers[15]
    return Layout(
        finalizing=numbers[4],
        interpreters=numbers[5],
        next_interpreter=numbers[8],
        threads=numbers[9],
        next_thread=numbers[21],
        interpreter=numbers[22],
        native_id=numbers[25],
        frame=numbers[23],
        frame_in=None,
        code=numbers[30],
        instruction=numbers[31],
        previous=numbers[29],
        owner=numbers[33],
        file=numbers[35],
        function=numbers[36],
        lines=numbers[38],
        first_line=numbers[39],
        instructions=numbers[43],
        text_state=numbers[68],
        text_length=numbers[69],
        text=numbers[70],
        wide_text=numbers[70] + _AFTER_ASCII_BYTES,
        size=numbers[65],
        content=numbers[66],
        type=numbers[45],
        type_name=numbers[47],
        current=None,
        gil=numbers[14],
        gil_holder=numbers[18] - gil,
        gil_locked=numbers[17] - gil,
    )
