"""What outlives the main process: left alone, watched on, or stopped, and all of it recorded."""

from __future__ import annotations

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
from mptui.supervisor.linux import kernel
from mptui.supervisor.supervised_run import SupervisedRun
from tests.process_table import Mark, wait_until
from tests.running import follow_until, of_type, printed, processes_named, read_recording
from tests.running import request_for as plain_request_for

if TYPE_CHECKING:
    from mptui.events import Event
    from mptui.leftovers import LeftoverPolicy
    from mptui.supervisor.request import RunRequest

START_METHODS = ["fork", "spawn"]

KILLED_MAIN = """
import multiprocessing, os, signal, sys, time

def work(is_ready, until):
    is_ready.set()
    {work}

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    ready = [context.Event() for _ in range(2)]
    until = time.time() + 4
    for number, event in enumerate(ready):
        context.Process(target=work, args=(event, until), name=f"worker-{{number}}").start()
    for event in ready:
        event.wait()
    {end}
"""
KILL = "os.kill(os.getpid(), signal.SIGKILL)"
FOR_EVER = "time.sleep(1000)"

LEAVES_DAEMONS = """
import subprocess, sys
daemon = subprocess.Popen(["sleep", "1000"], start_new_session=True)
child = subprocess.Popen(["sleep", "1000"])
print(daemon.pid, child.pid, flush=True)
"""

WITH_DAEMON = f"""
import multiprocessing, os, signal, subprocess, time
daemon = subprocess.Popen(["sleep", "1000"], start_new_session=True)
multiprocessing.get_context("fork").Process(target=time.sleep, args=(1000,)).start()
time.sleep(0.7)
{KILL}
"""


def request_for(
    *command: str, purpose: LeftoverPolicy = "keep", unwanted: LeftoverPolicy = "stop"
) -> RunRequest:
    request = plain_request_for(*command)
    return msgspec.structs.replace(request, left_on_purpose=purpose, left_unwanted=unwanted)


def killed_main(folder: Path, work: str = FOR_EVER, end: str = KILL) -> str:
    path = folder / "main.py"
    path.write_text(KILLED_MAIN.format(work=work, end=end))
    return str(path)


def run_to_end(request: RunRequest) -> list[Event]:
    run = SupervisedRun.start(request)
    run.wait()
    run.detach()
    return read_recording(run.recording)


def workers_of(recorded: list[Event]) -> set[int]:
    names = processes_named(recorded)
    return {process for process, name in names.items() if name.startswith("worker-")}


def left(mark: Mark, recorded: list[Event]) -> set[int]:
    """What is there but the supervisor, which reads what others still print, and its own kin."""
    supervisor = of_type(events.RunStarted, recorded)[0].supervisor
    with suppress(OSError):
        status = Path(f"/proc/{supervisor}/status").read_text()
        reader_of_stacks = int(status.partition("PPid:")[2].split()[0])
        # The supervisor, and what keeps the pipes should it be killed.
        children = Path(f"/proc/{reader_of_stacks}/task/{reader_of_stacks}/children").read_text()
        return set(mark.pids()) - {reader_of_stacks, *map(int, children.split())}
    return set(mark.pids())


def ends_of(recorded: list[Event], processes: set[int]) -> list[events.ProcessExited]:
    ends = of_type(events.ProcessExited, recorded)
    return [event for event in ends if event.process in processes]


@pytest.mark.parametrize("method", START_METHODS)
def test_workers_of_a_killed_main_process_are_stopped_and_their_ends_recorded(
    method: str, tmp_path: Path, mark: Mark
) -> None:
    recorded = run_to_end(request_for(sys.executable, killed_main(tmp_path), method))
    wait_until(lambda: not mark.pids(), "nothing is left")
    workers = workers_of(recorded)
    assert len(workers) == 2
    assert [(end.signal, end.stopping) for end in ends_of(recorded, workers)] == [
        (signal.SIGTERM, True)
    ] * 2
    assert ends_of(recorded, {0})[0].stopping is False
    assert [event.reason for event in of_type(events.StopRequested, recorded)] == ["leftovers"]
    finished = recorded[-1]
    assert isinstance(finished, events.RunFinished)
    assert (finished.signal, finished.stopped) == (signal.SIGKILL, None)
    assert finished.t - finished.seconds > 2


