"""Processes that wait for ever, and those that only wait."""

from __future__ import annotations

import pytest

from mptui import events as ev
from tests.histories import HISTORIES, Story
from tests.model.findings.finding import found, found_by, rules


def with_workers(count: int) -> tuple[Story, list[int]]:
    story = Story("letters.py", core_count=4)
    story.threads(story.main, {story.pid(0): "MainThread"})
    workers = [story.process(f"Process-{n}", target="letters.write") for n in range(1, count + 1)]
    story.work(0.4, workers)
    return story, workers


def circle(count: int, *, timed: bool = False, seconds: float = 4.0) -> Story:
    """Each process holds the lock that the one before it waits for."""
    story, workers = with_workers(count)
    for place, worker in enumerate(workers):
        wanted = (place + 1) % count
        story.wait(
            worker,
            "lock",
            f"lock_{wanted}",
            lock=wanted,
            holds=[place],
            timed=timed and place == 0,
        )
    story.work(seconds, [])
    return story


def test_a_circle_of_two_is_told_in_its_order() -> None:
    finding = found_by("deadlock", HISTORIES["deadlock"])
    assert finding.headline == "Deadlock: Process-1 and Process-2 wait for each other"
    assert finding.evidence == (
        "Process-1 holds lock_a and waits for lock_b; "
        "Process-2 holds lock_b and waits for lock_a. Stuck since 0.5 s into the run."
    )
    assert "same order" in finding.advice
    assert (finding.severity, finding.processes) == ("error", (1, 2))


def test_a_circle_of_more_is_one_finding() -> None:
    finding = found_by("deadlock", circle(5).events)
    assert finding.headline.endswith("wait in a circle")
    assert sorted(finding.processes) == [1, 2, 3, 4, 5]


def test_a_process_outside_that_goes_on_changes_nothing() -> None:
    story = circle(2)
    busy = story.process("Process-9")
    story.work(1.0, [busy])
    assert rules(story.events) == ["deadlock"]


def test_a_main_process_that_loses_patience_changes_nothing() -> None:
    story = circle(2)
    story.wait(story.main, "join", "Process-1", joined=1, timed=True)
    story.work(10.0, [])
    assert rules(story.events) == ["deadlock"]


def test_a_deadlock_is_still_told_when_somebody_was_ended() -> None:
    story = circle(2)
    story.exit(1, signal=15, terminated_by=story.main)
    assert rules(story.events) == ["deadlock"]
    story.wait_over(2)
    story.exit(2)
    finding = found_by("deadlock", story.finish(1))
    assert finding.headline == "Deadlock: Process-1 and Process-2 wait for each other"


def test_a_process_that_takes_its_own_lock_again() -> None:
    story, (worker,) = with_workers(1)
    story.wait(worker, "lock", "pen", lock=3, holds=[3])
    story.work(4.0, [])
    finding = found_by("deadlock", story.events)
    assert finding.headline == "Process-1 waits for pen, which it holds itself"
    assert "RLock" in finding.advice


@pytest.mark.parametrize(
    "story",
    [circle(2, seconds=2.0), circle(2, timed=True), circle(3, timed=True)],
    ids=["not for long", "one of two waits with a limit", "one of three waits with a limit"],
)
def test_a_circle_that_may_still_open_is_no_deadlock(story: Story) -> None:
    assert found(story.events) == ()


def test_a_queue_before_a_lock_is_no_deadlock() -> None:
    assert found(HISTORIES["lock_wait"]) == ()
    story, (first, *others) = with_workers(4)
    for worker in others:
        story.wait(worker, "lock", "pen", lock=0)
    story.wait(story.main, "join", "Process-1", joined=first)
    story.work(20.0, [first], lambda _, __: 12.0)
    assert found(story.events) == ()


def test_a_holder_that_sleeps_is_no_deadlock() -> None:
    story, (first, second) = with_workers(2)
    story.wait(first, "sleep", holds=[0], timed=True)
    story.wait(second, "lock", "pen", lock=0, holds=[1])
    story.wait(story.main, "join", "Process-1", joined=first)
    story.work(20.0, [])
    assert found(story.events) == ()


# Everything waits


