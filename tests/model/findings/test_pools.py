"""Pools that will never finish, and pools that only take their time."""

from __future__ import annotations

from mptui import events as ev
from tests.histories import Story
from tests.model.findings.finding import found, found_by, rules


def idle_pool(
    *, put: int, got: int, seconds: float = 5.0, wait: str = "result", story: Story | None = None
) -> Story:
    """The main process waits for results of a pool, whose two workers wait for tasks."""
    story = story or Story("images.py")
    story.executor = "pool"
    workers = [
        story.process(
            f"ForkPoolWorker-{n}", start_method="fork", target="multiprocessing.pool.worker"
        )
        for n in (1, 2)
    ]
    story.queue(0, put, got, kind="pool", name="pool")
    story.wait(story.main, wait)
    for worker in workers:
        story.wait(worker, "task", "pool", queue=0)
    story.work(seconds, [])
    return story


def threads_of(story: Story, *names: str) -> None:
    story.threads(story.main, {story.pid(0) + 100 + n: name for n, name in enumerate(names)})


def test_tasks_that_were_lost_with_workers_that_ended_with_an_exit_code() -> None:
    story = Story("images.py")
    first = [
        story.process(f"ForkPoolWorker-{n}", target="multiprocessing.pool.worker") for n in (1, 2)
    ]
    for worker in first:
        story.exit(worker, 1, error="AttributeError: clean")
    later = [
        story.process(f"ForkPoolWorker-{n}", target="multiprocessing.pool.worker") for n in (3, 4)
    ]
    story.queue(0, 4, 2, kind="pool", name="pool")
    story.wait(story.main, "result")
    for worker in later:
        story.wait(worker, "task", "pool", queue=0)
    story.work(5.0, [])
    (finding,) = found(story.events)
    assert finding.headline == (
        "ForkPoolWorker-1 and ForkPoolWorker-2 ended with exit code 1: AttributeError: clean, "
        "and pool will never finish"
    )
    assert "2 tasks were lost" in finding.evidence
    assert finding.severity == "error"
    assert set(finding.processes) == {0, 1, 2}


def test_a_task_lost_with_a_killed_worker_is_one_finding_with_the_wait() -> None:
    story = Story("images.py")
    story.executor = "pool"
    killed = story.process("ForkPoolWorker-1", target="multiprocessing.pool.worker")
    story.task_started(killed, "images.resize", "7")
    story.work(0.4, [killed])
    story.exit(killed, signal=9)
    other = story.process("ForkPoolWorker-2", target="multiprocessing.pool.worker")
    story.queue(0, 12, 11, kind="pool", name="pool")
    story.wait(story.main, "result")
    story.wait(other, "task", "pool", queue=0)
    story.work(5.0, [])
    (finding,) = found(story.events)
    assert finding.headline == (
        "ForkPoolWorker-1 died while it ran images.resize(7), and pool will never finish"
    )
    assert "11 of 12 are done" in finding.evidence


def test_tasks_that_idle_workers_never_take() -> None:
    finding = found_by("pool-stuck", idle_pool(put=9, got=4).events)
    assert finding.headline == (
        "pool will never finish: none of its workers takes any of the 5 tasks that are left"
    )


def test_a_killed_worker_took_the_lock_of_the_queue_along() -> None:
    story = Story("images.py")
    killed = story.process("ForkPoolWorker-9", target="multiprocessing.pool.worker")
    story.exit(killed, signal=9, terminated_by=story.main)
    events = idle_pool(put=9, got=4, story=story).events
    assert found_by("pool-stuck", events).headline.endswith(
        "takes any of the 5 tasks that are left since ForkPoolWorker-9 was killed by SIGKILL"
    )


def test_the_thread_that_receives_results_has_died() -> None:
    story = idle_pool(put=3, got=3, wait="thread")
    threads_of(story, "MainThread", "Thread-1 (_handle_workers)", "Thread-2 (_handle_tasks)")
    finding = found_by("pool-stuck", story.events)
    assert finding.headline == (
        "The thread of images.py that receives the results of pool has died"
    )


def test_what_is_no_stuck_pool() -> None:
    assert found(idle_pool(put=4, got=4).events) == ()
    assert found(idle_pool(put=9, got=4, seconds=1.0).events) == ()
    assert found(idle_pool(put=9, got=4, wait="sleep").events) == ()


def test_a_pool_with_all_its_threads_is_not_stuck() -> None:
    story = idle_pool(put=3, got=3, wait="thread")
    threads_of(story, "Thread-1 (_handle_workers)", "Thread-3 (_handle_results)")
    assert found(story.events) == ()


