from datetime import UTC, datetime, timedelta, timezone

import pytest

from mptui.dashboard.presentation.output.line_times import (
    NEXT_STYLE,
    Clock,
    TimeStyle,
    line_time,
    meant_moment,
    started_time,
)

START = datetime(2026, 3, 1, 12, 59, 50, tzinfo=UTC)
HERE = timezone(timedelta(hours=2))


def clock(style: TimeStyle, *, is_long: bool = False) -> Clock:
    return Clock(style, START, HERE, is_long)


@pytest.mark.parametrize(
    ("t", "style", "is_long", "said"),
    [
        (0.0, "relative", False, "00:00.000"),
        (83.4567, "relative", False, "01:23.456"),
        (83.4567, "relative", True, "0:01:23.456"),
        (7200.0, "relative", True, "2:00:00.000"),
        (10.5, "clock", False, "15:00:00.500"),
        (None, "clock", False, " " * 12),
        (None, "relative", True, " " * 11),
        (1.0, "none", False, ""),
        (1e300, "clock", False, " " * 12),
    ],
)
def test_times_line_up(t: float | None, style: TimeStyle, is_long: bool, said: str) -> None:
    assert line_time(t, clock(style, is_long=is_long)) == said
    assert len(said) == clock(style, is_long=is_long).width


@pytest.mark.parametrize(
    ("text", "style", "moment"),
    [
        ("90", "relative", 90.0),
        ("1:30", "relative", 90.0),
        ("1:00:01.5", "none", 3601.5),
        ("12 s", "none", 12.0),
        ("-10", "clock", 90.0),
        ("-1:00", "relative", 40.0),
        ("15:00:00", "clock", 10.0),
        ("15:00", "clock", 10.0),
        ("90", "clock", 90.0),
        ("00:00:10", "clock", 9 * 3600 + 20.0),
        ("soon", "clock", None),
        ("", "none", None),
        ("1:2:3:4", "none", None),
    ],
)
def test_a_person_says_a_time_as_it_is_shown(
    text: str, style: TimeStyle, moment: float | None
) -> None:
    assert meant_moment(text, 100.0, clock(style)) == moment


@pytest.mark.parametrize("text", ["", "yesterday", "2026-03-01T12:00:00"])
def test_a_beginning_that_cannot_be_read_gives_no_times_of_the_day(text: str) -> None:
    unknown = Clock("clock", started_time(text), HERE, is_long=False)
    assert line_time(1.0, unknown) == " " * 12
    assert meant_moment("15:00", 100.0, unknown) is None


def test_the_styles_follow_each_other() -> None:
    assert NEXT_STYLE[NEXT_STYLE[NEXT_STYLE["none"]]] == "none"