def waiting_for_more(main_wait: ev.WaitKind = "join", *, timed: bool = False) -> Story:
    """The workers wait for tasks, the main process for the workers."""
    story, workers = with_workers(3)
    for worker in workers:
        story.wait(worker, "get", "tasks", queue=0)
    joined = workers[0] if main_wait == "join" else None
    story.wait(story.main, main_wait, "Process-1", joined=joined, timed=timed)
    story.work(7.0, [])
    return story


def test_workers_that_are_never_told_to_end() -> None:
    finding = found_by("deadlock", waiting_for_more().events)
    assert finding.headline == (
        "Process-1, Process-2 and Process-3 wait for more from tasks, "
        "and letters.py only waits for their end"
    )
    assert "letters.py waits for the end of Process-1" in finding.evidence
    assert "Process-2 waits to get something from tasks" in finding.evidence
    assert "None for each" in finding.advice


def test_it_is_still_told_after_the_program_was_stopped() -> None:
    story = waiting_for_more()
    story.exit(1, signal=15)
    story.exit(2, signal=15)
    story.exit(3, signal=15)
    assert rules(story.finish(None, signal=15, stopped="user")) == ["deadlock"]


@pytest.mark.parametrize(
    "story",
    [
        waiting_for_more(timed=True),
        waiting_for_more("socket"),
        waiting_for_more("input"),
        waiting_for_more("sleep"),
        waiting_for_more("poll"),
        waiting_for_more("thread"),
    ],
    ids=["with a limit", "socket", "input", "sleep", "poll", "a signal"],
)
def test_workers_that_may_still_be_given_work_are_no_deadlock(story: Story) -> None:
    assert found(story.events) == ()


def test_a_thread_beside_may_still_give_them_work() -> None:
    story = waiting_for_more()
    pid = story.pid(0)
    story.threads(story.main, {pid: "MainThread", pid + 1: "QueueFeederThread"})
    assert rules(story.events) == ["deadlock"]
    story.threads(story.main, {pid + 2: "Thread-1 (produce)"})
    assert found(story.events) == ()


def test_a_worker_whose_queue_nobody_empties_before_it_is_joined() -> None:
    story, (worker,) = with_workers(1)
    pid = story.pid(worker)
    story.threads(worker, {pid: "MainThread", pid + 100: "QueueFeederThread"})
    story.wait(worker, "thread")
    story.wait(story.main, "join", "Process-1", joined=worker)
    story.work(7.0, [])
    finding = found_by("deadlock", story.events)
    assert "take it out of the queue first" in finding.advice


def test_a_pool_whose_main_process_waits_for_results_is_no_deadlock() -> None:
    story, workers = with_workers(4)
    for worker in workers:
        story.wait(worker, "task", "pool", queue=0)
    story.wait(story.main, "result", "pool", queue=0)
    story.work(10.0, [])
    assert found(story.events) == ()


# A lock whose holder is dead


def left_with_a_lock(*, was_killed: bool) -> Story:
    story, (dead, waiting) = with_workers(2)
    story.wait(waiting, "lock", "pen", lock=0)
    story.wait(story.main, "join", "Process-2", joined=waiting, timed=True)
    if was_killed:
        story.exit(dead, signal=15, terminated_by=story.main)
    else:
        story.exit(dead)
    story.work(4.0, [])
    return story


def test_a_lock_that_a_dead_process_took() -> None:
    story = left_with_a_lock(was_killed=True)
    finding = found_by("deadlock", story.events)
    assert finding.headline == (
        "Process-2 waits for pen, which no living process holds: Process-1 was killed by SIGTERM"
    )
    assert "with statement" in finding.advice
    story.wait_over(story.main)
    story.exit(2, signal=15, terminated_by=story.main)
    assert rules(story.finish(1)) == ["deadlock"]


def test_a_lock_that_was_lost_long_ago_is_still_lost() -> None:
    story, (dead, waiting) = with_workers(2)
    story.exit(dead, signal=15, terminated_by=story.main)
    for number in range(3, 500):
        story.exit(story.process(f"Process-{number}"))
    story.wait(waiting, "lock", "pen", lock=0)
    story.wait(story.main, "join", "Process-2", joined=waiting, timed=True)
    story.work(4.0, [])
    assert found_by("deadlock", story.events).headline.startswith("Process-2 waits for pen, which ")


