"""A name, a title or a message made safe: one line without looks, on which nothing is hidden."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from mptui.terminal_text.glyphs import MAX_MARKS, SURELY_NARROW, SURELY_SAFE, code_point, glyph

if TYPE_CHECKING:
    from collections.abc import Iterator

RAW_CHARACTERS: Final = 8
"""Characters read for each one that may be shown: marks beyond the limit are skipped."""


def safe_text(value: str, max_characters: int = 200) -> str:
    """A name, a title or a message: one line, no styles, nothing left out, all controls visible.

    Unlike in output, a sequence is shown (``^[[31m``), not obeyed: a name has no business with
    colours, and one that vanished could pass for another.

    Args:
        value: the text; a line feed becomes ``^J``.
        max_characters: the most that comes out, at least 1; a longer text ends in ``…``.
    """
    if len(value) <= max_characters and SURELY_SAFE.fullmatch(value):
        return value
    raw = value[: max_characters * RAW_CHARACTERS]
    return _made_safe(raw, max_characters, is_all=len(raw) == len(value))


@lru_cache(maxsize=128)
def _made_safe(raw: str, max_characters: int, *, is_all: bool) -> str:
    """The same of its beginning; what is on the screen is asked for at each look."""
    text = "".join(_visible_characters(raw, max_characters))
    if len(text) > max_characters or not is_all:
        return text[: max_characters - 1] + "…"
    return text


def is_surely_narrow(text: str) -> bool:
    """Whether each character takes one column of a terminal for itself; most texts are so."""
    return text.isascii() or SURELY_NARROW.fullmatch(text) is not None


def cell_count(safe: str) -> int:
    """How many columns of a terminal a text takes that was made safe."""
    if SURELY_NARROW.fullmatch(safe):
        return len(safe)
    return sum(0 if one.is_mark else 1 + one.is_wide for one in map(glyph, safe))


def _visible_characters(text: str, max_characters: int) -> Iterator[str]:
    """What is shown for each character, until there is more than enough."""
    length = 0
    mark_count: int | None = None
    """Marks on the character before; None where there is none that a mark could join."""
    for char in text:
        shown, is_mark, _ = glyph(char)
        if is_mark and mark_count is None:
            shown = code_point(char)
        elif is_mark and mark_count == MAX_MARKS:
            continue
        elif shown:
            mark_count = (mark_count or 0) + 1 if is_mark else 0
        yield shown
        length += len(shown)
        if length > max_characters:
            return
