import random

import pytest

from mptui import events as ev
from mptui.model import Run
from mptui.model.tasks.tasks import FAILED_KEPT, FUNCTIONS_KEPT, RUNNING_KEPT, SLOWEST_KEPT
from tests.histories import HISTORIES
from tests.model.telling import counted, done, exited, run_of, running, started


def run_after(name: str) -> Run:
    run = Run()
    run.apply(HISTORIES[name])
    return run


def test_a_task_runs_from_when_it_was_seen_until_its_end_is_told() -> None:
    run = run_of(running(1.0))
    (task,) = run.tasks.running_in(1)
    assert (task.label, task.item, task.started_at) == ("f", "1", 1.0)
    assert run.tasks.running == {(1, None): task}
    run.apply([done(1.0, 2.5)])
    assert run.tasks.running_in(1) == []
    assert run.tasks.running == {}


def test_a_task_that_nobody_saw_begin_counts_as_well() -> None:
    run = run_of(done(1.0, 3.0), done(3.0, 4.0, ok=False))
    book = run.tasks
    assert (book.finished_count, book.failed_count) == (2, 1)
    function = book.functions["f"]
    assert (function.count, function.failed, function.seconds_total) == (2, 1, 3.0)
    assert function.seconds_max == 2.0
    tasks = book.of_process[1]
    assert (tasks.count, tasks.failed, tasks.items, tasks.seconds_worked) == (2, 1, 2, 3.0)


def test_the_end_of_an_earlier_task_told_late_does_not_end_the_running_one() -> None:
    run = run_of(running(2.0, task="g"), done(1.0, 2.0, task="f"))
    assert [task.label for task in run.tasks.running_in(1)] == ["g"]
    run.apply([done(2.0 + 1e-7, 3.0, task="g")])
    assert run.tasks.running_in(1) == []


def test_the_end_of_a_later_task_ends_the_one_that_was_thought_to_run() -> None:
    assert run_of(running(1.0), done(2.0, 2.1)).tasks.running == {}
    assert run_of(running(1.0), counted(2.0, 2.2)).tasks.running == {}


def test_counted_tasks_from_before_the_running_one_leave_it_alone() -> None:
    run = run_of(running(2.1), counted(2.0, 2.2))
    assert len(run.tasks.running) == 1


def test_a_later_beginning_takes_the_place_of_the_running_task_and_an_earlier_one_does_not() -> (
    None
):
    run = run_of(running(1.0, task="f"), running(2.0, task="g"), running(1.5, task="h"))
    assert [task.label for task in run.tasks.running_in(1)] == ["g"]


def test_each_thread_runs_a_task_of_its_own() -> None:
    run = run_of(running(1.0, thread=7), running(1.0, thread=8), done(1.0, 2.0, thread=7))
    assert [task.thread for task in run.tasks.running_in(1)] == [8]


def test_what_a_process_runs_when_it_ends_is_lost() -> None:
    run = run_of(running(1.0), running(1.0, thread=7), exited(3.0))
    assert run.tasks.running == {}
    assert [(lost.task.thread, lost.lost_at) for lost in run.tasks.lost] == [(None, 3.0), (7, 3.0)]
    assert [bar.kind for bar in run.timeline.lanes[1, None].between(0, 9)] == ["lost"]


def test_what_is_told_to_have_run_after_the_end_was_told_is_lost_too() -> None:
    run = run_of(exited(3.0), running(1.0))
    assert [lost.lost_at for lost in run.tasks.lost] == [3.0]
    assert run.tasks.running == {}


def test_a_task_whose_end_is_told_after_its_process_ended_was_not_lost() -> None:
    run = run_of(running(1.0), exited(3.0), done(1.0, 2.99))
    assert run.tasks.lost == []
    assert [bar.kind for bar in run.timeline.lanes[1, None].between(0, 9)] == ["task"]
    assert run.tasks.finished_count == 1


