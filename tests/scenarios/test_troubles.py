"""The five programs with something amiss: each shows it, and none of them hangs."""

from __future__ import annotations

import pytest

from tests.interpreters import each_way_to_start, supported_interpreters
from tests.scenarios.running import run_scenario

KILLED = ("killed_worker", ("--work", "0", "--patience", "1.5"))
SLOW = ("slow_consumer", ("--work", "0.002", "--tasks", "60"))
DEADLOCK = ("deadlock", ("--work", "0", "--patience", "1.5"))
LOOP = ("crash_loop", ("--work", "0", "--tasks", "3"))
CHUNKS = ("chunk_sizes", ("--workers", "2", "--tasks", "10", "--work", "0"))
COMPLAINT = "I need settings.ini: no such file\n"
EXIT_STATUSES = {"killed_worker": 1, "deadlock": 1, "crash_loop": 1}


@pytest.mark.parametrize(("version", "start_method"), each_way_to_start())
@pytest.mark.parametrize(
    ("name", "options"),
    [KILLED, SLOW, DEADLOCK, LOOP, CHUNKS],
    ids=["killed_worker", "slow_consumer", "deadlock", "crash_loop", "chunk_sizes"],
)
def test_it_comes_to_its_end_under_each_interpreter_and_start_method(
    name: str, options: tuple[str, ...], version: str, start_method: str
) -> None:
    python = supported_interpreters()[version]
    ran = run_scenario(
        name, *options, "--start-method", start_method, python=python, unbuffered=True
    )
    assert ran.errors.replace(COMPLAINT, "") == ""
    assert ran.exit_status == EXIT_STATUSES.get(name, 0)
    assert ran.writes == [f"{line}\n" for line in ran.lines]
    assert max(map(len, ran.lines)) <= 50  # Beside the names of workers, on a narrow screen.


def test_of_a_killed_worker_all_results_come_but_one() -> None:
    assert run_scenario("killed_worker", "--work", "0", "--patience", "4").lines == [
        "7 of 8 results came.",
        "Then none for 4 s: I give up.",
    ]


def test_a_single_worker_is_replaced_when_it_was_killed() -> None:
    options = ("--work", "0", "--patience", "4", "--workers", "1", "--tasks", "5")
    ran = run_scenario("killed_worker", *options)
    assert ran.lines[0] == "4 of 5 results came."


def waiting_at_most(*options: str) -> int:
    """How many items the producer saw in the queue at most."""
    lines = run_scenario("slow_consumer", *options).lines
    assert lines[-1].split()[:2] == ["made", options[options.index("--tasks") + 1]]
    return max(int(line.split()[-1]) for line in lines)


def test_without_a_limit_the_queue_is_long_in_the_end() -> None:
    assert waiting_at_most("--tasks", "40", "--work", "0.05") > 5


def test_with_a_limit_it_never_holds_more() -> None:
    assert waiting_at_most("--tasks", "100", "--work", "0.01", "--limit", "5") <= 5


def test_with_as_many_consumers_as_it_takes_everything_is_consumed() -> None:
    options = ("--tasks", "30", "--work", "0", "--workers", "3")
    assert run_scenario("slow_consumer", *options).exit_status == 0


def test_both_are_stuck_in_a_deadlock() -> None:
    ran = run_scenario("deadlock", *DEADLOCK[1])
    assert ran.lines == ["Ada and Ben: stuck for 1.5 s, I end them."]


def test_a_crash_loop_is_counted_and_given_up() -> None:
    ran = run_scenario("crash_loop", *LOOP[1])
    assert ran.lines == [
        "start 1: exit code 1",
        "start 2: exit code 1",
        "start 3: exit code 1",
        "3 starts in vain: I give up.",
    ]
    assert ran.errors == 3 * COMPLAINT


def test_chunks_of_one_of_some_and_of_all_are_measured() -> None:
    options = ("--workers", "2", "--tasks", "80", "--work", "0")
    title, *rows = run_scenario("chunk_sizes", *options).lines
    assert title.split() == ["in", "a", "chunk", "chunks", "wall", "time", "tasks/s"]
    assert [row.split()[:2] for row in rows] == [["1", "80"], ["10", "8"], ["80", "1"]]
    assert {len(row) for row in rows} == {len(title)}


@pytest.mark.parametrize(
    ("name", "option", "value"),
    [
        ("killed_worker", "--patience", "0"),
        ("killed_worker", "--patience", "nan"),
        ("deadlock", "--patience", "-1"),
        ("slow_consumer", "--limit", "-1"),
        ("slow_consumer", "--limit", "99999"),
        ("crash_loop", "--tasks", "0"),
    ],
)
def test_wrong_value_of_its_own_option_is_named(name: str, option: str, value: str) -> None:
    ran = run_scenario(name, f"{option}={value}")
    assert (ran.exit_status, ran.writes) == (2, [])
    assert option in ran.errors.splitlines()[-1]
