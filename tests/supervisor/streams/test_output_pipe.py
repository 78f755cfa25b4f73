"""What comes through a pipe is recorded byte by byte as written: text where it is UTF-8."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mptui.events import MAX_OUTPUT_BYTES
from mptui.supervisor.streams.output_pipe import OutputPipe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

fragments = st.lists(
    st.binary(max_size=6) | st.text(max_size=4).map(lambda text: text.encode("utf-8", "replace"))
)
"""Bytes of all sorts; most characters are cut by the edges of a fragment."""


@contextmanager
def opened() -> Iterator[tuple[OutputPipe, int]]:
    reading, writing = os.pipe2(os.O_NONBLOCK)
    pipe = OutputPipe(reading, 0, "stdout")
    try:
        yield pipe, writing
    finally:
        pipe.close()
        os.close(writing)


def read_after_each(fragments: Iterable[bytes]) -> list[str | bytes]:
    """What is read if every fragment is read before the next is written."""
    read: list[str | bytes] = []
    with opened() as (pipe, writing):
        for fragment in fragments:
            os.write(writing, fragment)
            if piece := pipe.read():
                read.append(piece)
        if rest := pipe.rest():
            read.append(rest)
    return read


def as_bytes(piece: str | bytes) -> bytes:
    return piece.encode() if isinstance(piece, str) else piece


@given(fragments)
def test_what_was_read_is_what_was_written(fragments: list[bytes]) -> None:
    assert b"".join(map(as_bytes, read_after_each(fragments))) == b"".join(fragments)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.lists(st.integers(1, 5)))
def test_text_stays_text_wherever_it_is_cut(text: str, sizes: list[int]) -> None:
    rest, written = text.encode(), []
    for size in sizes:
        written.append(rest[:size])
        rest = rest[size:]
    read = read_after_each([*written, rest])
    assert all(isinstance(piece, str) for piece in read)
    assert "".join(map(str, read)) == text


@given(fragments)
def test_only_what_is_no_text_is_given_as_bytes(fragments: list[bytes]) -> None:
    for piece in read_after_each(fragments):
        if isinstance(piece, bytes):
            with pytest.raises(UnicodeDecodeError):
                piece.decode()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ([b"gr\xc3", b"\xbcn"], ["gr", "\xfcn"]),
        ([b"\xf0\x9f", b"\x90", b"\x8d."], ["\N{SNAKE}."]),
        ([b"caf\xe9 ", b"au lait"], [b"caf\xe9 ", "au lait"]),
        ([b"bad \xff gr\xc3", b"\xbcn"], [b"bad \xff gr", "\xfcn"]),
        ([b"half \xe2\x82"], ["half ", b"\xe2\x82"]),
        ([b"\xed\xa0\x80"], [b"\xed\xa0\x80"]),
        ([b"\xff"], [b"\xff"]),
    ],
)
def test_characters_that_are_cut_or_broken(written: list[bytes], read: list[str | bytes]) -> None:
    assert read_after_each(written) == read


def test_no_piece_is_too_large_for_an_event() -> None:
    with opened() as (pipe, writing):
        os.set_blocking(writing, False)
        text = ("\N{SNAKE}" * MAX_OUTPUT_BYTES).encode()
        os.write(writing, b"\xf0")
        assert pipe.read() == ""
        written = b"\xf0" + text[1 : 1 + os.write(writing, text[1:])]
        pieces = []
        while piece := pipe.read():
            pieces.append(as_bytes(piece))
        pieces.append(pipe.rest() or b"")
    assert b"".join(pieces) == written
    assert max(map(len, pieces)) <= MAX_OUTPUT_BYTES
