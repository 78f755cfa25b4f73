"""Items that workers take from a queue are tasks, but nobody sends them or their results."""

from __future__ import annotations

import pytest

from tests.histories import Story
from tests.model.findings.finding import found, found_by


def workers_at_a_queue(item: str | None = "7") -> tuple[Story, list[int]]:
    """Three workers, of which the first one has worked on an item for a second."""
    story = Story("crawl.py", core_count=4)
    story.executor = "queue"
    workers = [story.process(f"Process-{n}", target="crawl.fetch") for n in range(1, 4)]
    story.task_started(workers[0], "urls", item)
    story.work(1.0, workers)
    return story, workers


@pytest.mark.parametrize(("item", "said"), [("7", "7"), (None, "an item")])
def test_the_item_of_a_killed_worker_is_named(item: str | None, said: str) -> None:
    story, workers = workers_at_a_queue(item)
    story.exit(workers[0], signal=9)
    finding = found_by("worker-died-in-task", story.events)
    assert finding.headline == f"Process-1 died while it worked on {said} from queue urls"
    assert "no longer in the queue" in finding.advice
    assert "pool" not in finding.advice


def test_many_that_die_with_items_are_one_finding() -> None:
    story, workers = workers_at_a_queue()
    workers += [story.process(f"Process-{n}", target="crawl.fetch") for n in range(4, 8)]
    for worker in workers[1:]:
        story.task_started(worker, "urls", f"{worker}")
    for worker in workers:
        story.exit(worker, signal=11)
    finding = found_by("worker-died-in-task", story.events)
    assert finding.headline == "7 workers died while they worked on items from queue urls"


def test_a_worker_that_goes_home_with_its_last_item_has_not_died() -> None:
    story, workers = workers_at_a_queue("'STOP'")
    for worker in workers:
        story.exit(worker, 0)
    assert found(story.finish()) == ()


def test_a_worker_that_is_ended_on_purpose_has_not_died() -> None:
    story, workers = workers_at_a_queue()
    for worker in workers:
        story.exit(worker, signal=15, terminated_by=story.main)
    assert found(story.finish()) == ()


def test_nobody_is_told_to_send_items_of_a_queue_in_chunks() -> None:
    story, workers = workers_at_a_queue()
    story.task_done(workers[0], "urls", 1.0)
    for _ in range(20):
        story.work(0.5, workers)
        for worker in workers:
            story.count_tasks(worker, "urls", 5000, seconds=0.02, over=0.5)
    assert found(story.finish()) == ()
