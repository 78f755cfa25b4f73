"""Where the tabs lie in their line.

All of them if they fit. Otherwise the first ones stay where they are, so that tab 3 is where it
always was, and beside them stand as many of the others as fit, the one in front in any case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len

from mptui.dashboard.presentation.text.shortening import shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.terminal_text import Span

_KEYS: Final = "1234567890"
_LONGEST_TITLE: Final = 24
_SHORTEST_TITLE: Final = 9
"""Titles are shortened to this before a tab is left out."""
_AIRY_CELLS: Final = 6
"""What a tab takes besides its title: the key, the mark, and a blank around each."""
_DENSE_CELLS: Final = 4
"""The same where room is scarce: the mark stands between key and title."""
_ROOM_FOR_OTHERS: Final = 15
"""Cells for those that do not all fit: a tab, and a sign at each end for those left out."""
_SIGN_CELLS: Final = 1


class Tab(NamedTuple):
    """What a tab says."""

    title: str
    """Made safe by whoever fills it in."""
    mark: Span
    has_news: bool
    """Whether something happened in its pane since it was last in front."""


class PlacedTab(NamedTuple):
    """A tab at its place in the line."""

    number: int
    """Counted from 0."""
    x: int
    width: int
    title: str
    is_dense: bool
    """Whether the mark stands before the title, instead of behind it."""
    is_sign: bool = False
    """Whether it only says that this tab, and maybe more of them, is left out here."""


def tab_key(index: int) -> str:
    """The key that brings a tab to the front; a blank for those that have none."""
    return _KEYS[index] if index < len(_KEYS) else " "


def placed_tabs(
    tabs: Sequence[Tab], front: int, width: int, glyphs: Glyphs
) -> tuple[PlacedTab, ...]:
    """The tabs that are seen in so many cells, side by side from the left."""
    whole_titles = [tab.title for tab in tabs]
    is_dense = _width(whole_titles, _AIRY_CELLS) > width
    around = _DENSE_CELLS if is_dense else _AIRY_CELLS
    titles = _shortened(whole_titles, width, around, glyphs)
    all_tabs = [
        PlacedTab(number, 0, cell_len(title) + around, title, is_dense)
        for number, title in enumerate(titles)
    ]
    if sum(tab.width for tab in all_tabs) <= width:
        return _side_by_side(all_tabs)
    fixed = _fitting(all_tabs, width - _ROOM_FOR_OTHERS)
    room = width - sum(tab.width for tab in fixed)
    return _side_by_side([*fixed, *_part(all_tabs, len(fixed), front, room, glyphs)])


def tab_at(placed: Sequence[PlacedTab], x: int) -> int | None:
    """The tab at this cell."""
    return next((tab.number for tab in placed if tab.x <= x < tab.x + tab.width), None)


def _width(titles: Sequence[str], around: int) -> int:
    return sum(cell_len(title) + around for title in titles)


def _shortened(titles: Sequence[str], width: int, around: int, glyphs: Glyphs) -> list[str]:
    """The titles as long as all of them still fit; of full length where not even short ones do."""
    for longest in range(_LONGEST_TITLE, _SHORTEST_TITLE - 1, -1):
        tried = [shortened(title, longest, glyphs) for title in titles]
        if _width(tried, around) <= width:
            return tried
    return [shortened(title, _LONGEST_TITLE, glyphs) for title in titles]


def _side_by_side(tabs: Iterable[PlacedTab]) -> tuple[PlacedTab, ...]:
    placed: list[PlacedTab] = []
    x = 0
    for tab in tabs:
        placed.append(tab._replace(x=x))
        x += tab.width
    return tuple(placed)


def _fitting(tabs: Sequence[PlacedTab], room: int) -> list[PlacedTab]:
    """As many from the first one on as there is room for."""
    kept: list[PlacedTab] = []
    for tab in tabs:
        room -= tab.width
        if room < 0:
            break
        kept.append(tab)
    return kept


def _part(
    tabs: Sequence[PlacedTab], first: int, front: int, room: int, glyphs: Glyphs
) -> list[PlacedTab]:
    """As many tabs from the first one on as there is room for, with signs for the others."""
    start = max(first, front)
    kept = _fitting(tabs[start:], room - 2 * _SIGN_CELLS) or _cut(tabs[start], room, glyphs)
    used = sum(tab.width for tab in kept)
    # Tabs on the left of the one in front are added while there is room.
    while start > first and used + tabs[start - 1].width <= room - 2 * _SIGN_CELLS:
        start -= 1
        used += tabs[start].width
        kept.insert(0, tabs[start])
    end = start + len(kept)
    before = [_sign(tabs[start - 1], glyphs.more_left)] if start > first else []
    after = [_sign(tabs[end], glyphs.more_right)] if end < len(tabs) else []
    signs = [*before, *after]
    if used + len(signs) * _SIGN_CELLS > room:
        return kept
    return [*before, *kept, *after]


def _cut(tab: PlacedTab, room: int, glyphs: Glyphs) -> list[PlacedTab]:
    """A tab that is too wide for its room, in it all the same."""
    cells = max(1, room - 2 * _SIGN_CELLS - _DENSE_CELLS)
    title = shortened(tab.title, cells, glyphs)
    return [tab._replace(title=title, width=cell_len(title) + _DENSE_CELLS)]


def _sign(tab: PlacedTab, sign: str) -> PlacedTab:
    return tab._replace(title=sign, width=_SIGN_CELLS, is_sign=True)
