"""Cores and memory: too many on a core, threads by turns, memory that only rises; near misses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mptui import events as ev
from tests.histories import MEBIBYTE, Story
from tests.model.findings.finding import found, found_by, rules, serious

if TYPE_CHECKING:
    from collections.abc import Callable


def crowd(processes: int, cores: int, *, seconds: float = 10.0, percent: float) -> Story:
    """So many processes that compute, each gets so much of a core."""
    story = Story("crowd.py", core_count=cores)
    workers = [story.process(f"Process-{n}") for n in range(1, processes + 1)]
    story.work(seconds, workers, lambda _, __: percent)
    return story


def test_more_busy_processes_than_cores_are_oversubscribed() -> None:
    finding = found_by("oversubscribed", crowd(16, 8, percent=50.0).events)
    assert finding.headline == "16 processes compute on 8 cores"
    assert "each got 50 % of a core" in finding.evidence
    assert (finding.severity, len(finding.processes)) == ("note", 16)


def test_far_more_than_cores_are_oversubscribed_too() -> None:
    story = Story("crowd.py", core_count=2)
    workers = [story.process(f"Process-{n}") for n in range(1, 65)]
    for _ in range(50):
        story.after(0.2)
        sample = ev.ProcessSample(cpu_percent=3.0, rss_bytes=MEBIBYTE, core=0, state="R", threads=1)
        cores = [100.0, 100.0]
        story.events.append(
            ev.Sampled(t=story.t, cores=cores, processes=dict.fromkeys(workers, sample))
        )
    assert found_by("oversubscribed", story.events).headline == "64 processes compute on 2 cores"


def test_it_is_still_told_at_the_end() -> None:
    story = crowd(16, 8, percent=50.0)
    for worker in range(1, 17):
        story.exit(worker)
    story.after(5.0)
    assert rules(story.finish()) == ["oversubscribed"]


@pytest.mark.parametrize(
    "story",
    [
        crowd(8, 8, percent=99.0),
        crowd(9, 8, percent=88.0),
        crowd(16, 8, percent=50.0, seconds=6.0),
        crowd(16, 8, percent=10.0),
    ],
    ids=["as many as cores", "one more", "not for long", "somebody else has the cores"],
)
def test_cores_that_are_not_oversubscribed(story: Story) -> None:
    assert found(story.events) == ()


def test_turns_that_are_interrupted_do_not_add_up() -> None:
    story = Story("phases.py", core_count=2)
    workers = [story.process(f"Process-{n}") for n in range(1, 6)]
    for _ in range(6):
        story.work(4.0, workers, lambda _, __: 39.0 + 11.0)
        story.work(3.0, workers[:2], lambda _, __: 99.0)
    assert found(story.events) == ()


# threads-one-at-a-time


def threads(count: int, *, percent: float, seconds: float = 8.0, others: float = 0.0) -> Story:
    """So many threads of the main process compute; other processes use so much of each core."""
    story = Story("turns.py", core_count=4)
    other = [story.process(f"cc-{n}", role="other") for n in range(1, 5)] if others else []
    names = {story.pid(0) + n: f"Thread-{n} (crunch)" for n in range(1, count + 1)}
    for _ in range(round(seconds * 5)):
        story.after(0.2)
        story.threads(story.main, names, load=percent)
        story.look({story.main: percent * count, **dict.fromkeys(other, others)})
    return story


def test_threads_that_take_turns_on_one_core() -> None:
    finding = found_by("threads-one-at-a-time", threads(4, percent=25.0).events)
    assert finding.headline == "turns.py computes in 4 threads, one at a time"
    assert "used 100 % of a core all together" in finding.evidence
    assert "GIL" in finding.advice


@pytest.mark.parametrize(
    "story",
    [
        threads(1, percent=99.0),
        threads(4, percent=90.0),
        threads(4, percent=4.0),
        threads(4, percent=25.0, seconds=3.0),
        threads(4, percent=25.0, others=90.0),
    ],
    ids=["one thread", "side by side", "they wait", "not for long", "no core is free"],
)
def test_threads_that_do_not_take_turns(story: Story) -> None:
    assert found(story.events) == ()


# memory-rises


def memory(megabytes_at: Callable[[float], float], *, seconds: float = 60.0) -> Story:
    """What all processes occupy beside their first few megabytes."""
    story = Story("cache.py", core_count=4)
    begin = story.t
    for _ in range(round(seconds)):
        story.after(1.0)
        story.look({story.main: 40.0}, int(megabytes_at(story.t - begin) * MEBIBYTE))
    return story


def test_memory_that_only_rises() -> None:
    finding = found_by("memory-rises", memory(lambda t: 10 * t).events)
    assert finding.headline == "cache.py needs more and more memory, now 614 MB"
    assert "by about 600 MB a minute" in finding.evidence


def test_memory_that_rises_in_many_processes_is_one_finding() -> None:
    story = Story("cache.py", core_count=4)
    for number in range(1, 21):
        story.process(f"Process-{number}")
    for second in range(60):
        story.after(1.0)
        story.look({}, second * 10 * MEBIBYTE)
    (finding,) = found(story.events)
    assert "and 4 more need more and more memory, now 610 MB" in finding.headline


@pytest.mark.parametrize(
    "megabytes_at",
    [
        pytest.param(lambda _: 500.0, id="much, but level"),
        pytest.param(lambda t: min(50 * t, 500), id="rises, then level"),
        pytest.param(lambda t: 10 * (t % 15), id="rises and falls"),
        pytest.param(lambda t: 1.2 * t, id="little"),
        pytest.param(lambda t: 2000 + 5 * t, id="not much beside what there is"),
        pytest.param(lambda t: 0 if t < 54 else 40 * (t - 54), id="not for long"),
    ],
)
def test_memory_that_does_not_only_rise(megabytes_at: Callable[[float], float]) -> None:
    assert found(memory(megabytes_at).events) == ()


def test_memory_that_has_risen_for_some_seconds_is_a_note() -> None:
    story = memory(lambda t: 0 if t < 45 else 20 * (t - 45))
    assert found_by("memory-rises", story.events).severity == "note"


@pytest.mark.parametrize(("tasks", "severity"), [(0, []), (10, ["memory-rises"])])
def test_memory_that_rises_with_each_task_is_told_sooner(tasks: int, severity: list[str]) -> None:
    """So many tasks a second, for eight seconds; what has no tasks may be reading its data in."""
    story = Story("cache.py", core_count=4)
    story.executor = "pool"
    worker = story.process("ForkPoolWorker-1", target="multiprocessing.pool.worker")
    grown = 0
    for _ in range(40):
        story.after(0.2)
        for _ in range(tasks // 5):
            story.task_done(worker, "analyse", 0.01)
            grown += 8
        story.look({worker: 90.0}, grown * MEBIBYTE)
    finding = found_by("memory-rises", story.events) if severity else None
    assert serious(story.events) == severity
    assert finding is None or "ended 80 tasks: that is about 8." in finding.evidence
