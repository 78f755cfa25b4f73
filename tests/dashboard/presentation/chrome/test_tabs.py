"""Where the tabs lie."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mptui.dashboard.presentation.chrome.tabs import Tab, placed_tabs, tab_at, tab_key
from mptui.dashboard.presentation.text.glyphs import UNICODE
from mptui.terminal_text import Span


def tabs(*titles: str) -> list[Tab]:
    return [Tab(title, Span(" ", None), has_news=False) for title in titles]


def test_tabs_stand_side_by_side_as_wide_as_their_titles() -> None:
    placed = placed_tabs(tabs("one", "eleven"), 0, 80, UNICODE)
    assert [(tab.x, tab.width, tab.title) for tab in placed] == [(0, 9, "one"), (9, 12, "eleven")]


def test_long_titles_are_shortened_before_a_tab_is_left_out() -> None:
    placed = placed_tabs(tabs("a" * 30, "short", "b" * 30), 0, 40, UNICODE)
    assert [tab.number for tab in placed] == [0, 1, 2]
    assert placed[1].title == "short"


@pytest.mark.parametrize("front", [0, 7, 14])
def test_tab_in_front_is_among_those_that_are_seen(front: int) -> None:
    placed = placed_tabs(tabs(*(f"program-{n}" for n in range(15))), front, 40, UNICODE)
    assert front in [tab.number for tab in placed]


def test_first_tabs_stay_where_they_are_and_of_the_others_the_one_in_front_is_seen() -> None:
    many = tabs(*(f"program-{n}" for n in range(15)))
    rows = [placed_tabs(many, front, 60, UNICODE) for front in range(15)]
    fixed = [tab.number for tab in rows[0] if not tab.is_sign][:3]
    for front, placed in enumerate(rows):
        seen = [tab.number for tab in placed if not tab.is_sign]
        assert seen[:3] == fixed == [0, 1, 2]
        assert front in seen
        assert all(tab.title == f"program-{tab.number}" for tab in placed[:3])


def test_sign_stands_for_the_tab_beside_those_that_are_seen() -> None:
    placed = placed_tabs(tabs(*(f"program-{n}" for n in range(15))), 9, 60, UNICODE)
    signs = {tab.title: tab.number for tab in placed if tab.is_sign}
    assert signs == {"«": 8, "»": 10}


@given(
    titles=st.lists(st.text(max_size=40), min_size=1, max_size=20),
    front=st.integers(0, 19),
    width=st.integers(1, 120),
)
def test_tabs_never_overlap_and_each_cell_belongs_to_its_tab(
    titles: list[str], front: int, width: int
) -> None:
    placed = placed_tabs(tabs(*titles), front % len(titles), width, UNICODE)
    assert front % len(titles) in [tab.number for tab in placed if not tab.is_sign]
    for left, right in pairwise(placed):
        assert left.x + left.width == right.x
        assert right.x + right.width <= width
    for tab in placed:
        assert tab_at(placed, tab.x) == tab_at(placed, tab.x + tab.width - 1) == tab.number
    assert tab_at(placed, placed[-1].x + placed[-1].width) is None


def test_only_the_first_ten_tabs_have_a_key() -> None:
    assert [tab_key(index) for index in (0, 8, 9, 10)] == ["1", "9", "0", " "]
