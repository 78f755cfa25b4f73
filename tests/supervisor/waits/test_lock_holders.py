"""Who holds what is waited for is looked up: the locks of multiprocessing, and those on files."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from mptui import events
from mptui.supervisor.waits.file_locks import parse_locks
from tests.running import of_type
from tests.supervisor.waiting import found_waiting, needs_sight, program, wait_of, watched

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs_sight


def holders_seen(code: str) -> tuple[list[events.LockSampled], list[events.Event]]:
    """Who was seen to hold what, once anything was."""
    with watched(*program(code)) as until:
        seen = until(lambda seen: bool(of_type(events.LockSampled, seen)))
    return of_type(events.LockSampled, seen), seen


LOCKS = """
import fcntl, tempfile
lock = multiprocessing.Lock()
tell_lock(lock, "pen")
def hold():
    lock.acquire()
    os.write(ready[1], b"1")
    while True: sum(range(1000))
ready = os.pipe()
"""


def test_a_busy_holder_of_a_lock_is_seen() -> None:
    ((sample, *_), seen) = holders_seen(
        LOCKS + "fork(hold, 'busy'); os.read(ready[0], 1)\nwith lock: pass"
    )
    assert (sample.holders, sample.outside, sample.complete) == ([1], {}, True)
    wait = wait_of(seen, 0, "lock")
    assert wait is not None
    assert wait.lock == sample.lock


def test_a_lock_whose_holder_has_ended_is_held_by_nobody() -> None:
    code = LOCKS + (
        "child = fork(hold, 'busy'); os.read(ready[0], 1); child.kill(); child.join()\n"
        "with lock: pass"
    )
    ((sample, *_), _) = holders_seen(code)
    assert (sample.holders, sample.outside, sample.complete) == ([], {}, True)


def test_a_lock_that_a_process_may_hide_is_not_said_to_be_free() -> None:
    # The program says nothing of this lock, so it cannot be looked into.
    ((sample, *_), _) = holders_seen(
        """
        lock = multiprocessing.Lock()
        tell("lock", kind="lock", name="pen", handle=lock._semlock.handle, object=1)
        lock.acquire()
        fork(time.sleep, "it", 60)
        lock.acquire()
        """
    )
    assert (sample.holders, sample.complete) == ([], False)


def test_who_has_locked_a_file_is_seen(tmp_path: Path) -> None:
    code = f"""
    import fcntl
    def hold(how):
        file = open({str(tmp_path / "a.lock")!r}, "w")
        how(file, fcntl.LOCK_EX)
        os.write(ready[1], b"1")
        time.sleep(60)
    ready = os.pipe()
    fork(hold, "holder", fcntl.HOW)
    os.read(ready[0], 1)
    fcntl.HOW(open({str(tmp_path / "a.lock")!r}, "w"), fcntl.LOCK_EX)
    """
    for how in ("flock", "lockf"):
        ((sample, *_), seen) = holders_seen(code.replace("HOW", how))
        assert (sample.holders, sample.outside, sample.complete) == ([1], {}, True)
        wait = wait_of(seen, 0, "file")
        assert wait is not None
        assert (wait.on, wait.lock) == ("a.lock", sample.lock)


def test_a_file_lock_that_was_left_to_a_child_is_seen_with_it(tmp_path: Path) -> None:
    code = f"""
    import fcntl, subprocess
    def take():
        file = open({str(tmp_path / "a.lock")!r}, "w")
        fcntl.flock(file, fcntl.LOCK_EX)
        subprocess.Popen(["/bin/sleep", "60"], pass_fds=[file.fileno()])
    fork(take, "taker").join()
    fcntl.flock(open({str(tmp_path / "a.lock")!r}, "w"), fcntl.LOCK_EX)
    """
    ((sample, *_), seen) = holders_seen(code)
    names = {one.process: one.name for one in of_type(events.ProcessStarted, seen)}
    changes = {one.process: one.name for one in of_type(events.ProcessChanged, seen) if one.name}
    assert [{**names, **changes}[holder] for holder in sample.holders] == ["sleep"]


def test_a_program_outside_that_has_locked_a_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    path.touch()
    code = f"import fcntl; file = open({str(path)!r}); fcntl.flock(file, fcntl.LOCK_EX)"
    with subprocess.Popen(
        ["python3", "-c", f"{code}; print(1, flush=True); import time; time.sleep(60)"],
        stdout=subprocess.PIPE,
    ) as outside:
        try:
            assert outside.stdout is not None
            assert outside.stdout.readline()
            ((sample, *_), _) = holders_seen(code)
        finally:
            outside.kill()
    assert list(sample.outside) == [outside.pid]
    assert sample.outside[outside.pid].startswith("python")


def test_the_kernels_list_of_locks_is_understood() -> None:
    entries = parse_locks(
        b"1: FLOCK  ADVISORY  WRITE 1724 fe:00:9 0 EOF\n"
        b"1: -> FLOCK  ADVISORY  WRITE 1800 fe:00:9 0 EOF\n"
        b"2: OFDLCK ADVISORY  READ  -1 00:1b:7 10 20\n"
        b"3: POSIX  ADVISORY  WRITE <none>:0 0 EOF\n"
        b"nonsense\n"
    )
    assert [(one.number, one.is_waiting, one.kind, one.pid, one.file) for one in entries] == [
        ("1", False, "FLOCK", 1724, "fe:00:9"),
        ("1", True, "FLOCK", 1800, "fe:00:9"),
        ("2", False, "OFDLCK", -1, "00:1b:7"),
    ]


def test_how_many_a_barrier_waits_for_is_told_by_the_probe() -> None:
    assert found_waiting("multiprocessing.Barrier(3).wait()", "barrier").parties == 3


def test_a_manager_that_answers_in_time_is_told_from_one_that_does_not() -> None:
    code = """
    shared = multiprocessing.Manager()
    shared.Event().wait({})
    """
    assert found_waiting(code.format(60), "receive").timed
    assert not found_waiting(code.format(""), "receive").timed


def test_who_could_put_into_a_queue_or_set_an_event_is_seen() -> None:
    code = """
    import subprocess
    fork(time.sleep, "before", 60)
    subprocess.Popen(["/bin/sleep", "60"])
    task_queue, go = multiprocessing.Queue(), multiprocessing.Event()
    tell_queue(task_queue, "task_queue", get=task_queue._rlock)
    fork(go.wait, "after")
    task_queue.get()
    """
    with watched(*program(code)) as until:
        seen = until(lambda seen: len(of_type(events.AccessSampled, seen)) >= 2)
    after = next(wait.process for wait in of_type(events.WaitStarted, seen) if wait.kind == "event")
    found = of_type(events.AccessSampled, seen)
    assert [one.processes for one in found if one.queue is not None] == [[0, after]]
    assert [one.processes for one in found if one.lock is not None] == [[0, after]]


def test_who_keeps_a_pipe_open_is_seen_if_nobody_with_a_parent_can_write_there() -> None:
    code = """
    import subprocess
    reading, writing = multiprocessing.Pipe(False)
    fork(reading.recv, "worker")
    subprocess.run(["sh", "-c", "sleep 60 & echo started"], capture_output=True)
    """
    with watched(*program(code)) as until:
        seen = until(lambda seen: any(one.processes for one in of_type(events.AccessSampled, seen)))
    (sleep,) = [one for one in of_type(events.ProcessStarted, seen) if one.name == "sleep"]
    found = of_type(events.AccessSampled, seen)
    assert {one.receiver for one in found} == {0}
    assert found[-1].processes == [sleep.process]
    worker = {wait.process for wait in of_type(events.WaitStarted, seen) if wait.kind == "receive"}
    assert worker - {0}
