"""The threads of a process that has several are sampled, by the names the program gave them."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from mptui import events
from mptui.supervisor.samples.thread_watch import MOST_THREADS
from tests.running import of_type
from tests.supervisor.waiting import program, watched

if TYPE_CHECKING:
    from mptui.events import Event, ThreadSample

START = """
goes_on = threading.Event()

def start(target, name):
    def named():
        tell("thread", thread=threading.get_native_id(), name=name)
        target()
    thread = threading.Thread(target=named, name=name, daemon=True)
    thread.start()
    return thread
"""


def known_threads(seen: list[Event], process: int = 0) -> dict[int, ThreadSample]:
    """The last sample of each thread of a process that has not ended."""
    threads: dict[int, ThreadSample] = {}
    for event in of_type(events.ThreadsSampled, seen):
        if event.process == process:
            threads |= event.threads
            for ended in event.ended:
                del threads[ended]
    return threads


def known_names(seen: list[Event]) -> list[str]:
    return sorted(sample.name for sample in known_threads(seen).values())


def percent_of(seen: list[Event], name: str) -> float:
    """The latest load of the thread with this name."""
    samples = known_threads(seen).values()
    return sum(sample.cpu_percent for sample in samples if sample.name == name)


def threaded(code: str) -> tuple[str, ...]:
    return program(START + textwrap.dedent(code))


def test_threads_are_known_by_the_names_the_program_gave() -> None:
    code = """
    for name in "reader", "writer":
        start(goes_on.wait, name)
    goes_on.wait()
    """
    with watched(*threaded(code)) as until:
        seen = until(lambda seen: known_names(seen) == ["MainThread", "reader", "writer"])
    main = of_type(events.ProcessStarted, seen)[0].pid
    assert known_threads(seen)[main].name == "MainThread"


def test_a_thread_that_works_differs_from_one_that_waits() -> None:
    code = """
    def work():
        while True:
            pass

    start(work, "busy")
    start(goes_on.wait, "idle")
    goes_on.wait()
    """
    with watched(*threaded(code)) as until:
        seen = until(lambda seen: percent_of(seen, "busy") > 0 and "idle" in known_names(seen))
    assert percent_of(seen, "idle") < percent_of(seen, "busy")


def test_threads_without_a_name_have_the_kernel_s_name() -> None:
    code = """
    import _thread
    open("/proc/self/comm", "w").write("odd) (name")
    _thread.start_new_thread(time.sleep, (60,))
    time.sleep(60)
    """
    with watched(*program(code)) as until:
        until(lambda seen: known_names(seen) == ["MainThread", "odd) (name"])


def test_a_thread_that_ended_is_recorded_once() -> None:
    code = """
    threads = [start(lambda: time.sleep(1.5), "short") for _ in range(2)]
    for thread in threads:
        thread.join()
    start(goes_on.wait, "next")
    time.sleep(60)
    """
    with watched(*threaded(code)) as until:
        seen = until(lambda seen: known_names(seen) == ["MainThread", "next"])
    ended = [thread for event in of_type(events.ThreadsSampled, seen) for thread in event.ended]
    assert len(ended) == len(set(ended)) == 2


def test_only_processes_with_several_threads_are_sampled() -> None:
    code = """
    fork(time.sleep, "alone", 60)
    start(goes_on.wait, "second")
    goes_on.wait()
    """
    with watched(*threaded(code)) as until:
        seen = until(lambda seen: len(known_threads(seen)) == 2)
    assert known_threads(seen, process=1) == {}


def test_of_very_many_threads_the_first_are_sampled() -> None:
    code = f"""
    for number in range({MOST_THREADS} + 20):
        start(goes_on.wait, f"thread {{number}}")
    time.sleep(60)
    """
    with watched(*threaded(code)) as until:
        seen = until(
            lambda seen: (
                len(known_threads(seen)) >= MOST_THREADS
                and any(
                    sampled.processes[0].threads > MOST_THREADS
                    for sampled in of_type(events.Sampled, seen)
                    if 0 in sampled.processes
                )
            )
        )
    assert len(known_threads(seen)) == MOST_THREADS
    assert "MainThread" in known_names(seen)
