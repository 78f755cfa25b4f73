"""What is shown for one character, whatever it is: a printable one, always.

Must not know lines, styles or sequences of characters.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

MAX_MARKS: Final = 4
"""Combining marks kept on one character; more of them would climb over the lines above."""

_NARROW_RANGES = (
    " -~\u00a0-\u00ac\u00ae-\u02ff\u0400-\u0482\u048a-\u052f\u1e00-\u1eff\u2010-\u2027\u2030-\u205e"
    "\u2190-\u2319\u2500-\u25fc"
)
_WIDE_RANGES = "\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff5e"
SURELY_NARROW = re.compile(f"[{_NARROW_RANGES}]*")
SURELY_SAFE = re.compile(f"[{_NARROW_RANGES}{_WIDE_RANGES}]*")
"""Most lines need no more than this look: all letters, signs and boxes, no marks, no controls."""

_LOOK_SELECTOR = re.compile("[\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef]")
"""They choose one look of the character before (variants, tones of skin), and terminals disagree
about the width of that: some join the two, others give each its own cells."""
_INVISIBLE_LETTER = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0]")
"""Letters and marks by their category, but there is nothing to see."""
_BLANK_BRAILLE = "\u2800"
"""A sign by its category, and a space in every plot that is drawn with Braille."""
_JOINING_LETTER = re.compile("[\u1161-\u11ff\ud7b0-\ud7ff]")
"""Later parts of a Hangul syllable: letters by their category that take no room of their own."""
_ESCAPED_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Cs", "Zl", "Zp"})
"""Controls, marks of direction, halves of surrogates, line ends, and what no font knows yet."""


class Glyph(NamedTuple):
    """The text that is shown, and whether that joins its neighbour or takes two columns."""

    text: str
    is_mark: bool = False
    is_wide: bool = False


@lru_cache(maxsize=4096)
def glyph(char: str) -> Glyph:
    """What is shown for this character; an empty text where nothing is."""
    category = unicodedata.category(char)
    if category in _ESCAPED_CATEGORIES or _INVISIBLE_LETTER.match(char):
        return Glyph(_escaped(char, category))
    if char == _BLANK_BRAILLE or _LOOK_SELECTOR.match(char):
        return Glyph(" " if char == _BLANK_BRAILLE else "")
    if category.startswith("M") or _JOINING_LETTER.match(char):
        return Glyph(char, is_mark=True)
    return Glyph(char, is_wide=unicodedata.east_asian_width(char) in "WF")


def code_point(char: str) -> str:
    """The character by its number, as in ``<202e>``."""
    return f"<{ord(char):02x}>"


def _escaped(char: str, category: str) -> str:
    if category == "Cs":
        return f"\\u{ord(char):04x}"
    if category == "Cc" and ord(char) < 0x80:
        return "^" + chr(ord(char) ^ 0x40)
    return code_point(char)
