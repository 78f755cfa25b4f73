import pytest

from mptui.dashboard.presentation.timeline.axis import (
    TICK_CELLS,
    axis_spans,
)
from mptui.dashboard.presentation.timeline.glyphs import UNICODE
from mptui.dashboard.presentation.timeline.window import SECONDS_A_CELL, TimelineWindow
from mptui.wording.durations import moment_text


def axis(window: TimelineWindow, cursor: int | None = None) -> str:
    return "".join(span.text for span in axis_spans(window, UNICODE, cursor))


def window_at(now: float, width: int = 60) -> TimelineWindow:
    window = TimelineWindow()
    window.set_time(now, width, is_finished=False)
    return window


def test_ticks_stand_at_round_times_evenly_spread() -> None:
    text = axis(window_at(4.9))
    assert text.startswith("│0 s      │1 s      │2 s")
    assert len(text) == 60


@pytest.mark.parametrize("zoom", range(len(SECONDS_A_CELL)))
def test_at_every_zoom_labels_can_be_told_apart_and_the_scale_is_as_wide_as_the_bars(
    zoom: int,
) -> None:
    window = window_at(200_000.0)
    window.hold()
    window.zoom(zoom - window.zoom_level)
    text = axis(window)
    labels = [label.strip() for label in text.split(UNICODE.tick)[1:] if label.strip()]
    assert len(text) == 60
    assert len(set(labels)) == len(labels)
    assert labels


def test_now_is_at_the_newest_moment_as_long_as_the_window_is_live() -> None:
    window = window_at(500.0)
    assert axis(window).endswith("now")
    window.hold()
    assert "now" not in axis(window)


@pytest.mark.parametrize("cursor", [0, 1, 30, 58, 59])
def test_the_cursor_says_its_moment_wherever_it_is(cursor: int) -> None:
    window = window_at(4.9)
    window.hold()
    text = axis(window, cursor)
    assert len(text) == 60
    assert text[cursor] == UNICODE.cursor
    assert moment_text(window.time_at(cursor), window.seconds_a_cell) in text


@pytest.mark.parametrize("width", range(1, 12))
def test_any_width_will_do(width: int) -> None:
    for cursor in (None, 0, width - 1):
        assert len(axis(window_at(70.0, width), cursor)) == width


def test_ten_cells_are_a_round_time_at_every_zoom() -> None:
    for step in SECONDS_A_CELL:
        tick = step * TICK_CELLS
        unit = next(unit for unit in (86400, 3600, 60, 1, 1e-3, 1e-6) if tick >= unit * 0.999)
        assert round(tick / unit, 6) in (1, 2, 5, 6, 10, 20, 50, 100, 200, 500)
