import pytest
from hypothesis import given
from hypothesis import strategies as st

from mptui.wording.durations import (
    duration_text,
    measured_text,
    moment_text,
    precise_text,
    remaining_text,
    running_time_text,
    since_text,
    span_text,
)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0.00s"),
        (0.521, "0.52s"),
        (9.996, "10.0s"),
        (12.34, "12.3s"),
        (59.97, "1m00s"),
        (185.2, "3m05s"),
        (7500, "2h05m"),
        (3 * 86400 + 4 * 3600, "3d04h"),
        (-1.0, "0.00s"),
    ],
)
def test_a_time_that_is_over_is_said_with_the_precision_worth_reading(
    seconds: float, text: str
) -> None:
    assert duration_text(seconds) == text


def test_a_time_that_still_grows_changes_once_a_second() -> None:
    assert {running_time_text(12 + tenth / 10) for tenth in range(10)} == {"12s"}
    assert running_time_text(13.0) == "13s"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0us"),
        (3.2e-6, "3.2us"),
        (42e-6, "42us"),
        (999.6e-6, "1.0ms"),
        (0.0031, "3.1ms"),
        (0.24, "240ms"),
        (0.9996, "1.00s"),
        (12.34, "12.3s"),
        (-1.0, "0us"),
    ],
)
def test_a_very_short_time_is_said_in_the_unit_that_keeps_it_readable(
    seconds: float, text: str
) -> None:
    assert precise_text(seconds) == text


@given(st.floats(0, 10**6))
def test_no_time_of_a_task_needs_more_than_six_characters(seconds: float) -> None:
    assert len(precise_text(seconds)) <= 6


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-0.1, "0.0 s"),
        (0.42, "0.4 s"),
        (3.24, "3.2 s"),
        (9.96, "9.9 s"),
        (59.9, "59 s"),
        (61, "1m01s"),
    ],
)
def test_a_time_within_a_sentence_has_its_unit_apart(seconds: float, text: str) -> None:
    assert since_text(seconds) == text


def test_a_time_that_goes_on_never_goes_back() -> None:
    said = [since_text(hundredth / 100) for hundredth in range(1100)]
    figures = [float(text.removesuffix(" s")) for text in said]
    assert figures == sorted(figures)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1.0, "0 µs"),
        (85e-6, "85 µs"),
        (0.0032, "3.2 ms"),
        (0.5, "0.5 s"),
        (45.2, "45 s"),
        (725.0, "12m05s"),
    ],
)
def test_what_is_over_is_said_however_short_it_was(seconds: float, text: str) -> None:
    assert span_text(seconds) == text


@pytest.mark.parametrize(("seconds", "text"), [(0.2, "1 s"), (5.1, "5 s"), (185.2, "3m05s")])
def test_an_estimate_is_said_in_whole_seconds(seconds: float, text: str) -> None:
    assert remaining_text(seconds) == text


@pytest.mark.parametrize(
    ("t", "precision", "text"),
    [
        (0.0, 1.0, "0 s"),
        (3.21, 0.01, "3.21 s"),
        (3.2, 0.5, "3.2 s"),
        (0.00035, 1e-5, "0.00035 s"),
        (59.96, 1.0, "1m00s"),
        (65.0, 5.0, "1m05s"),
        (65.25, 0.01, "1m05.25s"),
        (7205.0, 10.0, "2h00m05s"),
    ],
)
def test_a_moment_is_said_as_exactly_as_the_scale_is(t: float, precision: float, text: str) -> None:
    assert moment_text(t, precision) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0.000 ms"),
        (0.00045, "0.45 ms"),
        (0.0032, "3.2 ms"),
        (0.032, "32 ms"),
        (0.52, "0.52 s"),
        (9.999, "10.0 s"),
        (59.99, "1m00s"),
        (-1.0, "0.000 ms"),
    ],
)
def test_how_long_a_bar_lasts_is_said_in_the_digits_that_tell_it_from_its_neighbour(
    seconds: float, text: str
) -> None:
    assert measured_text(seconds) == text
