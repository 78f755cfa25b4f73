"""The rows that a program redraws: bars below each other, tables that refresh, as they are now.

A small part of a terminal, for one stream: it knows the moves up and down by which libraries redraw
what they printed, and what stands in each row then. Rows leave it, from the top, once the program
has gone on without coming back to them; those are lines like all others. Bounded in rows, in
columns, and in what it keeps of a torn sequence. What comes out may hold sequences for colours and
is not safe to show: it passes `safe_spans` like every line.
"""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, Final

from mptui.terminal_text.row import Row
from mptui.terminal_text.spans import TOKEN, draw
from mptui.terminal_text.text_style import restyled, sgr_parameters

if TYPE_CHECKING:
    from mptui.terminal_text.text_style import TextStyle

MOST_ROWS: Final = 128
"""Nobody redraws more than a terminal is high."""
MOST_COLUMNS: Final = 1024
"""Kept of a row that was drawn over."""
MOST_RAW_CHARACTERS: Final = 16 * 1024
"""A row that nobody drew over is kept as it was written up to here."""
_UNTOUCHED_TIMES: Final = 8
"""A row that so many redrawings did not reach is done."""
_TORN_CHARACTERS: Final = 256
_CELL_CHARACTERS: Final = 4
"""A cell has a text and a style of its own."""

_HIDE: Final = "\x1b[?25l"
_SHOW: Final = "\x1b[?25h"
_MOVE: Final = re.compile(r"\x1b\[\d*[AF]")
"""It begins with two fixed characters, which makes the search through much text fast."""
_C1_MOVE: Final = re.compile(r"\x9b\d*[AF]")
_REVERSE_INDEX: Final = "\x1bM"
_ANY_MOVE: Final = re.compile(r"(?:\x1b\[|\x9b)([0-9;]*)([A-GJK])")
_TORN: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*)?\Z")


def moves_up(text: str) -> bool:
    """Whether a program moves up here, to draw over what it printed before."""
    if "\x1b" in text and (_REVERSE_INDEX in text or _MOVE.search(text) is not None):
        return True
    return "\x9b" in text and _C1_MOVE.search(text) is not None


def begins_redrawing(text: str) -> bool:
    """Whether it does, or is about to: who will draw over something hides the cursor first."""
    # Much text has neither, which a look for one character tells in no time.
    return ("\x1b" in text and _HIDE in text) or moves_up(text)


