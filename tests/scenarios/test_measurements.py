"""The two scenarios that measure print plausible tables; how fast is nobody's promise."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.interpreters import each_way_to_start, supported_interpreters
from tests.scenarios.running import run_scenario

QUICK = ("--workers", "3", "--tasks", "3", "--work", "0.01")


def split(lines: list[str]) -> tuple[list[list[str]], list[str]]:
    """The rows of the table of speedup.py in cells, and its curve."""
    title, *others = lines
    assert title.split() == ["processes", "wall", "time", "speedup", "efficiency"]
    rows = [line.replace(" s ", " ").replace(" %", "").split() for line in others if "%" in line]
    return rows, [line.rstrip() for line in others if re.match(r" *\d+ #", line)]


def test_speedup_divides_the_time_of_one_by_the_time_of_more_and_more() -> None:
    rows, curve = split(run_scenario("speedup", *QUICK).lines)
    assert [row[0] for row in rows] == ["1", "2", "3"]
    assert rows[0][2:] == ["1.00x", "100"]
    alone = float(rows[0][1])
    for count, together, speedup, efficiency in rows[1:]:
        figure = float(speedup[:-1])
        assert figure == pytest.approx(alone / float(together), rel=0.1, abs=0.02)
        assert float(efficiency) == pytest.approx(100 * figure / int(count), abs=1)
    assert [line.split()[-1] for line in curve] == [row[2] for row in rows]


@pytest.mark.parametrize(
    ("workers", "measured"), [(1, [1]), (4, [1, 2, 3, 4]), (6, [1, 2, 3, 4, 6])]
)
def test_it_measures_every_number_up_to_four_and_then_the_doubles(
    workers: int, measured: list[int]
) -> None:
    ran = run_scenario("speedup", "--workers", str(workers), "--tasks", "2", "--work", "0.001")
    rows, curve = split(ran.lines)
    assert [int(row[0]) for row in rows] == [int(line.split()[0]) for line in curve] == measured


BURN = "import time\nwhile time.monotonic() < float(__import__('sys').argv[1]): pass"


@pytest.fixture
def busy_cores() -> Iterator[None]:
    """Somebody else needs every core."""
    until = str(time.monotonic() + 60)
    others = [
        subprocess.Popen([sys.executable, "-c", BURN, until]) for _ in os.sched_getaffinity(0)
    ]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


@pytest.mark.usefixtures("busy_cores")
@pytest.mark.parametrize("name", ["speedup", "threads"])
def test_it_is_said_where_others_need_the_cores(name: str) -> None:
    ran = run_scenario(name, "--workers", "2", "--tasks", "4", "--work", "0.1")
    assert ran.lines[-2].startswith("Busy: others used ")
    if name == "threads":
        assert "  speedup of computing            busy        busy  ".rstrip() in ran.lines[-4]


@pytest.fixture(scope="module")
def rows() -> dict[str, tuple[str, str]]:
    """The table of threads.py: for each row the figure of processes and that of threads."""
    _, *lines = run_scenario("threads", *QUICK).lines
    return {
        line[:26].strip(): (line[26:38].strip(), line[38:].strip())
        for line in lines
        if line[30:31] and not line.startswith(("Busy", "how fast"))
    }


def test_threads_shows_all_five_differences_in_order(rows: dict[str, tuple[str, str]]) -> None:
    assert [row[0] for row in rows if row[0].isdigit()] == ["1", "2", "3", "4", "5"]
    assert list(rows)[-2:] == ["speedup of computing", "speedup of waiting"]


def test_each_figure_of_threads_is_a_number_above_nothing(
    rows: dict[str, tuple[str, str]],
) -> None:
    for row, figures in rows.items():
        for figure in figures if not row.startswith(("5", "GIL")) else ():
            if figure == "busy":
                continue
            number = re.match(r"[\d,.]+", figure)
            assert number, row
            assert float(number[0].replace(",", "")) > 0, row


def test_the_lock_of_threads_is_named(rows: dict[str, tuple[str, str]]) -> None:
    has_gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    assert rows["GIL in each process"] == (("one", "one") if has_gil else ("none", "none"))


def test_processes_are_programs_of_their_own_and_threads_are_one(
    rows: dict[str, tuple[str, str]],
) -> None:
    assert rows["2 different process ids"] == ("3", "1")


def test_only_threads_see_a_change_of_a_global(rows: dict[str, tuple[str, str]]) -> None:
    assert rows["5 see a changed global"] == ("0 of 3", "3 of 3")


@pytest.mark.parametrize(("version", "start_method"), each_way_to_start())
@pytest.mark.parametrize("name", ["speedup", "threads"])
def test_table_is_whole_and_fits_under_each_interpreter_and_start_method(
    name: str, version: str, start_method: str
) -> None:
    options = ("--workers", "2", "--tasks", "2", "--work", "0", "--start-method", start_method)
    python = supported_interpreters()[version]
    ran = run_scenario(name, *options, python=python, unbuffered=True)
    assert (ran.exit_status, ran.errors) == (0, "")
    assert ran.writes == [f"{line}\n" for line in ran.lines]
    assert max(map(len, ran.lines)) <= 50  # Beside the names of workers, on a narrow screen.
    assert {len(line) for line in ran.lines} == {len(ran.lines[0])}
