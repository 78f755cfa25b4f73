"""How each process ended is known exactly, with the kernel's help and without it (Linux < 6.15)."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final, TypeAlias

import pytest

from mptui import events
from mptui.supervisor.linux import kernel
from mptui.supervisor.processes.endings import REPORT_SECONDS, STATUS_SECONDS, Endings
from mptui.supervisor.processes.watched_process import WatchedProcess
from tests.interpreters import supported_interpreters
from tests.running import of_type, run_code, run_to_end
from tests.supervisor.altering import alter_supervisor

if TYPE_CHECKING:
    from mptui.events import Event

SILENT_KERNEL = """
from mptui.supervisor.linux import kernel
from mptui.supervisor.processes.endings import REPORT_SECONDS, STATUS_SECONDS, Endings
from mptui.supervisor.processes.watched_process import WatchedProcess
kernel.tells_endings = lambda: False
kernel.wait_status_of_pidfd = lambda pidfd: None
kernel.wait_status_of_zombie = lambda pid: None
"""
"""Neither its newest way nor a look at a zombie: that one is a race with the parent."""

ENDS = """
def leave(): os._exit(3)
def end(): os._exit(0)
def crash():
    signal.signal(signal.SIGSEGV, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGSEGV)
def die(): os.kill(os.getpid(), signal.SIGKILL)
"""
End: TypeAlias = "tuple[int | None, int | None]"
EXPECTED: Final[list[End]] = [(0, None), (3, None), (None, 9), (None, 11)]

BY_HAND = (
    ENDS
    + """
waits = [
    lambda pid: os.waitpid(pid, 0),
    lambda pid: os.wait(),
    lambda pid: os.wait3(0),
    lambda pid: os.wait4(pid, 0),
    lambda pid: os.waitid(os.P_PID, pid, os.WEXITED),
    lambda pid: os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT) and os.waitpid(pid, 0),
]
for wait in waits:
    for target in (end, leave, die, crash):
        pid = os.fork()
        if not pid:
            target()
        wait(pid)
"""
)

SUBPROCESS = """
for code in ("pass", "raise SystemExit(3)", "import os; os.kill(os.getpid(), 9)",
             "import os; os.kill(os.getpid(), 11)"):
    subprocess.run([sys.executable, "-c", code])
    asyncio.run(run_async(code))
"""

PROCESS = (
    ENDS
    + """
if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    for target in (end, leave, die, crash):
        process = context.Process(target=target, name="watched")
        process.start()
        process.join()
"""
)

POOL = (
    ENDS
    + """
if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    with context.Pool(1) as pool:
        pool.map(abs, [1, 2], chunksize=1)
        for target in (leave, die, crash):
            pid = pool._pool[0].pid
            pool.apply_async(target)
            while not pool._pool or pool._pool[0].pid == pid:
                time.sleep(0.02)
"""
)

EXECUTOR = (
    ENDS
    + """
if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as executor:
        executor.submit(abs, 1).result()
    for target in (leave, die, crash):
        with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as executor:
            try:
                executor.submit(target).result()
            except concurrent.futures.process.BrokenProcessPool:
                pass
"""
)

ORPHANS = (
    ENDS
    + """
for target in (end, leave, die, crash):
    if os.fork() == 0:
        if os.fork() == 0:
            time.sleep(0.1)
            target()
        os._exit(9)
    os.wait()
time.sleep(0.5)
"""
)

IMPORTS = """
import asyncio, concurrent.futures, multiprocessing, os, signal, subprocess, sys, time
async def run_async(code):
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    await process.wait()
"""


@pytest.fixture
def _silent_kernel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    alter_supervisor(monkeypatch, tmp_path / "altered", SILENT_KERNEL)


def run_program(
    text: str, folder: Path, *arguments: str, python: str = sys.executable
) -> list[Event]:
    path = folder / "program.py"
    path.write_text(IMPORTS + text)
    return run_to_end(python, str(path), *arguments)


def ends(recorded: list[Event], of: set[int] | None = None) -> list[End]:
    return [
        (event.exitcode, event.signal)
        for event in of_type(events.ProcessExited, recorded)
        if event.process != 0 and (of is None or event.process in of)
    ]


def workers(recorded: list[Event]) -> set[int]:
    return {
        event.process
        for event in recorded
        if isinstance(event, events.ProcessStarted | events.ProcessChanged)
        and event.role == "worker"
    }


def sorted_ends(found: list[End]) -> list[End]:
    return sorted(found, key=str)


@pytest.mark.usefixtures("_silent_kernel")
@pytest.mark.parametrize("version", ["3.9", "3.11", "3.13"])
def test_children_made_by_hand(tmp_path: Path, version: str) -> None:
    python = supported_interpreters().get(version)
    if python is None:
        pytest.skip(f"there is no Python {version} here")
    recorded = run_program(BY_HAND, tmp_path, python=python)
    assert sorted_ends(ends(recorded)) == sorted_ends(EXPECTED * 6)


@pytest.mark.usefixtures("_silent_kernel")
def test_subprocesses(tmp_path: Path) -> None:
    recorded = run_program(SUBPROCESS, tmp_path)
    assert sorted_ends(ends(recorded)) == sorted_ends(EXPECTED * 2)


@pytest.mark.usefixtures("_silent_kernel")
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_processes(tmp_path: Path, method: str) -> None:
    recorded = run_program(PROCESS, tmp_path, method)
    assert sorted_ends(ends(recorded, workers(recorded))) == sorted_ends(EXPECTED)


@pytest.mark.usefixtures("_silent_kernel")
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
@pytest.mark.parametrize("text", [POOL, EXECUTOR], ids=["Pool", "ProcessPoolExecutor"])
def test_workers(tmp_path: Path, text: str, method: str) -> None:
    recorded = run_program(text, tmp_path, method)
    assert set(EXPECTED[1:]) <= set(ends(recorded, workers(recorded)))
    assert (None, None) not in ends(recorded, workers(recorded))


def test_orphans(tmp_path: Path) -> None:
    if not kernel.tells_endings():
        pytest.skip("this kernel does not tell")
    recorded = run_program(ORPHANS, tmp_path)
    assert sorted_ends(ends(recorded)) == sorted_ends([*EXPECTED, *[(9, None)] * 4])


@pytest.mark.usefixtures("_silent_kernel")
def test_how_orphans_ended_is_unknown_where_the_kernel_does_not_tell(tmp_path: Path) -> None:
    recorded = run_program(ORPHANS, tmp_path)
    assert sorted_ends(ends(recorded)) == sorted_ends([(None, None), (9, None)] * 4)


@pytest.mark.usefixtures("_silent_kernel")
def test_what_waits_looks_like_the_original(tmp_path: Path) -> None:
    text = """
