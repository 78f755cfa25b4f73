"""A run that is stopped: what held until then is kept and dated, what comes of it is not found."""

from __future__ import annotations

import pytest

from mptui import events as ev
from mptui.model import Run
from mptui.model.findings import Findings
from tests.histories import Story
from tests.model.findings.finding import found


def stuck() -> tuple[Story, list[int]]:
    """Two processes that wait for each other."""
    story = Story("transfer.py")
    workers = [story.process(name) for name in ("Ada", "Ben")]
    for worker, lock in zip(workers, (1, 2), strict=True):
        story.wait(worker, "lock", on=f"lock_{lock}", lock=lock, holds=[3 - lock])
    story.work(6.0, [])
    return story, workers


def end_by_stop(story: Story, workers: list[int], *, is_recorded: bool = True) -> float:
    """The program is stopped, and its processes are killed; gives when."""
    stopped_at = story.t
    if is_recorded:
        story.stop("limit")
    for worker in workers:
        story.exit(worker, signal=9, stopping=True)
    story.exit(story.main, signal=15, stopping=True)
    return stopped_at


@pytest.mark.parametrize("is_recorded", [True, False])
def test_what_held_when_the_program_was_asked_to_stop_is_kept_and_dated(is_recorded: bool) -> None:
    story, workers = stuck()
    (before,) = found(story.events)
    assert (before.kind, before.until) == ("deadlock", None)
    stopped_at = end_by_stop(story, workers, is_recorded=is_recorded)
    (after,) = found(story.events)
    assert (after.kind, after.since, after.headline) == (before.kind, before.since, before.headline)
    assert after.until == pytest.approx(stopped_at)


def test_what_a_stop_cannot_end_is_not_over() -> None:
    story = Story("crash.py")
    crashed, healthy = story.process("Ada"), story.process("Ben")
    story.exit(crashed, signal=11)
    story.after(5.0)
    end_by_stop(story, [healthy])
    (finding,) = found(story.events)
    assert (finding.processes, finding.until) == ((crashed,), None)


def test_what_comes_of_a_stop_is_not_found() -> None:
    story = Story("train.py")
    story.executor = "pool"
    workers = [story.process(f"Worker-{number}") for number in range(4)]
    for worker in workers:
        story.task_started(worker, "resize")
    story.after(1.0)
    end_by_stop(story, workers)
    assert found(story.events) == ()


def test_a_deadlock_that_begins_after_the_stop_is_not_found() -> None:
    story, _ = stuck()
    assert found(story.events)
    stop = ev.StopRequested(t=0.1, reason="user")
    assert found([*story.events[:4], stop, *story.events[4:]]) == ()


def test_it_is_the_same_whenever_one_looks_after_the_stop() -> None:
    story, workers = stuck()
    end_by_stop(story, workers)
    run, findings = Run(), Findings()
    for event in story.events:
        run.apply([event], before=findings.note)
        findings.find(run)
    assert findings.find(run) == found(story.events)
