"""Which parts of a recording can hold a text at all, told from their bytes alone.

A recording is searched a thousand times as fast as its lines are made where most of it need not be
made. It may let through what holds nothing, and must never keep back what does: what is read of a
line may differ from what was written (colours, a bar drawn over and over, bytes that are not
UTF-8), and a line may come in several pieces.
"""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_OUTPUT: Final = b'{"event":"output"'
_TORN: Final = re.compile(rb'"\}\n(?<!\\n"\}\n)')
"""The end of an event that may be an output which ends in the middle of a line."""
_TEXT: Final = b'"text":"'
_HEAD_BYTES: Final = 200
"""What stands before the text of an output is never longer."""
_ESCAPE_BYTES: Final = 12
"""A character takes so many at most."""
_TAB: Final = b"\\t"
_ESCAPE: Final = b"\\u001b["
_COLOURS: Final = re.compile(rb"\\u001b\[[0-9;:]*m")
_STEERING: Final = re.compile(rb"\\(?:[bfr]|u00[0189]|u007f)")
"""What moves the cursor: then the text of a line is not what was written to it."""
_STEERING_TEXT: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_CASED: Final = (range(0x80, 0x3000), range(0xA640, 0xAC00), range(0xFB00, 0xFB20))
"""Where characters may be that differ from others only by being capitals."""


class Begun(NamedTuple):
    """What a stream had begun and not ended."""

    process: int
    stream: str
    pending: str
    """The text of it."""
    is_more: bool
    """Whether that is not all that is known of it."""


class _Needle:
    """A text that stands in each line that is looked for, as a recording has it."""

    def __init__(self, word: str, *, ignores_case: bool) -> None:
        is_plain = word.isascii()
        written = json.dumps(word.lower() if ignores_case else word)[1:-1].encode()
        self._plain = written if is_plain else b""
        self._others: re.Pattern[bytes] | None = None
        if not is_plain:
            self._others = _escapes(word, ignores_case=ignores_case)
        elif ignores_case:
            self._others = _strange(word)

    def is_in(self, data: bytes | bytearray) -> bool:
        if self._plain and self._plain in data:
            return True
        return self._others is not None and self._others.search(data) is not None


class Sieve:
    """Lets through what may hold a line in which a text is found.

    Args:
        required: a text that stands in each line that is looked for, as it is read; empty: nothing
            is known of these lines.
        ignores_case: whether it may stand there with other capitals.
    """

    def __init__(self, required: str, *, ignores_case: bool) -> None:
        words = ("".join(run) for kind, run in groupby(required, _kind) if kind is not None)
        self._needles = [
            _Needle(word, ignores_case=ignores_case)
            for word in sorted(set(words), key=len, reverse=True)
        ]
        is_plain = required.isascii() and required.isprintable()
        self._phrase = _Needle(required, ignores_case=ignores_case) if is_plain else None
        self._ignores_case = ignores_case
        self._reach = _ESCAPE_BYTES * len(required)
        self.is_open = not self._needles
        """Whether it lets through everything."""

    def may_hold(self, data: bytes | bytearray, begun: Iterable[Begun]) -> bool:
        """Whether such a line may become whole here.

        Args:
            data: whole lines of a recording.
            begun: what was begun before it, and not ended.
        """
        if self.is_open or not data.isascii():
            return True
        if self._ignores_case:
            data = data.lower()
        if _ESCAPE in data:
            data = _COLOURS.sub(b"", data)
        if _STEERING.search(data) is not None:
            return True
        missing = [one for one in self._needles if not one.is_in(data)]
        if not missing and self._phrase is not None and _TAB not in data:
            # Where no tab is read as blanks, the words stand as they are looked for.
            missing = [] if self._phrase.is_in(data) else [self._phrase]
        return not missing or self._are_in_pieces(missing, data, begun)

    def _are_in_pieces(
        self, missing: list[_Needle], data: bytes | bytearray, begun: Iterable[Begun]
    ) -> bool:
        """Whether all of these may be where an output goes on with the line of the one before."""
        ends: dict[bytes, bytes] = {}
        for process, stream, text, is_more in begun:
            known = self._as_recorded(text)
            missing = [one for one in missing if not one.is_in(known)]
            if is_more or not missing or _STEERING.search(known) is not None:
                return True
            ends[b'"process":%d,"stream":"%s",' % (process, stream.encode())] = known
        if not ends and _TORN.search(data) is None:
            return False
        for border in self._borders(data, ends):
            missing = [one for one in missing if border is not None and not one.is_in(border)]
            if not missing:
                return True
        return False

    def _borders(self, data: bytes | bytearray, ends: dict[bytes, bytes]) -> Iterator[bytes | None]:
        """What stands where outputs of one stream meet; None: that cannot be told."""
        reach = self._reach
        begin, stop = 0, data.find(b"\n")
        while stop >= 0:
            if data.startswith(_OUTPUT, begin):
                text_at = data.find(_TEXT, begin, begin + _HEAD_BYTES)
                if text_at < 0:
                    yield None
                key = bytes(data[data.find(b'"process"', begin, text_at) : text_at])
                text_at, text_end = text_at + len(_TEXT), stop - 2
                end = ends.get(key, b"")
                if end:
                    yield end[-reach:] + data[text_at : min(text_at + reach, text_end)]
                last = bytes(data[max(text_at, text_end - reach) : text_end])
                ends[key] = last if len(last) == reach else (end + last)[-reach:]
            begin, stop = stop + 1, data.find(b"\n", stop + 1)

    def _as_recorded(self, text: str) -> bytes:
        known = json.dumps(text)[1:-1].encode()
        return _COLOURS.sub(b"", known.lower() if self._ignores_case else known)


