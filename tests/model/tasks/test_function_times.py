from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mptui import events as ev
from mptui.model import FunctionTimes
from mptui.model.tasks.function_times import bucket_of

lengths = st.lists(st.floats(2e-6, 1e5), min_size=1, max_size=200)


def times_of(seconds: list[float]) -> FunctionTimes:
    times = FunctionTimes("f")
    for length in seconds:
        times.add(length, 1, 0)
    return times


@given(lengths, st.floats(0.01, 0.99))
def test_a_percentile_is_exact_to_a_quarter_power_of_two(
    seconds: list[float], share: float
) -> None:
    wanted = sorted(seconds)[max(-int(-share * len(seconds) // 1), 1) - 1]
    said = times_of(seconds).percentile_seconds(share)
    assert abs(log2(said / wanted)) <= 0.25 + 1e-6


@given(lengths)
def test_no_percentile_is_above_the_slowest(seconds: list[float]) -> None:
    times = times_of(seconds)
    assert all(times.percentile_seconds(n / 10) <= max(seconds) for n in range(11))
    assert times.percentile_seconds(1.0) == max(seconds)


@given(lengths)
def test_no_percentile_is_below_the_fastest(seconds: list[float]) -> None:
    times = times_of(seconds)
    assert all(times.percentile_seconds(n / 10) >= min(seconds) for n in range(11))


def test_tasks_that_took_about_the_same_have_percentiles_among_them() -> None:
    times = times_of([7.0, 7.01, 7.02])
    assert 7.0 <= times.percentile_seconds(0.5) <= times.percentile_seconds(0.95) <= 7.02


@given(lengths)
def test_counted_tasks_have_the_same_percentiles_as_single_ones(seconds: list[float]) -> None:
    histogram: dict[int, int] = {}
    for length in seconds:
        histogram[bucket_of(length)] = histogram.get(bucket_of(length), 0) + 1
    times = FunctionTimes("f")
    times.add_counted(
        ev.TasksCounted(
            t=1.0, process=1, label="f", count=len(seconds), failed=0, items=1, since=0.0,
            seconds_total=sum(seconds), seconds_max=max(seconds), seconds_min=min(seconds),
            histogram=histogram,
        )
    )  # fmt: skip
    single = times_of(seconds)
    for n in range(11):
        assert times.percentile_seconds(n / 10) == single.percentile_seconds(n / 10)
    assert times.count == single.count
    assert times.seconds_total == pytest.approx(single.seconds_total)


def test_counted_tasks_without_a_histogram_are_taken_for_average_ones() -> None:
    times = FunctionTimes(None)
    times.add_counted(
        ev.TasksCounted(
            t=1.0, process=1, label=None, count=10, failed=0, items=10, since=0.0,
            seconds_total=1.0, seconds_max=0.5,
        )
    )  # fmt: skip
    assert times.percentile_seconds(0.5) == pytest.approx(0.1, rel=0.2)


def test_no_tasks_took_no_time() -> None:
    times = FunctionTimes("f")
    assert (times.percentile_seconds(0.5), times.seconds_max) == (0.0, 0.0)


@pytest.mark.parametrize("seconds", [0.0, 1e-9, 1e9, 1e300])
def test_any_time_has_a_bucket(seconds: float) -> None:
    times_of([seconds]).percentile_seconds(0.5)