class _Line:
    """One row: as it was written, or what it holds once something was drawn over it."""

    __slots__ = ("_kept", "_length", "_pieces", "_row", "is_ghost")

    def __init__(self, *, is_ghost: bool = False) -> None:
        self.is_ghost = is_ghost
        """Whether it stands only for rows that are out of reach."""
        self._pieces: list[str] = []
        self._length = 0
        self._row: Row | None = None
        self._kept: str | None = None

    @property
    def length(self) -> int:
        """About how many characters of text take as much room in memory."""
        return self._length if self._row is None else self._row.length * _CELL_CHARACTERS

    @property
    def text(self) -> str:
        """What it holds, with sequences for its colours."""
        if self._kept is None:
            self._kept = "".join(self._pieces) if self._row is None else _coloured(self._row)
        return self._kept

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to read in it."""
        if self._row is not None:
            return self._row.is_blank
        return not self._length or not self.text.strip(" \r\t")

    @property
    def going_on(self) -> str | None:
        """Its text, where what follows may simply be added to that; else None."""
        if self._row is None or self._row.column == self._row.length:
            return self.text
        return f"{self.text}\r" if self._row.column == 0 else None

    def add(self, token: str, style: TextStyle | None) -> None:
        """Write where the cursor is."""
        self._kept = None
        self.is_ghost = False
        if self._row is None:
            self._pieces.append(token)
            self._length += len(token)
            if self._length > MOST_RAW_CHARACTERS:
                self.drawn()
            return
        draw(token, self._row, style)

    def drawn(self) -> Row:
        """Its cells; from now on it is kept as these."""
        if self._row is None:
            self._row = Row(MOST_COLUMNS)
            draw("".join(self._pieces), self._row)
            self._pieces.clear()
        self._kept = None
        return self._row


class RedrawnRows:
    """What one stream shows of what it redraws."""

    def __init__(self) -> None:
        self._lines = [_Line()]
        self._place = 0
        """The row of the cursor."""
        self._style: TextStyle | None = None
        self._torn = ""
        self._length: int | None = None
        """As long as nothing is written; so is the next one."""
        self._is_blank: bool | None = None
        self._highest: deque[int] = deque(maxlen=_UNTOUCHED_TIMES)
        """The highest row that each of the last redrawings reached."""
        self._has_gone_on = False
        """Whether a line was ended below all others since the last look."""
        self._is_written = False
        """Whether something was written since the cursor came to its row."""
        self._is_hidden = False
        """Whether the program has hidden the cursor: it is about to come back."""
        self._top = 0
        """The highest row that the cursor came to since the last look."""

    @property
    def length(self) -> int:
        """About how many characters of text take as much room in memory."""
        if self._length is None:
            self._length = sum(line.length for line in self._lines) + len(self._torn)
        return self._length

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to read."""
        if self._is_blank is None:
            self._is_blank = all(line.is_blank for line in self._lines)
        return self._is_blank

    @property
    def texts(self) -> list[str]:
        """The rows as they are now, without blank ones above and below the others."""
        lines = self._lines
        first, end = 0, len(lines)
        while end and lines[end - 1].is_blank:
            end -= 1
        while first < end and lines[first].is_blank:
            first += 1
        return [line.text for line in lines[first:end]]

    @property
    def rest(self) -> str | None:
        """The one row that is left, where it can go on as an ordinary line; else None."""
        if len(self._lines) > 1 or self._torn or self._is_hidden:
            return None
        return self._lines[0].going_on

    def write(self, text: str) -> list[str]:
        """Draw this; gives the rows that are done, the top one first."""
        text = self._torn + text
        torn = _TORN.search(text, max(0, len(text) - _TORN_CHARACTERS))
        self._torn = torn[0] if torn is not None else ""
        text = text[: len(text) - len(self._torn)]
        self._length = self._is_blank = None
        self._has_gone_on = False
        self._top = self._place
        done: list[str] = []
        for token in TOKEN.finditer(text):
            self._take(token)
            while len(self._lines) > MOST_ROWS:
                done += self._let_go(1)
        return done + self._let_go(self._done_count(is_redrawing=moves_up(text)))

    def close(self) -> list[str]:
        """Nothing more comes: all rows are done."""
        texts = self.texts
        self._lines = [_Line()]
        self._place = 0
        self._torn = ""
        self._length = self._is_blank = None
        return texts

    def _done_count(self, *, is_redrawing: bool) -> int:
        if is_redrawing:
            self._highest.append(self._top)
            return min(self._highest) if len(self._highest) == _UNTOUCHED_TIMES else 0
        # It went on below everything and did not come back.
        is_lowest = self._place == len(self._lines) - 1
        is_over = self._has_gone_on and is_lowest and not self._is_hidden
        return self._place if is_over else 0

    def _let_go(self, count: int) -> list[str]:
        """Give up the topmost rows."""
        gone, self._lines = self._lines[:count], self._lines[count:]
        self._place = max(0, self._place - count)
        self._top = max(0, self._top - count)
        for index, highest in enumerate(self._highest):
            self._highest[index] = max(0, highest - count)
        return [line.text for line in gone if not line.is_ghost]

    def _take(self, token: re.Match[str]) -> None:
        line = self._lines[self._place]
        match token.lastgroup:
            case "sgr":
                self._style = restyled(self._style, token["sgr"])
                line.add(token[0], None)
            case "sequence":
                self._obey(token[0])
            case "control" if token[0] == "\n":
                self._feed()
            case _:
                self._is_written = True
                line.add(token[0], self._style)

    def _feed(self) -> None:
        is_lowest = self._place == len(self._lines) - 1
        if is_lowest and self._is_written and not self._lines[self._place].is_blank:
            self._has_gone_on = True
        self._is_written = False
        self._style = None
        if is_lowest:
            self._lines.append(_Line())
            self._place += 1
        else:
            self._go(self._place + 1, 0)

    def _obey(self, sequence: str) -> None:
        move = _ANY_MOVE.fullmatch(sequence)
        if sequence in (_HIDE, _SHOW):
            self._is_hidden = sequence == _HIDE
        elif sequence == _REVERSE_INDEX:
            self._go_by(-1)
        if move is None:
            return
        number = _number(move[1])
        match move[2]:
            case "A" | "F":
                self._go_by(-max(1, number), is_to_start=move[2] == "F")
            case "B" | "E":
                self._go_by(max(1, number), is_to_start=move[2] == "E")
            case "C" | "D" | "G":
                self._go_sideways(move[2], number)
            case "J" | "K":
                self._erase(move[2], number)

    def _go_by(self, rows: int, *, is_to_start: bool = False) -> None:
        column = 0 if is_to_start else self._lines[self._place].drawn().column
        place = self._place + rows
        if place < 0:
            # Rows above that are done already cannot be drawn over: others stand for them.
            count = min(-place, MOST_ROWS - 1)
            self._lines[:0] = [_Line(is_ghost=True) for _ in range(count)]
            del self._lines[MOST_ROWS:]
            self._highest.clear()
            place = 0
        self._go(min(place, len(self._lines) - 1), column)

    def _go(self, place: int, column: int) -> None:
        self._place = place
        self._is_written = False
        self._top = min(self._top, place)
        self._lines[place].drawn().column = min(column, MOST_COLUMNS)

    def _go_sideways(self, letter: str, number: int) -> None:
        row = self._lines[self._place].drawn()
        column = {
            "C": row.column + max(1, number),
            "D": row.column - max(1, number),
            "G": number - 1,
        }[letter]
        row.column = max(0, min(column, MOST_COLUMNS))

    def _erase(self, letter: str, number: int) -> None:
        """Erase in the row (K), or in it and below (J): to the end, from the start (1), all (2)."""
        row = self._lines[self._place].drawn()
        if number in (0, 1, 2):
            row.erase(
                row.column if number == 0 else 0, row.length if number != 1 else row.column + 1
            )
        if letter == "J" and number == 0:
            del self._lines[self._place + 1 :]


def _number(parameters: str) -> int:
    digits = parameters.partition(";")[0]
    return int(digits[:6]) if digits else 0


def _coloured(row: Row) -> str:
    """The cells as text, blanks at the end left out."""
    parts = []
    for text, style in row.spans():
        codes = sgr_parameters(style) if style is not None else ""
        parts.append(f"\x1b[{codes}m{text}\x1b[0m" if codes else text)
    return "".join(parts).rstrip(" ")
