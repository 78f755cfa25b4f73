"""Styled text turned into what a Line API widget paints.

The one door through which text reaches the screen here: spans, never markup and never a plain str.
A line is put together from segments and made a strip once: making strips is what costs.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal

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
    return base if style is None else _combined(base, style)


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
        length = cell_len(text)
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
    for segment in segments:
        length += cell_len(segment.text)
        if segment.style is style:
            text += segment.text
            continue
        if text:
            joined.append(Segment(text, style))
        text, style = segment.text, segment.style or base
    if style is base:
        text += " " * (width - length)
    elif length < width:
        joined.append(Segment(text, style))
        text, style = " " * (width - length), base
    if text:
        joined.append(Segment(text, style))
    return Strip(joined, max(length, width))


def line_strip(spans: Iterable[Span], width: int, base: Style) -> Strip:
    """The spans as one line of exactly so many cells."""
    return strip_of(fitted(spans, width, base), width, base)


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
