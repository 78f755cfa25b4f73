"""How long a screen takes to its first character, to its first useful one, and to its end.

The end counts from the key `q` until the process is gone and the terminal as it was.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from tests.benchmarks.commands import BARE_APP, MPTUI
from tests.benchmarks.goals import Goal
from tests.benchmarks.peers import BTOP, HTOP, NOT_AT_HAND, is_at_hand
from tests.benchmarks.rounds import medians
from tests.benchmarks.table import milliseconds
from tests.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_COLUMNS, _ROWS = 120, 40
_PROGRAMS = {
    "mptui": (MPTUI, "Enter"),
    "bare Textual app": (BARE_APP, "READY"),
    "htop": (HTOP, "F10"),
    "btop": (BTOP, "proc"),
}
_KEY_SHOWN = "workers.py"
"""What the gallery shows only once it has obeyed the key 3."""


def goals(environment: Mapping[str, str], rounds: int) -> Iterator[Goal]:
    """The rows of the table."""
    at_hand = {name: one for name, one in _PROGRAMS.items() if is_at_hand(one[0])}
    measured = medians(
        {
            name: partial(_measure, command, useful, environment)
            for name, (command, useful) in at_hand.items()
        }
        | {"keys": partial(_until_obeyed, environment)},
        rounds,
    )
    yield _goal("first sign of the gallery", measured, "first_sign", "40 ms")
    ready = measured["keys"]["ready"]
    yield Goal("gallery ready for keys", milliseconds(ready), "", "300 ms")
    yield _goal("quitting the gallery", measured, "end", "15 ms")


def _goal(what: str, measured: Mapping[str, Mapping[str, float]], key: str, goal: str) -> Goal:
    peers = [
        f"{name} {milliseconds(measured[name][key])}"
        if name in measured
        else f"{name} {NOT_AT_HAND}"
        for name in _PROGRAMS
        if name != "mptui"
    ]
    ours, bare = measured["mptui"][key], measured["bare Textual app"][key]
    return Goal(what, milliseconds(ours), ", ".join(peers), goal, ours / bare)


def _measure(
    command: Sequence[str], useful: str, environment: Mapping[str, str]
) -> dict[str, float]:
    begin = time.perf_counter()
    with Terminal(command, columns=_COLUMNS, rows=_ROWS, environment=environment) as terminal:
        terminal.wait_for(lambda terminal: any(terminal.rows))
        first_sign = time.perf_counter()
        terminal.wait_for(useful)
        terminal.read_for(1.0)  # Questions to the terminal are answered by then.
        asked = time.perf_counter()
        terminal.send("q")
        terminal.wait_for_exit()
        return {"first_sign": first_sign - begin, "end": time.perf_counter() - asked}


def _until_obeyed(environment: Mapping[str, str]) -> dict[str, float]:
    """How long from the start of the gallery to the effect of a key that was typed at once."""
    begin = time.perf_counter()
    with Terminal(MPTUI, columns=_COLUMNS, rows=_ROWS, environment=environment) as terminal:
        terminal.wait_for(lambda terminal: any(terminal.rows))
        terminal.send("3")
        terminal.wait_for(_KEY_SHOWN)
        ready = time.perf_counter() - begin
        terminal.send("q")
        terminal.wait_for_exit()
    return {"ready": ready}
