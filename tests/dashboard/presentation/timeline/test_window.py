from itertools import pairwise

import pytest

from mptui.dashboard.presentation.timeline.window import SECONDS_A_CELL, TimelineWindow


def window_at(now: float, width: int = 100, *, is_finished: bool = False) -> TimelineWindow:
    window = TimelineWindow(is_whole=is_finished)
    window.set_time(now, width, is_finished=is_finished)
    return window


def bounds(window: TimelineWindow) -> tuple[float, float]:
    edges = window.edges
    return edges[0], edges[-1]


def test_a_short_run_is_seen_whole_and_a_longer_one_by_its_newest_seconds() -> None:
    assert bounds(window_at(7.5)) == (0.0, 7.5)
    start, end = bounds(window_at(500.0))
    assert end == pytest.approx(500.0, abs=0.5)
    assert end - start == pytest.approx(20.0, abs=0.3)


def test_before_anything_happened_there_is_nothing_to_see() -> None:
    assert len(window_at(0.0).edges) < 2


@pytest.mark.parametrize("step", range(len(SECONDS_A_CELL)))
def test_edges_rise_at_every_zoom_and_none_is_later_than_now(step: int) -> None:
    window = window_at(1234.567, 60)
    window.hold()
    window.zoom(step - window.zoom_level)
    edges = window.edges
    assert len(edges) >= 2
    assert all(one < other for one, other in pairwise(edges))
    assert edges[-1] <= 1234.567


def test_a_live_window_moves_by_whole_cells_and_never_back() -> None:
    window = window_at(100.0)
    firsts = []
    for tick in range(100):
        window.set_time(100.0 + tick / 10, 100, is_finished=False)
        firsts.append(window.first_cell)
    assert firsts == sorted(firsts)
    assert firsts[-1] - firsts[0] == pytest.approx(49, abs=2)
    assert len(set(firsts)) <= 26, "several cells at a time rather than all the time"


def test_a_held_window_stands_still_while_the_run_goes_on() -> None:
    window = window_at(50.0)
    window.hold()
    before = window.edges
    window.set_time(90.0, 100, is_finished=False)
    assert window.edges == before
    assert not window.is_live
    window.go_live()
    assert bounds(window)[1] == pytest.approx(90.0, abs=0.5)


def test_panning_holds_and_stops_at_both_ends() -> None:
    window = window_at(50.0)
    window.pan(-25)
    assert not window.is_live
    assert bounds(window)[1] == pytest.approx(45.0, abs=0.5)
    window.pan(-10_000)
    assert bounds(window)[0] == 0.0
    window.set_time(60.0, 100, is_finished=False)
    window.pan(10_000)
    assert bounds(window)[1] == 60.0


def test_zooming_keeps_the_moment_looked_at_in_its_column() -> None:
    window = window_at(50.0)
    window.hold()
    column = window.column_of(42.1)
    assert column is not None
    for steps in (-1, -1, 1, -2):
        window.zoom(steps, 42.1)
        assert window.column_of(42.1) == pytest.approx(column, abs=1)


def test_a_live_window_stays_live_when_zoomed() -> None:
    window = window_at(50.0)
    window.zoom(-2, 40.0)
    assert window.is_live
    assert bounds(window)[1] == pytest.approx(50.0, abs=0.3)
    window.go_live_anew()
    assert window.seconds_a_cell == 0.2


def test_nobody_can_zoom_out_further_than_the_run_is_long_nor_in_without_end() -> None:
    window = window_at(50.0)
    window.zoom(100)
    assert bounds(window)[0] == 0.0
    assert bounds(window)[1] == pytest.approx(50.0, abs=0.5)
    window.zoom(-100)
    assert window.seconds_a_cell == SECONDS_A_CELL[0]


def test_the_whole_run_stays_whole_while_it_grows() -> None:
    window = window_at(50.0)
    window.show_whole()
    for now in (50.0, 99.0, 5000.0):
        window.set_time(now, 100, is_finished=False)
        assert window.first_cell == 0
        assert window.column_of(now * 0.99) is not None


def test_a_run_that_is_over_is_seen_whole_and_zoomed_around_what_is_looked_at() -> None:
    window = window_at(0.3, is_finished=True)
    assert bounds(window) == (0.0, 0.3)
    column = window.column_of(0.1)
    window.zoom(-1, 0.1)
    assert window.column_of(0.1) == column


def test_the_beginning_is_one_step_away() -> None:
    window = window_at(500.0)
    window.go_to_beginning()
    assert window.first_cell == 0
    assert not window.is_live


def test_a_narrower_window_is_still_within_the_run() -> None:
    window = window_at(50.0)
    window.pan(-1)
    window.set_time(50.0, 10, is_finished=False)
    assert len(window.edges) == 11


@pytest.mark.parametrize("now", [0.3, 0.7, 2.1, 0.30000000000000004, 1e-5, 86_400.0])
def test_a_time_on_an_edge_makes_no_cell_of_its_own(now: float) -> None:
    for finished in (False, True):
        edges = window_at(now, is_finished=finished).edges
        assert all(other - one > 1e-9 for one, other in pairwise(edges))
