"""The stacks of real programs: on each interpreter, on request and by themselves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from mptui import events
from mptui.recording import RecordingReader
from mptui.supervisor.linux import looking_inside
from mptui.supervisor.stacks.stack_reader import StackReply
from mptui.supervisor.supervised_run import SupervisedRun
from tests.interpreters import supported_interpreters
from tests.process_table import wait_until
from tests.running import of_type, printed, request_for, run_to_end
from tests.supervisor.waiting import needs_sight, program, watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mptui.events import Event, StackSampled

THREADED = """\
import threading, time
def inner():
    print("ready", flush=True)
    time.sleep(1000)
def outer():
    inner()
threading.Thread(target=outer, name="fetcher").start()
outer()
"""
LOCKED = """\
import multiprocessing, time
def fetch(lock):
    with lock:
        print("held", flush=True)
        time.sleep(1000)
def locked(lock):
    with lock:
        pass
if __name__ == "__main__":
    lock = multiprocessing.Lock()
    holder = multiprocessing.Process(target=fetch, args=(lock,), name="holder")
    victim = multiprocessing.Process(target=locked, args=(lock,), name="victim")
    holder.start()
    time.sleep(0.5)
    victim.start()
    victim.join()
"""
IDLE = """\
import multiprocessing, time
def work(queue):
    queue.get()
if __name__ == "__main__":
    queue = multiprocessing.Queue()
    worker = multiprocessing.Process(target=work, args=(queue,))
    worker.start()
    for _ in range(20):
        print("moving", flush=True)
        time.sleep(0.25)
    queue.put(None)
    worker.join()
"""


class Asked:
    """A run that can be asked for stacks."""

    def __init__(self, run: SupervisedRun, reader: RecordingReader) -> None:
        self.run = run
        self._reader = reader
        self.seen: list[Event] = []

    def until_printed(self, text: bytes, count: int = 1) -> None:
        self._until(lambda: printed(self.seen, 0).count(text) >= count)

    def stacks(self, process: int | None = None, *, native: bool = False) -> list[StackSampled]:
        """The answers to one request."""
        already = len(self._answers)
        self.run.read_stacks(process, native=native)
        self._until(lambda: len(self._answers) > already and self._answers[-1].left == 0)
        return self._answers[already:]

    def rest(self) -> list[Event]:
        """What is new by now."""
        return list(self._reader.read())

    @property
    def _answers(self) -> list[StackSampled]:
        samples = of_type(events.StackSampled, self.seen)
        return [sample for sample in samples if sample.why == "asked"]

    def _until(self, is_so: Callable[[], bool]) -> None:
        self.seen += self._reader.read()
        while not is_so():
            assert self.run.wait_for_news(), self.seen
            self.seen += self._reader.read()


@pytest.fixture
def asked(request: pytest.FixtureRequest) -> Iterator[Asked]:
    run = SupervisedRun.start(request_for(*request.param))
    try:
        with RecordingReader(run.recording) as reader:
            yield Asked(run, reader)
    finally:
        run.kill()
        run.wait()
        run.detach()


def places(thread: events.ThreadStack) -> list[tuple[int, str]]:
    return [(frame.line, frame.function) for frame in thread.frames if frame.file == "<string>"]


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param((python, "-c", THREADED), id=version)
        for version, python in supported_interpreters().items()
    ],
    indirect=True,
)
def test_every_thread_is_found_where_it_is(asked: Asked) -> None:
    asked.until_printed(b"ready", 2)
    (sample,) = asked.stacks()
    assert sample.error is None, sample.detail
    main, other = sample.threads
    assert (main.name, other.name) == ("MainThread", "fetcher")
    assert places(main) == [(4, "inner"), (6, "outer"), (8, "<module>")]
    assert places(other) == [(4, "inner"), (6, "outer")]
    assert main.omitted == 0


@pytest.mark.parametrize("asked", [("/bin/sleep", "1000")], indirect=True)
def test_what_runs_no_python_says_so(asked: Asked) -> None:
    (sample,) = asked.stacks()
    assert (sample.threads, sample.error) == ([], "not_python")


DEEP = """\
import sys, time
sys.setrecursionlimit(10**6)
def dig(depth):
    if depth == 0:
        print("ready", flush=True)
        time.sleep(1000)
    dig(depth - 1)
dig(40_000)
"""


@pytest.mark.skipif(sys.version_info < (3, 11), reason="its own C stack is too small before 3.11")
@pytest.mark.parametrize("asked", [(sys.executable, "-c", DEEP)], indirect=True)
def test_a_stack_of_tens_of_thousands_of_frames_is_cut(asked: Asked) -> None:
    asked.until_printed(b"ready")
    (sample,) = asked.stacks()
    assert sample.error is None, sample.detail
    (thread,) = sample.threads
    assert len(thread.frames) == 100
    assert thread.omitted == 40_002 - 100


IN_C = """\
import ctypes
def nap():
    print("ready", flush=True)
    ctypes.CDLL(None).pause()
