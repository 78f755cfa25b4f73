"""What becomes of the answers of a scheduler: events as of any run."""

from __future__ import annotations

import msgspec
import pytest

from mptui import events as ev
from mptui.cluster.batch import batch_from
from mptui.cluster.cluster_events import SchedulerProcess
from mptui.model import Run
from tests.cluster.cluster_story import ADA, BEN, ClusterStory, at


def folded(story: ClusterStory) -> Run:
    run = Run()
    run.apply(story.events)
    return run


def test_scheduler_and_workers_are_processes_with_their_hosts() -> None:
    story = ClusterStory()
    story.answer(story.worker(ADA), story.worker(BEN))
    names = [(one.process, one.role, one.name, one.pid) for one in story.of_kind(ev.ProcessStarted)]
    assert names == [
        (0, "main", "scheduler", 77),
        (1, "worker", "10.0.0.7 worker-0", 101),
        (2, "worker", "10.0.0.8:40002", 102),
    ]


def test_worker_is_started_once() -> None:
    story = ClusterStory()
    story.answer(story.worker(ADA))
    story.answer(story.worker(ADA, rss=200))
    assert folded(story).process_count == 2


def test_tasks_have_their_time_function_key_and_error() -> None:
    story = ClusterStory()
    story.answer(story.worker(ADA))
    failed = story.failed("load-2", "ValueError('no such file')", seconds=0.25)
    story.answer(ended=[story.task("square-1")], failed=[failed])
    good, bad = story.of_kind(ev.TaskFinished)
    assert (good.process, good.label, good.item, good.ok) == (1, "square", "1", True)
    assert (good.t, good.seconds) == (pytest.approx(0.5), pytest.approx(0.1))
    assert (bad.label, bad.ok, bad.error) == ("load", False, "ValueError: no such file")
    assert good.thread is None


def test_none_is_missing_where_tasks_are_summed() -> None:
    story = ClusterStory()
    story.answer(story.worker(ADA))
    summed = (ADA, 7, "square", 900, 2, at(0.5), at(0.9), 0.3, 0.0001, 0.01, {33: 900})
    story.answer(ended=[story.task("square-1")], sums=[summed])
    tasks = folded(story).tasks
    assert (tasks.finished_count, tasks.failed_count) == (901, 2)


def test_running_task_ends_in_the_thread_in_which_it_was_said_to_run() -> None:
    story = ClusterStory(threads=4)
    story.answer(
        story.worker(ADA), running=[("a-1", "a", ADA, at(0.2)), ("b-2", "b", ADA, at(0.3))]
    )
    run = folded(story)
    assert {task.item for task in run.tasks.running.values()} == {"1", "2"}
    story.answer(
        story.worker(ADA),
        ended=[story.task("b-2", thread=55)],
        running=[("a-1", "a", ADA, at(0.2))],
    )
    assert {task.item for task in folded(story).tasks.running.values()} == {"1"}


def test_task_that_was_cancelled_runs_no_more() -> None:
    story = ClusterStory()
    story.answer(story.worker(ADA), running=[("a-1", "a", ADA, at(0.2))])
    story.answer(story.worker(ADA))
    run = folded(story)
    assert not run.tasks.running
    assert run.tasks.finished_count == 0


def test_lost_worker_says_what_is_done_again_before_it_is_gone() -> None:
    story = ClusterStory()
    story.answer(story.worker(ADA), story.worker(BEN))
    story.answer(gone=[(at(0.7), BEN, False, {"square": 3}, {"load": 2})])
    repeated, exited = story.events[-2:]
    assert isinstance(repeated, ev.TasksRepeated)
    assert (repeated.process, repeated.running, repeated.results) == (
        2,
        {"square": 3},
        {"load": 2},
    )
    assert isinstance(exited, ev.ProcessExited)
    assert (exited.process, exited.lost) == (2, True)
    assert exited.t == pytest.approx(0.7)


def test_what_a_worker_printed_is_its_output() -> None:
    story = ClusterStory()
    story.answer(story.worker(ADA), said=[(at(0.4), ADA, "stderr", "hello\n")])
    (output,) = story.of_kind(ev.Output)
    assert (output.process, output.stream, output.text) == (1, "stderr", "hello\n")