def test_a_worker_that_is_busy_may_still_finish() -> None:
    story = idle_pool(put=9, got=4)
    worker = story.process("ForkPoolWorker-3", target="multiprocessing.pool.worker")
    story.work(5.0, [worker])
    assert found(story.events) == ()


def test_what_held_when_the_run_was_stopped_is_kept_and_dated() -> None:
    story = idle_pool(put=9, got=4)
    stopped_at = story.t
    story.stop("limit")
    for worker in (1, 2):
        story.wait_over(worker)
        story.exit(worker, 1, stopping=True, error="KeyboardInterrupt")
    story.wait_over(story.main)
    events = story.finish(None, signal=2, stopped="limit")
    assert rules(events) == ["pool-stuck"]
    assert found_by("pool-stuck", events).until == stopped_at


# task-done-missing


def joined_queue(*, put: int = 5, got: int = 5, seconds: float = 6.0) -> Story:
    """The main process joins a queue; the worker that takes from it waits for more."""
    story = Story("pages.py")
    worker = story.process("eater", target="pages.eat")
    story.queue(0, put, got, kind="joinable", name="pages")
    story.wait(worker, "get", "pages", queue=0)
    story.wait(story.main, "join", "pages", queue=0)
    story.work(seconds, [])
    return story


def test_a_queue_that_is_joined_but_never_marked_done() -> None:
    finding = found_by("task-done-missing", joined_queue().events)
    assert finding.headline == (
        "pages.py waits in join() of queue pages: not every item taken from it was marked done"
    )
    assert "All 5 items were taken, and eater waits for more" in finding.evidence


def test_a_queue_that_may_still_be_marked_done() -> None:
    assert found(joined_queue(got=4).events) == ()
    assert found(joined_queue(seconds=2.0).events) == ()
    story = joined_queue()
    story.wait_over(1)
    story.work(1.0, [1])
    assert found(story.events) == ()


# A pool that is joined and does not end


LIBRARY = "/usr/lib/python3.12/multiprocessing/pool.py"
RECEIVING = (LIBRARY, 579, "Pool._handle_results")


def joined_pool(
    *receiver: tuple[str, int, str], main: str = "Pool.join", seconds: float = 6.0
) -> Story:
    """All tasks of a closed pool are done, and the main process waits in its join()."""
    story = Story("rows.py")
    workers = [story.process(f"ForkPoolWorker-{n}") for n in (1, 2)]
    story.queue(0, 5, 5, kind="pool", name="pool")
    story.wait(story.main, "thread", inside_only=True)
    for worker in workers:
        story.wait(worker, "task", "pool", queue=0)
    story.after(2.0)
    stacks = [[(LIBRARY, 500, name)] for name in (main, "_handle_workers", "_handle_tasks")]
    threads = [
        ev.ThreadStack(thread=story.pid(0) + n, frames=[ev.StackFrame(*frame) for frame in frames])
        for n, frames in enumerate([*stacks, list(receiver or (RECEIVING,))])
    ]
    story.events.append(ev.StackSampled(t=story.t, process=0, why="stands_still", threads=threads))
    story.after(seconds - 2.0)
    story.look({})
    return story


def test_a_pool_that_has_all_its_results_but_one_that_a_callback_refused() -> None:
    finding = found_by("pool-stuck", joined_pool().events)
    assert finding.severity == "error"
    assert finding.headline == "pool never ends, though all 5 tasks are done"
    assert "KeyError" in finding.advice


def test_a_pool_that_is_about_to_end_is_not_stuck() -> None:
    assert "pool-stuck" not in rules(joined_pool(seconds=2.5).events)
    # The thread that takes in results runs a callback of the program's.
    busy = joined_pool(("/home/ada/rows.py", 4, "store"), RECEIVING)
    assert "pool-stuck" not in rules(busy.events)


def test_a_callback_that_asks_its_pool_for_a_result() -> None:
    asking = ((LIBRARY, 765, "ApplyResult.wait"), ("/home/ada/rows.py", 4, "store"), RECEIVING)
    finding = found_by("pool-stuck", joined_pool(*asking, main="ApplyResult.wait").events)
    assert finding.headline == (
        "The thread of rows.py that receives the results of its pool waits for a result itself"
    )
    assert "rows.py:4 in store" in finding.evidence
    # It may be another pool that is to answer.
    two = joined_pool(*asking, main="ApplyResult.wait")
    two.queue(1, 1, 0, kind="pool", name="other")
    assert "pool-stuck" not in rules(two.events)
