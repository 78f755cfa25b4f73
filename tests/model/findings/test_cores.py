"""Who is without a core, and why: shared cores, a limit, other programs; and near misses."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from mptui import events as ev
from tests.histories import MEBIBYTE, Story
from tests.model.findings.finding import found, found_by

SAMPLES_A_SECOND = 2


class Crowd:
    """A program of some workers, of which the kernel accounts so much each second.

    Args:
        workers: how many.
        cores: how many the machine has.
        usable: how many the program may use; None: all.
    """

    def __init__(self, workers: int, cores: int, usable: float | None = None) -> None:
        self.story = story = Story("crowd.py", core_count=cores)
        started = story.events[0]
        assert isinstance(started, ev.RunStarted)
        story.events[0] = replace(started, usable_cores=usable)
        self.workers = [story.process(f"Process-{n}") for n in range(1, workers + 1)]
        self._cores = cores
        self._on_core = self._ready = 0.0

    def bind(self, *cores: int) -> Crowd:
        """The workers may run on these cores alone."""
        for worker in self.workers:
            self.story.change(ev.ProcessChanged(t=self.story.t, process=worker, cores=list(cores)))
        return self

    def run(
        self,
        seconds: float,
        on_core: float,
        ready: float,
        *,
        threads: int = 1,
        load: float | None = None,
        throttled: float | None = None,
    ) -> list[ev.Event]:
        """Each worker is on a core, and ready without one, for so many percent of the time."""
        for _ in range(round(seconds * SAMPLES_A_SECOND)):
            self.story.after(1 / SAMPLES_A_SECOND)
            self._on_core += on_core / 100 / SAMPLES_A_SECOND
            self._ready += ready / 100 / SAMPLES_A_SECOND
            used = on_core * len(self.workers) / self._cores
            sample = ev.ProcessSample(on_core, MEBIBYTE, 0, "R", threads, ready)
            account = ev.CoreSeconds(self._on_core, self._ready)
            self.story.events.append(
                ev.Sampled(
                    t=self.story.t,
                    cores=[min(used if load is None else load, 100.0)] * self._cores,
                    processes=dict.fromkeys(self.workers, sample),
                    core_seconds=dict.fromkeys(self.workers, account),
                    throttled_percent=throttled,
                )
            )
        return self.story.events


def test_workers_that_are_bound_to_one_core_share_it() -> None:
    finding = found_by("oversubscribed", Crowd(6, 8).bind(0).run(4.0, 16.0, 84.0))
    assert finding.headline == "6 workers share 1 core"
    assert "They were ready but without a core for 84 % of the time" in finding.evidence
    assert "The machine has 8 cores, they may run on core 0 only" in finding.evidence
    assert "sched_getaffinity" in finding.advice
    assert (finding.severity, len(finding.processes)) == ("warning", 6)


def test_workers_share_the_cores_that_the_program_may_use() -> None:
    finding = found_by("oversubscribed", Crowd(8, 64, usable=2.0).run(4.0, 25.0, 75.0))
    assert finding.headline == "8 workers share 2 cores"
    assert "The machine has 64 cores, the program may use 2 cores" in finding.evidence


def test_all_cores_of_the_machine_are_shared_too() -> None:
    finding = found_by("oversubscribed", Crowd(16, 8).run(10.0, 50.0, 50.0))
    assert finding.headline == "16 workers share 8 cores"
    assert finding.severity == "note"


def test_threads_that_are_not_python_s_own_count_as_what_they_are() -> None:
    finding = found_by("oversubscribed", Crowd(4, 4).run(10.0, 100.0, 300.0, threads=4))
    assert finding.headline == "4 workers with 16 busy threads share 4 cores"
    assert "OMP_NUM_THREADS" in finding.advice


def test_it_is_said_of_workers_bound_to_one_core_while_others_are_on_it_too() -> None:
    events = Crowd(6, 2).bind(0).run(4.0, 8.0, 91.0, load=100.0)
    assert found_by("oversubscribed", events).headline == "6 workers share 1 core"


def test_other_programs_are_said_to_have_the_cores() -> None:
    (finding,) = found(Crowd(2, 2).run(16.0, 40.0, 60.0, load=100.0))
    assert finding.kind == "cores-busy"
    assert "2 workers had no core for 60 % of the time" in finding.evidence
    assert finding.severity == "note"


@pytest.mark.parametrize(
    "events",
    [
        Crowd(2, 2).run(30.0, 99.0, 1.0),
        Crowd(3, 2).run(30.0, 60.0, 5.0),
        Crowd(1, 8).bind(0).run(30.0, 99.0, 1.0),
        Crowd(6, 8).bind(0).run(2.0, 16.0, 84.0),
        Crowd(9, 8).run(30.0, 88.0, 12.0),
        Crowd(16, 8).run(4.0, 50.0, 50.0),
        Crowd(6, 2).run(30.0, 20.0, 40.0, load=100.0),
        Crowd(6, 2).run(30.0, 5.0, 5.0),
        Crowd(2, 2).run(10.0, 40.0, 60.0, load=100.0),
    ],
    ids=[
        "2 workers on 2 cores",
        "they rest in between",
        "one on its own core",
        "not for long",
        "one more than cores",
        "all cores, not for long",
        "others have the cores, and they rest in between",
        "next to nothing to do",
        "others have the cores, not for long",
    ],
)
def test_where_there_are_cores_enough_nothing_is_said(events: list[ev.Event]) -> None:
    assert found(events) == ()


def test_a_limit_that_is_reached_again_and_again_is_said_to_stop_the_program() -> None:
    crowd = Crowd(4, 8, usable=1.5)
    (finding,) = found(crowd.run(4.0, 37.0, 20.0, throttled=95.0))
    assert finding.kind == "cpu-limit"
    assert finding.headline == "The CPU limit of 1.5 cores stops the program all the time"
    assert "in 95 % of its periods" in finding.evidence


def test_a_limit_that_is_reached_now_and_then_is_not() -> None:
    assert found(Crowd(1, 8, usable=1.5).run(20.0, 90.0, 2.0, throttled=5.0)) == ()


def test_it_is_still_told_at_the_end() -> None:
    crowd = Crowd(6, 8).bind(0)
    crowd.run(4.0, 16.0, 84.0)
    for worker in crowd.workers:
        crowd.story.exit(worker)
    crowd.story.after(5.0)
    assert found_by("oversubscribed", crowd.story.finish()).headline == "6 workers share 1 core"


def test_threads_of_a_process_on_one_core_have_no_other_core_to_use() -> None:
    crowd = Crowd(1, 4).bind(0)
    names = {900 + n: f"Thread-{n} (crunch)" for n in range(1, 4)}
    for _ in range(16):
        crowd.story.threads(crowd.workers[0], names, load=33.0)
        crowd.run(0.5, 99.0, 0.0, threads=4)
    assert found(crowd.story.events) == ()


def test_those_that_ended_before_the_others_shared_the_core_too() -> None:
    crowd = Crowd(6, 8).bind(0)
    crowd.run(4.0, 16.0, 84.0)
    for worker in crowd.workers[:3]:
        crowd.story.exit(worker)
    del crowd.workers[:3]
    finding = found_by("oversubscribed", crowd.run(1.0, 33.0, 67.0))
    assert finding.headline == "6 workers share 1 core"
