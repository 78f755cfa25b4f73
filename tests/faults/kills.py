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
from tests.faults.front_ends import LIMIT_SECONDS, Dashboard, Headless

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    from tests.faults.front_ends import FrontEnd

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
_ON_SCREEN: Final = " on screen"
VICTIMS: Final = (
    "front end",
    "connection",
    "supervisor",
    "keeper",
    "stack reader",
    "main process",
    "worker",
    "dashboard",
    "dashboard asked",
    "terminal",
    "supervisor on screen",
    "main process on screen",
    "worker on screen",
)
"""The first ones in a run without a screen, the others on a dashboard.

Connection: the front end is hung up on. Terminal: the pseudo-terminal is closed. Asked: by SIGTERM.
All others are killed.
"""
_FRONT_ENDS: Final = ("front end", "connection", "dashboard", "dashboard asked", "terminal")
"""What ends itself, as soon as it is hit."""
_WITH_SCREEN: Final = ("dashboard", "dashboard asked", "terminal")


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
        kind = Dashboard if victim in _WITH_SCREEN or victim.endswith(_ON_SCREEN) else Headless
        self.front_end: FrontEnd = kind(
            folder,
            "load.py",
            str(self.go),
            XDG_STATE_HOME=str(folder / "state"),
            XDG_RUNTIME_DIR=str(self.run_folders),
            **{name: value},
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
        victim = self.victim.removesuffix(_ON_SCREEN)
        if victim in {"connection", "terminal"}:
            self.front_end.hang_up()
            return
        pid = {
            "front end": lambda: self.front_end.pid,
            "dashboard": lambda: self.front_end.pid,
            "dashboard asked": lambda: self.front_end.pid,
            "supervisor": lambda: started.supervisor,
            "keeper": lambda: next(p for p in _children_of(reader) if p != started.supervisor),
            "stack reader": lambda: reader,
            "main process": lambda: processes[0],
            "worker": lambda: processes[1],
        }[victim]()
        os.kill(pid, signal.SIGTERM if victim == "dashboard asked" else signal.SIGKILL)

    @property
    def is_over(self) -> bool:
        """Whether nothing of it lives but a dashboard that waits to be left."""
        return not [pid for pid in self.pids() if pid != self.front_end.pid]

    def problems(self) -> Iterator[str]:
        """What did not survive, once all of it has ended."""
        recorded, victim = self.recorded(), self.victim.removesuffix(_ON_SCREEN)
        is_whole = bool(recorded) and isinstance(recorded[-1], RunFinished)
        if victim != "supervisor" and not is_whole:
            yield "the recording has no end"
        if victim not in {"main process", "worker"}:
            yield from self._lost(recorded, is_recorded=victim != "supervisor")
        if victim == "worker" and not self._said("main"):
            yield "the main process did not go on"
        if left := list(self.run_folders.iterdir()):
            yield f"{len(left)} run folders are left"

    def close(self) -> None:
        for pid in self.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.front_end.close()

    def _lost(self, recorded: list[Event], *, is_recorded: bool) -> Iterator[str]:
        if self._said("main") != "[0, 0, 0, 0]":
            yield "the program did not end as it would have"
        outputs: dict[int, str] = {}
        for event in recorded:
            if isinstance(event, Output):
                outputs[event.process] = outputs.get(event.process, "") + (event.text or "")
        lines = [line for output in outputs.values() for line in output.splitlines()]
        for number in range(PROCESSES - 1):
            expected = int(self._said(str(number)) or 0)
            got = sum(line.startswith(f"{number} ") for line in lines)
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
    front_end = tried.front_end
    try:
        _wait_until(tried, lambda: _is_under_way(tried.recorded()), "the program is under way")
        time.sleep(chance.uniform(0.0, 0.3))  # The moment, not a wait for anything.
        tried.hit()
        problems = []
        if victim in _FRONT_ENDS:
            front_end.wait()
        if victim == "dashboard asked" and isinstance(front_end, Dashboard):
            problems += [f"left in the terminal: {left}" for left in front_end.left_behind()]
        tried.go.touch()
        _wait_until(tried, lambda: tried.is_over, "nothing is left")
        if victim not in _FRONT_ENDS:
            problems += front_end.leave()
        _wait_until(tried, lambda: not tried.pids(), "nothing is left, the front end included")
        return Outcome(victim, (*problems, *tried.problems()))
    except (AssertionError, OSError, LookupError, subprocess.TimeoutExpired) as error:
        return Outcome(victim, (f"{type(error).__name__}: {error}",))
    finally:
        tried.close()


def _is_under_way(recorded: list[Event]) -> bool:
    wrote = {event.process for event in recorded if isinstance(event, Output)}
    return len(wrote) >= PROCESSES - 1


def _wait_until(tried: _Attempt, is_so: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        tried.front_end.tend()


def _parent_of(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("PPid:")[2].split()[0])


def _children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
