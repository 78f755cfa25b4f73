"""Where the tabs lie in their line: all of them if they fit, else those around the one in front."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.dashboard.presentation.shortening import cell_width, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mptui.dashboard.presentation.glyphs import Glyphs
    from mptui.terminal_text import Span

_LONGEST_TITLE: Final = 24
_SHORTEST_TITLE: Final = 3
_KEYS: Final = 9
_AIRY_CELLS: Final = 6
"""Of a tab besides its title: the key, the mark, and a blank around each."""
_DENSE_CELLS: Final = 4
"""The same where room is scarce: the mark stands between key and title."""


class Tab(NamedTuple):
    """What a tab says."""

    title: str
    """Made safe by whoever fills it in."""
    mark: Span
    has_news: bool
    """Whether something happened in its pane that nobody looked at."""


class PlacedTab(NamedTuple):
    """A tab at its place in the line."""

    number: int
    """Counted from 0."""
    x: int
    width: int
    title: str
    is_dense: bool
    """Whether the mark stands before the title, instead of behind it."""


def tab_key(index: int) -> str:
    """The key that brings a tab to the front; a blank for those that have none."""
    return str(index + 1) if index < _KEYS else " "


def placed_tabs(
    tabs: Sequence[Tab], front: int, width: int, glyphs: Glyphs
) -> tuple[PlacedTab, ...]:
    """The tabs that are seen in so many cells; titles are shortened before a tab is left out."""
    titles = [tab.title for tab in tabs]
    is_dense = _width(titles, _AIRY_CELLS) > width
    around = _DENSE_CELLS if is_dense else _AIRY_CELLS
    for longest in range(_LONGEST_TITLE, _SHORTEST_TITLE - 1, -1):
        if _width(titles, around) <= width:
            break
        titles = [shortened(tab.title, longest, glyphs) for tab in tabs]
    widths = [cell_width(title) + around for title in titles]
    start = 0
    while start < front and sum(widths[start : front + 1]) > width:
        start += 1
    placed: list[PlacedTab] = []
    x = 0
    for index in range(start, len(tabs)):
        if placed and x + widths[index] > width:
            break
        placed.append(PlacedTab(index, x, widths[index], titles[index], is_dense))
        x += widths[index]
    return tuple(placed)


def tab_at(placed: Sequence[PlacedTab], x: int) -> int | None:
    """The tab at this cell."""
    return next((tab.number for tab in placed if tab.x <= x < tab.x + tab.width), None)


def _width(titles: Sequence[str], around: int) -> int:
    return sum(cell_width(title) + around for title in titles)
