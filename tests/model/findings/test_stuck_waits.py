"""Waits that nobody is left to end, or that somebody makes last, and those that only take long."""

from __future__ import annotations

import pytest

from mptui import events as ev
from tests.histories import HISTORIES, Story
from tests.model.findings.finding import found, found_by, rules
from tests.model.findings.test_deadlocks import with_workers

PROXY = (
    ("/usr/lib/python3.12/multiprocessing/connection.py", 395, "Connection._recv"),
    ("/usr/lib/python3.12/multiprocessing/managers.py", 822, "BaseProxy._callmethod"),
    ("/usr/lib/python3.12/multiprocessing/managers.py", 1056, "AcquirerProxy.__enter__"),
    ("/srv/hang.py", 9, "locked"),
)


def exit_all(story: Story, processes: list[int], code: int = 0) -> None:
    for process in processes:
        story.exit(process, code)


# Somebody holds it, and goes on


def held(*, seconds: float = 14.0, kind: str = "lock", **sample: object) -> Story:
    story, (holder, victim) = with_workers(2)
    story.wait(victim, kind, "pen", lock=0)
    story.wait(story.main, "join", "Process-1", joined=holder)
    story.wait(holder, "sleep", timed=True, holds=[] if sample else [0])
    story.after(2.0)
    story.stacks(victim, ("/srv/hang.py", 9, "locked"), why="stands_still")
    story.stacks(holder, ("/srv/hang.py", 4, "fetch"), why="stands_still")
    story.lock(0, [holder], **sample)  # type: ignore[arg-type]
    story.work(seconds - 2.0, [])
    return story


def test_a_lock_that_another_one_has_for_long_is_told_with_what_that_does() -> None:
    finding = found_by("lock-held", held().events)
    assert finding.headline == "Process-2 waits for pen, which Process-1 has"
    assert finding.evidence == (
        "Process-2, hang.py:9 in locked waits since 0.4 s into the run; "
        "Process-1 has it at least since 0.4 s and is sleeping, hang.py:4 in fetch."
    )
    assert (finding.severity, finding.processes) == ("note", (2, 1))
    assert found_by("lock-held", held(seconds=40.0).events).severity == "warning"


def test_a_file_that_a_program_outside_has_locked_is_told_with_its_pid() -> None:
    story = held(kind="file", outside={4711: "rsync"})
    story.events = [
        ev.LockSampled(t=event.t, lock=0, outside=event.outside)
        if isinstance(event, ev.LockSampled)
        else event
        for event in story.events
    ]
    finding = found_by("lock-held", story.events)
    assert (
        finding.headline
        == "Process-2 waits for the lock on the file pen, which rsync (pid 4711) has"
    )
    assert "rsync (pid 4711) is no process of this program" in finding.evidence
    assert "LOCK_NB" in finding.advice


def test_a_lock_that_is_waited_for_not_so_long_is_none() -> None:
    assert found(held(seconds=7.0).events) == ()
    assert "lock-held" in rules(held(kind="file", seconds=7.0).events)
    assert "lock-held" not in rules(held(kind="file", seconds=4.5).events)


def test_a_lock_whose_holder_changes_is_none() -> None:
    story, (first, second, victim) = with_workers(3)
    story.wait(victim, "lock", "pen", lock=0)
    for _ in range(8):
        for holder in (first, second):
            story.lock(0, [holder])
            story.work(2.0, [first, second], lambda _, __: 20.0)
    assert "lock-held" not in rules(story.events)


def test_one_that_locks_a_file_twice_waits_for_itself() -> None:
    story, (worker,) = with_workers(1)
    story.wait(worker, "file", "pen", lock=0)
    story.after(2.0)
    story.lock(0, [worker])
    story.work(4.0, [worker], lambda _, __: 0.0)
    finding = found_by("deadlock", story.events)
    assert finding.headline == "Process-1 waits for pen, which it holds itself"


# Whoever held it has ended, while others go on


def lost(*, was_seen: bool = True, complete: bool = True, signal: int | None = 9) -> Story:
    story, (holder, victim, ticker) = with_workers(3)
    if was_seen:
        story.wait(holder, "sleep", timed=True, holds=[0])
    story.wait(victim, "lock", "pen", lock=0)
    story.after(0.5)
    story.exit(holder, None if signal else 0, signal=signal)
    story.after(2.0)
    story.lock(0, [], complete=complete)
    story.work(6.0, [ticker])
    return story


