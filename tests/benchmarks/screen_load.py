"""What the dashboard costs while nothing happens, and beside programs of many kinds.

Shares are of one core, of mptui alone (its screen and its supervisor) without the program; a peer
runs beside the same program.
"""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import psutil

from tests.benchmarks.commands import BARE_APP, MPTUI, SCENARIOS
from tests.benchmarks.goals import Goal
from tests.benchmarks.peers import BTOP, HTOP, HTOP_TWICE_A_SECOND, NOT_AT_HAND, is_at_hand
from tests.benchmarks.rounds import medians
from tests.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_WINDOW_SECONDS: Final = 5.0
_OURS: Final = ("--on-disconnect=stop", "--python", sys.executable)
_MEGABYTE: Final = 1e6
_FORKING_SECONDS: Final = 120.0

SLEEPING = """
import multiprocessing, time
context = multiprocessing.get_context("fork")
workers = [context.Process(target=time.sleep, args=(600,), daemon=True) for _ in range({count})]
for worker in workers:
    worker.start()
print("all", "there", flush=True)
time.sleep(600)
"""
_BUSY_POOL = """
import multiprocessing, time
def work(number):
    end = time.process_time() + 0.01
    while time.process_time() < end:
        pass
with multiprocessing.get_context("fork").Pool(64) as pool:
    for number, _ in enumerate(pool.imap_unordered(work, range(10**9))):
        if number == 100:
            print("all", "there", flush=True)
"""
_RECYCLED_POOL = """
import multiprocessing, time
def work(number):
    time.sleep(0.25)
with multiprocessing.get_context("fork").Pool(4, maxtasksperchild=1) as pool:
    for number, _ in enumerate(pool.imap_unordered(work, range(10**9))):
        if number == 10:
            print("all", "there", flush=True)
"""


class _Case(NamedTuple):
    """What is on the screen, and what else would be."""

    what: str
    command: Sequence[str]
    shown: str
    goal: str
    peer: tuple[str, ...] | None = None
    columns: int = 120
    rows: int = 40


def _run(program: str, **values: int) -> tuple[str, ...]:
    text = program.format(**values) if values else program
    return (*MPTUI, "run", *_OURS, "-c", text)


_BURNING = (*MPTUI, "run", *_OURS, str(SCENARIOS / "workers.py"), "--tasks=200")
THERE: Final = "all there"
_CASES: Final = (
    _Case("idle gallery", MPTUI, "Enter", "0.0 %, 1 wake-up/s, 0 B/s", BTOP),
    _Case("bare Textual app, idle", BARE_APP, "READY", ""),
    _Case("one sleeping worker", _run(SLEEPING, count=1), THERE, "0.6 %", HTOP),
    _Case("four burning workers", _BURNING, "Processing task ;  0", "", HTOP),
    _Case("64 sleeping workers", _run(SLEEPING, count=64), THERE, "2 %", HTOP_TWICE_A_SECOND),
    _Case("64 busy pool workers, timeline", _run(_BUSY_POOL), THERE, "2 %", HTOP_TWICE_A_SECOND),
    _Case("recycled pool, 15 ends a second", _run(_RECYCLED_POOL), THERE, "3 %", HTOP),
    _Case("1,000 processes", _run(SLEEPING, count=1000), THERE, "4 %", HTOP),
)


def goals(environment: Mapping[str, str], rounds: int) -> Iterator[Goal]:
    """The rows of the table; each case beside its peer, so that both see the same machine."""
    for case in _CASES:
        measured = medians(
            {"ours": partial(_measure, case, environment)}
            | ({"peer": partial(_measure_peer, case, environment)} if _has_peer(case) else {}),
            rounds,
        )
        yield _goal(case, measured["ours"], measured.get("peer"))
        if case.what == "one sleeping worker":
            memory = measured["ours"]
            yield Goal(
                "memory of it, screen / supervisor",
                f"{memory['screen_bytes'] / _MEGABYTE:.0f} / "
                f"{memory['supervisor_bytes'] / _MEGABYTE:.0f} MB",
                "",
                "40 / 20 MB",
            )


def _has_peer(case: _Case) -> bool:
    return case.peer is not None and is_at_hand(case.peer)


