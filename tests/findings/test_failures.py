"""Real workers that fail unnoticed, or are killed again and again; and real ones that may fail."""

from __future__ import annotations

import pytest

from tests.findings.watching import watching_code

pytestmark = pytest.mark.slow
"""Real programs that hang or fail take their time; the rules have their histories."""

UNNOTICED = """
from multiprocessing import Process
RECORDS = [{"region": "north"}, {"name": "?"}]
def search(number): RECORDS[number]["region"]
team = [Process(target=search, args=(n,), name=f"searcher-{n}") for n in range(2)]
for worker in team: worker.start()
for worker in team: worker.join()
"""
NOTICED = """
from multiprocessing import Process
def search(): raise ValueError
worker = Process(target=search)
worker.start(); worker.join()
print(worker.exitcode)
"""
JUDGE = """
import ctypes, os, sys
from multiprocessing import Process
def run(submission):
    if submission == "segfault": ctypes.string_at(0)
    if submission != "fine": sys.exit("wrong answer")
for submission in "one", "fine", "two", "segfault", "three", "four", "five":
    process = Process(target=run, args=(submission,))
    process.start(); process.join()
    print(submission, process.exitcode)
"""
ANSWERED_QUEUE = """
import os
from multiprocessing import Process, Queue
def work(answers): os._exit(3)
answers = Queue()
worker = Process(target=work, args=(answers,), name="solver")
worker.start()
answers.get()
"""
WATCHDOG = """
import time
from multiprocessing import Process
for attempt in range(4):
    worker = Process(target=time.sleep, args=(60,), name=f"ingest-{attempt}")
    worker.start(); time.sleep(0.8); worker.kill(); worker.join()
"""
FIXTURES = """
import time
from multiprocessing import Process
for attempt in range(4):
    worker = Process(target=time.sleep, args=(60,), name=f"server-{attempt}")
    worker.start(); time.sleep(0.8); worker.terminate(); worker.join()
"""


def test_an_exception_that_nobody_noticed_is_told_and_one_that_was_is_not() -> None:
    with watching_code(UNNOTICED) as unnoticed, watching_code(NOTICED) as noticed:
        finding = unnoticed.finds("worker-failed")
        assert finding.headline == "searcher-1 ended with exit code 1: KeyError: 'region'"
        noticed.ends()
        assert noticed.now() == {}


def test_exit_codes_that_are_answers_are_at_most_a_note() -> None:
    with watching_code(JUDGE) as watched:
        watched.ends()
        assert {finding.severity for finding in watched.now().values()} <= {"note"}


def test_who_waits_for_a_worker_that_ended_is_told_with_its_end() -> None:
    with watching_code(ANSWERED_QUEUE) as watched:
        while "waits for ever" not in watched.finds("worker-failed").headline:
            assert watched.goes_on()
        finding = watched.now()["worker-failed"]
    assert finding.headline.startswith("solver ended with exit code 3, and ")
    assert "waits to get something from answers" in finding.evidence
    assert finding.severity == "error"


def test_a_worker_that_is_killed_again_and_again_is_told_and_one_that_is_ended_is_not() -> None:
    with watching_code(WATCHDOG) as killed, watching_code(FIXTURES) as ended:
        assert "by SIGKILL" in killed.finds("killed-again").headline
        assert ended.ends() == {}