def test_a_lock_that_went_with_its_holder_is_lost_though_others_go_on() -> None:
    finding = found_by("deadlock", lost().events)
    assert finding.headline == (
        "Process-2 waits for pen, which no living process holds: Process-1 was killed by SIGKILL"
    )
    finding = found_by("deadlock", lost(signal=None).events)
    assert finding.headline.endswith("holds: Process-1 ended with exit code 0")
    assert "with statement" in finding.advice
    assert "deadlock" in rules(lost(was_seen=False).events)


def test_a_lock_that_somebody_alive_may_have_is_not_lost() -> None:
    assert "deadlock" not in rules(lost(complete=False).events)
    assert "deadlock" not in rules(lost(was_seen=False, signal=None).events)


def test_the_next_one_may_be_seen_to_wait_for_a_moment_after_the_lock_was_released() -> None:
    story = Story("ask.py")
    first, then = (
        story.process(name, start_method="fork", target="ask.ask") for name in ("first", "then")
    )
    story.wait(story.main, "join", "first", joined=first)
    story.wait(first, "socket", holds=[0])
    story.wait(then, "lock", "lock", lock=0)
    story.work(5.5, [])
    story.lock(0, [first])
    story.work(0.4, [])
    story.wait_over(first)
    story.exit(first, 0)
    story.after(0.06)
    assert rules(story.events) == []
    story.work(3.0, [])
    assert rules(story.events) == ["deadlock"]


def test_the_death_and_the_lock_that_it_took_along_are_one_finding() -> None:
    (finding,) = found(HISTORIES["lost_lock"])
    assert finding.headline == (
        "reader waits for spool_lock, which no living process holds: writer was killed by SIGKILL"
    )


# Nobody is left


def results_awaited(*, lives: bool = False, timed: bool = False, seconds: float = 12.0) -> Story:
    story, workers = with_workers(3)
    story.queue(0, 2, 2, name="results")
    exit_all(story, workers[1:] if lives else workers)
    rounds = int(seconds) if timed else 1
    for _ in range(rounds):
        story.wait(story.main, "get", "results", queue=0, timed=timed)
        story.work(seconds / rounds, workers[:1] if lives else [])
        if timed:
            story.wait_over(story.main)
    return story


def test_results_that_are_awaited_though_all_workers_have_ended() -> None:
    finding = found_by("deadlock", results_awaited().events)
    assert finding.headline == (
        "letters.py waits for more from results, but all 3 workers have ended"
    )
    assert "2 items went in so far, 2 came out" in finding.evidence
    assert "no more results than are put" in finding.advice


def test_the_same_in_a_loop_that_asks_again_and_again() -> None:
    finding = found_by("deadlock", results_awaited(timed=True).events)
    assert finding.headline == (
        "letters.py asks again and again for more from results, but all 3 workers have ended"
    )
    assert finding.severity == "warning"
    assert "letters.py has asked 12 times since 0.4 s to get something from results" in (
        finding.evidence
    )


def asked_in_sums(*, lives: bool = False) -> Story:
    """The main process asks twice a second: at first it is told singly, then in sums."""
    story, workers = with_workers(3)
    story.queue(0, 2, 2, name="results")
    exit_all(story, workers[1:] if lives else workers)
    for _ in range(4):
        story.wait(story.main, "get", "results", queue=0, timed=True)
        story.work(0.5, workers[:1] if lives else [])
        story.wait_over(story.main)
    for _ in range(10):
        since = story.t
        story.work(1.4, workers[:1] if lives else [])
        story.events.append(
            ev.WaitsCounted(
                t=since + 1.0, process=story.main, kind="get", count=2, seconds_total=0.9,
                seconds_max=0.5, since=since, on="results", queue=0, timed=True,
            )
        )  # fmt: skip
    return story


def test_a_loop_that_is_told_in_sums_asks_in_vain_as_well() -> None:
    finding = found_by("deadlock", asked_in_sums().events)
    assert finding.headline == (
        "letters.py asks again and again for more from results, but all 3 workers have ended"
    )
    assert "letters.py has asked 24 times since 0.4 s to get something from results" in (
        finding.evidence
    )


