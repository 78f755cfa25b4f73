"""What was used and done over a run: exact sums, in a fixed number of points."""

from __future__ import annotations

import pytest

from mptui import events as ev
from mptui.model import Run
from mptui.model.use_histories import PROCESS_POINTS, PROGRAM_POINTS, UseRate


def started(process: int, t: float = 0.0) -> ev.Event:
    return ev.ProcessStarted(
        t=t, process=process, pid=100 + process, parent=None, ppid=1, role="worker",
        name=f"p{process}", instrumented=True,
    )  # fmt: skip


def sampled(t: float, **loads: float) -> ev.Event:
    samples = {int(key[1:]): ev.ProcessSample(load, 1000, 0, "R", 1) for key, load in loads.items()}
    return ev.Sampled(t=t, cores=[], processes=samples)


def task(t: float, process: int = 0) -> ev.Event:
    return ev.TaskFinished(t=t, process=process, label="f", ok=True, seconds=0.01)


def run_of(*events: ev.Event) -> Run:
    run = Run()
    run.apply(events)
    return run


def loads(rates: list[UseRate]) -> list[float]:
    return [round(rate.cpu_percent, 6) for rate in rates]


def test_load_of_a_stretch_is_that_of_the_samples_that_end_in_it() -> None:
    run = run_of(
        started(0), sampled(1.0, p0=0.0), sampled(2.0, p0=50.0), sampled(3.0, p0=100.0),
        sampled(4.0, p0=0.0),
    )  # fmt: skip
    histories = run.use_histories
    assert loads(histories.of_process(0, [1.0, 2.0, 3.0, 4.0])) == [50.0, 100.0, 0.0]
    assert loads(histories.of_program([1.0, 2.0, 3.0, 4.0])) == [50.0, 100.0, 0.0]
    assert loads(histories.of_process(0, [1.5, 2.5, 4.0])) == [75.0, pytest.approx(100 / 3)]


def test_who_is_missing_in_a_sample_goes_on_as_before() -> None:
    run = run_of(
        started(0), started(1), sampled(1.0, p0=0.0, p1=0.0), sampled(2.0, p0=80.0, p1=10.0),
        sampled(3.0, p1=20.0), sampled(4.0, p0=20.0),
    )  # fmt: skip
    histories = run.use_histories
    assert loads(histories.of_process(0, [1.0, 2.0, 3.0, 4.0, 5.0])) == [80.0, 80.0, 20.0, 20.0]
    assert loads(histories.of_program([1.0, 2.0, 3.0, 4.0])) == [90.0, 100.0, 40.0]


def test_who_ended_uses_nothing_any_more() -> None:
    run = run_of(
        started(0), sampled(1.0, p0=0.0), sampled(2.0, p0=60.0),
        ev.ProcessExited(t=2.5, process=0, exitcode=0, signal=None), sampled(4.0),
    )  # fmt: skip
    assert loads(run.use_histories.of_process(0, [1.0, 2.0, 2.5, 3.0, 9.0])) == [60, 60, 0, 0]


def test_tasks_are_counted_in_the_stretch_in_which_they_ended() -> None:
    run = run_of(
        started(0), sampled(1.0, p0=1.0), task(1.2), task(1.4), sampled(2.0, p0=2.0), task(2.5),
        sampled(3.0, p0=1.0),
    )  # fmt: skip
    rates = run.use_histories.of_program([1.0, 2.0, 3.0])
    assert [rate.tasks_per_second for rate in rates] == [2.0, 1.0]
    of_process = run.use_histories.of_process(0, [1.0, 2.0, 3.0])
    assert [rate.tasks_per_second for rate in of_process] == [2.0, 1.0]


def test_memory_of_all_and_of_one_is_what_was_last_known() -> None:
    run = run_of(started(0), started(1), sampled(1.0, p0=1.0), sampled(2.0, p1=1.0))
    assert run.use_histories.rss_of_program([0.5, 1.5, 9.0]) == [0.0, 1000.0, 2000.0]
    assert run.rss_levels(1, [1.5, 2.0]) == [0.0, 1000.0]
    assert run.rss_levels(7, [1.0]) == [0.0]


def test_long_run_keeps_a_fixed_number_of_points_and_the_sums_exact() -> None:
    run = run_of(started(0))
    count = 20 * PROGRAM_POINTS
    run.apply(sampled(float(n), p0=float(n % 2) * 100) for n in range(count))
    histories = run.use_histories
    assert len(histories._program) <= PROGRAM_POINTS
    assert len(histories._uses[0].history) <= PROCESS_POINTS
    for rates in (histories.of_program([0.0, count - 1]), histories.of_process(0, [0, count - 1])):
        assert rates[0].cpu_percent == pytest.approx(50.0, abs=0.1)


def test_forgotten_and_unknown_processes_have_no_history() -> None:
    run = run_of(sampled(1.0, p5=50.0))
    assert run.use_histories.of_process(5, [0.0, 1.0]) == []
    assert run.use_histories.first_sampled_at == 1.0
    assert Run().use_histories.first_sampled_at is None


def test_impossible_loads_and_times_are_left_out() -> None:
    run = run_of(
        started(0), sampled(1.0, p0=float("nan")), sampled(2.0, p0=-5.0), sampled(1.5, p0=90.0),
        sampled(float("inf"), p0=90.0), sampled(3.0, p0=float("inf")),
    )  # fmt: skip
    assert loads(run.use_histories.of_process(0, [1.0, 2.0])) == [0.0]
    assert all(rate.cpu_percent < 1e9 for rate in run.use_histories.of_process(0, [2.0, 3.0]))
