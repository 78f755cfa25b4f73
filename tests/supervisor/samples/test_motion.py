"""What sleeps is looked at ever less often, and nothing in it is read; what runs is seen at once.

The kernel's files are made up and the readings counted; time passes as fast as the polls come.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import pytest

from mptui import events
from mptui.supervisor.linux import kernel
from mptui.supervisor.linux.proc_files import ProcFiles
from mptui.supervisor.processes.watched_process import WatchedProcess
from mptui.supervisor.samples import cpu_use
from mptui.supervisor.samples.motion import Motion
from mptui.supervisor.samples.sampler import Sampler

if TYPE_CHECKING:
    from mptui.events import Event
    from mptui.supervisor.processes.registry import ProcessRegistry

PID = 4711
TICKS = kernel._TICKS_PER_SECOND


@dataclass
class Machine:
    """A process, its files, and the clock."""

    now: float = 0.0
    on_core: float = 0.0
    slices: int = 1
    state: str = "S"
    threads: int = 1
    pages: int = 100
    reads: Counter[str] = field(default_factory=Counter)
    parsed: int = 0
    recorded: list[Event] = field(default_factory=list)
    living: list[WatchedProcess] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.process = WatchedProcess(0, PID, None, None, "main", "sleeper", instrumented=True)
        self.living.append(self.process)
        registry = cast("ProcessRegistry", self)
        self.motion = Motion(registry, lambda: self.now)
        self.sampler = Sampler(registry, self.recorded.append, lambda: self.now)

    def read(self, _: int, path: str) -> bytes:
        name = path.rpartition("/")[2]
        self.reads[name] += 1
        if name == "schedstat":
            return b"%d 0 %d\n" % (self.on_core * 1e9, self.slices)
        assert name == "stat"
        fields = ["0"] * 50
        fields[0], fields[17], fields[19] = self.state, str(self.threads), "100"
        fields[11], fields[21] = str(int(self.on_core * TICKS)), str(self.pages)
        return f"{PID} (sleeper) {' '.join(fields)}\n".encode()

    def run(self, seconds: float) -> None:
        """It computes all the time."""
        self.on_core += seconds
        self.slices += 1

    def sleep(self, seconds: float) -> int:
        """Let so much time pass; gives how often anything was looked at."""
        until, polls = self.now + seconds, 0
        watches = (self.motion, self.sampler)
        while (due := min(watch.next_poll for watch in watches)) <= until:
            assert due > self.now - 1e-6
            self.now = max(due, self.now)
            for watch in watches:
                if watch.next_poll <= self.now:
                    watch.poll()
            polls += 1
        self.now = until
        return polls

    @property
    def samples(self) -> list[events.ProcessSample]:
        return [
            one.processes[0]
            for one in self.recorded
            if isinstance(one, events.Sampled) and 0 in one.processes
        ]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    monkeypatch.setattr(ProcFiles, "read", machine.read)
    monkeypatch.setattr("time.thread_time", lambda: 0.0)
    monkeypatch.setattr(cpu_use, "since_boot", lambda: 1000.0 + machine.now)
    monkeypatch.setattr("mptui.supervisor.samples.sampler.since_boot", lambda: 1000.0 + machine.now)
    parse = kernel.parse_stat

    def parse_counting(line: bytes) -> kernel.ProcessStat:
        machine.parsed += 1
        return parse(line)

    monkeypatch.setattr(kernel, "parse_stat", parse_counting)
    return machine


def test_what_sleeps_is_looked_at_ever_less_often_and_read_hardly_at_all(machine: Machine) -> None:
    machine.sleep(40.0)
    machine.reads.clear()
    machine.parsed = 0
    assert machine.sleep(60.0) <= 121
    assert machine.reads["schedstat"] <= 62
    assert machine.reads["stat"] <= 13
    assert machine.parsed == 0
    assert machine.process.active_at < 1.0
    assert not machine.process.may_have_run_since(1.0)


def test_what_runs_again_is_seen_within_a_second_and_then_at_once(machine: Machine) -> None:
    machine.sleep(60.0)
    machine.motion.take_moved()
    machine.run(0.001)
    assert not machine.motion.has_news
    began = machine.now
    machine.sleep(1.1)
    assert machine.motion.take_moved() == [machine.process]
    assert machine.process.may_have_run_since(began)
    assert machine.motion.is_still_since(machine.process, began)
    machine.run(0.001)
    machine.sleep(0.15)
    assert machine.motion.take_moved() == [machine.process]


@pytest.mark.parametrize("seconds", [2.3, 39.6, 100.0, 100.2, 103.1, 105.3])
def test_a_share_of_a_core_is_of_the_time_since_it_was_still_asleep(
    machine: Machine, seconds: float
) -> None:
    machine.sleep(seconds)
    before = len(machine.samples)
    machine.state = "R"
    for _ in range(30):
        machine.run(0.1)
        machine.sleep(0.1)
    first, *others = [one.cpu_percent for one in machine.samples[before:]]
    assert first > 15.0
    assert set(others) <= {100.0}


def test_after_it_has_run_one_more_sample_says_that_it_sleeps(machine: Machine) -> None:
    machine.sleep(3.0)
    machine.run(0.4)
    machine.sleep(3.0)
    assert [one.cpu_percent > 0 for one in machine.samples[-2:]] == [True, False]


def test_memory_that_is_taken_away_from_a_sleeper_is_seen_in_the_end(machine: Machine) -> None:
    machine.sleep(20.0)
    machine.pages = 50
    machine.sleep(6.0)
    assert machine.samples[-1].rss_bytes == 50 * kernel._PAGE_BYTES


def test_one_that_is_ready_but_gets_no_core_is_read_each_time(machine: Machine) -> None:
    machine.state = "R"
    machine.sleep(10.0)
    assert machine.reads["stat"] >= 18


def test_other_threads_than_the_main_one_are_asked_about_each_second(machine: Machine) -> None:
    machine.threads = 2
    machine.sleep(40.0)
    machine.reads.clear()
    machine.sleep(10.0)
    assert machine.process.may_have_run_since(machine.now)
    assert 18 <= machine.reads["stat"] <= 31


def test_where_nothing_is_counted_anything_may_have_run(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def count_nothing(_: ProcFiles, process: int, path: str) -> bytes:
        if path.endswith("/schedstat"):
            raise FileNotFoundError(path)
        if path.endswith("/syscall"):
            return b"running\n"
        return machine.read(process, path)

    monkeypatch.setattr(ProcFiles, "read", count_nothing)
    machine.sleep(10.0)
    assert machine.process.active_at == math.inf
    assert machine.process.may_have_run_since(machine.now)
    machine.pages = 50
    machine.sleep(1.0)
    assert machine.samples[-1].rss_bytes == 50 * kernel._PAGE_BYTES


def test_an_ended_process_is_forgotten(machine: Machine) -> None:
    machine.sleep(1.0)
    assert machine.motion.is_still_since(machine.process, 0.0)
    machine.motion.on_exit(machine.process)
    assert not machine.motion.has_news
    assert not machine.motion.is_still_since(machine.process, 0.0)