class LineSieve:
    """Tells which of many lines may be such as are looked for.

    Args:
        required: as for `Sieve`.
        ignores_case: as for `Sieve`.
    """

    def __init__(self, required: str, *, ignores_case: bool) -> None:
        is_plain = required.isascii() and required.isprintable()
        self._text = (required.lower() if ignores_case else required) if is_plain else ""
        self._ignores_case = ignores_case

    def places(self, text: str, line_count: int) -> Iterable[int]:
        """Which lines of this text may be, counted from 0.

        Args:
            text: lines, each with its line feed.
            line_count: how many.
        """
        is_read_as_written = text.isascii() and _STEERING_TEXT.search(text) is None
        return self._found(text) if self._text and is_read_as_written else range(line_count)

    def _found(self, text: str) -> Iterator[int]:
        text = text.lower() if self._ignores_case else text
        place = counted = 0
        found = text.find(self._text)
        while found >= 0:
            place += text.count("\n", counted, found)
            yield place
            counted = text.find("\n", found)
            found = text.find(self._text, counted) if counted >= 0 else -1


def _kind(character: str) -> bool | None:
    """Characters of one kind are found together; None: it may be written in several ways."""
    if character.isspace() or character in '"\\' or not character.isprintable():
        return None
    return character.isascii()


def _strange(plain: str) -> re.Pattern[bytes] | None:
    """Finds other characters that count as one of these, as the sign of Kelvin does as a k."""
    same = (one for character in set(plain.lower()) for one in _same_but_capitals()[character])
    codes = sorted({_escaped(one)[2:] for one in same if not one.isascii()})
    return re.compile(rb"\\u(?:%s)" % b"|".join(codes)) if codes else None


def _escapes(text: str, *, ignores_case: bool) -> re.Pattern[bytes]:
    """Finds these characters, as a recording escapes them."""
    written = []
    for one in text:
        same = _same_but_capitals().get(one.lower(), set()) if ignores_case else set()
        ways = sorted({re.escape(_escaped(way)) for way in {one, *same}})
        written.append(b"(?:%s)" % b"|".join(ways))
    return re.compile(b"".join(written))


def _escaped(character: str) -> bytes:
    return json.dumps(character)[1:-1].lower().encode()


@cache
def _same_but_capitals() -> dict[str, set[str]]:
    """By small letter, all characters that are found where that is looked for."""
    same: dict[str, set[str]] = {}
    for code in (*range(0x80), *(code for codes in _CASED for code in codes)):
        character = chr(code)
        for small in {character.lower(), character.upper().lower(), character.casefold()}:
            same.setdefault(small, set()).add(character)
    return same
