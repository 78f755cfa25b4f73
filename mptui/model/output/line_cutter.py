"""Where the lines of one stream of one process begin and end, however its bytes were torn.

The lines that come out depend on the bytes alone, never on the pieces they came in. Must not keep
lines: what is whole leaves at once.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.terminal_text import MOST_ROWS, RedrawnRows, begins_redrawing, moves_up

if TYPE_CHECKING:
    from mptui.events import Output

MAX_LINE_CHARACTERS: Final = 64 * 1024
"""A longer line is cut into lines of this length, so that no line can hold unbounded memory."""

_TORN_CHARACTERS: Final = 16
_BETWEEN_CHARACTERS: Final = (b"", 0)
_make_decoder = codecs.getincrementaldecoder("utf-8")


class Origin(NamedTuple):
    """The process and stream of some lines, and whether a line feed ended them."""

    process: int
    stream: str
    is_complete: bool


class WholeLines(NamedTuple):
    """One or more lines of one origin; a line feed closes each, also an incomplete one."""

    origin: Origin
    text: str
    line_count: int
    byte_count: int


def byte_length(text: str) -> int:
    """How many bytes the text has in UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


class LineCutter:
    """Takes what one stream carried, gives whole lines, keeps the unfinished last one."""

    def __init__(self, process: int, stream: str) -> None:
        self._complete = Origin(process, stream, is_complete=True)
        self._incomplete = Origin(process, stream, is_complete=False)
        # Pieces, not one string: a progress bar may add a character at a time.
        self._pieces: list[str] = []
        self._length = 0
        self._decoder: codecs.IncrementalDecoder | None = None
        self._redrawn: RedrawnRows | None = None
        """What is being redrawn, from the first move up on until the program goes on below it."""

    @property
    def origin(self) -> Origin:
        """The origin of the unfinished line."""
        return self._incomplete

    @property
    def has_pending(self) -> bool:
        """Whether there is an unfinished line."""
        return bool(self._pieces) or (self._redrawn is not None and not self._redrawn.is_blank)

    @property
    def pending_length(self) -> int:
        """How many characters the unfinished lines have."""
        return self._length if self._redrawn is None else self._redrawn.length

    @property
    def pending_lines(self) -> list[str]:
        """The unfinished line; several where a program draws over what it printed."""
        if self._redrawn is not None:
            return self._redrawn.texts
        return [self.pending] if self._pieces else []

    @property
    def pending(self) -> str:
        """The unfinished last line, without bytes that may still become a character."""
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""

    @property
    def is_plain(self) -> bool:
        """Whether `pending` is all that it keeps: no torn character, no rows that are redrawn."""
        is_between = self._decoder is None or self._decoder.getstate() == _BETWEEN_CHARACTERS
        return is_between and self._redrawn is None

    def take_up(self, pending: str) -> None:
        """Go on with this unfinished line, where another cutter of the stream left off."""
        self._keep(pending)

    def cut(self, output: Output) -> list[WholeLines]:
        """The lines that became whole with this output."""
        text = output.text
        if text is None or self._decoder is not None:
            text = self._decode(output)
        begun = self._torn_sequence + text if self._pieces else text
        if self._redrawn is not None or begins_redrawing(begun):
            return self._redraw(text)
        if not self._pieces and text[-1:] == "\n" and len(text) <= MAX_LINE_CHARACTERS:
            return [self._whole(text)]
        return self._cut(text)

    def _cut(self, text: str) -> list[WholeLines]:
        end = text.rfind("\n") + 1
        if not end:
            self._keep(text)
            return self._cut_long_pending() if self._length > MAX_LINE_CHARACTERS else []
        lines = self._cut_whole(self.pending + text[:end] if self._pieces else text[:end])
        self._pieces.clear()
        self._length = 0
        self._keep(text[end:])
        if self._length > MAX_LINE_CHARACTERS:
            lines += self._cut_long_pending()
        return lines

    def close(self) -> list[WholeLines]:
        """The unfinished line as a line of its own: nothing more is expected of this stream."""
        if self._decoder is not None:
            self._keep(self._decoder.decode(b"", final=True))
            self._decoder = None
        if self._redrawn is not None:
            return self.cut_pending()
        return self._cut_long_pending() + self.cut_pending()

    def cut_pending(self) -> list[WholeLines]:
        """The unfinished line as a line of its own, as if it had been too long."""
        if self._redrawn is not None:
            rows, self._redrawn = self._redrawn.close(), None
            return [self._cut_off(row) for row in rows]
        lines = [self._cut_off(self.pending)] if self._pieces else []
        self._pieces.clear()
        self._length = 0
        return lines

    @property
    def _torn_sequence(self) -> str:
        """The end of the unfinished line, where a move up may have begun."""
        ends = (piece[-_TORN_CHARACTERS:] for piece in self._pieces[-_TORN_CHARACTERS:])
        return "".join(ends)[-_TORN_CHARACTERS:]

    def _redraw(self, text: str) -> list[WholeLines]:
        """The rows that are done, of those that the program draws over."""
        if self._redrawn is None:
            self._redrawn = RedrawnRows()
            text = self.pending + text
            self._pieces.clear()
            self._length = 0
        elif not begins_redrawing(text) and text.count("\n") > MOST_ROWS:
            # It floods on below: nothing of it is drawn over any more.
            return [*self.cut_pending(), *self._cut(text)]
        rows = self._redrawn.write(text)
        rest = self._redrawn.rest
        if rest is not None and not moves_up(text):
            self._redrawn = None
            self._keep(rest)
        return [self._whole(row + "\n") for row in rows]

    def _decode(self, output: Output) -> str:
        if output.data is None:
            text = output.text or ""
            if self._decoder is None:
                return text
            # Text starts with a whole character, so the bytes before it will never become one.
            rest = self._decoder.decode(b"", final=True)
            self._decoder = None
            return rest + text
        if self._decoder is None:
            self._decoder = _make_decoder("backslashreplace")
        return self._decoder.decode(output.data)

    def _keep(self, text: str) -> None:
        if text:
            self._pieces.append(text)
            self._length += len(text)

    def _whole(self, text: str) -> WholeLines:
        return WholeLines(self._complete, text, text.count("\n"), byte_length(text))

    def _cut_off(self, text: str) -> WholeLines:
        return WholeLines(self._incomplete, text + "\n", 1, byte_length(text) + 1)

    def _cut_whole(self, text: str) -> list[WholeLines]:
        if len(text) <= MAX_LINE_CHARACTERS:
            return [self._whole(text)]
        return self._cut_long_lines(text)

    def _cut_long_lines(self, text: str) -> list[WholeLines]:
        lines: list[WholeLines] = []
        start = 0
        while start < len(text):
            # As many lines as fit surely hold none that is too long.
            end = text.rfind("\n", start, start + MAX_LINE_CHARACTERS + 1) + 1
            if end:
                lines.append(self._whole(text[start:end]))
            else:
                end = start + MAX_LINE_CHARACTERS
                lines.append(self._cut_off(text[start:end]))
            start = end
        return lines

    def _cut_long_pending(self) -> list[WholeLines]:
        lines: list[WholeLines] = []
        text = self.pending
        while len(text) > MAX_LINE_CHARACTERS:
            lines.append(self._cut_off(text[:MAX_LINE_CHARACTERS]))
            text = text[MAX_LINE_CHARACTERS:]
        self._pieces = [text] if text else []
        self._length = len(text)
        return lines
