"""Each scenario ends with two sentences that are true of its run."""

from __future__ import annotations

import re
import sys

import msgspec
import pytest

from mptui import events as ev
from mptui.dashboard.presentation.words.lessons import lesson
from mptui.dashboard.session.gallery import SCENARIOS
from mptui.model import Run
from tests.findings.watching import SCENARIOS as FOLDER
from tests.histories import HISTORIES, Story
from tests.running import run_to_end

QUICK = {
    "processes": (("--work", "0.2"), r"ran at the same time for \d\.\d s of .* (square|cube)"),
    "pool": (("--work", "0.02"), r"^\d workers? shared 10 tasks, .* of computing in \d"),
    "workers": (("--work", "0.05"), r"^4 workers took 10 tasks .* 14 items were put"),
    "four_numbers": (("--work", "0"), r"in the order 0 1 2 3 and printed in the order( \d){4}\."),
    "speedup": (("--work", "0.1"), r"x as fast|nothing was measured"),
    "threads": (("--work", "0.05"), r"they share one GIL|was not measured"),
    "cluster": (
        ("--work", "0.02", "--workers", "2"),
        r"^[12] workers? shared 10 tasks in \d.*: a scheduler said who does what",
    ),
    "killed_worker": (
        ("--work", "0.1", "--patience", "1.5"),
        r"was killed at \d+\.\d s while it ran square\(3\): .* and \d others did",
    ),
    "slow_consumer": (("--work", "0.01", "--tasks", "60"), r"^Of 61 items up to \d+ waited"),
    "deadlock": (
        ("--work", "0", "--patience", "2"),
        r"^Ada and Ben waited for each other for nearly 2\.\d s",
    ),
    "crash_loop": (("--work", "0.1", "--tasks", "3"), r"^3 workers ended with exit code 1"),
    "chunk_sizes": (("--tasks", "2000", "--work", "0.1"), r"^Chunks of 1 took \d"),
}


def ran(*events: ev.Event) -> Run:
    run = Run()
    run.apply(events)
    return run


SLOW = {"cluster"}
"""Those that take long to begin."""


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in QUICK],
)
def test_two_sentences_about_a_real_run(name: str) -> None:
    options, pattern = QUICK[name]
    events = run_to_end(sys.executable, str(FOLDER / f"{name}.py"), *options)
    said = lesson(name, ran(*events))
    assert said is not None
    assert re.search(pattern, said), said
    assert len(said) <= 2 * 78 + 20, "about two lines at 80 columns"


def test_every_scenario_has_one() -> None:
    assert {scenario.name for scenario in SCENARIOS} == set(QUICK)


def told(lines: str) -> Run:
    """A run in which the main process printed this."""
    return ran(*told_events(lines))


def told_events(lines: str, cores: int = 8) -> list[ev.Event]:
    story = Story("speedup.py", core_count=cores)
    story.say(story.main, lines)
    return story.finish()


TABLE = """processes    wall time    speedup    efficiency
        1      4.000 s      1.00x         100 %
        2      2.000 s      2.00x         100 %
        4      2.500 s      1.60x          40 %
"""


def test_the_number_that_was_fastest_is_named_where_more_were_slower() -> None:
    said = lesson("speedup", told(TABLE))
    assert said is not None
    assert said.startswith(
        "4 processes took 2.500 s for what one did in 4.000 s: 1.60x as fast; "
        "2 were fastest, with 2.00x. Efficiency is 40 %: making them, "
    )


@pytest.mark.parametrize(
    ("cores", "rows", "end"),
    [
        (2, 4, "Efficiency is 40 %: on 2 cores the others wait for their turn."),
        (1, 3, "Efficiency is 100 %: on 1 core the others wait for their turn."),
        (2, 3, "Efficiency is 100 %: nothing was lost."),
    ],
)
def test_where_the_rest_of_the_speedup_went(cores: int, rows: int, end: str) -> None:
    table = "".join(TABLE.splitlines(keepends=True)[:rows])
    said = lesson("speedup", ran(*told_events(table, cores)))
    assert said is not None
    assert said.endswith(end)


def test_nothing_is_taught_from_figures_that_are_not_fair() -> None:
    said = lesson("speedup", told(TABLE + "Busy: others used 1.0 of 2 cores. Run it again\n"))
    assert said is not None
    assert "nothing was measured" in said


@pytest.mark.parametrize("name", [None, "unknown", *QUICK])
def test_a_run_that_is_of_another_program_teaches_nothing(name: str | None) -> None:
    assert lesson(name, told("something else\n")) is None


@pytest.mark.parametrize("history", HISTORIES)
def test_no_history_is_too_strange(history: str) -> None:
    run = ran(*HISTORIES[history])
    for name in QUICK:
        said = lesson(name, run)
        assert said is None or said.endswith(".")


def test_a_run_that_was_stopped_or_goes_on_teaches_nothing() -> None:
    events = told_events(TABLE)
    finished = events[-1]
    assert isinstance(finished, ev.RunFinished)
    stopped = msgspec.structs.replace(finished, stopped="user")
    assert lesson("speedup", ran(*events)) is not None
    assert lesson("speedup", ran(*events[:-1])) is None
    assert lesson("speedup", ran(*events[:-1], stopped)) is None
