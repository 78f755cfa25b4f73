"""What is wrong with a cluster of Dask, and what is not."""

from __future__ import annotations

from tests.cluster.cluster_story import ADA, BEN, ClusterStory, at
from tests.model.findings.finding import found_by, rules


def lost(*, is_expected: bool, rss: int = 100) -> ClusterStory:
    story = ClusterStory()
    story.answer(story.worker(ADA), story.worker(BEN, rss=rss, assigned=5, running=1))
    story.answer(gone=[(at(0.9), BEN, is_expected, {"square": 5}, {"load": 2})])
    story.answer(after=2.0)
    return story


def test_lost_worker_and_what_is_done_again() -> None:
    finding = found_by("cluster-worker-lost", lost(is_expected=False).events)
    assert finding.headline == "The scheduler lost 10.0.0.8:40002 while it had 5 tasks to do"
    assert "Done again: 5 tasks of square; 2 results of load." in finding.evidence
    assert finding.processes == (2,)


def test_worker_that_was_full_when_it_was_lost() -> None:
    finding = found_by("cluster-worker-lost", lost(is_expected=False, rss=940).events)
    assert "94% of its memory limit" in finding.evidence
    assert "nanny ends a worker" in finding.advice


def test_worker_that_was_told_to_leave_is_not_lost() -> None:
    assert rules(lost(is_expected=True).events) == []


def test_scheduler_that_is_gone() -> None:
    story = lost(is_expected=True)
    story.cluster.end_scheduler(6.0, is_lost=True)
    assert rules(story.events) == ["scheduler-lost"]


def near(rss: int) -> ClusterStory:
    story = ClusterStory()
    for _ in range(10):
        story.answer(story.worker(ADA, rss=rss), story.worker(BEN))
    return story


def test_worker_with_hardly_any_memory_left() -> None:
    finding = found_by("worker-memory-full", near(850).events)
    assert finding.headline == "10.0.0.7 worker-0 has hardly any memory left"
    assert "85% of the" in finding.evidence


def test_worker_with_memory_left() -> None:
    assert rules(near(700).events) == []


def test_results_on_disk() -> None:
    story = ClusterStory()
    story.answer(story.worker(ADA, spilled=300), story.worker(BEN, spilled=100))
    finding = found_by("worker-spills", story.events)
    assert "400 MB of them on disk" in finding.headline
    assert finding.processes == (1, 2)


def unmanaged(*levels: int) -> ClusterStory:
    story = ClusterStory()
    for level in levels:
        story.answer(story.worker(ADA, rss=level, unmanaged=level, limit=None), after=2.0)
    return story


def test_unmanaged_memory_that_rises() -> None:
    finding = found_by("unmanaged-memory-rises", unmanaged(*range(100, 500, 20)).events)
    assert "now 480 MB" in finding.headline


def test_unmanaged_memory_that_has_found_its_level() -> None:
    assert "unmanaged-memory-rises" not in rules(unmanaged(100, 300, *[400] * 18).events)


def test_results_that_are_kept_are_no_rise() -> None:
    story = ClusterStory()
    for level in range(100, 900, 10):
        story.answer(story.worker(ADA, rss=level, unmanaged=90, limit=None), after=2.0)
    assert rules(story.events) == []


def piled(idle_tasks: int, *, answers: int = 14) -> ClusterStory:
    story = ClusterStory()
    for _ in range(answers):
        story.answer(
            story.worker(ADA, assigned=12, running=1),
            story.worker(BEN, assigned=idle_tasks, running=min(idle_tasks, 1)),
        )
    return story


def test_one_worker_has_all_the_tasks() -> None:
    finding = found_by("worker-piled", piled(0).events)
    assert finding.headline == "10.0.0.7 worker-0 has 12 tasks to do, while 1 worker had none"


def test_all_workers_have_tasks() -> None:
    assert rules(piled(1).events) == []


def test_tasks_have_only_just_come_to_one_worker() -> None:
    assert rules(piled(0, answers=6).events) == []


def busy(*, percent: float, running: int) -> ClusterStory:
    story = ClusterStory(threads=8)
    for _ in range(14):
        story.answer(
            story.worker(ADA, assigned=8, running=running),
            story.worker(BEN, assigned=8, running=running),
            scheduler_percent=percent,
            counts=(0, 100, 16, 50, 0),
        )
    return story


def test_scheduler_is_the_bottleneck() -> None:
    finding = found_by("scheduler-busy", busy(percent=99, running=2).events)
    assert "25% of what they can run" in finding.evidence


def test_scheduler_is_busy_but_keeps_up() -> None:
    assert rules(busy(percent=99, running=7).events) == []


def test_scheduler_is_not_why_workers_wait() -> None:
    assert rules(busy(percent=30, running=2).events) == []


def small(seconds: float, count: int = 6000) -> ClusterStory:
    story = ClusterStory()
    story.answer(story.worker(ADA))
    each = count // 4
    for _ in range(4):
        times = (at(story.t), at(story.t + 0.4), seconds * each, 1e-5, 0.01)
        story.answer(sums=[(ADA, 7, "inc", each, 0, *times, {})], after=30.0)
    return story


def test_tasks_that_are_too_small() -> None:
    finding = found_by("tasks-too-small", small(0.0002).events)
    assert finding.headline == "The tasks of inc are too small: 0.20 ms each"


def test_tasks_of_a_good_size_and_few_small_ones() -> None:
    assert rules(small(0.01).events) == []
    assert rules(small(0.0002, count=400).events) == []
