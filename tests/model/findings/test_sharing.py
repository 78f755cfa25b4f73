"""How work is shared out: too small, too large, too uneven, and near misses."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from mptui import events as ev
from tests.histories import HISTORIES, Story
from tests.model.findings.finding import found, found_by, rules


def pool(size: int, executor: ev.ExecutorKind = "pool") -> tuple[Story, list[int]]:
    story = Story("work.py", core_count=8)
    story.executor = executor
    return story, [
        story.process(f"ForkPoolWorker-{n}", target="multiprocessing.pool.worker")
        for n in range(1, size + 1)
    ]


# chunks-too-small


def test_tiny_tasks_one_by_one_are_too_small_chunks() -> None:
    finding = found_by("chunks-too-small", HISTORIES["tiny_tasks"])
    assert (
        finding.headline == "Tasks of tiny.increment are sent one by one, and are over in no time"
    )
    assert "108,000 tasks of about 41 µs each" in finding.evidence
    assert "chunksize=13,500" in finding.advice
    assert rules(HISTORIES["tiny_tasks"]) == ["chunks-too-small"]


def tiny(
    *,
    count: int,
    seconds: float,
    looks: int = 10,
    executor: ev.ExecutorKind = "pool",
    items: int = 1,
) -> Story:
    """Two workers; in each half second each does so many tasks that take so long together."""
    story, workers = pool(2, executor)
    for _ in range(looks):
        story.after(0.5)
        for worker in workers:
            story.count_tasks(worker, "work.add", count, seconds=seconds, over=0.5)
            if items > 1:
                counted = story.events.pop()
                assert isinstance(counted, ev.TasksCounted)
                story.events.append(replace(counted, items=items * count))
        story.look(dict.fromkeys(workers, 60.0))
    return story


def test_an_executor_s_tiny_tasks_are_too_small_sooner() -> None:
    assert rules(tiny(count=500, seconds=0.05, executor="executor").events) == ["chunks-too-small"]


@pytest.mark.parametrize(
    "story",
    [
        tiny(count=500, seconds=0.05),
        tiny(count=2000, seconds=0.46),
        tiny(count=2000, seconds=0.1, executor="threads"),
        tiny(count=2000, seconds=0.1, items=50),
        tiny(count=2000, seconds=0.1, looks=4),
    ],
    ids=["few tasks", "hardly any loss", "threads", "chunks of fifty", "a moment"],
)
def test_chunks_that_are_not_too_small(story: Story) -> None:
    assert found(story.events) == ()


def test_workers_that_are_started_afresh_are_as_many_as_work_at_a_time() -> None:
    story, workers = pool(2)
    for number in range(3, 43):
        story.after(0.25)
        for worker in workers:
            story.count_tasks(worker, "work.add", 5000, seconds=0.23, over=0.25)
        story.exit(workers.pop(0))
        workers.append(
            story.process(f"ForkPoolWorker-{number}", target="multiprocessing.pool.worker")
        )
    assert found(story.events) == ()


# chunks-too-large


def one_chunk(*, items: int, seconds: float, busy: int = 1, workers: int = 4) -> Story:
    """So many of the workers have a chunk each, the others nothing."""
    story, team = pool(workers)
    story.work(0.2, [])
    for worker in team[:busy]:
        story.events.append(
            ev.TaskStarted(
                t=story.t, process=worker, label="work.add", items=items, executor="pool"
            )
        )
    story.work(seconds, team[:busy])
    return story


def test_one_chunk_for_all_leaves_the_others_idle() -> None:
    finding = found_by("chunks-too-large", one_chunk(items=5000, seconds=4.0).events)
    assert finding.headline == (
        "ForkPoolWorker-1 has 5,000 items of work.add in one chunk, others none"
    )
    assert "3 of 4 workers had nothing to do" in finding.evidence
    assert "chunksize=312" in finding.advice


def test_it_is_still_told_when_the_chunk_is_done() -> None:
    story = one_chunk(items=5000, seconds=4.0)
    story.events.append(
        ev.TaskFinished(
            t=story.t,
            process=1,
            label="work.add",
            ok=True,
            seconds=4.0,
            items=5000,
            executor="pool",
        )
    )
    story.work(10.0, [])
    for worker in (1, 2, 3, 4):
        story.exit(worker)
    assert rules(story.finish()) == ["chunks-too-large"]


@pytest.mark.parametrize(
    "story",
    [
        one_chunk(items=1, seconds=8.0),
        one_chunk(items=5000, seconds=1.0),
        one_chunk(items=5000, seconds=4.0, busy=3),
        one_chunk(items=5000, seconds=4.0, workers=1),
    ],
    ids=["a single item", "a moment", "most have one", "nobody else"],
)
def test_chunks_that_are_not_too_large(story: Story) -> None:
    assert found(story.events) == ()


# one-worker-busier


def uneven(seconds: list[float], *, together: bool = True) -> Story:
    """Plain processes that work for so long each and end."""
    story = Story("parts.py", core_count=8)
    if together:
        workers = [story.process(f"Process-{n}", target="parts.run") for n in range(len(seconds))]
        ends = sorted(zip(seconds, workers, strict=True))
        for length, worker in ends:
            story.work(max(length - story.t, 0.2), [worker])
            story.exit(worker)
    else:
        for number, length in enumerate(seconds):
            worker = story.process(f"Process-{number}", target="parts.run")
            story.work(length, [worker])
            story.exit(worker)
    return story


def test_one_process_that_works_far_longer_than_the_others() -> None:
    finding = found_by("one-worker-busier", uneven([30.0, 3.0, 4.0, 5.0]).finish())
    assert finding.headline == "Process-0 does most of the work, the others wait for it"
    assert "half of the 3 others worked 4.0 s or less" in finding.evidence
    assert finding.processes == (1,)
    assert finding.severity == "warning"


def test_one_of_two_that_works_far_longer() -> None:
    finding = found_by("one-worker-busier", uneven([30.0, 3.0]).finish())
    assert "It worked 30 s; the other one worked 3.0 s." in finding.evidence


def test_one_worker_of_a_pool_that_works_far_longer() -> None:
    story, workers = pool(4)
    for worker in workers:
        story.task_started(worker, "work.add", f"{worker}")
    story.work(1.0, workers)
    for worker in workers[1:]:
        story.task_finished(worker)
    story.work(14.0, workers[:1])
    finding = found_by("one-worker-busier", story.events)
    assert "15 s of it on one task; half of the 3 others worked" in finding.evidence
    assert finding.severity == "note", "some tasks are long"


@pytest.mark.parametrize(
    "story",
    [
        uneven([30.0, 20.0, 14.0, 12.0]),
        uneven([5.0, 1.0, 1.0, 1.0]),
        uneven([30.0, 3.0, 4.0], together=False),
        uneven([30.0]),
    ],
    ids=["a little uneven", "over soon", "one after the other", "alone"],
)
def test_work_that_is_shared_well_enough(story: Story) -> None:
    assert found(story.finish()) == ()


@pytest.mark.parametrize("kind", ["lock", "condition", "put", "send", "output", "file"])
def test_workers_that_something_kept_from_their_work_are_not_idle(kind: ev.WaitKind) -> None:
    story = Story("parts.py", core_count=8)
    workers = [story.process(f"Process-{n}", target="parts.run") for n in range(4)]
    story.work(3.0, workers)
    for worker in workers[1:]:
        story.wait(worker, kind, timed=True)
    story.work(27.0, workers[:1])
    assert found(story.events) == ()


def test_a_pool_with_a_single_task_is_not_uneven() -> None:
    story, workers = pool(4)
    story.task_started(workers[0], "work.add", "1")
    story.work(20.0, workers[:1])
    assert found(story.events) == ()
