import pytest
from hypothesis import given
from hypothesis import strategies as st

from mptui.dashboard.presentation.words.quantities import (
    bytes_text,
    count_text,
    duration_text,
    exit_text,
    percent_text,
    precise_text,
    rate_text,
    running_time_text,
    since_text,
)

KIBIBYTE = 1024
MEBIBYTE = 1024 * KIBIBYTE


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0B"),
        (1023, "1023B"),
        (1024, "1.0K"),
        (10 * KIBIBYTE - 1, "10K"),
        (24 * MEBIBYTE, "24M"),
        (MEBIBYTE * KIBIBYTE - 1, "1.0G"),
        (1.2 * MEBIBYTE * KIBIBYTE, "1.2G"),
    ],
)
def test_sizes_are_said_in_the_unit_that_keeps_them_short(size: float, text: str) -> None:
    assert bytes_text(size) == text


@given(st.integers(0, 2**60))
def test_no_size_needs_more_than_five_characters(size: int) -> None:
    assert len(bytes_text(size)) <= 5


@given(st.integers(0, 10**12))
def test_no_count_needs_more_than_five_characters(count: int) -> None:
    assert len(count_text(count)) <= 5


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
    ("exitcode", "signal", "is_asked", "text"),
    [
        (0, None, False, "exit 0"),
        (1, None, False, "exit 1"),
        (None, 9, False, "SIGKILL"),
        (None, 15, True, "SIGTERM (asked)"),
        (None, 63, False, "signal 63"),
        (None, None, False, "ended"),
    ],
)
def test_an_end_is_said_in_the_words_of_the_system(
    *, exitcode: int | None, signal: int | None, is_asked: bool, text: str
) -> None:
    assert exit_text(exitcode, signal, is_asked=is_asked) == text


def test_a_share_above_a_hundred_is_said_as_it_is() -> None:
    assert percent_text(398.7) == "399%"


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
        (9.96, "9 s"),
        (59.9, "59 s"),
        (61, "1m01s"),
    ],
)
def test_a_time_within_a_sentence_has_its_unit_apart(seconds: float, text: str) -> None:
    assert since_text(seconds) == text


@pytest.mark.parametrize(
    ("per_second", "text"),
    [(0.42, "0.4/s"), (9.96, "10/s"), (12.4, "12/s"), (1234.0, "1200/s"), (123_456.0, "120k/s")],
)
def test_a_rate_is_no_more_exact_than_it_is_steady(per_second: float, text: str) -> None:
    assert rate_text(per_second) == text