def test_workers_that_do_not_listen_are_killed(tmp_path: Path, mark: Mark) -> None:
    work = f"signal.signal(signal.SIGTERM, signal.SIG_IGN); {FOR_EVER}"
    recorded = run_to_end(request_for(sys.executable, killed_main(tmp_path, work), "fork"))
    wait_until(lambda: not mark.pids(), "nothing is left")
    ends = ends_of(recorded, workers_of(recorded))
    assert {end.signal for end in ends} <= {signal.SIGTERM, signal.SIGKILL}
    assert all(end.stopping for end in ends)


@pytest.mark.parametrize("method", START_METHODS)
def test_a_run_can_wait_for_what_outlives_it(method: str, tmp_path: Path, mark: Mark) -> None:
    work = "time.sleep(max(0, until - time.time())); print('worker is done', flush=True)"
    request = request_for(
        sys.executable, killed_main(tmp_path, work), method, purpose="wait", unwanted="wait"
    )
    recorded = run_to_end(request)
    wait_until(lambda: not mark.pids(), "nothing is left")
    workers = workers_of(recorded)
    ends = ends_of(recorded, workers)
    assert [(end.exitcode, end.stopping) for end in ends] == [(0, False)] * 2
    assert all(printed(recorded, worker) == b"worker is done\n" for worker in workers)
    main_ended = ends_of(recorded, {0})[0].t
    assert [event for event in of_type(events.Sampled, recorded) if event.t > main_ended + 2]
    assert recorded[-1].t >= ends[-1].t


def test_what_is_waited_for_can_be_stopped(tmp_path: Path, mark: Mark) -> None:
    work = (
        "signal.signal(signal.SIGTERM, lambda *_: (os.write(1, b'bye\\n'), os._exit(5)))\n"
        f"    print('ready', flush=True); {FOR_EVER}"
    )
    run = SupervisedRun.start(
        request_for(sys.executable, killed_main(tmp_path, work), "fork", unwanted="wait")
    )
    with RecordingReader(run.recording) as reader:
        seen = follow_until(run, reader, lambda seen: bool(ends_of(seen, {0})))
        main_ended = ends_of(seen, {0})[0].t
        follow_until(run, reader, lambda seen: any(one.t > main_ended + 3 for one in seen))
    assert run.exit_status is None
    run.stop()
    assert run.wait() == 128 + signal.SIGKILL
    run.detach()
    wait_until(lambda: not mark.pids(), "nothing is left")
    recorded = read_recording(run.recording)
    ends = ends_of(recorded, workers_of(recorded))
    assert [(end.exitcode, end.stopping) for end in ends] == [(5, True)] * 2
    finished = of_type(events.RunFinished, recorded)[0]
    assert (finished.signal, finished.stopped) == (signal.SIGKILL, None)


def test_what_was_left_on_purpose_stays_and_is_known(mark: Mark) -> None:
    recorded = run_to_end(request_for(sys.executable, "-c", LEAVES_DAEMONS))
    daemon, child = map(int, printed(recorded, 0).split())
    wait_until(lambda: left(mark, recorded) == {daemon, child}, "they alone are left")
    processes = {event.pid: event.process for event in of_type(events.ProcessStarted, recorded)}
    assert not ends_of(recorded, {processes[daemon], processes[child]})
    detached = {
        event.process for event in of_type(events.ProcessChanged, recorded) if event.own_session
    }
    assert detached == {processes[daemon]}
    assert not of_type(events.StopRequested, recorded)


def test_workers_can_be_kept(tmp_path: Path, mark: Mark) -> None:
    recorded = run_to_end(
        request_for(sys.executable, killed_main(tmp_path), "fork", unwanted="keep")
    )
    wait_until(lambda: len(left(mark, recorded)) == 2, "they alone are left")
    assert not ends_of(recorded, workers_of(recorded))