def test_a_lock_of_which_nobody_died_is_not_lost() -> None:
    assert found(left_with_a_lock(was_killed=False).events) == ()


def test_a_lock_that_somebody_who_is_busy_may_hold_is_not_lost() -> None:
    story = left_with_a_lock(was_killed=True)
    busy = story.process("Process-9")
    story.work(1.0, [busy])
    assert found(story.events) == ()


def test_every_process_of_hundreds_is_told_in_one_short_finding() -> None:
    story = Story("many.py")
    story.threads(story.main, {story.pid(0): "MainThread"})
    workers = [story.process(f"Process-{n}") for n in range(1, 301)]
    for worker in workers:
        story.wait(worker, "get", "tasks", queue=0)
    story.wait(story.main, "join", "Process-1", joined=1)
    story.work(7.0, [])
    (finding,) = found(story.events)
    assert len(finding.processes) == 301
    assert len(finding.headline) < 120
    assert "more wait too" in finding.evidence


# Waits that lead out of the program, and pipes inside it


def waiting_at_a_pipe(*, peers: list[int], kind: ev.WaitKind = "receive") -> Story:
    """The main process waits for the end of a worker, which waits at a pipe."""
    story, (worker,) = with_workers(1)
    story.wait(story.main, "join", "Process-1", joined=worker)
    story.wait(worker, kind, peers=peers)
    story.work(7.0, [])
    return story


def test_a_worker_that_waits_for_somebody_outside_is_no_deadlock() -> None:
    for kind in ("receive", "send", "output", "socket", "input"):
        assert set(rules(waiting_at_a_pipe(peers=[], kind=kind).events)) <= {"no-progress"}


def test_a_child_that_writes_into_a_pipe_that_its_parent_does_not_read() -> None:
    finding = found_by("deadlock", waiting_at_a_pipe(peers=[0], kind="output").events)
    assert finding.headline == "Deadlock: letters.py and Process-1 wait for each other"
    assert "a full pipe that only letters.py could read" in finding.evidence
    assert "communicate()" in finding.advice


def test_a_pipe_that_a_thread_may_still_read_is_no_deadlock() -> None:
    story = waiting_at_a_pipe(peers=[0], kind="output")
    pid = story.pid(0)
    story.threads(story.main, {pid: "MainThread", pid + 1: "Thread-1 (drain)"})
    assert found(story.events) == ()


def test_two_that_wait_for_messages_of_each_other() -> None:
    story, (worker,) = with_workers(1)
    # Its own copy of the other end is of no use to it.
    story.wait(story.main, "receive", peers=[story.main, worker])
    story.wait(worker, "receive", peers=[story.main])
    story.work(7.0, [])
    finding = found_by("deadlock", story.events)
    assert finding.headline == "Deadlock: letters.py and Process-1 wait for each other"
    assert "letters.py waits to read from a pipe that only Process-1 could write to" in (
        finding.evidence
    )


# A lock that was taken before a fork


def forked_with_a_lock(*, inside_only: bool = True, threads: int = 1, joins: bool = True) -> Story:
    story = Story("report.py")
    pid = story.pid(0)
    story.threads(story.main, {pid: "MainThread", pid + 1: "refresher"})
    worker = story.process("report", start_method="fork", target="report.write")
    if joins:
        story.wait(story.main, "join", "report", joined=worker)
    story.wait(worker, "thread", inside_only=inside_only)
    story.after(0.1)
    sample = ev.ProcessSample(0.0, 1, 0, "S", threads)
    story.events.append(ev.Sampled(t=story.t, cores=[0.0] * 8, processes={worker: sample}))
    story.after(7.0)
    story.events.append(ev.Sampled(t=story.t, cores=[0.0] * 8, processes={}))
    return story


def test_a_lock_that_a_thread_of_the_parent_held_at_the_fork() -> None:
    finding = found_by("deadlock", forked_with_a_lock().events)
    assert finding.headline.startswith("report waits for a lock inside itself, taken when it was ")
    assert "report.py had other threads then (refresher)" in finding.evidence
    assert "report.py waits for the end of report" in finding.evidence
    assert "spawn" in finding.advice
    assert rules(forked_with_a_lock(joins=False).events) == ["deadlock"]


