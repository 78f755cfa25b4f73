"""How long the gallery takes to its first character, to its first useful screen, and to its end."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from tests.benchmarks.commands import BARE_APP, MPTUI
from tests.benchmarks.rounds import medians
from tests.benchmarks.table import milliseconds, print_table, ratio
from tests.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_USEFUL = {"bare Textual app": "READY", "mptui gallery": "Enter"}
_PROGRAMS = {"bare Textual app": BARE_APP, "mptui gallery": MPTUI}


def compare(environment: Mapping[str, str], rounds: int) -> None:
    """Print the table."""
    measured = medians(
        {
            name: partial(_measure, command, _USEFUL[name], environment)
            for name, command in _PROGRAMS.items()
        },
        rounds,
    )
    base, ours = measured.values()
    rows = [(name, *map(milliseconds, figures.values())) for name, figures in measured.items()]
    rows.append(("ratio", *(ratio(ours[key], base[key]) for key in base)))
    print_table(
        "First paint (120x40, from the start of the command; the end from the key q on)",
        ("first sign", "useful", "end"),
        rows,
    )


def _measure(
    command: Sequence[str], useful: str, environment: Mapping[str, str]
) -> dict[str, float]:
    begin = time.perf_counter()
    with Terminal(command, columns=120, rows=40, environment=environment) as terminal:
        terminal.wait_for(lambda terminal: any(terminal.rows))
        first_sign = time.perf_counter()
        terminal.wait_for(useful)
        is_useful = time.perf_counter()
        terminal.send("q")
        terminal.wait_for_exit()
        return {
            "first_sign": first_sign - begin,
            "useful": is_useful - begin,
            "end": time.perf_counter() - is_useful,
        }