nap()
"""


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param((python, "-c", IN_C), id=version)
        for version, python in supported_interpreters().items()
    ],
    indirect=True,
)
def test_the_c_code_that_a_thread_is_in_is_told_to_whoever_asks_for_it(asked: Asked) -> None:
    asked.until_printed(b"ready")
    (sample,) = asked.stacks(native=True)
    assert sample.error is None, sample.detail
    (thread,) = sample.threads
    assert places(thread) == [(4, "nap"), (5, "<module>")]
    assert "pause" in {frame.function.strip("_") for frame in thread.native}
    assert any("libc" in frame.library for frame in thread.native)
    (start,) = of_type(events.ProcessStarted, asked.seen)
    assert state_of(start.pid) == "S"
    (sample,) = asked.stacks()
    assert sample.threads[0].native == []


@pytest.mark.parametrize("asked", [(sys.executable, "-c", THREADED)], indirect=True)
def test_the_process_that_reads_stacks_is_replaced_but_not_at_once_again(asked: Asked) -> None:
    asked.until_printed(b"ready", 2)
    (start,) = of_type(events.RunStarted, asked.seen)
    others = siblings_of(start.supervisor)
    kill_reader(start.supervisor)
    (sample,) = asked.stacks()
    # Where ptrace_scope is 1, nobody but an ancestor may read it.
    assert sample.error in (None, "permission")
    (other,) = siblings_of(start.supervisor) - others
    os.kill(other, signal.SIGKILL)
    wait_until(lambda: siblings_of(start.supervisor) < others, "the other one is gone")
    (sample,) = asked.stacks()
    assert sample.error == "reader_failed"
    asked.run.stop()
    assert asked.run.wait() == 128 + signal.SIGTERM
    asked.seen += asked.rest()
    assert len(of_type(events.ProcessStarted, asked.seen)) == 1, "it is none of the program"


@pytest.mark.parametrize("asked", [(sys.executable, "-c", THREADED)], indirect=True)
def test_one_that_took_its_place_ends_with_the_supervisor_too(asked: Asked) -> None:
    asked.until_printed(b"ready", 2)
    (start,) = of_type(events.RunStarted, asked.seen)
    others = siblings_of(start.supervisor)
    kill_reader(start.supervisor)
    asked.stacks()
    (other,) = siblings_of(start.supervisor) - others
    asked.run.stop()
    asked.run.wait()
    wait_until(lambda: not Path(f"/proc/{other}").exists(), "it ends")


def test_who_may_not_read_a_process_is_told_why() -> None:
    """By a child that is nobody; an ordinary user may not read the first process either."""
    code = """\
import msgspec, os, sys
from mptui.supervisor.stacks.stack_reader import read_stacks
if os.geteuid() == 0:
    import pystack.engine
    os.setgid(65534)
    os.setuid(65534)
sys.stdout.buffer.write(msgspec.json.encode(read_stacks(1)))
"""
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    reply = msgspec.json.decode(asked.stdout, type=StackReply)
    assert (reply.error, reply.detail) == ("permission", "it belongs to user 0")


def test_the_process_that_reads_stacks_ends_with_its_supervisor() -> None:
    run = SupervisedRun.start(request_for(sys.executable, "-c", "input()"))
    reader = run._supervisor
    assert run.wait() != 0
    run.detach()
    assert reader.wait(20) == 0


@needs_sight
def test_a_wait_that_lasts_is_looked_into_by_itself() -> None:
    with watched(sys.executable, "-c", LOCKED) as until:
        seen = until(lambda seen: {1, 2} <= {one.process for one in standing_still(seen)})
    by_process = {sample.process: sample for sample in standing_still(seen)}
    assert places(by_process[1].threads[0])[0] == (5, "fetch")
    assert places(by_process[2].threads[0])[0] == (7, "locked")
    assert not by_process[2].threads[0].ran


def test_workers_without_work_are_left_alone_as_long_as_anything_moves() -> None:
    assert standing_still(run_to_end(sys.executable, "-c", IDLE)) == []


def test_what_nothing_is_known_of_is_looked_into_when_nothing_moves() -> None:
    code = "def spin():\n    while True:\n        pass\nspin()"
    with watched(*program(code)) as until:
        (sample, *_) = standing_still(until(lambda seen: bool(standing_still(seen))))
    assert sample.threads[0].frames[0].function == "spin"
    assert sample.threads[0].ran


def standing_still(seen: list[Event]) -> list[StackSampled]:
    samples = of_type(events.StackSampled, seen)
    return [sample for sample in samples if sample.why == "stands_still"]


def parent_of(pid: int) -> int:
    line = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    return int(line.rpartition(")")[2].split()[1])


def state_of(pid: int) -> str:
    line = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    return line.rpartition(")")[2].split()[0]


def kill_reader(supervisor: int) -> None:
    """Kill the process that reads stacks, and see that it is gone."""
    reader = parent_of(supervisor)
    os.kill(reader, signal.SIGKILL)
    wait_until(lambda: parent_of(supervisor) != reader, "the reader is gone")


def siblings_of(supervisor: int) -> set[int]:
    """Other processes with the command line of a supervisor, which is its own alone."""
    command = Path(f"/proc/{supervisor}/cmdline").read_bytes()
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if path.read_bytes() == command and state_of(int(path.parent.name)) != "Z":
                found.add(int(path.parent.name))
    return found - {supervisor}


def test_what_to_do_where_only_ancestors_may_look(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    scope = tmp_path / "ptrace_scope"
    scope.write_text("1\n")
    monkeypatch.setattr(looking_inside, "_SCOPE", scope)
    assert "sudo sysctl kernel.yama.ptrace_scope=0" in looking_inside.why_forbidden(1)
    with subprocess.Popen(["sleep", "600"]) as child:
        assert "ptrace_scope is" not in looking_inside.why_forbidden(child.pid)
        child.kill()
