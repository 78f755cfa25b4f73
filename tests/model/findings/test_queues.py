"""Queues that grow and workers that starve, and near misses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mptui import events as ev
from tests.histories import HISTORIES, Story
from tests.model.findings.finding import found, found_by, rules

if TYPE_CHECKING:
    from collections.abc import Callable


def flow(
    put_by: Callable[[float], float],
    got_by: Callable[[float], float],
    *,
    seconds: float = 20.0,
    kind: ev.QueueKind = "queue",
) -> Story:
    """A queue into and out of which so much has gone by each time."""
    story = Story("flow.py", core_count=4)
    story.process("Process-1", target="flow.consume")
    begin = story.t
    for _ in range(round(seconds * 5)):
        story.after(0.2)
        t = story.t - begin
        put = int(put_by(t))
        story.queue(0, put, min(put, int(got_by(t))), name="lines", kind=kind)
        story.look({})
    return story


def test_a_queue_that_only_grows_is_told_with_its_rates() -> None:
    finding = found_by("queue-grows", HISTORIES["slow_consumer"])
    assert finding.headline == "Queue line_queue only grows: 5,400 items wait in it"
    assert "1,000.0 items a second were put and 100.0 were taken" in finding.evidence
    assert "waits about 54 s" in finding.evidence
    assert "maxsize" in finding.advice
    assert rules(HISTORIES["slow_consumer"]) == ["queue-grows"]


def test_it_is_still_told_after_the_queue_was_emptied_again() -> None:
    story = flow(lambda t: min(40 * t, 400), lambda t: 20 * t, seconds=25.0)
    finding = found_by("queue-grows", story.finish())
    assert "For 9.8 s" in finding.evidence


def test_a_queue_that_nobody_takes_from() -> None:
    story = flow(lambda t: 100 * t, lambda _: 0)
    finding = found_by("queue-grows", story.events)
    assert "none was taken" in finding.evidence
    assert finding.severity == "note", "results may be meant to be taken at the end"


@pytest.mark.parametrize(
    ("put_by", "got_by"),
    [
        pytest.param(lambda t: 20 * t, lambda t: 19 * t, id="nearly as fast"),
        pytest.param(lambda _: 5000, lambda t: 20 * t, id="all put at once"),
        pytest.param(lambda t: 5000 * min(t, 2), lambda t: 20 * t, id="put within a moment"),
        pytest.param(lambda t: 4 * t, lambda t: 2 * t, id="few items"),
        pytest.param(lambda t: 6 * t, lambda _: 0, id="few results, taken at the end"),
        pytest.param(lambda t: 20 * t + 20, lambda t: 20 * t, id="full up to its limit"),
        pytest.param(lambda t: 200 * (t // 4 + 1), lambda t: 60 * t, id="comes in bursts"),
        pytest.param(lambda t: 1000 * t, lambda t: 990 * t, id="a little slower"),
        pytest.param(lambda t: 0 if t < 15 else 900, lambda _: 0, id="nothing, then much at once"),
    ],
)
def test_queues_that_do_not_grow(
    put_by: Callable[[float], float], got_by: Callable[[float], float]
) -> None:
    assert found(flow(put_by, got_by).events) == ()


def test_what_a_pool_was_given_may_be_as_much_as_it_likes() -> None:
    assert found(flow(lambda t: 1000 * t, lambda t: 20 * t, kind="pool").events) == ()


# workers-starve


def supply(
    *,
    workers: int = 3,
    wait: ev.WaitKind = "get",
    wait_seconds: float = 0.9,
    looks: int = 10,
    puts: int = 1,
) -> Story:
    """Each second every worker waits for work that long, and so many items are put."""
    story = Story("supply.py", core_count=4)
    team = [story.process(f"Process-{n}", target="supply.consume") for n in range(1, workers + 1)]
    put = 0
    for _ in range(looks):
        for worker in team:
            story.wait(worker, wait, "orders", queue=0)
        story.after(wait_seconds)
        put += puts
        story.queue(0, put, put, name="orders")
        for worker in team:
            story.wait_over(worker)
        story.after(1.0 - wait_seconds)
        story.look(dict.fromkeys(team, 10.0))
    return story


def test_workers_that_wait_for_work_most_of_the_time_starve() -> None:
    finding = found_by("workers-starve", supply().finish())
    assert finding.headline == "Too little to do for the 3 workers of queue orders"
    assert "90 % of" in finding.evidence
    assert (finding.severity, finding.processes) == ("note", (1, 2, 3))


def test_workers_of_a_pool_starve_too() -> None:
    assert rules(supply(wait="task").events) == ["workers-starve"]


@pytest.mark.parametrize(
    "story",
    [
        supply(wait_seconds=0.4),
        supply(workers=1),
        supply(looks=4),
        supply(puts=0),
        supply(wait="lock"),
    ],
    ids=["busy enough", "a single consumer", "not for long", "nothing comes", "another wait"],
)
def test_workers_that_do_not_starve(story: Story) -> None:
    assert "workers-starve" not in rules(story.events)


def test_workers_without_work_at_the_end_do_not_starve() -> None:
    story = Story("tail.py")
    team = [story.process(f"Process-{n}") for n in range(1, 5)]
    story.queue(0, 40, 0, name="orders")
    story.work(3.0, team)
    story.queue(0, 40, 40, name="orders")
    for worker in team:
        story.wait(worker, "get", "orders", queue=0)
    story.work(20.0, [], None)
    assert found(story.events) == ()


def test_a_damaged_recording_of_depths_at_impossible_times_is_no_growth() -> None:
    told = ev.QueueSampled(t=1e18, queue=0, put=0, got=0, depth=100_000)
    assert rules([told]) == []