import inspect, pickle
for name in ("wait", "waitpid", "wait3", "wait4", "waitid"):
    function = getattr(os, name)
    assert "_mptui_probe" in type(function).__module__, name
    assert pickle.loads(pickle.dumps(function)) is function
    assert repr(function) == f"<built-in function {name}>"
    assert (function.__name__, function.__module__) == (name, "posix")
    inspect.signature(function)
class Holder:
    waitpid = os.waitpid
try:
    Holder().waitpid(2**22 - 3, 0)
except ChildProcessError:
    sys.exit(7)
"""
    recorded = run_program(text, tmp_path)
    assert of_type(events.RunFinished, recorded)[0].exitcode == 7


def test_nothing_is_replaced_where_the_kernel_tells(tmp_path: Path) -> None:
    if not kernel.tells_endings():
        pytest.skip("this kernel does not tell")
    text = "os.fork() or os._exit(0); sys.exit(7 * (type(os.waitpid) is type(len)))"
    recorded = run_program(text, tmp_path)
    assert of_type(events.RunFinished, recorded)[0].exitcode == 7


def test_forked_children_without_streams_of_mptui(tmp_path: Path) -> None:
    text = """
null = os.open(os.devnull, os.O_WRONLY)
for descriptor in (1, 2):
    os.dup2(null, descriptor)
if len(sys.argv) == 1:
    os.execv(sys.executable, [sys.executable, __file__, "again"])
for code in range(10):
    pid = os.fork()
    if not pid:
        os._exit(code)
    os.waitpid(pid, 0)
"""
    recorded = run_program(text, tmp_path)
    assert sorted_ends(ends(recorded)) == sorted_ends([(code, None) for code in range(10)])


def test_children_that_asyncio_waited_for(tmp_path: Path) -> None:
    text = """
async def run_all():
    for code in range(5):
        command = ["/bin/sh", "-c", f"exit {code}"]
        await (await asyncio.create_subprocess_exec(*command)).wait()
asyncio.run(run_all())
"""
    recorded = run_program(text, tmp_path)
    assert sorted_ends(ends(recorded)) == sorted_ends([(code, None) for code in range(5)])


def test_the_kernel_tells_as_its_version_says() -> None:
    pid = os.fork()
    if not pid:
        os._exit(5)
    pidfd = os.pidfd_open(pid)
    os.waitpid(pid, 0)
    try:
        status = kernel.wait_status_of_pidfd(pidfd)
    finally:
        os.close(pidfd)
    assert (status is not None) == kernel.tells_endings()


@pytest.mark.parametrize(("later_seconds", "code"), [(0.1, 7), (STATUS_SECONDS + 1, None)])
def test_a_status_is_not_kept_for_the_next_process_with_the_pid(
    later_seconds: float, code: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = 2**22 - 3
    ended = iter([SimpleNamespace(si_pid=pid), None, None])
    monkeypatch.setattr("os.waitid", lambda *_: next(ended))
    monkeypatch.setattr("os.waitpid", lambda *_: (pid, 7 << 8))
    endings = Endings()
    endings.reap(now=1.0)
    endings.note(WatchedProcess(1, pid, None, None, "worker", "w", instrumented=True), 1.0)
    endings.reap(now=1.0 + later_seconds)
    known = endings.known(now=1.0 + later_seconds + REPORT_SECONDS)
    assert [known_code for _, known_code in known] == [code]


def test_an_own_child_is_looked_at_before_the_kernel_forgets_it() -> None:
    seen: dict[int, str] = {}

    def look(pid: int) -> None:
        seen[pid] = (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        )

    pids = {os.fork() or os._exit(0) for _ in range(3)}
    for pid in pids:
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    Endings(before_reaping=look).reap(now=1.0)
    assert {pid: seen.get(pid) for pid in pids} == dict.fromkeys(pids, "Z")
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


@pytest.mark.parametrize(
    ("last", "at_end"), [("", True), ("daemon.terminate(); daemon.join()", False)]
)
def test_daemons_are_ended_with_their_parent_or_by_it(last: str, *, at_end: bool) -> None:
    code = f"""
import multiprocessing, time
context = multiprocessing.get_context("fork")
reading, writing = context.Pipe(False)
def go_on():
    writing.send(1)
    time.sleep(1000)
daemon = context.Process(target=go_on, daemon=True)
daemon.start()
reading.recv()
{last}
"""
    (asked,) = of_type(events.ProcessAsked, run_code(code))
    assert (asked.process, asked.by, asked.at_end) == (1, 0, at_end)
