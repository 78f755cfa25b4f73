"""Real workers that die, and real ones that only end."""

from __future__ import annotations

import pytest

from tests.findings.watching import watching_code, watching_scenario

pytestmark = pytest.mark.slow
"""Real programs that hang or fail take their time; the rules have their histories."""

EXECUTOR = """
import concurrent.futures, os, signal
def crunch(number):
    if number == 5: os.kill(os.getpid(), signal.SIGKILL)
with concurrent.futures.ProcessPoolExecutor(2) as executor:
    try: list(executor.map(crunch, range(10)))
    except concurrent.futures.BrokenExecutor: print("broken")
"""
TERMINATED_POOL = """
import multiprocessing, time
def crunch(number):
    time.sleep(0 if number < 4 else 1000)
with multiprocessing.Pool(2) as pool:
    results = pool.imap_unordered(crunch, range(8))
    for _ in range(4): next(results)
    time.sleep(0.5)
"""
ONE_OF_TWO = """
import multiprocessing, os, signal, time
def crash(): os.kill(os.getpid(), signal.SIGSEGV)
first = multiprocessing.Process(target=crash, name="crasher")
second = multiprocessing.Process(target=time.sleep, args=(1000,), name="sleeper")
first.start(); second.start(); first.join()
second.terminate(); second.join()
time.sleep(1)
"""
THIRD_TIME_LUCKY = """
import multiprocessing, sys
for attempt in range(6):
    worker = multiprocessing.Process(target=sys.exit, args=(attempt < 2,))
    worker.start(); worker.join()
"""


@pytest.mark.parametrize("start_method", ["fork", "spawn", "forkserver"])
def test_the_task_of_a_killed_worker_of_a_pool_is_named(start_method: str) -> None:
    options = ("--work=0", "--patience=90", f"--start-method={start_method}")
    with watching_scenario("killed_worker", *options) as watched:
        finding = watched.finds("worker-died-in-task")
        assert set(watched.now()) == {"worker-died-in-task"}
        names = {state.process: state.name for state in watched.state.processes.values()}
    (process,) = finding.processes
    assert finding.headline == f"{names[process]} died while it ran square(3)"
    assert "killed by SIGKILL, which it sent itself" in finding.evidence
    assert "waits for ever" in finding.advice


def test_a_killed_worker_of_an_executor_breaks_it() -> None:
    with watching_code(EXECUTOR) as watched:
        found = watched.ends()
    assert set(found) == {"worker-died-in-task"}
    assert "died while it ran crunch" in found["worker-died-in-task"].headline
    assert "The executor is broken" in found["worker-died-in-task"].advice


def test_a_pool_that_is_terminated_in_the_middle_of_its_tasks_is_no_finding() -> None:
    with watching_code(TERMINATED_POOL) as watched:
        assert watched.ends() == {}


def test_a_crash_is_told_and_a_termination_is_not() -> None:
    with watching_code(ONE_OF_TWO) as watched:
        found = watched.ends()
    assert set(found) == {"worker-crashed"}
    assert found["worker-crashed"].headline == "crasher was killed by SIGSEGV"


def test_a_worker_that_is_started_again_and_again_is_a_crash_loop() -> None:
    with watching_scenario("crash_loop", "--work=0", "--tasks=4") as watched:
        watched.ends()
        found = watched.now()  # While it was not known to be a loop, the first one just failed.
    assert set(found) == {"crash-loop"}
    assert found["crash-loop"].headline.startswith("Crash loop: serve ended badly 4 times")


def test_a_worker_that_succeeds_the_third_time_is_no_crash_loop() -> None:
    with watching_code(THIRD_TIME_LUCKY) as watched:
        assert {finding.severity for finding in watched.ends().values()} == {"note"}


FORGETFUL = """
import os, time
for _ in range(12):
    if os.fork() == 0: os._exit(0)
time.sleep(1000)
"""
CAREFUL = """
import os, time
for _ in range(12):
    if os.fork() == 0: os._exit(0)
time.sleep(5)
for _ in range(12): os.wait()
time.sleep(10)
"""


@pytest.mark.slow
def test_children_that_nobody_waits_for_are_zombies() -> None:
    with watching_code(CAREFUL) as careful, watching_code(FORGETFUL) as forgetful:
        assert "They are 12" in forgetful.finds("zombie").evidence
        # Before it waits for all of them at once, that it does not is no more than noted.
        assert {finding.severity for finding in careful.ends().values()} <= {"note"}
        assert careful.now() == {}
        assert forgetful.becomes("zombie", "warning")
