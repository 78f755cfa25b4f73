"""Lets nothing but ASCII through to the terminal, whatever a widget or a program writes.

The signs of the dashboard have forms of their own for that (`presentation.text.glyphs`); here is
what remains: the lines around parts, the scroll bars, and the text of programs.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.segment import Segment
from textual.filter import LineFilter

if TYPE_CHECKING:
    from textual.color import Color

_LIKE: Final = {
    **dict.fromkeys("─━═╌╍┄┅┈┉╴╶▔▁", "-"),
    **dict.fromkeys("│┃║╎╏┆┇┊┋▏▕▎", "|"),
    **dict.fromkeys("╭╮╰╯┌┐└┘├┤┬┴┼╔╗╚╝", "+"),
    **dict.fromkeys("█▉▊▋▌▍▀▄▐▇▆▅▓▒░", "#"),
    **dict.fromkeys("\N{HORIZONTAL ELLIPSIS}", "~"),
    **dict.fromkeys("\N{MIDDLE DOT}\N{BULLET}", "."),
    **dict.fromkeys("→▸", ">"),
    **dict.fromkeys("←", "<"),
    **dict.fromkeys("↑", "^"),
    **dict.fromkeys("↓", "v"),
    **dict.fromkeys("\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}", "'"),
    **dict.fromkeys("“”", '"'),
    **dict.fromkeys("\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}", "-"),
    "\N{MULTIPLICATION SIGN}": "x",
    "\N{NO-BREAK SPACE}": " ",
}


class AsciiOnly(LineFilter):
    """Writes another character for each that is not ASCII, as wide as that."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """The same line in ASCII."""
        return [
            segment if segment.text.isascii() else Segment(ascii_text(segment.text), *segment[1:])
            for segment in segments
        ]


@lru_cache(maxsize=4096)
def ascii_text(text: str) -> str:
    """A text in as many cells: é as e, a line as -, what has no likeness as ?."""
    return "".join(map(_ascii_character, text))


def _ascii_character(character: str) -> str:
    if character.isascii():
        return character
    like = _LIKE.get(character)
    if like is None:
        plain = unicodedata.normalize("NFKD", character)[:1]
        like = plain if plain.isascii() else "?"
    return like.ljust(cell_len(character))[: cell_len(character)]
