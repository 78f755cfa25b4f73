"""How much time is left: told only as long as nothing runs that may take for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mptui import events as ev
from tests.model.telling import run_of

if TYPE_CHECKING:
    from mptui.model import Progress


def handed_out(t: float, put: int, got: int) -> ev.QueueSampled:
    return ev.QueueSampled(t=t, queue=0, put=put, got=got, depth=put - got, kind="pool")


def ended(t: float, seconds: float, process: int = 1, label: str = "f") -> ev.TaskFinished:
    return ev.TaskFinished(
        t=t, process=process, label=label, ok=True, seconds=seconds, executor="pool"
    )


def begun(t: float, process: int = 2, label: str = "f", executor: str = "pool") -> ev.TaskStarted:
    return ev.TaskStarted(t=t, process=process, label=label, executor=executor)


def progress_at(now: float, *events: ev.Event) -> Progress:
    run = run_of(*events, ev.Sampled(t=now, cores=[], processes={}), workers=2)
    (progress,) = run.progress
    return progress


SEVEN_OF_EIGHT: tuple[ev.Event, ...] = (
    handed_out(0.5, 8, 0),
    *(ended(n / 2, 0.5) for n in range(1, 8)),
    handed_out(3.5, 8, 7),
)


def test_a_task_that_never_returns_leaves_no_time_to_tell() -> None:
    progress = progress_at(6.0, *SEVEN_OF_EIGHT, begun(0.5))
    assert progress.seconds_left is None
    assert progress.overdue_seconds == pytest.approx(5.5)


def test_a_task_that_takes_no_longer_than_others_leaves_time_to_tell() -> None:
    progress = progress_at(3.6, *SEVEN_OF_EIGHT, begun(3.2))
    assert progress.seconds_left is not None
    assert progress.overdue_seconds is None


def test_the_last_one_of_a_function_that_never_ended_leaves_no_time_to_tell() -> None:
    progress = progress_at(3.6, *SEVEN_OF_EIGHT, begun(3.2, label="g"))
    assert progress.seconds_left is None
    assert progress.overdue_seconds == pytest.approx(0.4)


def test_one_of_another_function_among_many_is_no_reason_to_tell_nothing() -> None:
    events = (handed_out(0.5, 100, 0), ended(1.0, 0.5), handed_out(1.0, 100, 50))
    assert progress_at(1.5, *events, begun(1.2, label="g")).seconds_left is not None


def test_what_others_handed_out_is_not_in_its_way() -> None:
    progress = progress_at(3.6, *SEVEN_OF_EIGHT, begun(0.1, executor="threads"))
    assert progress.seconds_left is not None


def test_when_all_is_done_nothing_is_overdue() -> None:
    progress = progress_at(9.0, handed_out(0.5, 8, 0), handed_out(1.0, 8, 8), begun(0.5))
    assert (progress.seconds_left, progress.overdue_seconds) == (None, None)


def test_before_anything_is_done_nothing_is_late() -> None:
    progress = progress_at(3.0, handed_out(0.5, 8, 0), begun(0.5))
    assert (progress.seconds_left, progress.overdue_seconds) == (None, None)


def test_of_what_is_still_being_given_no_total_and_no_time_are_told() -> None:
    more = ev.QueueSampled(t=3.5, queue=0, put=8, got=7, depth=1, kind="pool", more=True)
    progress = progress_at(3.6, *SEVEN_OF_EIGHT[:-1], more, begun(3.2))
    assert progress.is_open
    assert progress.seconds_left is None
    assert not progress_at(3.6, *SEVEN_OF_EIGHT, begun(3.2)).is_open
