"""One attempt: a run under load, one process of it killed at some moment, and a look at the rest.

Every process counts for itself what it wrote, so what is missing is known without the recording.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui import events
from mptui.events import Event, Output, ProcessStarted, RunFinished, RunStarted
from tests.commanding import command_line, environment_with

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

LOAD = """
import multiprocessing, os, subprocess, sys, time
def work(number, go):
    lines = 0
    while not os.path.exists(go):
        print(f"{number} {lines} " + "x" * 100, flush=True)
        lines += 1
        time.sleep(0.002)
    with open(f"{go}.{number}", "w") as proof: proof.write(str(lines))
if __name__ == "__main__":
    go = sys.argv[1]
    if len(sys.argv) > 2:
        work(int(sys.argv[2]), go)
        sys.exit()
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=work, args=(number, go)) for number in range(3)]
    for worker in workers: worker.start()
    child = subprocess.Popen([sys.executable, __file__, go, "3"])
    for worker in workers: worker.join()
    ends = [*(worker.exitcode for worker in workers), child.wait()]
    with open(f"{go}.main", "w") as proof: proof.write(repr(ends))
"""
PROCESSES: Final = 5
VICTIMS: Final = (
    "front end",
    "connection",
    "supervisor",
    "keeper",
    "stack reader",
    "main process",
    "worker",
)
"""Connection: the front end is hung up on. All others are killed."""
LIMIT_SECONDS: Final = 40.0


class Outcome(NamedTuple):
    """What became of an attempt."""

    victim: str
    problems: tuple[str, ...]
    """What did not survive that should have; empty: all is well."""


class _Attempt:
    def __init__(self, victim: str, folder: Path) -> None:
        self.victim = victim
        self.folder = folder
        self.go = folder / "go"
        self.run_folders = folder / "rooms"
        self.run_folders.mkdir(mode=0o700)
        (folder / "load.py").write_text(LOAD)
        self._needle = f"MPTUI_FAULTS={uuid.uuid4().hex}"
        name, _, value = self._needle.partition("=")
        self.front_end = subprocess.Popen(
            command_line("run", "--headless", "--on-disconnect", "keep", "load.py", str(self.go)),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment_with(
                XDG_STATE_HOME=str(folder / "state"),
                XDG_RUNTIME_DIR=str(self.run_folders),
                **{name: value},
            ),
        )

    def pids(self) -> list[int]:
        """All of this attempt that live."""
        return [int(folder.name) for folder in Path("/proc").glob("[0-9]*") if self._is_on(folder)]

    def recorded(self) -> list[Event]:
        """What is in the recording so far; it has to be whole to its last line."""
        found = list((self.folder / "state").glob("mptui/runs/*.jsonl"))
        lines = found[0].read_bytes().split(b"\n")[:-1] if found else []
        read = [events.decode(line) for line in lines]
        assert None not in read, "a line of the recording is damaged"
        return [event for event in read if event is not None]

    def hit(self) -> None:
        """Kill the victim, or hang up on it."""
        recorded = self.recorded()
        started = next(event for event in recorded if isinstance(event, RunStarted))
        processes = [event.pid for event in recorded if isinstance(event, ProcessStarted)]
        reader = _parent_of(started.supervisor)
        if self.victim == "connection":
            self.front_end.send_signal(signal.SIGHUP)
            return
        pid = {
            "front end": lambda: self.front_end.pid,
            "supervisor": lambda: started.supervisor,
            "keeper": lambda: next(p for p in _children_of(reader) if p != started.supervisor),
            "stack reader": lambda: reader,
            "main process": lambda: processes[0],
            "worker": lambda: processes[1],
        }[self.victim]()
        os.kill(pid, signal.SIGKILL)

    def problems(self) -> Iterator[str]:
        """What did not survive, once all of it has ended."""
        recorded = self.recorded()
        is_whole = bool(recorded) and isinstance(recorded[-1], RunFinished)
        if self.victim != "supervisor" and not is_whole:
            yield "the recording has no end"
        if self.victim not in {"main process", "worker"}:
            yield from self._lost(recorded, is_recorded=self.victim != "supervisor")
        if self.victim == "worker" and not self._said("main"):
            yield "the main process did not go on"
        if left := list(self.run_folders.iterdir()):
            yield f"{len(left)} run folders are left"

    def close(self) -> None:
        for pid in self.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.front_end.wait()

    def _lost(self, recorded: list[Event], *, is_recorded: bool) -> Iterator[str]:
        if self._said("main") != "[0, 0, 0, 0]":
            yield "the program did not end as it would have"
        output = "".join(event.text or "" for event in recorded if isinstance(event, Output))
        for number in range(PROCESSES - 1):
            expected = int(self._said(str(number)) or 0)
            got = sum(line.startswith(f"{number} ") for line in output.splitlines())
            if is_recorded and got != expected:
                yield f"{expected - got} lines of process {number} are missing"

    def _said(self, name: str) -> str:
        proof = self.go.with_name(f"go.{name}")
        return proof.read_text() if proof.exists() else ""

    def _is_on(self, folder: Path) -> bool:
        try:
            return self._needle.encode() in (folder / "environ").read_bytes()
        except OSError:
            return False


def attempt(victim: str, folder: Path, chance: random.Random) -> Outcome:
    """Try it once.

    Args:
        victim: one of `VICTIMS`.
        folder: an empty one.
        chance: decides about the moment.
    """
    tried = _Attempt(victim, folder)
    try:
        _wait_until(lambda: _is_under_way(tried.recorded()), "the program is under way")
        time.sleep(chance.uniform(0.0, 0.3))  # The moment, not a wait for anything.
        tried.hit()
        if victim in {"connection", "front end"}:
            tried.front_end.wait(LIMIT_SECONDS)
        tried.go.touch()
        _wait_until(lambda: not tried.pids(), "nothing is left")
        return Outcome(victim, tuple(tried.problems()))
    except (AssertionError, OSError, LookupError, subprocess.TimeoutExpired) as error:
        return Outcome(victim, (f"{type(error).__name__}: {error}",))
    finally:
        tried.close()


def _is_under_way(recorded: list[Event]) -> bool:
    wrote = {event.process for event in recorded if isinstance(event, Output)}
    return len(wrote) >= PROCESSES - 1


def _wait_until(is_so: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.02)


def _parent_of(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("PPid:")[2].split()[0])


def _children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