def test_a_loop_that_is_told_in_sums_is_none_where_it_may_still_get_something() -> None:
    assert "deadlock" not in rules(asked_in_sums(lives=True).events)
    story = asked_in_sums()
    story.queue(0, 3, 3, name="results")
    assert "deadlock" not in rules(story.events)


def test_results_that_a_worker_may_still_give_are_awaited_rightly() -> None:
    assert "deadlock" not in rules(results_awaited(lives=True).events)
    assert "deadlock" not in rules(results_awaited(lives=True, timed=True).events)


@pytest.mark.parametrize("timed", [True, False])
def test_what_the_last_worker_put_at_its_end_may_be_on_its_way(*, timed: bool) -> None:
    story = results_awaited(lives=True, timed=timed)
    if timed:
        story.wait(story.main, "get", "results", queue=0, timed=True)
    story.exit(1)
    assert "deadlock" not in rules(story.events)
    story.after(1.0)
    arrived = [*story.events, ev.QueueSampled(t=story.t, queue=0, put=3, got=3, depth=0)]
    assert "deadlock" not in rules(arrived)
    story.after(9.0)
    story.look({})
    assert "deadlock" in rules(story.events)


def test_what_a_process_sent_at_its_end_may_be_on_its_way_through_a_pipe() -> None:
    story, (worker, other) = with_workers(2)
    story.wait(story.main, "receive", peers=[story.main, worker])
    story.work(12.0, [worker])
    story.exit(other)
    story.exit(worker)
    assert "deadlock" not in rules(story.events)
    story.after(3.0)
    story.look({})
    assert "deadlock" in rules(story.events)


