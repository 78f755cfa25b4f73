"""The connection drops in the middle of a run: who comes back finds all of it.

The program stays; the gallery says so; attach shows every line, and how it ended.
"""

from __future__ import annotations

import os
import random
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mptui import events as ev
from mptui.recording.run_summary import live_runs
from tests.process_table import Mark, wait_until
from tests.running import of_type, printed, processes_named, read_recording
from tests.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.ssh.sshd import Sshd

PROGRAM = """
import multiprocessing, pathlib, subprocess, sys, time

def work(gate):
    count = 0
    while not gate.exists():
        print("line", count, flush=True)
        count += 1
        if count % 20 == 0:
            subprocess.run([sys.executable, "-c", "print('nested')"], check=True)
        time.sleep(0.02)
    return count

if __name__ == "__main__":
    with multiprocessing.Pool(4) as pool:
        counts = pool.map(work, [pathlib.Path(sys.argv[1])] * 4, 1)
    print("lines in all:", sum(counts), flush=True)
    sys.exit(5)
"""
DROPS = ("client killed", "server killed", "terminal closed")
SEED = 10
ATTEMPTS = 20


class Far:
    """A machine at the other end of SSH, with a program that runs until its gate is there.

    Args:
        sshd: the way there.
        folder: where the program lies.
    """

    def __init__(self, sshd: Sshd, folder: Path) -> None:
        self._sshd = sshd
        self.gate = folder / "gate"
        self.program = folder / "train.py"
        self.program.write_text(PROGRAM)

    def mptui(self, *arguments: str) -> Terminal:
        """The command over a connection of its own."""
        names = ("XDG_STATE_HOME", "MPTUI_TEST_MARK", "PATH")
        environment = {name: os.environ[name] for name in names}
        command = [sys.executable, "-m", "mptui", *arguments]
        return Terminal(self._sshd.command(command, environment), columns=100, rows=30)

    def run_and_drop(self, drop: str, lines: int) -> Path:
        """Run the program, cut the connection once it printed so many lines; its recording."""
        with self.mptui("run", str(self.program), str(self.gate)) as terminal:
            terminal.wait_for("● running")
            wait_until(live_runs, "the run is there")
            (run,) = live_runs()
            front_ends = served_by(run.started.supervisor)
            terminal.wait_for(lambda _: run.path.read_bytes().count(b"line ") >= lines)
            if drop == "client killed":
                terminal.signal(signal.SIGKILL)
            elif drop == "server killed":
                for pid in (pid for pid in front_ends if is_of_sshd(pid) and pid != self._sshd.pid):
                    os.kill(pid, signal.SIGKILL)
        dashboard = next(pid for pid in front_ends if b"mptui\0run" in command_of(pid))
        wait_until(lambda: not command_of(dashboard), "the dashboard has gone")
        return run.path


@pytest.fixture
def far(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Far]:
    """Nothing is left there at the end."""
    mark = Mark(monkeypatch)
    far = Far(sshd, tmp_path)
    yield far
    far.gate.touch()
    wait_until(lambda: not mark.pids(), "the end of every process")


def served_by(pid: int) -> list[int]:
    """The processes above this one, the nearest first."""
    above = []
    while pid > 1:
        # The name may hold anything, so from behind it.
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        pid = int(stat[1])
        above.append(pid)
    return above


def is_of_sshd(pid: int) -> bool:
    return Path(f"/proc/{pid}/comm").read_text().startswith("sshd")


def command_of(pid: int) -> bytes:
    """The words of a command; nothing of a process that has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def come_back(far: Far, recording: Path) -> None:
    """Learn in the gallery that it goes on, and see the rest of it."""
    with far.mptui() as terminal:
        terminal.wait_for("train.py goes on")
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
    with far.mptui("attach") as terminal:
        terminal.wait_for("● running")
        before = recording.read_bytes().count(b"line ")
        terminal.wait_for(lambda _: recording.read_bytes().count(b"line ") > before)
        far.gate.touch()
        terminal.wait_for("lines in all:")
        terminal.wait_for("exit 5")
        terminal.send("q")
        assert terminal.wait_for_exit() == 5


def assert_whole(recording: Path) -> None:
    """Each worker's lines follow each other without a gap, and the program counted as many."""
    seen = read_recording(recording)
    (finished,) = of_type(ev.RunFinished, seen)
    assert (finished.exitcode, finished.stopped) == (5, None)
    names = processes_named(seen)
    workers = [one for one, name in names.items() if name.startswith("ForkPoolWorker")]
    counts = []
    for worker in workers:
        lines = printed(seen, worker).decode().splitlines()
        assert lines == [f"line {number}" for number in range(len(lines))]
        counts.append(len(lines))
    assert printed(seen, 0).decode() == f"lines in all: {sum(counts)}\n"
    nested = [one for one in names if one not in {0, *workers}]
    assert len(nested) >= sum(count // 20 for count in counts)


@pytest.mark.parametrize(
    "drop", ["client killed", pytest.param("server killed", marks=pytest.mark.slow)]
)
def test_who_comes_back_finds_all_of_it(far: Far, drop: str) -> None:
    recording = far.run_and_drop(drop, 40)
    come_back(far, recording)
    assert_whole(recording)


@pytest.mark.slow
@pytest.mark.parametrize("attempt", range(ATTEMPTS))
def test_so_it_is_at_any_moment(far: Far, attempt: int) -> None:
    chance = random.Random(SEED + attempt)  # so that a failure can be had again
    recording = far.run_and_drop(DROPS[attempt % len(DROPS)], chance.randrange(1, 300))
    come_back(far, recording)
    assert_whole(recording)
