"""Findings about what outlives the main process, and near misses."""

from __future__ import annotations

import signal

import pytest

from mptui import events as ev
from mptui.model import Run
from mptui.model.outliving import outliving
from tests.histories import Story
from tests.model.findings.finding import found, found_by


def story_with(*roles: str, waits: str | None = "task") -> Story:
    story = Story("train.py", core_count=4)
    for number, role in enumerate(roles, 1):
        process = story.process(f"{role}-{number}", role=role)
        if waits and role == "worker":
            story.wait(process, waits, "executor")
    story.after(1.0)
    return story


def later(story: Story, seconds: float = 2.0) -> list[ev.Event]:
    story.after(seconds)
    story.look({})
    return story.events


def kinds(events: list[ev.Event]) -> set[str]:
    return {one.kind for one in found(events)} & {"workers-outlive-main", "left-running"}


def test_workers_of_a_killed_main_process() -> None:
    story = story_with("worker", "worker", "worker")
    story.exit(story.main, signal=signal.SIGKILL)
    finding = found_by("workers-outlive-main", later(story))
    assert finding.severity == "error"
    assert finding.headline == (
        "train.py was killed by SIGKILL, which no process of the program sent, at 1.0 s; "
        "3 workers outlive it, waiting for tasks that will not come"
    )
    assert "worker-1 (pid 4201)" in finding.evidence
    assert "getppid" in finding.advice
    assert finding.processes == (0, 1, 2, 3)
    assert finding.since == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize(
    ("by", "said"), [(0, "SIGKILL, which it sent itself, at"), (1, "SIGKILL at")]
)
def test_who_killed_it_is_said_as_far_as_it_is_known(by: int, said: str) -> None:
    story = story_with("worker", "worker")
    story.exit(story.main, signal=signal.SIGKILL, terminated_by=by)
    assert said in found_by("workers-outlive-main", later(story)).headline


def test_workers_that_compute_do_not_wait() -> None:
    story = story_with("worker", "worker", waits=None)
    for worker in (1, 2):
        story.task_started(worker, "train.step", "7")
    story.exit(story.main, signal=signal.SIGKILL)
    assert "tasks whose results nobody will read" in found(later(story))[0].headline


def test_workers_that_do_different_things_are_only_counted() -> None:
    story = story_with("worker", "worker")
    story.wait_over(1)
    story.exit(story.main, signal=signal.SIGKILL)
    headline = found_by("workers-outlive-main", later(story)).headline
    assert headline.endswith("2 workers outlive it")


def test_workers_of_a_main_process_that_ended_by_itself() -> None:
    story = story_with("worker")
    story.exit(story.main, 3)
    finding = found_by("workers-outlive-main", later(story))
    assert finding.severity == "warning"
    assert finding.headline.startswith("train.py ended with exit code 3 at 1.0 s; 1 worker outliv")


def test_it_stays_said_once_they_were_stopped() -> None:
    story = story_with("worker", "worker")
    story.exit(story.main, signal=signal.SIGKILL)
    later(story)
    story.stop("leftovers")
    for worker in (1, 2):
        story.wait_over(worker)
        story.exit(worker, signal=signal.SIGTERM, stopping=True)
    finding = found_by("workers-outlive-main", later(story))
    assert "waiting for tasks" in finding.headline
    assert finding.until == pytest.approx(3.0, abs=0.2)


def test_a_daemon_left_on_purpose_is_a_note() -> None:
    story = story_with("other", "other")
    story.change(ev.ProcessChanged(t=story.t, process=1, own_session=True))
    story.exit(story.main, 0)
    events = later(story)
    assert kinds(events) == {"left-running"}
    finding = found_by("left-running", events)
    assert finding.severity == "note"
    assert "other-1 (pid 4201) and other-2 (pid 4202)" in finding.evidence


def test_a_daemon_of_a_killed_main_process_is_apart_from_its_workers() -> None:
    story = story_with("worker", "other", "other")
    story.change(ev.ProcessChanged(t=story.t, process=2, own_session=True))
    story.exit(story.main, signal=signal.SIGSEGV)
    events = later(story)
    assert found_by("workers-outlive-main", events).processes == (0, 1, 3)
    assert "1 worker and 1 other process" in found_by("workers-outlive-main", events).headline
    assert found_by("left-running", events).processes == (2,)


def test_what_only_takes_a_moment_to_end_is_not_told() -> None:
    story = story_with("worker")
    story.exit(story.main, signal=signal.SIGKILL)
    assert kinds(later(story, 1.0)) == set()
    story.wait_over(1)
    story.exit(1)
    assert kinds(later(story)) == set()


def test_what_ended_by_itself_later_is_not_told_any_more() -> None:
    story = story_with("worker")
    story.exit(story.main, signal=signal.SIGKILL)
    assert kinds(later(story)) == {"workers-outlive-main"}
    story.wait_over(1)
    story.exit(1)
    assert kinds(later(story)) == set()


def test_what_a_stop_left_for_a_moment_is_not_told() -> None:
    story = story_with("worker")
    story.stop()
    story.exit(story.main, signal=signal.SIGTERM, stopping=True)
    assert kinds(later(story)) == set()


def test_nothing_outlives_a_main_process_that_lives() -> None:
    story = story_with("worker")
    assert kinds(later(story)) == set()
    run = Run()
    run.apply(story.events)
    assert outliving(run) is None
