"""Bars and block characters for shares of a hundred."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mptui.dashboard.presentation.text.glyphs import Glyphs


def bar_text(percent: float, width: int, glyphs: Glyphs) -> tuple[str, str]:
    """The filled part of a bar and the rest of it, together ``width`` cells."""
    steps = len(glyphs.bar) - 1
    filled = round(min(max(percent, 0.0), 100.0) / 100 * width * steps)
    whole, part = divmod(filled, steps)
    bar = glyphs.bar[steps] * whole + (glyphs.bar[part] if part else "")
    return bar, glyphs.bar_rest * (width - len(bar))


def height_text(percent: float, glyphs: Glyphs) -> str:
    """One cell that is the higher the larger the share is."""
    last = len(glyphs.heights) - 1
    return glyphs.heights[round(min(max(percent, 0.0), 100.0) / 100 * last)]


def history_text(percents: Iterable[float], glyphs: Glyphs) -> str:
    """One cell for each share, the oldest first."""
    return "".join(height_text(percent, glyphs) for percent in percents)


def stacked_cells(parts: Iterable[float], width: int) -> list[int]:
    """How many cells each part of a bar takes that shows them all; none where there is nothing."""
    amounts = [max(0.0, part) for part in parts]
    total = sum(amounts)
    if total <= 0:
        return [0] * len(amounts)
    edges = [round(sum(amounts[:count]) / total * width) for count in range(len(amounts) + 1)]
    return [end - start for start, end in pairwise(edges)]