def test_a_loop_that_gets_something_now_and_then_is_none() -> None:
    story, workers = with_workers(2)
    exit_all(story, workers)
    for count in range(12):
        story.wait(story.main, "get", "results", queue=0, timed=True)
        story.work(1.0, [])
        story.wait_over(story.main)
        story.queue(0, count // 4, count // 4, name="results")
    assert found(story.events) == ()


def test_a_main_process_that_polls_a_queue_may_give_idle_workers_work() -> None:
    story, workers = with_workers(2)
    for worker in workers:
        story.wait(worker, "get", "tasks", queue=1)
    for _ in range(15):
        story.wait(story.main, "get", "results", queue=0, timed=True)
        story.work(1.0, [])
        story.wait_over(story.main)
    assert found(story.events) == ()


def test_a_main_process_that_only_asks_whether_a_stuck_worker_has_ended() -> None:
    story, (worker,) = with_workers(1)
    story.wait(worker, "get", "tasks", queue=0)
    for _ in range(12):
        story.wait(story.main, "join", "Process-1", joined=worker, timed=True)
        story.work(1.0, [])
        story.wait_over(story.main)
    finding = found_by("deadlock", story.events)
    assert finding.headline == (
        "letters.py asks again and again whether Process-1 has ended, which waits itself"
    )
    assert finding.severity == "warning"


def test_a_circle_in_which_one_asks_again_and_again_may_open_yet() -> None:
    story, (first, second) = with_workers(2)
    story.wait(second, "lock", "pen", lock=0, holds=[1])
    for _ in range(12):
        story.wait(first, "lock", "paper", lock=1, holds=[0], timed=True)
        story.work(1.0, [])
        story.wait_over(first)
    story.wait(first, "lock", "paper", lock=1, holds=[0], timed=True)
    story.work(0.4, [])
    finding = found_by("deadlock", story.events)
    assert finding.headline == "Deadlock: Process-2 and Process-1 wait for each other"
    assert "Process-1 holds pen and has asked 13 times since 0.4 s for paper" in finding.evidence
    assert finding.severity == "warning"


@pytest.mark.parametrize(
    ("kind", "headline"),
    [
        ("event", "Process-1 and Process-2 wait for go to be set"),
        ("condition", "Process-1 and Process-2 wait to be notified by go"),
        ("barrier", "Process-1 and Process-2 wait for the others at go, made for 3"),
    ],
)
def test_what_nobody_is_left_to_bring_about(kind: ev.WaitKind, headline: str) -> None:
    story, (first, second, third) = with_workers(3)
    parties = 3 if kind == "barrier" else None
    for worker in (first, second):
        story.wait(worker, kind, "go", lock=0, parties=parties)
    story.exit(third, 0)
    story.wait(story.main, "join", "Process-1", joined=first)
    story.work(7.0, [])
    finding = found_by("deadlock", story.events)
    assert finding.headline == f"{headline}, and letters.py only waits for their end"


def test_a_barrier_to_which_somebody_may_come_is_none() -> None:
    story, (first, second, third) = with_workers(3)
    for worker in (first, second):
        story.wait(worker, "barrier", "go", lock=0, parties=3)
    story.wait(story.main, "join", "Process-1", joined=first)
    story.work(12.0, [third])
    assert found(story.events) == ()


def test_a_queue_that_is_joined_when_all_its_workers_have_ended() -> None:
    story, workers = with_workers(2)
    story.queue(0, 5, 4, kind="joinable", name="tasks")
    exit_all(story, workers)
    story.wait(story.main, "join", "tasks", queue=0)
    story.work(7.0, [])
    finding = found_by("deadlock", story.events)
    assert finding.headline == ("letters.py waits in join() of tasks, but all 2 workers have ended")
    assert "task_done()" in finding.advice


def test_a_worker_that_cannot_end_before_its_items_are_taken() -> None:
    story, (worker,) = with_workers(1)
    pid = story.pid(worker)
    story.threads(worker, {pid: "MainThread", pid + 100: "QueueFeederThread"})
    story.wait(worker, "thread")
    story.wait(story.main, "join", "Process-1", joined=worker)
    story.after(2.0)
    story.stacks(
        worker,
        ("/usr/lib/python3.12/threading.py", 1149, "Thread.join"),
        ("/usr/lib/python3.12/multiprocessing/queues.py", 203, "Queue._finalize_join"),
        ("/usr/lib/python3.12/multiprocessing/util.py", 300, "_run_finalizers"),
    )
    story.work(6.0, [])
    finding = found_by("deadlock", story.events)
    assert finding.headline == (
        "Process-1 cannot end: what it put into a queue is not taken, "
        "and letters.py only waits for its end"
    )
    assert "take it out of the queue first" in finding.advice


def test_a_thread_lock_that_the_main_process_takes_twice() -> None:
    story = Story("twice.py")
    sample = ev.ProcessSample(0.0, 1, 0, "S", 1)
    story.events.append(ev.Sampled(t=story.t, cores=[0.0] * 8, processes={0: sample}))
    story.wait(story.main, "thread", inside_only=True)
    story.after(7.0)
    story.events.append(ev.Sampled(t=story.t, cores=[0.0] * 8, processes={}))
    finding = found_by("deadlock", story.events)
    assert finding.headline.startswith("twice.py waits for a lock inside itself, and it has no ")
    assert "RLock" in finding.advice


WOKEN = (
    ("/usr/lib/python3.12/threading.py", 355, "Condition.wait"),
    ("/usr/lib/python3.12/queue.py", 89, "Queue.join"),
    ("/srv/send.py", 9, "flush"),
)


def alone(*frames: tuple[str, int, str], forks: int = 0) -> Story:
    """The main process, or so many forks of it, wait for another thread, and have only one."""
    story = Story("send.py")
    waiting = [story.process(f"sender-{n}", start_method="fork") for n in range(forks)] or [0]
    sample = ev.ProcessSample(0.0, 1, 0, "S", 1)
    samples = dict.fromkeys((0, *waiting), sample)
    story.events.append(ev.Sampled(t=story.t, cores=[0.0] * 8, processes=samples))
    if forks:
        story.wait(story.main, "join", "sender-0", joined=waiting[0])
    for process in waiting:
        story.wait(process, "thread", inside_only=True)
    story.after(2.0)
    for process in waiting:
        story.stacks(process, *frames)
    story.after(5.0)
    story.events.append(ev.Sampled(t=story.t, cores=[0.0] * 8, processes={}))
    return story


def test_a_main_process_that_the_thread_that_was_to_wake_it_has_left() -> None:
    finding = found_by("deadlock", alone(*WOKEN).events)
    assert finding.headline == ("send.py waits for another thread to wake it, but it has none left")
    assert "send.py:9 in flush" in finding.evidence
    assert "traceback" in finding.advice
    assert "RLock" not in finding.advice


def test_a_fork_that_waits_to_be_woken_by_a_thread_of_its_parent() -> None:
    finding = found_by("deadlock", alone(*WOKEN, forks=1).events)
    assert finding.headline == (
        "sender-0 waits for another thread to wake it, but a fork has copied none"
    )
    assert "copies no other threads" in finding.advice


def test_forks_that_wait_for_the_same_lock_are_one_finding() -> None:
    finding = found_by("deadlock", alone(("/srv/send.py", 4, "send"), forks=3).events)
    assert finding.headline.startswith("sender-0, sender-1 and sender-2 wait for a lock inside ")
    assert "Each has one thread only, send.py:4 in send; the first one" in finding.evidence
    assert "send.py waits for the end of sender-0" in finding.evidence
    assert set(finding.processes) == {0, 1, 2, 3}
    # Where it is not known that they are in the same place, each is told by itself.
    apart = [one.kind for one in found(alone(forks=3).events)]
    assert apart == ["deadlock"] * 3


def test_a_fork_of_the_main_process_is_called_by_its_pid_too() -> None:
    story = Story("send.py")
    child = story.process("send.py", role="other")
    sample = ev.ProcessSample(0.0, 1, 0, "S", 1)
    story.events.append(
        ev.Sampled(t=story.t, cores=[0.0] * 8, processes={0: sample, child: sample})
    )
    story.wait(story.main, "children")
    story.wait(child, "thread", inside_only=True)
    story.after(7.0)
    story.events.append(ev.Sampled(t=story.t, cores=[0.0] * 8, processes={}))
    finding = found_by("deadlock", story.events)
    assert finding.headline.startswith(f"send.py (pid {story.pid(child)}) waits for a lock inside")


def test_who_waits_for_another_one_with_a_lock_that_this_one_needs() -> None:
    story, (worker,) = with_workers(1)
    story.wait(story.main, "join", "Process-1", joined=worker, holds=[0])
    story.wait(worker, "lock", "pen", lock=0)
    story.work(7.0, [])
    finding = found_by("deadlock", story.events)
    assert "letters.py holds pen and waits for the end of Process-1" in finding.evidence
    assert finding.advice.startswith("Do not wait for another process while holding a lock")


def test_who_has_the_file_that_another_one_waits_for_is_told() -> None:
    story, (holder, waiting) = with_workers(2)
    story.wait(story.main, "join", "Process-1", joined=holder)
    story.wait(holder, "get", "done", queue=0)
    story.wait(waiting, "file", "index.lock", lock=0)
    story.after(2.0)
    story.lock(0, [holder])
    story.work(7.0, [])
    finding = found_by("deadlock", story.events)
    assert "Process-1 holds index.lock and waits to get something from done" in finding.evidence


def test_an_item_that_went_in_and_did_not_come_out() -> None:
    story, (worker,) = with_workers(1)
    story.queue(0, 2, 1, name="rows")
    story.wait(story.main, "join", "Process-1", joined=worker)
    story.wait(worker, "get", "rows", queue=0)
    story.work(7.0, [])
    assert "cannot be pickled is dropped" in found_by("deadlock", story.events).advice
    story.queue(0, 2, 2, name="rows")
    assert "one None for each" in found_by("deadlock", story.events).advice


def test_a_helper_of_a_library_is_not_among_those_that_wait() -> None:
    story, (worker,) = with_workers(1)
    helper = story.process("resource tracker", role="helper")
    story.wait(helper, "receive", peers=[0])
    story.wait(story.main, "get", "rows", queue=0)
    story.exit(worker, 1)
    story.work(7.0, [])
    (finding,) = found(story.events)
    assert helper not in finding.processes


# Others go on, but cannot end it


def beside_others(*, able: list[int] | None, young: bool = False) -> Story:
    """A worker waits for work, the main process for its end, and something else runs."""
    story, (worker, other) = with_workers(2)
    story.wait(worker, "get", "tasks", queue=0)
    story.wait(story.main, "join", "Process-1", joined=worker)
    story.after(2.0)
    if able is not None:
        story.events.append(ev.AccessSampled(t=story.t, queue=0, processes=able))
    story.work(9.0, [other])
    if young:
        story.process("Process-3")
        story.work(1.0, [other])
    return story


def test_a_wait_that_only_processes_can_end_that_are_stuck_themselves() -> None:
    finding = found_by("deadlock", beside_others(able=[0, 1]).events)
    assert finding.headline == (
        "Process-1 waits for more from tasks, and letters.py only waits for its end"
    )


@pytest.mark.parametrize(
    "story",
    [beside_others(able=None), beside_others(able=[0, 1, 2]), beside_others(able=[0], young=True)],
    ids=["it is not known who could", "another one could", "a new one may have inherited it"],
)
def test_a_wait_that_another_process_may_end_is_none(story: Story) -> None:
    assert "deadlock" not in rules(story.events)


def test_those_that_wait_for_different_things_are_not_said_to_be_all() -> None:
    story, (first, second, other) = with_workers(3)
    story.wait(first, "get", "tasks", queue=0)
    story.wait(second, "event", "go", lock=0)
    story.wait(story.main, "join", "Process-1", joined=first)
    story.after(2.0)
    story.events.append(ev.AccessSampled(t=story.t, queue=0, processes=[0, first]))
    story.events.append(ev.AccessSampled(t=story.t, lock=0, processes=[0, second]))
    story.work(9.0, [other])
    headline = found_by("deadlock", story.events).headline
    assert headline.endswith(" wait, and no other process can end that")
    assert "Process-3" not in headline


# Threads that only serve


def with_thread(*frames: tuple[str, int, str]) -> Story:
    story = results_awaited(seconds=2.0)
    pid = story.pid(0)
    story.threads(story.main, {pid: "MainThread", pid + 1: "Thread-1"})
    stacks = [
        ev.ThreadStack(thread=pid, name="MainThread", frames=[]),
        ev.ThreadStack(thread=pid + 1, frames=[ev.StackFrame(*frame) for frame in frames]),
    ]
    story.events.append(
        ev.StackSampled(t=story.t, process=story.main, why="stands_still", threads=stacks)
    )
    story.work(6.0, [])
    return story


def test_an_idle_thread_of_an_executor_brings_nothing() -> None:
    waits = ("/usr/lib/python3.12/threading.py", 355, "Condition.wait")
    worker = ("/usr/lib/python3.12/concurrent/futures/thread.py", 90, "_worker")
    assert rules(with_thread(waits, worker).events) == ["deadlock"]
    at_work = ("/srv/hang.py", 9, "fetch")
    assert found(with_thread(at_work, worker).events) == ()
    assert found(with_thread(waits, ("/srv/hang.py", 9, "produce")).events) == ()


# A Manager


def at_manager(*, address: str = "None", other_works: bool = True, timed: bool = False) -> Story:
    story = Story("shared.py")
    story.threads(story.main, {story.pid(0): "MainThread"})
    server = story.process(
        "SyncManager-1",
        target="multiprocessing.managers.BaseManager._run_server",
        arguments=f"dict of 17, {address}, AuthenticationString",
    )
    story.threads(server, {story.pid(server): "MainThread", 9000: "Thread-1 (accepter)"})
    victim = story.process("victim")
    other = story.process("other")
    story.wait(server, "thread", timed=True, inside_only=True)
    story.wait(victim, "receive", peers=[server], timed=timed)
    story.wait(story.main, "join", "victim", joined=victim)
    story.after(2.0)
    story.stacks(victim, *PROXY, why="stands_still")
    if not other_works:
        story.exit(other, None, signal=9)
    story.work(14.0, [other] if other_works else [])
    return story


def test_a_managers_lock_that_another_one_has() -> None:
    finding = found_by("lock-held", at_manager().events)
    assert finding.headline == "victim waits for a lock of SyncManager-1, which another one has"
    assert "victim, hang.py:9 in locked waits since" in finding.evidence
    assert "other runs" in finding.evidence


def test_a_managers_lock_that_went_with_its_holder() -> None:
    (finding,) = found(at_manager(other_works=False).events)
    assert finding.headline == "other was killed by SIGKILL, and victim and shared.py wait for ever"
    assert "victim waits for SyncManager-1 to answer acquire(), hang.py:9 in locked" in (
        finding.evidence
    )


def test_a_manager_that_others_can_reach_or_that_answers_in_time_is_none() -> None:
    remote = at_manager(other_works=False, address="tuple of 2")
    assert "deadlock" not in rules(remote.events)
    assert rules(at_manager(other_works=False, timed=True).events) == ["worker-crashed"]
