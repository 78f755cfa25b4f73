"""The probe is brought into programs of Python 3.14 and newer; others say why not."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mptui import events as ev
from mptui.supervisor.attached import injection
from mptui.supervisor.attached.injection import Injection
from mptui.supervisor.linux import kernel, looking_inside
from tests.interpreters import supported_interpreters
from tests.running import follow_until, of_type, processes_named
from tests.supervisor.attached.running import HANGING_POOL, attached, running, sleeping, traces

if TYPE_CHECKING:
    from mptui.events import Event

NEWER = {
    version: path
    for version, path in supported_interpreters().items()
    if int(version.partition(".")[2]) >= 14
}
WORKING = """
import multiprocessing, sys, time
from concurrent.futures import ProcessPoolExecutor
def work(number):
    time.sleep(0.05)
    return number
def run(executor):
    print("ready", flush=True)
    for _ in executor.map(work, range(100_000)):
        pass
if __name__ == "__main__":
    context = multiprocessing.get_context("METHOD")
    KIND
"""
KINDS = {
    "pool": "with context.Pool(2) as pool:\n        pool.map = pool.imap\n        run(pool)",
    "executor": "with ProcessPoolExecutor(2, context) as executor:\n        run(executor)",
}
RECYCLING = """with context.Pool(2, maxtasksperchild=60) as pool:
        print("ready", flush=True)
        pool.map(work, range(100_000), chunksize=1)"""
links = Path("/dev/shm")


def test_older_pythons_say_so(tmp_path: Path) -> None:
    with running(tmp_path, HANGING_POOL, lines=2) as program:
        brought = Injection(tmp_path)
        try:
            (reason,) = brought.bring_into([program.pid])
        finally:
            brought.end()
    if sys.version_info < (3, 14):
        assert reason == "Python {}.{} lets nothing in while it runs, 3.14 is the first".format(
            *sys.version_info
        )
    assert not list(links.glob(f"mptui-attach-*-{program.pid}"))


def test_what_is_no_python_says_so(tmp_path: Path) -> None:
    with sleeping() as pid:
        brought = Injection(tmp_path)
        assert brought.bring_into([pid]) == ["none of its processes is an interpreter of Python"]
        brought.end()


def test_what_the_kernel_forbids_is_said_with_what_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scope, asks = tmp_path / "ptrace_scope", tmp_path / "python3"
    scope.write_text("1\n")
    asks.write_text("#!/bin/sh\necho PermissionError: Operation not permitted >&2; exit 1\n")
    asks.chmod(0o700)
    monkeypatch.setattr(looking_inside, "_SCOPE", scope)
    monkeypatch.setattr(injection, "_interpreter_of", lambda _pid: str(asks))
    brought = Injection(tmp_path)
    try:
        (reason,) = brought.bring_into([os.getpid()])
    finally:
        brought.end()
    assert "sudo sysctl kernel.yama.ptrace_scope=0" in reason


@pytest.mark.slow
@pytest.mark.skipif(not NEWER, reason="no Python 3.14 is at hand")
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", NEWER or [""])
def test_tasks_of_workers_that_run_already(
    tmp_path: Path, version: str, kind: str, method: str
) -> None:
    code = WORKING.replace("METHOD", method).replace("KIND", KINDS[kind])
    with running(tmp_path, code, python=NEWER[version]) as program:
        # Until there are workers: an executor makes them with the first tasks.
        with attached(program.pid) as (run, reader):
            follow_until(run, reader, lambda events: len(workers_of(events)) == 2)
        before = traces(program.pid)
        with attached(program.pid, brings_probe=True) as (run, reader):
            events = follow_until(
                run, reader, lambda events: len({one.process for one in tasks_of(events)}) == 2
            )
        after = traces(program.pid)
        assert program.poll() is None
    assert after == before
    assert of_type(ev.EventsDropped, events) == []
    done = tasks_of(events)
    assert {one.label for one in done} == {"work"}
    names = processes_named(events)
    titles = {"pool": "PoolWorker", "executor": "Process"}
    for process in {one.process for one in done}:
        assert titles[kind] in names[process]
    assert not list(links.glob(f"mptui-attach-{os.geteuid()}-{program.pid}"))


@pytest.mark.slow
@pytest.mark.skipif(not NEWER, reason="no Python 3.14 is at hand")
@pytest.mark.parametrize("version", NEWER or [""])
def test_workers_that_are_started_while_the_main_thread_waits(tmp_path: Path, version: str) -> None:
    code = WORKING.replace("METHOD", "spawn").replace("0.05", "0.2").replace("KIND", RECYCLING)
    with (
        running(tmp_path, code, python=NEWER[version]) as program,
        attached(program.pid, brings_probe=True) as (run, reader),
    ):
        # The first ones, and one of those that came after them.
        follow_until(run, reader, lambda events: len({one.process for one in tasks_of(events)}) > 2)


def workers_of(events: list[Event]) -> list[ev.ProcessStarted]:
    return [one for one in of_type(ev.ProcessStarted, events) if one.role == "worker"]


def tasks_of(events: list[Event]) -> list[ev.TaskFinished]:
    return of_type(ev.TaskFinished, events)


@pytest.mark.slow
@pytest.mark.skipif(not NEWER, reason="no Python 3.14 is at hand")
@pytest.mark.parametrize("version", NEWER or [""])
def test_whoever_comes_to_it_too_late_finds_nothing(tmp_path: Path, version: str) -> None:
    with running(tmp_path, HANGING_POOL, lines=2, python=NEWER[version]) as program:
        # Its main thread waits for ever, and so do its workers.
        pids = [program.pid, *kernel.children_of(program.pid)]
        with attached(program.pid, brings_probe=True) as (run, reader):
            events = follow_until(run, reader, lambda events: bool(of_type(ev.Sampled, events)))
        assert not any(one.instrumented for one in of_type(ev.ProcessStarted, events))
        assert program.poll() is None
        assert all(map(kernel.is_running, pids))


@pytest.mark.parametrize("mode", [0o700, 0o777])
def test_only_a_folder_of_ones_own_leads_to_code_that_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    run, code = tmp_path / "run", tmp_path / "code"
    run.mkdir()
    run.chmod(mode)
    (code / "_mptui_probe").mkdir(parents=True)
    (code / "_mptui_probe" / "__init__.py").write_text("import sys\nsys.modules['ran_it'] = sys\n")
    (run / "probe").symlink_to(code)
    link = links / f"mptui-attach-{os.geteuid()}-{os.getpid()}"
    link.symlink_to(run)
    for name in ("_mptui_probe", "ran_it"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    script = Path(injection.__file__).parents[2] / "probe" / "attach_here.py"
    try:
        exec(script.read_text(), {})
        assert ("ran_it" in sys.modules) == (mode == 0o700)
    finally:
        link.unlink()
        sys.modules.pop("ran_it", None)
        sys.modules.pop("_mptui_probe", None)
