"""Time that many processes do not save, and programs that only look like it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from mptui import events as ev
from tests.histories import Story
from tests.model.findings.finding import found, found_by, rules


def workers_of(story: Story, size: int, target: str) -> list[int]:
    return [
        story.process(f"worker-{n}", start_method="fork", target=target) for n in range(1, size + 1)
    ]


# straggler


def straggling(*, longest: float = 9.0, others_busy: bool = False, usual: float = 0.05) -> Story:
    story = Story("fetch.py")
    story.executor = "executor"
    workers = workers_of(story, 4, "concurrent.futures.process._process_worker")
    for number in range(12):
        story.after(usual)
        story.task_done(workers[number % 4], "fetch", usual, item=str(number))
    story.task_started(workers[0], "fetch", "19")
    for _ in range(round(longest)):
        story.after(1.0)
        if others_busy:
            for worker in workers[1:]:
                story.task_done(worker, "fetch", 0.9)
        story.look({})
    return story


def test_one_task_that_all_wait_for() -> None:
    finding = found_by("straggler", straggling().events)
    assert finding.headline == ("fetch(19) has taken 9.0 s, while 3 of 4 workers had nothing to do")
    assert "tasks of fetch took 50.0 ms or less" in finding.evidence
    assert finding.severity == "note"


def test_one_that_is_over() -> None:
    story = straggling()
    story.task_finished(1)
    assert found_by("straggler", story.events).headline.startswith("fetch(19) took 9.0 s, while")


@pytest.mark.parametrize(
    "story",
    [straggling(longest=2.0), straggling(others_busy=True), straggling(usual=2.0)],
    ids=["short", "others are busy", "all are long"],
)
def test_tasks_that_are_no_stragglers(story: Story) -> None:
    assert "straggler" not in rules(story.events)


# lock-contended


def contended(
    *, held: float = 0.3, free: float = 0.1, turns: int = 16, wait: str = "lock"
) -> Story:
    story = Story("table.py")
    workers = workers_of(story, 3, "__main__.update")
    for _ in range(turns):
        for worker in workers:
            story.wait(worker, wait, "table_lock", lock=0)
        story.after(held)
        for worker in workers:
            story.wait_over(worker)
        story.after(free)
    return story


def test_workers_that_take_turns_at_a_lock() -> None:
    finding = found_by("lock-contended", contended().events)
    assert finding.headline.startswith("3 workers take turns at lock table_lock: they waited for")
    assert finding.processes == (1, 2, 3)


@pytest.mark.parametrize(
    "story",
    [
        contended(held=0.1, free=0.3),
        contended(turns=4),
        contended(wait="get"),
        contended(turns=1, held=20.0),
    ],
    ids=["rarely", "for a moment", "no lock", "for ever"],
)
def test_locks_that_are_not_contended(story: Story) -> None:
    assert "lock-contended" not in rules(story.events)


# manager-busy, sending-costs


def account(story: Story, seconds: dict[int, float]) -> None:
    """The kernel has accounted so many seconds on a core to each of them."""
    story.look(dict.fromkeys(seconds, 60.0))
    sampled = story.events.pop()
    assert isinstance(sampled, ev.Sampled)
    times = {process: ev.CoreSeconds(on_core, 0.0) for process, on_core in seconds.items()}
    story.events.append(replace(sampled, core_seconds=times))


@pytest.mark.parametrize(("share", "is_found"), [(0.9, True), (0.3, False)])
def test_a_manager_that_answers_all_the_time(share: float, is_found: bool) -> None:
    story = Story("tally.py")
    (manager,) = workers_of(story, 1, "multiprocessing.managers.BaseManager._run_server")
    for second in range(1, 7):
        story.after(1.0)
        account(story, {manager: share * second})
    assert ("manager-busy" in rules(story.events)) is is_found


def sending(*, work: float, outside: float) -> Story:
    story = Story("score.py")
    story.executor = "pool"
    workers = workers_of(story, 2, "multiprocessing.pool.worker")
    for worker in workers:
        account(story, {worker: 0.0})
    for turn in range(1, 11):
        story.after(work + outside)
        for worker in workers:
            story.task_done(worker, "score", work, item="tuple of 2")
        account(story, dict.fromkeys(workers, turn * (work + outside)))
    return story


def test_arguments_that_cost_more_than_the_work() -> None:
    finding = found_by("sending-costs", sending(work=0.02, outside=0.2).events)
    assert finding.headline.startswith("Sending costs more than the work: ")
    assert finding.headline.endswith("for each task of score, which takes 20.0 ms")


@pytest.mark.parametrize(
    "story",
    [sending(work=0.3, outside=0.2), sending(work=0.0001, outside=0.001)],
    ids=["the work is more", "the price of any task"],
)
def test_arguments_that_are_worth_their_price(story: Story) -> None:
    assert "sending-costs" not in rules(story.events)


# pool-made-again


def pools(*, count: int, seconds_each: float, worked: float = 0.0) -> Story:
    story = Story("batches.py")
    story.executor = "pool"
    for number in range(count):
        (worker,) = workers_of(story, 1, "multiprocessing.pool.worker")
        story.after(seconds_each)
        story.queue(number, 20, 20, kind="pool", name="pool")
        sampled = story.events.pop()
        assert isinstance(sampled, ev.QueueSampled)
        story.events.append(replace(sampled, place="batches.py:7"))
        if worked:
            story.task_done(worker, "square", worked)
        story.exit(worker, 0)
    return story


def test_pools_that_are_made_anew_for_each_bit_of_work() -> None:
    finding = found_by("pool-made-again", pools(count=30, seconds_each=0.1).events)
    assert finding.headline == "30 pools were made at batches.py:7, each for a moment"
    assert "600 tasks" in finding.evidence


@pytest.mark.parametrize(
    "story",
    [
        pools(count=5, seconds_each=0.1),
        pools(count=30, seconds_each=2.0),
        pools(count=30, seconds_each=0.1, worked=0.09),
    ],
    ids=["a few", "each for long", "they work"],
)
def test_pools_that_are_worth_their_start(story: Story) -> None:
    assert found(story.events) == ()