def test_the_slowest_are_kept_slowest_first_and_the_failed_newest_last() -> None:
    run = run_of()
    lengths = [n / 1000 for n in range(1, 400)]
    random.Random(1).shuffle(lengths)
    for n, length in enumerate(lengths):
        run.apply([done(n, n + length, ok=n % 2 == 0)])
    slowest = [round(task.seconds, 3) for task in run.tasks.slowest]
    assert slowest == [(399 - n) / 1000 for n in range(SLOWEST_KEPT)]
    newest = [round(task.started_at) for task in run.tasks.failed]
    assert newest == list(range(1, 399, 2))[-FAILED_KEPT:]
    assert run.tasks.slowest[0].t == pytest.approx(run.tasks.slowest[0].started_at + 0.399)


def test_counted_tasks_count_like_single_ones() -> None:
    run = run_of(done(0.0, 0.5), counted(0.5, 1.0, count=9, seconds=0.45, failed=2))
    book = run.tasks
    assert (book.finished_count, book.failed_count, book.of_process[1].items) == (10, 2, 10)
    assert book.functions["f"].count == book.of_process[1].count == 10
    assert book.of_process[1].seconds_worked == pytest.approx(0.95)


def test_tasks_of_functions_that_nobody_saw_count_under_none() -> None:
    run = run_of(counted(0.0, 1.0, task=None, count=5))
    assert run.tasks.functions[None].count == 5


def test_too_many_functions_are_counted_together_and_none_is_left_out() -> None:
    tasks = [done(0.0, 0.1, task=f"f{n}") for n in range(FUNCTIONS_KEPT + 50)]
    run = run_of(*tasks)
    assert len(run.tasks.functions) == FUNCTIONS_KEPT + 1
    assert run.tasks.functions[None].count == 50
    assert run.tasks.finished_count == FUNCTIONS_KEPT + 50


def test_no_more_tasks_run_than_there_can_be() -> None:
    run = run_of(*(running(1.0, thread=n) for n in range(RUNNING_KEPT + 5)))
    assert len(run.tasks.running) == RUNNING_KEPT


def test_changes_are_counted_and_nothing_else_counts() -> None:
    run = run_of()
    for event in (running(1.0), done(1.0, 2.0), counted(2.0, 3.0), running(3.0), exited(4.0)):
        before = run.tasks.changes
        run.apply([event])
        assert run.tasks.changes > before
    before = run.tasks.changes
    run.apply([started(5, 5.0), ev.EventsDropped(t=5.0, what="x", count=1), exited(6.0, 5)])
    assert run.tasks.changes == before


def test_tasks_of_a_process_that_never_began_are_left_out() -> None:
    run = run_of(running(1.0, 77), done(1.0, 2.0, 77), counted(1.0, 2.0, process=77))
    assert run.tasks.finished_count == 0
    assert run.tasks.running == {}
    assert all(process != 77 for process, _ in run.timeline.lanes)


def test_a_pool_of_tasks_ends_with_all_of_them_finished() -> None:
    run = run_after("pool_tasks")
    book = run.tasks
    assert (book.finished_count, book.failed_count, book.lost) == (60, 4, [])
    assert {name: times.count for name, times in book.functions.items()} == {
        "images.sharpen": 20,
        "images.shrink": 40,
    }
    assert sum(tasks.count for tasks in book.of_process.values()) == 60


def test_a_killed_worker_takes_its_task_with_it() -> None:
    run = run_after("killed_in_task")
    (lost,) = run.tasks.lost
    assert (lost.task.process, lost.task.item) == (1, "1")
    assert lost.lost_at == run.processes[1].ended_at


def test_tasks_that_failed_after_all_are_failed_and_no_more_of_them() -> None:
    late = ev.TasksCounted(
        t=2.0, process=1, label="f", count=0, failed=1, seconds_total=0.0, seconds_max=0.0,
        items=0, since=1.0,
    )  # fmt: skip
    run = run_of(done(0.5, 1.0), late)
    function = run.tasks.functions["f"]
    assert (function.count, function.failed) == (1, 1)
    assert (run.tasks.finished_count, run.tasks.failed_count) == (1, 1)
