"""Styled pieces of a line: how wide they are together, and as much of them as there is room for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from mptui.dashboard.presentation.text.shortening import shortened
from mptui.terminal_text import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.dashboard.presentation.text.page import Spans


def spans_width(spans: Iterable[Span]) -> int:
    """How many cells they take."""
    return sum(cell_len(span.text) for span in spans)


def shortened_spans(spans: Iterable[Span], width: int, glyphs: Glyphs) -> Spans:
    """As many of them as there are cells for, the last one shortened."""
    kept: list[Span] = []
    for text, style in spans:
        if width <= 0:
            break
        said = shortened(text, width, glyphs)
        kept.append(Span(said, style))
        width -= cell_len(said)
    return tuple(kept)
