"""How long a key takes to its effect on the screen: idle, beside moving things, on a slow line.

Until the bytes that show it have come to the terminal; to draw them is not what is measured.
"""

from __future__ import annotations

import statistics
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from tests.benchmarks.commands import MPTUI, SCENARIOS
from tests.benchmarks.goals import Goal
from tests.benchmarks.peers import HTOP, NOT_AT_HAND, is_at_hand
from tests.benchmarks.rounds import medians
from tests.benchmarks.screen_load import SLEEPING, THERE
from tests.benchmarks.slow_line import SlowLine
from tests.terminal import Key, Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_KEYS_A_ROUND: Final = 30
_BETWEEN_SECONDS: Final = 0.13
"""Not in step with anything that beats a few times a second."""
_LIMIT_SECONDS: Final = 120.0
_OURS: Final = (*MPTUI, "run", "--on-disconnect=stop", "--python", sys.executable)
_FLOOD: Final = """
import multiprocessing
def write(worker):
    number = 0
    while True:
        number += 1
        print(worker, number, "there" if worker else "all there")
workers = [multiprocessing.get_context("fork").Process(target=write, args=(w,)) for w in range(4)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
"""
_KEYS_OF_HTOP: Final = ("\x1bOB", "\x1bOA")
"""It asks the terminal for the other form of the keys (DECCKM)."""
_PANES: Final = ("workers.py", "pool.py")


class _Case(NamedTuple):
    what: str
    command: Sequence[str]
    shown: str
    goal: str
    peer: tuple[str, ...] | None = HTOP
    kind: type[Terminal] = Terminal
    keys: tuple[str, str] = (Key.DOWN, Key.UP)


_BURNING = (*_OURS, str(SCENARIOS / "workers.py"), "--tasks=400")
_CASES: Final = (
    _Case("key, 64 sleeping workers", (*_OURS, "-c", SLEEPING.format(count=64)), THERE, "5 / 15"),
    _Case("key, a flood of four writers", (*_OURS, "-c", _FLOOD), "there", "15 / 30"),
    _Case("key, 1,000 processes", (*_OURS, "-c", SLEEPING.format(count=1000)), THERE, "5 / 15"),
    _Case("key, slow line", _BURNING, "Processing task ;  0", "60", HTOP, SlowLine),
)


def goals(environment: Mapping[str, str], rounds: int) -> Iterator[Goal]:
    """The rows of the table."""
    for case in _CASES:
        measured = medians({"ours": partial(_of_selection, case, environment)}, rounds)["ours"]
        yield _goal(case, measured, _peer(case, environment, rounds))
    panes = medians({"ours": partial(_of_panes, environment)}, rounds)["ours"]
    yield Goal("changing panes", f"{_text(panes)}", "", "10 / 25 ms")


def _peer(case: _Case, environment: Mapping[str, str], rounds: int) -> Mapping[str, float] | None:
    if case.peer is None or not is_at_hand(case.peer):
        return None
    alone = case._replace(command=case.peer, shown="F10", keys=_KEYS_OF_HTOP)
    return medians({"peer": partial(_of_selection, alone, environment)}, rounds)["peer"]


def _goal(case: _Case, ours: Mapping[str, float], peer: Mapping[str, float] | None) -> Goal:
    goal = f"{case.goal} ms"
    if case.peer is None:
        return Goal(case.what, _text(ours), "", goal)
    name = case.peer[0]
    if peer is None:
        return Goal(case.what, _text(ours), f"{name} {NOT_AT_HAND}", goal)
    factor = ours["median"] / peer["median"]
    return Goal(case.what, _text(ours), f"{name} {_text(peer)}", goal, factor)


def _text(figures: Mapping[str, float]) -> str:
    return f"{1000 * figures['median']:.1f} / {1000 * figures['p95']:.1f} ms"


def _of_selection(case: _Case, environment: Mapping[str, str]) -> dict[str, float]:
    """Up and down in the table, each awaited until another row stands out."""
    with case.kind(case.command, columns=120, rows=40, environment=environment) as terminal:
        terminal.wait_for(case.shown, limit_seconds=_LIMIT_SECONDS)
        terminal.read_for(2.0)
        terminal.send(case.keys[0])
        terminal.read_for(0.5)
        keys = case.keys * (_KEYS_A_ROUND // 2)
        return _figures([_until_changed(terminal, key, _backgrounds) for key in keys])


def _of_panes(environment: Mapping[str, str]) -> dict[str, float]:
    """To and fro between two panes of the gallery."""
    with Terminal(MPTUI, columns=120, rows=40, environment=environment) as terminal:
        terminal.wait_for("Enter")
        terminal.read_for(1.0)
        terminal.send("3")
        terminal.wait_for(_PANES[0])
        terminal.read_for(0.5)
        taken = []
        for turn in range(_KEYS_A_ROUND):
            terminal.read_for(_BETWEEN_SECONDS)
            key, shown = ("2", _PANES[1]) if turn % 2 == 0 else ("3", _PANES[0])
            sent = time.perf_counter()
            terminal.send(key)
            terminal.wait_for(partial(_names, shown))
            taken.append(terminal.arrived_at - sent)
    return _figures(taken)


def _names(shown: str, terminal: Terminal) -> bool:
    """Whether the line below the tabs, the command of the pane, names this."""
    return shown in terminal.rows[1]


def _until_changed(terminal: Terminal, key: str, look: Callable[[Terminal], object]) -> float:
    terminal.read_for(_BETWEEN_SECONDS)
    before = look(terminal)
    sent = time.perf_counter()
    terminal.send(key)
    terminal.wait_for(lambda terminal: look(terminal) != before)
    return terminal.arrived_at - sent


def _backgrounds(terminal: Terminal) -> list[tuple[str, bool]]:
    """What the left edge of the screen is painted with, row by row: a selection stands out."""
    cells = terminal.cells
    return [
        (cells.buffer[row][column].bg, cells.buffer[row][column].reverse)
        for row in range(cells.lines)
        for column in (1, 4)
    ]


def _figures(taken: Sequence[float]) -> dict[str, float]:
    ordered = sorted(taken)
    return {
        "median": statistics.median(ordered),
        "p95": ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))],
    }
