"""A line of output made safe: what a terminal would show of it, with its colours.

The work is bounded by the columns that are kept and not by the length of the line, and no state
outlives a line: a sequence that is never ended cannot swallow the next one.
"""

from __future__ import annotations

import re
from typing import Final

from mptui.terminal_text.glyphs import SURELY_NARROW, SURELY_SAFE, glyph
from mptui.terminal_text.row import Row, Span
from mptui.terminal_text.text_style import TextStyle, restyled

RAW_CHARACTERS: Final = 8
"""Characters read for each one that may be shown: room for the sequences between them."""

_NOTICE: Final = TextStyle(dim=True)

TOKEN = re.compile(
    r"""
      (?P<text> [^\x00-\x1f\x7f-\x9f]+ )
    | (?: \x1b\[ | \x9b ) (?P<sgr> [0-9:;]* ) m
    | (?P<sequence>
        (?: \x1b\[ | \x9b ) [0-?]* [ -/]* [@-~]?       # CSI, maybe torn
      | \x1b[\]PX^_] [^\x07\x18\x1a\x1b\x9c]*          # OSC, DCS, SOS, PM, APC: to their end,
          (?: \x1b\\ | [\x07\x18\x1a\x9c] )?           # or to the end of the line
      | [\x90\x98\x9d-\x9f] [^\x00-\x1f\x7f-\x9f]*     # the same as C1 controls: only to their end,
          (?: \x1b\\ | [\x07\x9c] )                    # for most come from a wrong decoding
      | (?: \x1b[NO] | [\x8e\x8f] ) [ -~]              # SS2, SS3
      | \x1b [ -/]+ [0-~]?                             # ESC with intermediates, maybe torn
      | \x1b [0-~]                                     # ESC with a letter
      )
    | (?P<control> . )
    """,
    re.VERBOSE | re.DOTALL,
)
"""Each alternative begins with another character or ends where it can be decided: linear time."""


def safe_spans(line: str, max_characters: int = 4096) -> tuple[Span, ...]:
    """One line as a terminal would show it, of which only colours and looks are left.

    Carriage return, backspace and tab do what they do in a terminal. Every other sequence is left
    out whole, every other control character is made visible.

    Args:
        line: what was written, without its line feed.
        max_characters: the columns that are kept; a last span says how long a longer line is.
    """
    if line.endswith("\r"):
        line = line.rstrip("\r")
    if len(line) * 2 <= max_characters and SURELY_SAFE.fullmatch(line):
        return (Span(line, None),) if line else ()
    raw, is_cut = _part_that_shows(line, max_characters * RAW_CHARACTERS)
    row = Row(max_characters)
    draw(raw, row)
    spans = row.spans()
    if is_cut or row.is_cut:
        spans.append(Span(f"… {len(line):,} characters", _NOTICE))
    return tuple(spans)


def _part_that_shows(line: str, max_characters: int) -> tuple[str, bool]:
    """The part of a very long line to look at, and whether text after it is left out.

    A bar that redraws itself fills a line with carriage returns: what shows is its end.
    """
    if len(line) <= max_characters:
        return line, False
    redrawn = line.find("\r", len(line) - max_characters)
    if redrawn >= 0:
        return line[redrawn:], False
    start = line.rfind("\r") + 1
    return line[start : start + max_characters], True


def draw(raw: str, row: Row, style: TextStyle | None = None) -> None:
    """Write on a row what a terminal would, from this style on."""
    for token in TOKEN.finditer(raw):
        match token.lastgroup:
            case "text":
                _draw_text(token[0], row, style)
            case "sgr":
                style = restyled(style, token["sgr"])
            case "control":
                _draw_control(token[0], row, style)


def _draw_text(text: str, row: Row, style: TextStyle | None) -> None:
    if text.isascii() or SURELY_NARROW.fullmatch(text):
        row.write(text, style)
        return
    for char in text:
        shown = glyph(char)
        if shown.is_wide:
            row.write_wide(char, style)
        elif shown.is_mark:
            row.add_mark(char, style)
        else:
            row.write(shown.text, style)


def _draw_control(char: str, row: Row, style: TextStyle | None) -> None:
    if char == "\r":
        row.column = 0
    elif char == "\b":
        row.column = max(row.column - 1, 0)
    elif char == "\t":
        row.move_to_tab()
    else:
        row.write(glyph(char).text, style)
