"""A real scheduler and real workers on this machine, watched as a person would."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from mptui import events as ev
from mptui.errors import EXIT_USAGE
from tests.cluster.real_cluster import RealCluster, Watched
from tests.commanding import mptui
from tests.running import of_type, printed, processes_named, run_to_end

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mptui.events import Event

pytestmark = pytest.mark.timeout(400)

SQUARES = """
from distributed import print
def square(number):
    print("square of", number)
    return number * number
def fail(number):
    raise ValueError("no such number")
assert client.gather(client.map(square, range(50))) == [number * number for number in range(50)]
failing = client.submit(fail, 1)
failing.exception()
"""
SLEEPERS = """
import time
def sleeper(number):
    time.sleep(0.2)
    return number
futures = client.map(sleeper, range(60))
client.gather(futures)
"""


LOCAL = """
import time
from distributed import Client, LocalCluster
def square(number):
    time.sleep(0.05)
    return number * number
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        with Client(cluster) as client:
            client.gather(client.map(square, range(20)))
"""


def workers(events: Iterable[Event]) -> list[ev.ProcessStarted]:
    return [one for one in of_type(ev.ProcessStarted, events) if one.role == "worker"]


def test_tasks_failures_and_prints_of_a_real_cluster(tmp_path: Path) -> None:
    with RealCluster(tmp_path, 2) as cluster, Watched(cluster.address) as watched:
        watched.until(lambda events: len(workers(events)) == 2)
        cluster.run(SQUARES)
        watched.until(lambda _: watched.ended("square") == 50 and watched.ended("fail") == 1)
        events = watched.stop()
    pids = {one.name: one.pid for one in of_type(ev.ProcessStarted, events)}
    assert pids == {
        "scheduler": cluster.scheduler.pid,
        "127.0.0.1 w0": cluster.workers[0].pid,
        "127.0.0.1 w1": cluster.workers[1].pid,
    }
    (failed,) = (one for one in of_type(ev.TaskFinished, events) if not one.ok)
    assert (failed.label, failed.error) == ("fail", "ValueError: no such number")
    said = b"".join(printed(events, one.process) for one in workers(events))
    assert sorted(said.splitlines()) == sorted(b"square of %d" % number for number in range(50))
    assert watched.kinds == []
    sampled = of_type(ev.ClusterSampled, events)
    assert all(None not in (one.transfers, one.transfers_total) for one in sampled)
    assert isinstance(events[-1], ev.RunFinished)
    assert (events[-1].stopped, events[-1].goes_on) == ("user", True)


@pytest.mark.slow
def test_killed_worker_and_what_is_done_again(tmp_path: Path) -> None:
    with RealCluster(tmp_path, 3) as cluster, Watched(cluster.address) as watched:
        watched.until(lambda events: len(workers(events)) == 3)
        program = cluster.begin(SLEEPERS)
        watched.until(lambda _: watched.ended("sleeper") >= 9)
        cluster.workers[1].kill()
        watched.until(lambda events: bool(of_type(ev.ProcessExited, events)))
        assert program.wait(60) == 0
        events = watched.stop()
    (exited,) = of_type(ev.ProcessExited, events)
    (gone,) = (one for one in workers(events) if one.process == exited.process)
    assert (gone.name, exited.lost) == ("127.0.0.1 w1", True)
    (repeated,) = of_type(ev.TasksRepeated, events)
    again = sum(repeated.results.values())
    assert sum(repeated.running.values()) >= 1
    assert watched.ended("sleeper") == 60 + again
    assert watched.kinds == ["cluster-worker-lost"]


@pytest.mark.slow
def test_scheduler_that_is_killed_and_started_again(tmp_path: Path) -> None:
    with RealCluster(tmp_path, 1) as cluster, Watched(cluster.address) as watched:
        watched.until(lambda events: len(workers(events)) == 1)
        cluster.end_scheduler()
        cluster.restart_scheduler()
        cluster.start_worker("again")
        watched.until(lambda events: "127.0.0.1 again" in [one.name for one in workers(events)])
        cluster.run(SQUARES)
        watched.until(lambda _: watched.ended("square") == 50)
        events = watched.stop()
    assert [one.process for one in of_type(ev.ProcessStarted, events) if one.role == "main"] == [
        0,
        0,
    ]
    assert watched.kinds == ["scheduler-lost"]


@pytest.mark.slow
def test_watching_ends_when_the_scheduler_stays_away(tmp_path: Path) -> None:
    with RealCluster(tmp_path, 1) as cluster, Watched(cluster.address, patience=1.0) as watched:
        watched.until(lambda events: len(workers(events)) == 1)
        cluster.end_scheduler()
        assert watched.run.wait() == 0
        events = watched.until(lambda events: isinstance(events[-1], ev.RunFinished))
    assert isinstance(events[-1], ev.RunFinished)
    assert not events[-1].goes_on
    assert {one.process for one in of_type(ev.ProcessExited, events)} == {0, 1}


@pytest.mark.slow
@pytest.mark.timeout(3200)
def test_hundred_thousand_tasks_and_none_is_missing(tmp_path: Path) -> None:
    code = """
def increment(number):
    return number + 1
for first in range(0, 100_000, 10_000):
    futures = client.map(increment, range(first, first + 10_000), pure=False)
    client.gather(futures)
    del futures
"""
    with RealCluster(tmp_path, 2) as cluster, Watched(cluster.address) as watched:
        watched.until(lambda events: len(workers(events)) == 2)
        program = cluster.begin(code)
        assert program.wait(3000) == 0
        watched.until(lambda _: watched.ended("increment") >= 100_000)
        events = watched.stop()
    assert watched.ended("increment") == 100_000
    assert "tasks-too-small" in watched.kinds
    assert not of_type(ev.EventsDropped, events)


@pytest.mark.slow
def test_the_scheduler_is_left_as_it_was(tmp_path: Path) -> None:
    check = """
def traces(dask_scheduler):
    return [name for name in (*dask_scheduler.plugins, *dask_scheduler.handlers) if "mptui" in name]
assert bool(client.run_on_scheduler(traces)) is IS_WATCHED
"""
    with RealCluster(tmp_path, 1) as cluster:
        with Watched(cluster.address) as watched:
            cluster.run(check.replace("IS_WATCHED", "True"))
            watched.stop()
        cluster.run(check.replace("IS_WATCHED", "False"))


@pytest.mark.slow
def test_cluster_that_a_program_makes_itself(tmp_path: Path) -> None:
    program = tmp_path / "squares.py"
    program.write_text(LOCAL)
    events = run_to_end(sys.executable, str(program))
    names = processes_named(events)
    workers = [process for process, name in names.items() if name in {"worker 0", "worker 1"}]
    assert len(workers) == 2
    squares = [one for one in of_type(ev.TaskFinished, events) if one.label == "square"]
    assert len(squares) == 20
    assert {one.process for one in squares} <= set(workers)


@pytest.mark.slow
def test_nobody_answers() -> None:
    ran = mptui("watch", "--json", "tcp://127.0.0.1:1")
    assert ran.returncode == EXIT_USAGE
    assert "no Dask scheduler answers at tcp://127.0.0.1:1" in ran.stderr.decode()