def _goal(case: _Case, ours: Mapping[str, float], peer: Mapping[str, float] | None) -> Goal:
    both = ours["screen"] + ours["supervisor"]
    said = (
        f"{ours['screen']:.1f} + {ours['supervisor']:.1f} %, {ours['wakes']:.0f} wake-ups/s, "
        f"{ours['sent']:,.0f} B/s"
    )
    if case.peer is None:
        return Goal(case.what, said, "", case.goal)
    name = case.peer[0]
    if peer is None:
        return Goal(case.what, said, f"{name} {NOT_AT_HAND}", case.goal)
    other = f"{name} {peer['screen']:.1f} %, {peer['sent']:,.0f} B/s"
    factor = both / peer["screen"] if peer["screen"] >= 0.1 else None  # a tick
    return Goal(case.what, said, other, case.goal, factor)


def _measure(case: _Case, environment: Mapping[str, str]) -> dict[str, float]:
    with Terminal(
        case.command, columns=case.columns, rows=case.rows, environment=environment
    ) as terminal:
        terminal.wait_for(case.shown, limit_seconds=_FORKING_SECONDS)
        terminal.read_for(3.0)  # What a start leaves to do is not the rest.
        screen = psutil.Process(terminal.pid)
        supervisors = supervisors_of(screen)
        figures = _over_window(terminal, screen, supervisors)
        figures["screen_bytes"] = float(screen.memory_info().rss)
        # The keeper and the reader of stacks share nearly all of theirs with the supervisor.
        figures["supervisor_bytes"] = max(
            (float(one.memory_info().rss) for one in supervisors), default=0.0
        )
    psutil.wait_procs(supervisors)  # The terminal is gone, so they stop what they watch.
    return figures


def _measure_peer(case: _Case, environment: Mapping[str, str]) -> dict[str, float]:
    """The same of the peer, beside the same program by itself."""
    assert case.peer is not None
    if case.command is MPTUI:
        return _measure(_Case("", case.peer, "", ""), environment)
    program = case.command[len(MPTUI) + 1 + len(_OURS) :]
    beside = psutil.Popen(
        (sys.executable, *program),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # Workers complain when they are killed one by one.
        env=dict(environment),
    )
    try:
        assert beside.stdout is not None
        beside.stdout.readline()
        return _measure(_Case("", case.peer, "", ""), environment)
    finally:
        _end(beside)


def _end(beside: psutil.Popen) -> None:
    for process in [*beside.children(recursive=True), beside]:
        process.kill()
    beside.wait()


def _over_window(
    terminal: Terminal, screen: psutil.Process, supervisors: Sequence[psutil.Process]
) -> dict[str, float]:
    counters: dict[str, Callable[[], float]] = {
        "screen": lambda: 100 * cpu_seconds(screen),
        "supervisor": lambda: 100 * sum(map(cpu_seconds, supervisors)),
        "wakes": lambda: float(_wake_ups(screen)),
        "sent": lambda: float(terminal.byte_count),
    }
    before = {name: count() for name, count in counters.items()}
    terminal.read_for(_WINDOW_SECONDS)
    return {name: (count() - before[name]) / _WINDOW_SECONDS for name, count in counters.items()}


def _wake_ups(process: psutil.Process) -> int:
    """How often any thread of it has stopped waiting."""
    count = 0
    for thread in Path(f"/proc/{process.pid}/task").iterdir():
        status = (thread / "status").read_text()
        count += int(status.partition("\nvoluntary_ctxt_switches:")[2].split(maxsplit=1)[0])
    return count


def is_supervisor(process: psutil.Process) -> bool:
    """Whether this is the supervisor that a dashboard started."""
    return "mptui.supervisor" in process.cmdline()


def supervisors_of(screen: psutil.Process) -> list[psutil.Process]:
    """What a dashboard started beside programs: readers of stacks, keepers, supervisors."""
    found: list[psutil.Process] = []
    below = screen.children()
    while below:
        ours = [child for child in below if is_supervisor(child)]
        found += ours
        below = [child for one in ours for child in one.children()]
    return found


_NANOSECONDS: Final = 1e9


def cpu_seconds(process: psutil.Process) -> float:
    """What it has used of the cores since its start, finer than the clock's ticks where it can be.

    The kernel counts a thread's time on a core to the nanosecond in schedstat (proc(5)).
    """
    seconds = 0.0
    for thread in Path(f"/proc/{process.pid}/task").iterdir():
        try:
            seconds += int((thread / "schedstat").read_text().split()[0]) / _NANOSECONDS
        except OSError:
            times = process.cpu_times()
            return float(times.user + times.system)
    return seconds
