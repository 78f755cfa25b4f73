"""Styled text turned into what a Line API widget paints.

The one door through which text reaches the screen here: spans, never markup and never a plain str.
A line is put together from segments and made a strip once: making strips is what costs.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from rich.cells import cell_len, set_cell_size
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mptui.terminal_text import Span, TextStyle


def styled(base: Style, style: TextStyle | None) -> Style:
    """The style of a span on a background."""
    if style is None:
        return base
    known = _STYLED.get((id(base), id(style)))
    return _learn(base, style) if known is None else known[2]


def segments_of(spans: Iterable[Span], base: Style) -> list[Segment]:
    """The spans side by side."""
    return [Segment(text, styled(base, style)) for text, style in spans if text]


def fitted(
    spans: Iterable[Span],
    width: int,
    base: Style,
    alignment: Literal["left", "right"] = "left",
    *,
    is_plain: bool = False,
) -> list[Segment]:
    """The spans in exactly so many cells, cut or filled up; plain ones without their own styles."""
    segments: list[Segment] = []
    room = width
    for text, style in spans:
        length = len(text) if text.isascii() else cell_len(text)
        shown = text if length <= room else set_cell_size(text, room)
        segments.append(Segment(shown, base if is_plain else styled(base, style)))
        room = max(0, room - length)
    if room:
        blank = Segment(" " * room, base)
        segments = [blank, *segments] if alignment == "right" else [*segments, blank]
    return segments


def strip_of(segments: Iterable[Segment], width: int, base: Style) -> Strip:
    """The segments as one line, neighbours of one style joined, filled up to the width."""
    joined: list[Segment] = []
    text, style, length = "", base, 0
    for more, its_style, _ in segments:
        length += len(more) if more.isascii() else cell_len(more)
        if its_style is style:
            text += more
            continue
        if text:
            joined.append(Segment(text, style))
        text, style = more, its_style or base
    if style is base:
        text += " " * (width - length)
    elif length < width:
        joined.append(Segment(text, style))
        text, style = " " * (width - length), base
    if text:
        joined.append(Segment(text, style))
    return Strip(joined, max(length, width))


def strip_of_cells(
    lead: Iterable[Segment], spans: Iterable[Span], width: int, base: Style
) -> Strip:
    """What stands before, and spans in which each character takes one cell, in so many cells."""
    segments = list(lead)
    length = sum([cell_len(segment.text) for segment in segments])
    for text, style in spans:
        segments.append(Segment(text, styled(base, style)))
        length += len(text)
    if length < width:
        segments.append(Segment(" " * (width - length), base))
    return Strip(segments, max(length, width))


def line_strip(spans: Iterable[Span], width: int, base: Style) -> Strip:
    """The spans as one line of exactly so many cells."""
    return strip_of(fitted(spans, width, base), width, base)


_STYLED: Final[dict[tuple[int, int], tuple[Style, TextStyle, Style]]] = {}
"""Two styles and what both make, by the identities of the two: to hash them costs more."""
_STYLED_KEPT: Final = 4096


def _learn(base: Style, style: TextStyle) -> Style:
    if len(_STYLED) >= _STYLED_KEPT:
        _STYLED.clear()
    combined = _combined(base, style)
    # With the two themselves, so that no other ones get their identities.
    _STYLED[id(base), id(style)] = (base, style, combined)
    return combined


@lru_cache(maxsize=4096)
def _combined(base: Style, style: TextStyle) -> Style:
    return base + Style(
        color=_color(style.foreground),
        bgcolor=_color(style.background),
        # None where the span says nothing, so that what the row says remains.
        bold=style.bold or None,
        dim=style.dim or None,
        italic=style.italic or None,
        underline=style.underline or None,
        reverse=style.reverse or None,
        strike=style.strike or None,
    )


def _color(value: int | tuple[int, int, int] | None) -> Color | None:
    if value is None:
        return None
    return Color.from_ansi(value) if isinstance(value, int) else Color.from_rgb(*value)
