"""Counts in how many lines of a part of a recording something stands, in its bytes as they are.

Most of what is recorded is read as it was written: then a line is known by its two ends, and
nothing need be made of it. Where that is not so, lines are made; where even that takes more than
this part, nothing is told. It must never count a line that is not one, nor miss one.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.replay.sieve import Sieve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mptui.replay.sieve import Begun

_OURS: Final = b'{"event":"'
_OUTPUT: Final = _OURS + b'output",'
_ENDS: Final = (_OURS + b"process_exited", _OURS + b"run_finished")
_HEAD: Final = re.compile(
    rb'\{"event":"output","t":[0-9.e+-]+,"process":([0-9]+),"stream":"(stdout|stderr)","text":"'
)
_TAIL: Final = b'"}'
_LINE_FEED: Final = rb"\n"
"""As it stands in JSON."""
_STRANGE: Final = re.compile(rb'\\[^n"]')
"""What may not be read as it was written; so may what is no ASCII, or deletes."""
_DELETE: Final = b"\x7f"
_QUOTE: Final = re.compile(rb'"(?<!\\")')
"""Looks back only from where one is: the other way round it would take ten times as long."""
_SHORT: Final = 2000
"""All of a line of so many bytes is shown, and no log cuts it."""


class Wanted(NamedTuple):
    """What is looked for, in a form that goes from one process to another."""

    required: str
    """As for `Sieve`."""
    ignores_case: bool
    """As for `Sieve`."""
    pattern: str = ""
    """The regular expression that decides; empty where more than that does."""
    flags: int = 0
    is_literal: bool = False
    """Whether it finds what is required, letter by letter, and nothing else."""
    alternatives: tuple[str, ...] = ()
    """Of these one at least stands in each line, where it is known of none that it must."""


class Question(NamedTuple):
    """What is asked of a part of a recording."""

    log: int | None
    """The process whose lines count; None: those of all."""
    begun: Sequence[Begun]
    """What was begun before it, and not ended."""
    is_counted: bool
    """Whether all of its lines count, not only some."""


class ChunkCount:
    """Looks for one thing.

    Args:
        wanted: what.
    """

    def __init__(self, wanted: Wanted) -> None:
        word = wanted.required
        words = wanted.alternatives or (word,)
        self._sieve = Sieve(word, ignores_case=wanted.ignores_case)
        self.is_open: bool = self._sieve.is_open and not wanted.pattern
        """Whether it can tell nothing of any part."""
        self._pattern = re.compile(wanted.pattern, wanted.flags) if wanted.pattern else None
        self._is_literal = wanted.is_literal and bool(word)
        self._lowers = wanted.ignores_case and any(one.lower() != one.upper() for one in words)
        self._is_any = not all(words)
        """Whether nothing is known of the lines."""
        self._is_plain = all(one.isascii() and (one.isprintable() or not one) for one in words)
        """Otherwise it may be written, and read, in several ways."""
        self._found = [_to_line_end(one.lower() if self._lowers else one) for one in words]
        """Each of the words, with the rest of its line."""

    def count(self, data: bytes | bytearray, question: Question) -> int | None:
        """How many lines that became whole in this part are such; None: that is not to be told.

        Args:
            data: whole lines of a recording.
            question: what is asked of it.
        """
        if self._pattern is None or not question.is_counted:
            return None if self._sieve.may_hold(data, question.begun) else 0
        is_plain = self._is_plain and _is_plain(data, 0, len(data))
        if not is_plain and not self._sieve.may_hold(data, question.begun):
            return 0
        try:
            return sum(self._counts(data, question, is_plain=is_plain))
        except _NotToBeToldError:
            return None

    def _counts(
        self, data: bytes | bytearray, question: Question, *, is_plain: bool
    ) -> Iterator[int]:
        """How many there are in each output."""
        seen = data.lower() if self._lowers else data
        log = question.log
        unfinished = _Unfinished(one for one in question.begun if log in (None, one.process))
        at, end = 0, len(data)
        while at < end:
            stop = data.find(b"\n", at)
            if data.startswith(_OUTPUT, at):
                head = _HEAD.match(data, at)
                if head is None or not data.startswith(_TAIL, stop - len(_TAIL)):
                    raise _NotToBeToldError
                if log is None or log == int(head[1]):
                    unfinished.turn_to(head[1] + head[2])
                    text = _Text(data, seen, head.end(), stop - len(_TAIL))
                    yield self._in_text(text, unfinished, is_plain=is_plain)
            elif not data.startswith(_OURS, at) or (
                unfinished.is_any and data.startswith(_ENDS, at)
            ):
                raise _NotToBeToldError
            at = stop + 1

    def _in_text(self, text: _Text, unfinished: _Unfinished, *, is_plain: bool) -> int:
        if not is_plain:
            is_plain = self._is_plain and _is_plain(text.data, text.begin, text.end)
        if not is_plain or not unfinished.is_plain:
            return self._in_strange(text, unfinished)
        data, _, begin, end = text
        if _QUOTE.search(data, begin, end) is not None:
            raise _NotToBeToldError
        first, last = data.find(_LINE_FEED, begin, end), data.rfind(_LINE_FEED, begin, end)
        if first < 0:
            unfinished.go_on(_read(data[begin:end]))
            return 0
        count = 0
        if before := unfinished.take():
            count += self._accepts(before + _read(data[begin:first]))
            begin = first
        if begin < last:
            count += self._in_plain(text._replace(begin=begin), last)
        unfinished.go_on(_read(data[last + len(_LINE_FEED) : end]))
        return count

    def _in_plain(self, text: _Text, last: int) -> int:
        """In how many lines, up to the end of the last whole one, that are read as written."""
        data, seen, begin, _ = text
        if self._is_any or _may_be_long(data, begin, last):
            # Where a line is too long to be shown, the words that say so are read too.
            return sum(map(self._accepts, _read(data[begin:last]).split("\n")))
        found = [one for one in self._found if one.search(seen, begin, last) is not None]
        if not found:
            return 0
        if self._is_literal:
            return len(found[0].findall(seen, begin, last))
        lines: set[tuple[int, int]] = set()
        for one in found:
            for place in one.finditer(seen, begin, last):
                start = data.rfind(_LINE_FEED, begin, place.start())
                lines.add((begin if start < 0 else start + len(_LINE_FEED), place.end()))
        return sum(self._accepts(_read(data[start:end])) for start, end in lines)

    def _in_strange(self, text: _Text, unfinished: _Unfinished) -> int:
        """In how many lines of any text."""
        # Only now: it takes as long as all that is read of most recordings.
        import msgspec  # noqa: PLC0415

        from mptui.terminal_text import begins_redrawing  # noqa: PLC0415

        written = bytes(text.data[text.begin : text.end])
        try:
            read = msgspec.json.decode(b'"%b"' % written, type=str)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise _NotToBeToldError from error
        before = unfinished.take()
        lines = f"{before}{read}".split("\n")
        if begins_redrawing(before + read):
            raise _NotToBeToldError
        unfinished.go_on(lines.pop())
        if not self._sieve.may_hold(written, ()):
            lines[1:] = [line for line in lines[1:] if len(line) > _SHORT]
        return sum(map(self._accepts, lines))

    def _accepts(self, line: str) -> bool:
        """Whether it is found in this line."""
        assert self._pattern is not None
        if not line.isprintable() or len(line) > _SHORT:
            from mptui.terminal_text import shown_text  # noqa: PLC0415 - as above

            line = shown_text(line)
        return self._pattern.search(line) is not None


class _NotToBeToldError(Exception):
    """It takes more than these bytes to tell which lines there are."""


class _Text(NamedTuple):
    """The text of one output, as it is recorded."""

    data: bytes | bytearray
    """All of the part."""
    seen: bytes | bytearray
    """The same as it is compared."""
    begin: int
    end: int


class _Unfinished:
    """The last lines of the streams, which are yet to become whole.

    Args:
        begun: what there was before.
    """

    def __init__(self, begun: Iterable[Begun]) -> None:
        self._texts: dict[bytes, str] = {}
        self._key = b""
        for one in begun:
            if one.is_more:
                raise _NotToBeToldError
            self.turn_to(b"%d%b" % (one.process, one.stream.encode()))
            self.go_on(one.pending)

    @property
    def is_any(self) -> bool:
        """Whether any stream has one."""
        return bool(self._texts)

    @property
    def is_plain(self) -> bool:
        """Whether that of this stream is read as it was written."""
        return self._texts.get(self._key, "").isprintable()

    def turn_to(self, key: bytes) -> None:
        """Another stream is what matters from now on."""
        self._key = key

    def go_on(self, text: str) -> None:
        """The line of the stream goes on."""
        if text:
            text = self._texts.get(self._key, "") + text
            if len(text) > _SHORT:
                raise _NotToBeToldError
            self._texts[self._key] = text

    def take(self) -> str:
        """It will be whole."""
        return self._texts.pop(self._key, "")


def _is_plain(data: bytes | bytearray, begin: int, end: int) -> bool:
    """Whether what stands there is read as it was written."""
    if _STRANGE.search(data, begin, end) is not None or data.find(_DELETE, begin, end) >= 0:
        return False
    return (data if end - begin == len(data) else data[begin:end]).isascii()


def _to_line_end(text: str) -> re.Pattern[bytes]:
    """Finds a word as it stands in JSON, with all that follows on its line."""
    word = re.escape(json.dumps(text)[1:-1].encode())
    # That is not the end of a line feed; said behind it, or it would take ten times as long.
    begins = rb"(?<!\\%b)" % word if word.startswith(b"n") else b""
    return re.compile(word + begins + rb'(?:[^\\]+|\\")*+')


def _may_be_long(data: bytes | bytearray, begin: int, end: int) -> bool:
    """Whether a line may be so long that not all of it is shown."""
    places = range(begin, end - _SHORT, _SHORT)
    return any(data.find(_LINE_FEED, place, place + _SHORT) < 0 for place in places)


def _read(data: bytes | bytearray) -> str:
    """What is read where that is nearly what was written."""
    return data.decode("ascii").replace(r"\n", "\n").replace(r"\"", '"')
