"""The two scenarios that measure print plausible tables; how fast is nobody's promise."""

import multiprocessing
import re

import pytest

from tests.interpreters import supported_interpreters
from tests.scenarios.running import run_scenario

START_METHODS = multiprocessing.get_all_start_methods()
QUICK = ("--workers", "3", "--tasks", "3", "--work", "0.01")


def test_speedup_divides_the_time_of_one_by_the_time_of_many() -> None:
    title, one, many = run_scenario("speedup", *QUICK).lines
    assert title.split() == ["processes", "wall", "time", "speedup", "efficiency"]
    assert one.split()[0] == "1"
    assert one.endswith("1.00x         100 %")
    processes, together, _, speedup, efficiency, _ = many.split()
    alone = float(one.split()[1])
    assert processes == "3"
    assert float(speedup[:-1]) == pytest.approx(alone / float(together), rel=0.1, abs=0.02)
    assert float(efficiency) == pytest.approx(100 * float(speedup[:-1]) / 3, abs=1)


@pytest.fixture(scope="module")
def rows() -> dict[str, tuple[str, str]]:
    """The table of threads.py: for each row the figure of processes and that of threads."""
    _, *lines = run_scenario("threads", *QUICK).lines
    return {line[:26].strip(): (line[26:38].strip(), line[38:].strip()) for line in lines}


def test_threads_shows_all_five_differences_in_order(rows: dict[str, tuple[str, str]]) -> None:
    assert [row[0] for row in rows if row[0].isdigit()] == ["1", "2", "3", "4", "5"]
    assert list(rows)[-2:] == ["speedup of computing", "speedup of waiting"]


def test_each_figure_of_threads_is_a_number_above_nothing(
    rows: dict[str, tuple[str, str]],
) -> None:
    for row, figures in rows.items():
        for figure in figures if not row.startswith("5") else ():
            number = re.match(r"[\d,.]+", figure)
            assert number, row
            assert float(number[0].replace(",", "")) > 0, row


def test_processes_are_programs_of_their_own_and_threads_are_one(
    rows: dict[str, tuple[str, str]],
) -> None:
    assert rows["2 different process ids"] == ("3", "1")


def test_only_threads_see_a_change_of_a_global(rows: dict[str, tuple[str, str]]) -> None:
    assert rows["5 see a changed global"] == ("0 of 3", "3 of 3")


@pytest.mark.parametrize("start_method", START_METHODS)
@pytest.mark.parametrize("version", supported_interpreters())
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
