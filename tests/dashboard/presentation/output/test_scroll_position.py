from hypothesis import given
from hypothesis import strategies as st

from mptui.dashboard.presentation.output.scroll_position import Extent, ScrollPosition

HEIGHT = 10
LOG = 1


def extents(first: int, end: int) -> dict[int | None, Extent]:
    return {LOG: Extent(first, end)}


def held_at(first: int, end: int, lines_up: int) -> ScrollPosition:
    position = ScrollPosition()
    position.scroll(-lines_up, extents(first, end), HEIGHT)
    return position


def test_following_shows_the_newest_lines() -> None:
    position = ScrollPosition()
    assert position.top(LOG, Extent(0, 100), HEIGHT) == 90
    assert position.top(LOG, Extent(0, 250), HEIGHT) == 240


def test_few_lines_stand_at_the_top() -> None:
    assert ScrollPosition().top(LOG, Extent(0, 3), HEIGHT) == 0


@given(grown=st.integers(0, 1000), lines_up=st.integers(1, 90))
def test_a_view_scrolled_back_stays_on_its_lines_while_new_ones_arrive(
    grown: int, lines_up: int
) -> None:
    position = held_at(0, 100, lines_up)
    assert not position.is_following
    assert position.top(LOG, Extent(0, 100 + grown), HEIGHT) == 90 - lines_up


def test_lines_dropped_from_the_start_do_not_move_those_that_are_seen() -> None:
    position = held_at(0, 100, 20)
    assert position.top(LOG, Extent(60, 160), HEIGHT) == 70
    assert position.top(LOG, Extent(80, 180), HEIGHT) == 80


def test_scrolling_down_to_the_end_follows_again() -> None:
    position = held_at(0, 100, 5)
    position.scroll(4, extents(0, 100), HEIGHT)
    assert not position.is_following
    position.scroll(1, extents(0, 100), HEIGHT)
    assert position.is_following


def test_the_end_to_come_back_to_is_the_end_as_it_is_now() -> None:
    position = held_at(0, 100, 5)
    position.scroll(5, extents(0, 130), HEIGHT)
    assert not position.is_following
    assert position.top(LOG, Extent(0, 130), HEIGHT) == 90
    position.scroll(30, extents(0, 130), HEIGHT)
    assert position.is_following


def test_nothing_scrolls_above_the_oldest_line() -> None:
    position = held_at(40, 100, 1000)
    assert position.top(LOG, Extent(40, 100), HEIGHT) == 40
    position.scroll(1, extents(40, 100), HEIGHT)
    assert position.top(LOG, Extent(40, 100), HEIGHT) == 41


def test_what_fits_cannot_be_scrolled() -> None:
    assert held_at(0, HEIGHT, 1).is_following


def test_logs_side_by_side_scroll_together() -> None:
    both: dict[int | None, Extent] = {1: Extent(0, 100), 2: Extent(0, 30)}
    position = ScrollPosition()
    position.scroll(-15, both, HEIGHT)
    assert [position.top(log, both[log], HEIGHT) for log in both] == [75, 5]
    position.scroll(-15, both, HEIGHT)
    assert [position.top(log, both[log], HEIGHT) for log in both] == [60, 0]


def test_a_log_that_begins_later_is_shown_from_its_end() -> None:
    position = held_at(0, 100, 20)
    assert position.top(2, Extent(0, 15), HEIGHT) == 0


def test_holding_keeps_the_newest_lines_of_now() -> None:
    position = ScrollPosition()
    position.hold(extents(0, 100))
    assert position.top(LOG, Extent(0, 140), HEIGHT) == 90
    position.follow()
    assert position.top(LOG, Extent(0, 140), HEIGHT) == 130