def test_worker_without_tasks_waits_for_one() -> None:
    story = ClusterStory()
    story.answer(story.worker(ADA))
    story.answer(story.worker(ADA, rss=200))
    assert folded(story).waits.current[1].kind == "task"
    story.answer(story.worker(ADA, assigned=2, running=1))
    assert not folded(story).waits.current
    (over,) = story.of_kind(ev.WaitFinished)
    assert over.seconds == pytest.approx(1.0)


def test_what_a_worker_logs_comes_once_and_in_order() -> None:
    story = ClusterStory()
    story.answer(story.worker(ADA))
    story.cluster.take_logs({ADA: ["old"]}, 1.0)
    story.answer(story.worker(BEN))
    story.cluster.take_logs({ADA: ["third", "second", "old"], BEN: ["begin"]}, 2.0)
    story.cluster.take_logs({ADA: ["third", "second", "old"], BEN: ["begin"]}, 3.0)
    said = [(output.process, output.text) for output in story.of_kind(ev.Output)]
    assert said == [(1, "second\n"), (1, "third\n"), (2, "begin\n")]


def test_progress_of_each_function() -> None:
    story = ClusterStory()
    thirty = [story.task(f"square-{number}") for number in range(30)]
    story.answer(story.worker(ADA), ended=thirty, left=(True, [("square", 70)]))
    (progress,) = folded(story).progress
    assert (progress.name, progress.done, progress.total) == ("square", 30, 100)


def test_scheduler_that_is_started_again_is_the_main_process_again() -> None:
    story = ClusterStory()
    story.answer(story.worker(ADA))
    story.cluster.end_scheduler(2.0, is_lost=True)
    assert folded(story).alive_count == 0
    story.t = 3.0
    story.cluster.start_scheduler(SchedulerProcess(id="second", pid=78), 3.0)
    story.answer(story.worker(ADA))
    run = folded(story)
    assert run.is_alive(0)
    assert run.processes[0].pid == 78
    assert [state.process for state in run.alive] == [0, 2]


def test_answer_that_is_none_is_refused() -> None:
    with pytest.raises(msgspec.MsgspecError):
        batch_from(msgspec.msgpack.encode({"now": "late"}))


def test_many_tasks_are_counted_and_some_of_each_worker_told_one_by_one() -> None:
    story = ClusterStory()
    many = [story.task(f"square-{number}", seconds=0.25) for number in range(500)]
    story.answer(
        story.worker(ADA), story.worker(BEN), ended=[*many, *[story.task("load-1", BEN)] * 70]
    )
    tasks = folded(story).tasks
    assert tasks.finished_count == 570
    assert tasks.functions["square"].count == 500
    assert tasks.functions["square"].seconds_total == pytest.approx(125.0)
    told = [one.process for one in story.of_kind(ev.TaskFinished)]
    assert (told.count(1), told.count(2)) == (60, 60)


def test_progress_goes_on_from_answer_to_answer() -> None:
    story = ClusterStory()
    story.answer(story.worker(ADA), left=(True, [("square", 100)]))
    for left in (99, 98):
        story.answer(ended=[story.task("square-1")], left=(True, [("square", left)]))
    # One ends and another one comes.
    story.answer(ended=[story.task("square-1")])
    # Of others than those that it tells of, what is left may have changed too.
    story.answer(ended=[story.task("square-1")], left=(False, [("load", 7)]))
    told = [(one.name, one.got, one.depth) for one in story.of_kind(ev.QueueSampled)]
    assert told == [
        ("square", 0, 100),
        ("square", 1, 99),
        ("square", 2, 98),
        ("square", 3, 98),
        ("load", 0, 7),
    ]


def test_keys_that_are_no_text() -> None:
    story = ClusterStory()
    story.answer(story.worker(ADA), ended=[(("sum-1", 0, 2), *story.task("sum-1")[1:])])
    (task,) = story.of_kind(ev.TaskFinished)
    assert task.item == "('sum-1', 0, 2)"


def test_what_the_scheduler_spent_its_time_on_is_not_known() -> None:
    story = ClusterStory()
    story.answer(story.worker(ADA))
    story.answer(story.worker(ADA, assigned=1, running=1), ended=[story.task("square-1")])
    run = folded(story)
    assert sum(run.time_split(0)) == 0
    assert sum(run.time_split(1)) > 0
