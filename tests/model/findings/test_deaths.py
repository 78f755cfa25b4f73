"""Workers that ended when they should not have, and near misses."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from mptui import events as ev
from mptui.model import Run
from tests.histories import HISTORIES, Story, recycled_pool
from tests.model.findings.finding import found, found_by, rules, serious


def pool_with_a_task(executor: ev.ExecutorKind = "pool") -> tuple[Story, list[int]]:
    """Three workers, of which the first one has been in a task for a second."""
    story = Story("train.py", core_count=4)
    story.executor = executor
    workers = [
        story.process(f"ForkPoolWorker-{n}", target="multiprocessing.pool.worker")
        for n in range(1, 4)
    ]
    story.task_started(workers[0], "train.step", "'shard-7'")
    story.work(1.0, workers)
    return story, workers


def crash_loop(starts: int, *, life: float = 0.3, pause: float = 0.5, exitcode: int = 1) -> Story:
    """A worker is started again each time that it ends."""
    story = Story("serve.py", core_count=4)
    for number in range(1, starts + 1):
        worker = story.process(f"Process-{number}", target="serve.answer")
        story.after(life)
        story.exit(worker, exitcode)
        story.after(pause)
    return story


def with_zombies(count: int, seconds: float) -> Story:
    """Children that ended at once; then so much time passes."""
    story = Story("forks.py", core_count=4)
    for _ in range(count):
        child = story.process("forks.py", role="other")
        story.exit(child)
        story.change(ev.ProcessChanged(t=story.t, process=child, zombie=True))
    story.after(seconds)
    story.look({})
    return story


# worker-died-in-task


def test_the_task_of_a_killed_worker_is_named_and_the_map_will_not_return() -> None:
    finding = found_by("worker-died-in-task", HISTORIES["killed_in_task"])
    assert finding.headline == "ForkPoolWorker-1 died while it ran shards.count(1)"
    assert "killed by SIGKILL, which no process of the program sent, at 1.2 s" in finding.evidence
    assert "waits for ever" in finding.advice
    assert (finding.severity, finding.processes) == ("error", (1,))
    assert rules(HISTORIES["killed_in_task"]) == ["worker-died-in-task"]


def test_a_worker_that_a_person_ended_took_its_task_along_and_did_not_crash() -> None:
    story, workers = pool_with_a_task()
    story.exit(workers[0], signal=9, asked_by_user=True)
    story.exit(workers[1], signal=11, asked_by_user=True)
    story.work(4.0, workers[2:])
    finding = found_by("worker-died-in-task", story.events)
    assert "killed by SIGKILL, which a person sent with mptui, at 1.0 s" in finding.evidence
    assert "Whoever sent it" not in finding.advice
    assert "worker-crashed" not in rules(story.events)


def test_an_executor_is_said_to_be_broken() -> None:
    story, workers = pool_with_a_task("executor")
    story.exit(workers[0], signal=9, oom=True)
    finding = found_by("worker-died-in-task", story.events)
    assert "BrokenProcessPool" in finding.advice
    assert "waits for ever" not in finding.advice
    assert "memory ran out" in finding.evidence
    assert "less memory" in finding.advice


def test_a_worker_that_leaves_in_the_middle_of_its_task_takes_it_along() -> None:
    story, workers = pool_with_a_task()
    story.exit(workers[0], 0)
    story.work(4.0, workers[1:])
    finding = found_by("worker-died-in-task", story.events)
    assert "ended by itself, with exit code 0" in finding.evidence


def test_a_worker_that_kills_itself_is_no_less_dead() -> None:
    story, workers = pool_with_a_task()
    story.exit(workers[0], signal=9, terminated_by=workers[0])
    story.work(1.0, workers[1:])
    assert "which it sent itself" in found_by("worker-died-in-task", story.events).evidence


def test_many_that_die_alike_are_one_finding() -> None:
    story = Story("train.py")
    story.executor = "pool"
    workers = [story.process(f"ForkPoolWorker-{n}") for n in range(1, 21)]
    for worker in workers:
        story.task_started(worker, "train.step", f"{worker}")
    for worker in workers:
        story.exit(worker, signal=9, oom=True)
    (finding,) = found(story.events)
    assert finding.headline == "20 workers died while they ran train.step"
    assert finding.processes == tuple(workers)
    assert "and 16 more" in finding.evidence


def test_a_worker_that_its_parent_ends_in_the_middle_of_a_task_is_no_finding() -> None:
    story, workers = pool_with_a_task()
    for worker in workers:
        story.exit(worker, signal=15, terminated_by=story.main)
    assert found(story.finish()) == ()


@pytest.mark.parametrize("ending", [{"signal": 15}, {"signal": 2}, {"exitcode": 1}, {"signal": 9}])
def test_workers_that_end_as_the_run_is_stopped_are_no_finding(ending: dict[str, Any]) -> None:
    story, workers = pool_with_a_task()
    for worker in workers:
        story.exit(worker, **ending, stopping=True)
    story.after(0.2)
    assert found(story.events) == ()
    assert found(story.finish(130, stopped="user")) == ()


def test_a_worker_killed_long_before_the_run_is_stopped_stays_a_finding() -> None:
    story, workers = pool_with_a_task()
    story.exit(workers[0], signal=9)
    story.work(5.0, workers[1:])
    for worker in workers[1:]:
        story.exit(worker, signal=15, stopping=True)
    assert rules(story.finish(130, stopped="user")) == ["worker-died-in-task"]


def test_a_task_that_ended_just_before_its_worker_is_not_lost() -> None:
    story, workers = pool_with_a_task()
    story.exit(workers[0], signal=15, terminated_by=story.main)
    story.task_done(workers[0], "train.step", 1.0)
    assert found(story.events) == ()


# worker-crashed


def test_workers_that_a_signal_ends_are_named_with_it() -> None:
    story = Story("native.py")
    workers = [story.process(f"Process-{n}", target="native.run") for n in (1, 2)]
    story.work(0.4, workers)
    for worker in workers:
        story.exit(worker, signal=11)
    (finding,) = found(story.finish())
    assert finding.kind == "worker-crashed"
    assert finding.headline == "Process-1 and Process-2 were killed by SIGSEGV"
    assert "faulthandler" in finding.advice


def test_what_a_signal_means_is_told() -> None:
    for number, meaning in ((7, "/dev/shm is full"), (9, "outside of the program")):
        story = Story("native.py")
        story.exit(story.process("Process-1"), signal=number)
        assert meaning in found_by("worker-crashed", story.finish()).advice


def test_a_worker_killed_for_memory_between_two_tasks_is_told_so() -> None:
    finding = found_by("worker-crashed", HISTORIES["killed_worker"])
    assert finding.headline == "ForkPoolWorker-3 was killed by the system, as memory ran out"
    assert "917 MB" in finding.evidence


def test_thousands_that_crash_are_counted_to_the_last() -> None:
    (finding,) = found(recycled_pool(5000, 5))
    assert finding.kind == "worker-crashed"
    assert finding.headline == (
        "ForkPoolWorker-5, ForkPoolWorker-10, ForkPoolWorker-15, ForkPoolWorker-20 and 996 more "
        "were killed by SIGSEGV"
    )
    assert "between two tasks" in finding.evidence
    assert finding.processes[0] == 5
    assert finding.processes[-1] == 5000


def test_a_crash_long_ago_stays_a_finding_with_its_name() -> None:
    story = Story("train.py")
    story.executor = "pool"
    workers = [story.process(f"First-{n}") for n in (1, 2)]
    story.task_started(workers[0], "train.step", "1")
    story.work(0.2, workers)
    for worker in workers:
        story.exit(worker, signal=11)
    for number in range(1, 1200):
        worker = story.process(f"Later-{number}", target="later")
        story.after(12.0)
        story.exit(worker, 3)
    run = Run()
    run.apply(story.events)
    assert workers[0] not in run.processes
    died, crashed = (one.headline for one in found(story.events) if one.severity == "error")
    assert died == "First-1 died while it ran train.step(1)"
    assert crashed == "First-2 was killed by SIGSEGV"


@pytest.mark.parametrize(
    ("ending", "main_ends"),
    [
        ({"signal": 15, "terminated_by": 0}, False),
        ({"exitcode": 3}, False),
        ({"exitcode": None}, False),
        ({"signal": 15}, True),
    ],
    ids=["terminated", "exit code", "unknown", "with the program"],
)
def test_ends_that_are_no_crash(ending: dict[str, Any], main_ends: bool) -> None:
    story = Story("tidy.py")
    worker = story.process("Process-1")
    story.work(0.4, [worker])
    story.exit(worker, **ending)
    if main_ends:
        assert found(story.finish()) == ()
    story.work(4.0, [])
    assert main_ends or serious(story.events) == []


# crash-loop


def test_a_worker_started_again_and_again_is_a_crash_loop() -> None:
    finding = found_by("crash-loop", crash_loop(8).finish(1))
    assert finding.headline == (
        "Crash loop: serve.answer ended badly 8 times, and is started again and again"
    )
    assert "Process-8, ended with exit code 1" in finding.evidence
    assert finding.processes == tuple(range(1, 9))


def test_a_crash_loop_by_signal_is_told_once() -> None:
    story = Story("serve.py")
    for number in range(1, 5):
        worker = story.process(f"Process-{number}", target="serve.answer")
        story.after(0.2)
        story.exit(worker, signal=11)
    assert rules(story.finish(1)) == ["crash-loop"]


def test_a_crash_loop_of_thousands_is_counted_to_the_last() -> None:
    story = crash_loop(3000)
    story.look({})
    finding = found_by("crash-loop", story.events)
    assert "serve.answer ended badly 3000 times" in finding.headline
    assert finding.evidence.startswith(
        "Process-1, Process-2, Process-3, Process-4 and 2996 more each ended within"
    )
    assert "Process-3000, ended with exit code 1" in finding.evidence
    assert 0.3 < finding.since < 1.0
    assert finding.processes[0] == 1
    assert finding.processes[-1] == 3000


def test_a_crash_loop_that_begins_after_thousands_went_well_is_found() -> None:
    story = crash_loop(2000, exitcode=0)
    assert found(story.events) == ()
    later = crash_loop(5)
    moved = [
        replace(event, t=event.t + story.t, process=event.process + 2000)
        for event in later.events
        if isinstance(event, ev.ProcessStarted | ev.ProcessExited) and event.process
    ]
    finding = found_by("crash-loop", [*story.events, *moved])
    assert "ended badly 5 times" in finding.headline


def test_few_failures_among_thousands_that_went_well_are_no_loop() -> None:
    story = Story("jobs.py")
    for number in range(1, 6001):
        worker = story.process(f"Process-{number}", target="jobs.run")
        story.after(0.2)
        story.exit(worker, 1 if number % 10 == 0 else 0)
    assert serious(story.events) == []


@pytest.mark.parametrize(
    "story",
    [
        crash_loop(2),
        crash_loop(6, exitcode=0),
        crash_loop(6, life=12.0),
        crash_loop(6, pause=60.0),
    ],
    ids=["twice", "ends well", "lives long", "rarely"],
)
def test_what_is_no_crash_loop(story: Story) -> None:
    story.after(4.0)
    story.look({})
    assert serious(story.events) == []


def test_workers_that_all_fail_at_once_are_no_loop() -> None:
    story = Story("batch.py")
    workers = [story.process(f"Process-{n}", target="batch.run") for n in range(1, 9)]
    story.work(0.4, workers)
    for worker in workers:
        story.exit(worker, 1)
    assert serious(story.finish()) == []


def test_a_few_failures_among_many_that_go_well_are_no_loop() -> None:
    story = Story("jobs.py")
    for number in range(1, 41):
        worker = story.process(f"Process-{number}", target="jobs.run")
        story.after(0.2)
        story.exit(worker, 1 if number % 8 == 0 else 0)
    assert serious(story.finish()) == []


# zombie


def test_a_child_that_nobody_waits_for_is_a_zombie() -> None:
    (finding,) = found(with_zombies(1, 40.0).events)
    assert (finding.kind, finding.severity) == ("zombie", "note")
    assert finding.headline == "forks.py does not wait for forks.py, which has ended"
    assert finding.evidence.endswith(", as a zombie.")
    assert finding.processes == (0, 1)


def test_many_zombies_are_told_sooner() -> None:
    (finding,) = found(with_zombies(12, 12.0).events)
    assert (finding.kind, finding.severity) == ("zombie", "warning")
    assert "They are 12" in finding.evidence
    assert "It may be about to wait" not in finding.evidence


def test_many_zombies_may_yet_be_waited_for_at_once() -> None:
    (finding,) = found(with_zombies(12, 6.0).events)
    assert (finding.kind, finding.severity) == ("zombie", "note")
    assert finding.evidence.endswith(" It may be about to wait for all of them at once.")
    assert found(with_zombies(12, 3.0).events) == ()
    assert found(with_zombies(5, 6.0).events) == ()


def test_hundreds_of_zombies_are_all_counted_though_the_run_forgets_them() -> None:
    story = Story("forks.py", core_count=4)
    children = [story.process("forks.py", role="other") for _ in range(600)]
    for child in children:
        story.exit(child)
    for child in children:
        story.change(ev.ProcessChanged(t=story.t, process=child, zombie=True))
    story.after(12.0)
    story.look({})
    (finding,) = found(story.events)
    assert "They are 600" in finding.evidence
    assert finding.headline.startswith("forks.py does not wait for 600 children called forks.py")


def test_zombies_stay_a_finding_when_their_parent_ends() -> None:
    story = with_zombies(1, 40.0)
    events = story.finish()
    gone = ev.ProcessChanged(t=story.t, process=1, zombie=False)
    assert rules([*events[:-1], gone, events[-1]]) == ["zombie"]


def test_a_zombie_that_is_waited_for_in_the_end_is_none() -> None:
    story = with_zombies(1, 40.0)
    story.change(ev.ProcessChanged(t=story.t, process=1, zombie=False))
    assert found(story.events) == ()


def test_a_parent_that_waits_for_one_after_the_other_leaves_no_zombies() -> None:
    story = Story("joins.py")
    first = story.process("Process-1")
    story.wait(story.main, "join", "Process-1", joined=first)
    for number in range(2, 14):
        worker = story.process(f"Process-{number}")
        story.exit(worker)
        story.change(ev.ProcessChanged(t=story.t, process=worker, zombie=True))
    story.after(40.0)
    story.look({first: 99.0})
    assert found(story.events) == ()


# What a keeper that is no Python takes along


def kept_by_no_python(*, is_asked: bool) -> Story:
    """Workers of a native process, as Ray's raylet, end just before it does."""
    story = Story("rays.py", core_count=4)
    raylet = story.process("raylet", role="other", instrumented=False)
    workers = [story.process(f"ray::{name}", parent=raylet) for name in ("IDLE", "Counter")]
    story.work(1.0, workers)
    story.exit(workers[0], signal=9)
    story.exit(workers[1], 1)
    story.after(0.2)
    story.exit(raylet, terminated_by=0 if is_asked else None)
    story.after(5.0)
    story.look({})
    return story


def test_workers_go_with_their_keeper_that_was_told_to_end() -> None:
    assert rules(kept_by_no_python(is_asked=True).events) == []


def test_workers_go_with_their_keeper_that_nobody_told_to_end() -> None:
    assert serious(kept_by_no_python(is_asked=False).events)
