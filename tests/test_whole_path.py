"""From the program through probe and supervisor to the model: nothing lost, nothing mixed up."""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

import pytest

from mptui import events
from mptui.model import Run
from mptui.supervisor.linux import kernel
from tests.running import of_type, printed, processes_named, run_code, run_to_end

SCENARIOS = Path(__file__).parents[1] / "mptui" / "scenarios"
START_METHODS = ["fork", "spawn", "forkserver"]


def run_scenario(name: str, *arguments: str) -> list[events.Event]:
    return run_to_end(sys.executable, str(SCENARIOS / f"{name}.py"), *arguments)


def check_books(recorded: list[events.Event]) -> None:
    """Each process starts once and ends once, prints only in between; run_finished is last."""
    started = [event.process for event in of_type(events.ProcessStarted, recorded)]
    ended = [event.process for event in of_type(events.ProcessExited, recorded)]
    assert started == list(range(len(started)))
    assert sorted(ended) == started
    pids = [event.pid for event in of_type(events.ProcessStarted, recorded)]
    assert len(set(pids)) == len(pids)
    alive: set[int] = set()
    for event in recorded:
        if isinstance(event, events.ProcessStarted):
            alive.add(event.process)
        elif isinstance(event, events.ProcessExited):
            alive.remove(event.process)
        elif isinstance(event, events.Output):
            assert event.process in alive
    assert isinstance(recorded[-1], events.RunFinished)
    assert of_type(events.EventsDropped, recorded) == []


@pytest.mark.parametrize("start_method", START_METHODS)
@pytest.mark.parametrize(
    "scenario", ["processes", "pool", "workers", "four_numbers", "speedup", "threads"]
)
def test_each_process_of_a_scenario_starts_and_ends_once(scenario: str, start_method: str) -> None:
    recorded = run_scenario(scenario, "--work", "0", "--start-method", start_method)
    check_books(recorded)
    ends = {(event.exitcode, event.signal) for event in of_type(events.ProcessExited, recorded)}
    # How a helper ended that outlived the main process for a moment is not told by every kernel.
    assert ends <= {(0, None)} | (set() if kernel.tells_endings() else {(None, None)})
    workers = {
        event.process
        for event in recorded
        if isinstance(event, events.ProcessStarted | events.ProcessChanged)
        and event.role == "worker"
    }
    assert len(workers) >= 2


@pytest.mark.parametrize("start_method", START_METHODS)
def test_ten_tasks_are_ten_whole_lines_under_their_workers(start_method: str) -> None:
    recorded = run_scenario("workers", "--work", "0.02", "--start-method", start_method)
    names = processes_named(recorded)
    lines = [line for process in names for line in printed(recorded, process).decode().splitlines()]
    assert sorted(lines) == [f"Processing task ;  {number}" for number in range(10)]
    printing = {names[event.process] for event in of_type(events.Output, recorded)}
    assert all(re.fullmatch(r"(Fork|Spawn|ForkServer)Process-[1-4]", name) for name in printing)


def test_the_numbers_come_each_from_a_process_of_its_own() -> None:
    recorded = run_scenario("four_numbers", "--work", "0")
    said = Counter(
        (event.process, printed(recorded, event.process))
        for event in of_type(events.ProcessStarted, recorded)
    )
    numbers = {text: process for process, text in said if text}
    assert sorted(numbers) == [b"0\n", b"1\n", b"2\n", b"3\n"]
    assert len(set(numbers.values())) == 4


def test_a_hundred_short_lived_processes_are_all_found() -> None:
    recorded = run_code(
        "import os\n"
        "for number in range(100):\n"
        "    if os.fork() == 0:\n"
        "        os.write(1, b'%d\\n' % number)\n"
        "        os._exit(number % 7)\n"
        "for _ in range(100): os.wait()\n"
    )
    check_books(recorded)
    ends = {event.process: event.exitcode for event in of_type(events.ProcessExited, recorded)}
    assert len(ends) == 101
    said = {process: printed(recorded, process) for process in ends if process != 0}
    assert sorted(int(text) for text in said.values()) == list(range(100))
    assert all(ends[process] == int(text) % 7 for process, text in said.items())


def test_a_flood_from_four_workers_arrives_whole_and_in_order() -> None:
    recorded = run_code(
        "import multiprocessing\n"
        "def work(number):\n"
        "    for line in range(50_000): print(number, line)\n"
        "workers = [multiprocessing.Process(target=work, args=(n,)) for n in range(4)]\n"
        "[worker.start() for worker in workers]\n"
        "[worker.join() for worker in workers]\n"
    )
    check_books(recorded)
    seen = set()
    for process, name in processes_named(recorded).items():
        if name.startswith("Process-"):
            number = int(name.removeprefix("Process-")) - 1
            expected = "".join(f"{number} {line}\n" for line in range(50_000))
            assert printed(recorded, process).decode() == expected
            seen.add(number)
    assert seen == {0, 1, 2, 3}
    run = Run()
    run.apply(recorded)
    assert run.line_count == 200_000
    assert [state.line_count for state in run.processes.values()] == [0, *[50_000] * 4]