def test_daemons_can_be_stopped(mark: Mark) -> None:
    recorded = run_to_end(request_for(sys.executable, "-c", LEAVES_DAEMONS, purpose="stop"))
    wait_until(lambda: not mark.pids(), "nothing is left")
    assert len(of_type(events.ProcessExited, recorded)) == 3


def test_a_daemon_of_a_killed_main_process_stays_while_its_workers_go(mark: Mark) -> None:
    recorded = run_to_end(request_for(sys.executable, "-c", WITH_DAEMON))
    names = processes_named(recorded)
    ended = {names[event.process] for event in of_type(events.ProcessExited, recorded)}
    assert "sleep" in set(names.values()) - ended
    wait_until(lambda: len(left(mark, recorded)) == 1, "the daemon alone is left")


@pytest.mark.parametrize("method", START_METHODS)
def test_workers_left_by_a_main_process_that_ended_by_itself_are_unwanted_too(
    method: str, tmp_path: Path, mark: Mark
) -> None:
    recorded = run_to_end(
        request_for(sys.executable, killed_main(tmp_path, end="os._exit(3)"), method)
    )
    wait_until(lambda: not mark.pids(), "nothing is left")
    assert len(ends_of(recorded, workers_of(recorded))) == 2
    assert of_type(events.RunFinished, recorded)[0].exitcode == 3


# What an orphan sees

WATCHES_PARENT = """
import multiprocessing, os, signal, sys, time

def work(is_ready):
    before = os.getppid()
    is_ready.set()
    while os.getppid() == before:
        time.sleep(0.01)
    with open(sys.argv[2], "w") as proof:
        proof.write(str(os.getppid()))

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    is_ready = context.Event()
    context.Process(target=work, args=(is_ready,)).start()
    is_ready.wait()
    os.kill(os.getpid(), signal.SIGKILL)
"""

DAEMONIZES = """
import os, sys, time
if os.fork():
    os.wait()
    while not os.path.exists(sys.argv[2]): time.sleep(0.01)
    sys.exit()
os.setsid()
before = os.getpid()
if os.fork():
    os._exit(0)
while os.getppid() == before: time.sleep(0.01)
with open(sys.argv[2] + ".new", "w") as proof:
    proof.write(str(os.getppid()))
os.rename(sys.argv[2] + ".new", sys.argv[2])
"""


@pytest.mark.parametrize("text", [WATCHES_PARENT, DAEMONIZES], ids=["worker", "daemon"])
@pytest.mark.parametrize("method", START_METHODS)
def test_an_orphan_has_the_parent_that_it_has_without_mptui(
    text: str, method: str, tmp_path: Path
) -> None:
    program, plain, watched = (tmp_path / name for name in ("program.py", "plain", "watched"))
    program.write_text(text)
    command = [sys.executable, str(program), method]
    subprocess.run([*command, str(plain)], check=False)
    wait_until(lambda: plain.exists() and plain.read_text(), "the plain orphan has seen it")
    recorded = run_to_end(request_for(*command, str(watched)))
    assert watched.read_text() == plain.read_text()
    started = {event.process for event in of_type(events.ProcessStarted, recorded)}
    assert started == {event.process for event in of_type(events.ProcessExited, recorded)}


@pytest.mark.parametrize(
    "command", ["(setsid sleep 1000 &)", "(env -u MPTUI_RUN sleep 1000 &)"], ids=["mark", "session"]
)
def test_an_orphan_that_no_probe_reports_is_found_and_killed(command: str, mark: Mark) -> None:
    run = SupervisedRun.start(request_for("sh", "-c", f"{command}; exec sleep 999"))
    wait_until(lambda: orphans(mark), "the orphan is there")
    run.kill()
    run.wait()
    run.detach()
    wait_until(lambda: not mark.pids(), "nothing is left")


def orphans(mark: Mark) -> list[int]:
    return [pid for pid in mark.pids() if "1000" in kernel.read_command_line(pid)]