def test_a_lock_that_something_inside_may_release_is_no_deadlock() -> None:
    assert found(forked_with_a_lock(inside_only=False).events) == ()
    assert found(forked_with_a_lock(threads=2).events) == ()


# What is refuted goes away, what a stop did is nothing


def test_a_wait_that_ended_by_itself_was_no_deadlock() -> None:
    story = waiting_for_more()
    assert rules(story.events) == ["deadlock"]
    for worker in (1, 2, 3):
        story.wait_over(worker)
        story.exit(worker)
    story.wait_over(story.main)
    assert found(story.finish()) == ()


def test_a_wait_that_is_over_because_its_process_is_ended_was_one() -> None:
    story = waiting_for_more()
    story.wait_over(2)
    story.exit(2, signal=9)
    assert rules(story.events) == ["deadlock", "worker-crashed"]


def test_a_lock_whose_holder_mptui_has_stopped_is_not_lost() -> None:
    story, (holder, waiting) = with_workers(2)
    story.wait(holder, "sleep", holds=[0])
    story.wait(waiting, "lock", "pen", lock=0)
    story.wait(story.main, "join", "Process-1", joined=holder)
    story.work(30.0, [])
    for events in (story.events, [*story.events, ev.StopRequested(t=story.t, reason="user")]):
        ended = ev.ProcessExited(
            t=story.t + 0.1, process=holder, exitcode=None, signal=15, stopping=True
        )
        later = ev.Sampled(t=story.t + 9.0, cores=[0.0], processes={})
        assert found([*events, ended, later]) == ()


def test_the_death_of_a_worker_and_the_wait_for_it_are_one_finding() -> None:
    story, (worker,) = with_workers(1)
    story.wait(story.main, "get", "answers", queue=0)
    story.exit(worker, signal=11)
    story.work(7.0, [])
    (finding,) = found(story.events)
    assert finding.headline == "Process-1 was killed by SIGSEGV, and letters.py waits for ever"
    assert "letters.py waits to get something from answers" in finding.evidence


def test_a_pipe_that_never_ends_since_its_reader_could_write_to_it() -> None:
    finding = found_by("deadlock", waiting_at_a_pipe(peers=[1]).events)
    assert "read from a pipe that only Process-1 itself could write to" in finding.evidence
    assert finding.headline == (
        "Process-1 waits to read from a pipe that it keeps open itself, "
        "and letters.py only waits for its end"
    )
    assert "every copy of its other end is closed" in finding.advice


# Where each waits

LIBRARY = ("/usr/lib/python3.12/multiprocessing/synchronize.py", 95, "__enter__")


def test_where_each_waits_is_told_once_it_was_read() -> None:
    story = circle(2)
    story.stacks(1, LIBRARY, ("/srv/hang.py", 9, "locked"), why="stands_still")
    evidence = found_by("deadlock", story.events).evidence
    assert "Process-1 holds lock_0 and waits for lock_1, hang.py:9 in locked; " in evidence
    assert "Process-2 holds lock_1 and waits for lock_0. " in evidence


def test_where_each_waited_is_told_after_it_was_stopped() -> None:
    story = circle(2)
    story.stacks(1, ("/srv/hang.py", 9, "locked"))
    story.stacks(2, ("/srv/hang.py", 12, "locked"))
    for worker in (1, 2):
        story.wait_over(worker)
        story.exit(worker, signal=15)
    evidence = found_by("deadlock", story.events).evidence
    assert "hang.py:9 in locked" in evidence
    assert "hang.py:12 in locked" in evidence


def test_where_it_was_before_it_waited_is_not() -> None:
    story, (worker,) = with_workers(1)
    story.stacks(worker, ("/srv/hang.py", 3, "compute"))
    story.after(0.1)
    story.wait(worker, "lock", "pen", lock=0, holds=[0])
    story.work(4.0, [])
    assert "compute" not in found_by("deadlock", story.events).evidence


def test_what_was_read_while_it_ran_is_not() -> None:
    story = circle(2)
    story.stacks(1, ("/srv/hang.py", 9, "locked"), ran=True)
    assert "hang.py" not in found_by("deadlock", story.events).evidence
