"""The four exercises print what they should, everywhere."""

import pytest

from tests.interpreters import each_way_to_start, supported_interpreters
from tests.scenarios.running import run_scenario

PRINTS = {
    "processes": ["square of 123 is 15129", "cube of 123 is 1860867"],
    "pool": ["[1, 4, 9, 16, 25, 36, 49, 64, 81, 100]"],
    "workers": [f"Processing task ;  {task}" for task in range(10)],
    "four_numbers": ["0", "1", "2", "3"],
}


@pytest.fixture(params=PRINTS)
def exercise(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize(("version", "start_method"), each_way_to_start())
def test_exercise_prints_its_lines_under_each_interpreter_and_start_method(
    exercise: str, version: str, start_method: str
) -> None:
    python = supported_interpreters()[version]
    ran = run_scenario(exercise, "--work", "0", "--start-method", start_method, python=python)
    assert sorted(ran.lines) == sorted(PRINTS[exercise])
    assert (ran.exit_status, ran.errors) == (0, "")


@pytest.mark.parametrize("unbuffered", [False, True])
def test_each_line_goes_out_whole_in_one_write(exercise: str, unbuffered: bool) -> None:
    ran = run_scenario(exercise, "--work", "0", unbuffered=unbuffered)
    assert sorted(ran.writes) == sorted(f"{line}\n" for line in PRINTS[exercise])


@pytest.mark.parametrize("unbuffered", [False, True])
def test_many_workers_at_one_pipe_never_tear_a_line(unbuffered: bool) -> None:
    options = ("--workers", "8", "--tasks", "2000", "--work", "0")
    ran = run_scenario("workers", *options, unbuffered=unbuffered)
    assert sorted(ran.writes) == sorted(f"Processing task ;  {task}\n" for task in range(2000))


def test_work_is_cpu_time_that_each_task_really_uses() -> None:
    assert run_scenario("pool", "--tasks", "4", "--work", "0.1").cpu_seconds >= 4 * 0.1


@pytest.mark.parametrize(
    ("name", "options", "lines"),
    [
        ("pool", ("--workers", "2", "--tasks", "3"), ["[1, 4, 9]"]),
        ("pool", ("--tasks", "0"), ["[]"]),
        ("workers", ("--workers", "1", "--tasks", "2"), PRINTS["workers"][:2]),
        ("workers", ("--tasks", "0"), []),
        ("four_numbers", ("--workers", "6"), ["0", "1", "2", "3", "4", "5"]),
    ],
)
def test_options_change_workers_and_tasks(
    name: str, options: tuple[str, ...], lines: list[str]
) -> None:
    assert sorted(run_scenario(name, *options, "--work", "0").lines) == lines
