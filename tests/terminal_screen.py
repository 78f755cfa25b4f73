"""What a terminal shows and which of its modes are on, read from the bytes a program sends it.

pyte keeps the cells. Around it stands what pyte does not know and a full screen program needs: the
alternate screen, private modes and the answers to questions. Nothing here starts or waits.
"""

import codecs
import re

import pyte

ALTERNATE_SCREEN = 1049
MODES_AT_START = frozenset({7, 25})
"""Lines wrap, the cursor is visible."""

_KNOWN_TO_PYTE = {6, 7, 25}
_SYNCHRONIZED_OUTPUT = "2026"

_SEQUENCE = re.compile(
    r"\x1b\[\?(?P<modes>[\d;]+)(?P<switch>[hl])"
    r"|\x1b\[\?(?P<asked>\d+)\$p"
    r"|\x1b\[[<=>?][\d;:]*[ -/]*[@-~]"  # other private ones: the keyboard protocol, ...
    r"|\x1b\[[\d;]*[ !\"'$][@-~]"  # shape of the cursor, soft reset, ...
    r"|\x1b[PX^_][^\x1b]*\x1b\\"  # strings to devices and applications
)
"""What pyte would take for something else, or print."""

_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[]PX^_][^\x07\x1b]*\x1b?)?\Z")


class _Cells(pyte.Screen):
    """One of the two screens of a terminal; keeps what it would answer."""

    def __init__(self, columns: int, rows: int) -> None:
        self.answers: list[str] = []
        super().__init__(columns, rows)
        self.stream = pyte.Stream(self)

    def write_process_input(self, data: str) -> None:
        self.answers.append(data)


class TerminalScreen:
    """The screen of one terminal, fed with bytes as they come."""

    def __init__(self, columns: int, rows: int) -> None:
        self.modes = set(MODES_AT_START)
        """The private modes that are on."""
        self._main = _Cells(columns, rows)
        self._alternate = _Cells(columns, rows)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._unfinished = ""

    @property
    def is_alternate(self) -> bool:
        return ALTERNATE_SCREEN in self.modes

    @property
    def cells(self) -> pyte.Screen:
        """The screen in front: ``cells.buffer[row][column]`` has character, colours and style."""
        return self._front

    @property
    def rows(self) -> list[str]:
        """The text of each row, without the blanks at its end."""
        return [row.rstrip() for row in self._front.display]

    @property
    def cursor(self) -> tuple[int, int]:
        """Column and row, from 0."""
        return self._front.cursor.x, self._front.cursor.y

    def resize(self, columns: int, rows: int) -> None:
        for cells in (self._main, self._alternate):
            cells.resize(rows, columns)

    def feed(self, data: bytes) -> bytes:
        """Take what the program sent, and give what the terminal answers."""
        text = self._unfinished + self._decoder.decode(data)
        unfinished = _UNFINISHED.search(text)
        end = unfinished.start() if unfinished else len(text)
        self._unfinished = text[end:]
        answers = []
        begin = 0
        for sequence in _SEQUENCE.finditer(text, 0, end):
            self._front.stream.feed(text[begin : sequence.start()])
            begin = sequence.end()
            if sequence["switch"]:
                self._switch(sequence["modes"], is_on=sequence["switch"] == "h")
            elif sequence["asked"]:
                is_known = sequence["asked"] == _SYNCHRONIZED_OUTPUT
                answers.append(f"\x1b[?{sequence['asked']};{2 if is_known else 0}$y")
        self._front.stream.feed(text[begin:end])
        answers += self._front.answers
        self._front.answers.clear()
        return "".join(answers).encode()

    @property
    def _front(self) -> _Cells:
        return self._alternate if self.is_alternate else self._main

    def _switch(self, modes: str, *, is_on: bool) -> None:
        for mode in map(int, modes.split(";")):
            if mode == ALTERNATE_SCREEN and is_on and not self.is_alternate:
                self._alternate.reset()
            (self.modes.add if is_on else self.modes.discard)(mode)
            if mode in _KNOWN_TO_PYTE:
                front = self._front
                (front.set_mode if is_on else front.reset_mode)(mode, private=True)
