"""A screen as data: for each row runs of text, each with its look, and nothing that can act.

What is read back may be anybody's. A text holds printable characters alone and a look numbers
alone, so whatever such a file says, it can only be seen.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Final, TypeAlias

    Run: TypeAlias = tuple[str, str]
    """A look, as the numbers of a sequence that sets it, and the text that has it."""

_STARTING: Final = "  starting"
_NUMBERS: Final = "0123456789;"
_LONGEST_LOOK: Final = 80
_MOST_CELLS: Final = 1000


class Picture:
    """What a terminal shows.

    Args:
        columns: cells in a row.
        rows: from the top, each as runs from the left.
    """

    __slots__ = ("columns", "rows")

    def __init__(self, columns: int, rows: list[list[Run]]) -> None:
        self.columns = columns
        self.rows = rows

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        return self.columns, len(self.rows)

    def sequence(self) -> str:
        """What makes a terminal show it, whatever it shows now."""
        parts = []
        for y, runs in enumerate(self.rows, 1):
            parts.append(f"\x1b[{y};1H")
            parts += [f"\x1b[0;{look}m{text}" if look else f"\x1b[0m{text}" for look, text in runs]
        return "".join(parts) + "\x1b[0m"

    def encoded(self) -> bytes:
        """To be kept: a line for each row."""
        lines = ["\t".join(f"{look} {text}" for look, text in runs) for runs in self.rows]
        return "\n".join([f"{self.columns} {len(lines)}", *lines, ""]).encode()


def runs_of(looks: Iterable[str | None], characters: Iterable[str | None]) -> list[Run] | None:
    """Cells that are known one by one, as runs; None where one of them is not."""
    runs: list[Run] = []
    for look, character in zip(looks, characters, strict=True):
        if look is None or character is None:
            return None
        if runs and runs[-1][0] == look:
            runs[-1] = (look, runs[-1][1] + character)
        else:
            runs.append((look, character))
    return runs


def starting_picture(name: str, columns: int, rows: int) -> Picture:
    """What is certain of a program before anything is known of it.

    Args:
        name: what it is called.
        columns: cells in a row.
        rows: how many.
    """
    shown = name if name.isascii() and name.isprintable() else "the program"
    first = f" {shown}"[: columns - len(_STARTING)]
    rest = _STARTING.ljust(columns - len(first))
    return Picture(columns, [[("1", first), ("", rest)], *[[("", " " * columns)]] * (rows - 1)])


def decoded(data: bytes) -> Picture | None:
    """What was encoded; None where that is no picture, or one of which not all is there."""
    try:
        size, *lines, last = data.decode().split("\n")
        columns, row_count = map(int, size.split(" "))
        rows = [[_run(part) for part in line.split("\t")] for line in lines]
    except ValueError:
        return None
    is_whole = not last and row_count == len(rows) and max(columns, row_count) <= _MOST_CELLS
    fits = all(sum(len(text) for _, text in runs) <= columns for runs in rows)
    return Picture(columns, rows) if is_whole and fits else None


def _run(part: str) -> Run:
    look, space, text = part.partition(" ")
    if not (space and text.isprintable() and len(look) <= _LONGEST_LOOK):
        raise ValueError
    if look.strip(_NUMBERS):
        raise ValueError
    return look, text
