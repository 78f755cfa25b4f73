"""Threads are reported with the names that the program gave them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.probe.plain_runs import run_as_plainly

if TYPE_CHECKING:
    from tests.probe.collector import Collector


def test_each_thread_but_the_main_one_reports_its_name(
    collector: Collector, interpreter: str
) -> None:
    code = """
import os, threading
names = ["reader", "quo\\"te", "\\u00fc\\U0001f600"]
def run():
    pass
def run_in(name):
    thread = threading.Thread(target=run, name=name)
    thread.start()
    thread.join()
    print(thread.native_id, flush=True)
for name in names:
    run_in(name)
while len(os.listdir("/proc/self/task")) > 1:
    pass  # Python 3.12 warns of a fork while the kernel is still ending a thread.
if os.fork() == 0:
    run_in("child's")
    os._exit(0)
os.wait()
threading.current_thread().name = "main"
"""
    outcome = collector.run([interpreter, "-c", code])
    assert outcome.everything("stderr") == ""
    numbers = [int(line) for line in outcome.everything().splitlines()]
    reported = [(record["thread"], record["name"]) for record in outcome.of("thread")]
    names = ["reader", 'quo"te', "ü\U0001f600", "child's"]
    assert reported == list(zip(numbers, names, strict=True))
    assert outcome.of("thread")[-1]["pid"] != outcome.pid


def test_of_very_many_threads_only_the_first_are_reported(
    collector: Collector, interpreter: str
) -> None:
    code = """
import threading
for number in range(300):
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
print(repr(thread).partition(",")[0])
"""
    outcome = run_as_plainly(collector, [interpreter, "-c", code])
    assert len(outcome.of("thread")) == 256


def test_a_failing_thread_shows_no_frame_of_the_probe(
    collector: Collector, interpreter: str
) -> None:
    code = """
import threading
thread = threading.Thread(target=lambda: 1 / 0, name="failing")
thread.start()
thread.join()
"""
    outcome = run_as_plainly(collector, [interpreter, "-c", code])
    assert "ZeroDivisionError" in outcome.text(stream="stderr")
