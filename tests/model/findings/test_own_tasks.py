"""Tasks that wait for tasks of their own pool, results of a pool without workers; near misses."""

from __future__ import annotations

from mptui import events as ev
from tests.histories import Story
from tests.model.findings.finding import found, found_by, rules

LIB = "/usr/lib/python3.12"
WAIT = (f"{LIB}/threading.py", 355, "Condition.wait")
RESULT = (f"{LIB}/concurrent/futures/_base.py", 451, "Future.result")
RUN = (f"{LIB}/concurrent/futures/thread.py", 58, "_WorkItem.run")
WORKER = (f"{LIB}/concurrent/futures/thread.py", 83, "_worker")
OUTER = ("/home/ada/nested.py", 4, "outer")
POOL_GET = (f"{LIB}/multiprocessing/pool.py", 765, "ApplyResult.wait")
POOL_WORKER = (f"{LIB}/multiprocessing/pool.py", 125, "worker")
WAITING_TASK = (WAIT, RESULT, OUTER, RUN, WORKER)
MAIN = (WAIT, RESULT, ("/home/ada/nested.py", 9, "<module>"))

Frames = tuple[tuple[str, int, str], ...]


def read(story: Story, process: int, *stacks: Frames) -> None:
    """The stacks of the threads of a process are read, the main thread's first."""
    threads = [
        ev.ThreadStack(
            thread=story.pid(process) + (100 + n if n else 0),
            frames=[ev.StackFrame(*frame) for frame in frames],
        )
        for n, frames in enumerate(stacks)
    ]
    story.events.append(
        ev.StackSampled(t=story.t, process=process, why="stands_still", threads=threads)
    )


def nested_threads(
    *stacks: Frames, put: int = 4, wait: str = "result", seconds: float = 6.0, tasks: int = 2
) -> Story:
    """Two threads of an executor run tasks, and the main thread waits for their results."""
    story = Story("nested.py")
    story.executor = "threads"
    names = {story.pid(0): "MainThread"}
    names |= {story.pid(0) + 100 + n: f"ThreadPoolExecutor-0_{n}" for n in range(1, len(stacks))}
    for n in range(1, tasks + 1):
        story.task_started(story.main, "nested.outer", str(n), thread=story.pid(0) + 100 + n)
    story.queue(0, put, 0, kind="threads", name="ex")
    story.wait(story.main, wait)
    story.threads(story.main, names)
    story.work(2.0, [])
    read(story, story.main, *stacks)
    story.work(seconds - 2.0, [])
    return story


def test_threads_that_wait_for_tasks_of_their_own_executor() -> None:
    finding = found_by("pool-stuck", nested_threads(MAIN, WAITING_TASK, WAITING_TASK).events)
    assert finding.headline == (
        "2 of 2 threads of executor ex wait for results of tasks that wait in its own queue"
    )
    assert "nested.outer(1) and nested.outer(2) run in nested.py" in finding.evidence
    assert "nested.py:4 in outer" in finding.evidence
    assert "2 tasks wait until a thread is free" in finding.evidence


def test_the_only_thread_of_an_executor() -> None:
    story = nested_threads(MAIN, WAITING_TASK, put=2, tasks=1)
    assert found_by("pool-stuck", story.events).headline.startswith("The only thread of executor")


def test_threads_that_may_still_get_their_results() -> None:
    busy = (("/home/ada/nested.py", 7, "inner"), RUN, WORKER)
    assert found(nested_threads(MAIN, WAITING_TASK, busy).events) == ()
    # Nothing waits in the queue: what they wait for comes from elsewhere.
    assert found(nested_threads(MAIN, WAITING_TASK, WAITING_TASK, put=2).events) == ()
    # A thread of the program's own, which may do anything.
    other = (WAIT, ("/home/ada/nested.py", 12, "feed"))
    assert found(nested_threads(MAIN, WAITING_TASK, WAITING_TASK, other).events) == ()
    assert found(nested_threads(MAIN, WAITING_TASK, WAITING_TASK, seconds=3.0).events) == ()


def test_threads_under_an_event_loop_whose_coroutines_may_bring_the_results() -> None:
    loop = nested_threads(MAIN, WAITING_TASK, WAITING_TASK, wait="poll", seconds=9.0)
    finding = found_by("pool-stuck", loop.events)
    assert finding.severity == "warning"
    assert finding.headline == (
        "2 of 2 threads of executor ex wait for results, while 2 tasks wait in its own queue"
    )
    assert "as long as the results are those of such tasks" in finding.evidence
    early = nested_threads(MAIN, WAITING_TASK, WAITING_TASK, wait="poll", seconds=5.0)
    assert found(early.events) == ()
    # Nothing waits in the queue of the executor: they can only come from elsewhere.
    other = nested_threads(MAIN, WAITING_TASK, WAITING_TASK, wait="poll", seconds=9.0, put=2)
    assert found(other.events) == ()


def test_a_process_executor_may_bring_what_threads_wait_for() -> None:
    story = nested_threads(MAIN, WAITING_TASK, WAITING_TASK)
    worker = story.process("ForkProcess-1")
    story.work(5.0, [worker])
    assert found(story.events) == ()


def nested_workers(*frames: tuple[str, int, str], threads: int = 1) -> Story:
    """Two forked workers of a pool wait inside their tasks; the main process for the results."""
    story = Story("nested.py")
    story.executor = "pool"
    workers = [
        story.process(
            f"ForkPoolWorker-{n}", start_method="fork", target="multiprocessing.pool.worker"
        )
        for n in (1, 2)
    ]
    story.queue(0, 6, 0, kind="pool", name="pool")
    for worker in workers:
        story.task_started(worker, "nested.outer", str(worker))
        story.wait(worker, "thread")
    story.wait(story.main, "result")
    sample = ev.ProcessSample(0.0, 1024, 0, "S", threads)
    story.events.append(
        ev.Sampled(t=story.t, cores=[0.0] * 8, processes=dict.fromkeys(workers, sample))
    )
    story.after(2.0)
    for worker in workers:
        read(story, worker, frames)
    story.after(3.0)
    story.events.append(ev.Sampled(t=story.t, cores=[0.0] * 8, processes={}))
    return story


def test_forked_workers_that_use_the_pool_of_their_parent() -> None:
    story = nested_workers(WAIT, POOL_GET, OUTER, POOL_WORKER)
    (finding,) = found(story.events)
    assert finding.headline == (
        "ForkPoolWorker-1 and ForkPoolWorker-2 wait for results of pool inside their own tasks: "
        "none will come"
    )
    assert "are in nested.py: a worker that is forked does not have them" in finding.evidence
    assert finding.processes == (0, 1, 2)


def test_workers_with_an_executor_of_their_own_are_not_cut_off() -> None:
    story = nested_workers(WAIT, RESULT, OUTER, POOL_WORKER, threads=2)
    assert "pool-stuck" not in rules(story.events)
    lock = nested_workers(("/home/ada/nested.py", 3, "inner"), OUTER, POOL_WORKER)
    assert "pool-stuck" not in rules(lock.events)


def left_pool(*frames: tuple[str, int, str], timed: bool = False, threads: int = 1) -> Story:
    """A pool has been ended, and the main process goes through its results."""
    story = Story("pages.py")
    worker = story.process("ForkPoolWorker-1", target="multiprocessing.pool.worker")
    story.exit(worker, 0)
    story.queue(0, 9, 3, kind="pool", name="pool")
    story.wait(story.main, "result", timed=timed)
    story.events.append(
        ev.Sampled(
            t=story.t,
            cores=[0.0] * 8,
            processes={story.main: ev.ProcessSample(0.0, 1024, 0, "S", threads)},
        )
    )
    story.after(2.0)
    read(story, story.main, frames)
    story.after(3.0)
    story.events.append(ev.Sampled(t=story.t, cores=[0.0] * 8, processes={}))
    return story


def test_results_of_a_pool_that_was_left() -> None:
    next_frame = (f"{LIB}/multiprocessing/pool.py", 861, "IMapIterator.next")
    finding = found_by("pool-stuck", left_pool(WAIT, next_frame, OUTER).events)
    assert finding.headline == "pages.py waits for results of pool, which has no workers any more"
    assert "inside of it" in finding.advice
    assert "pool-stuck" not in rules(left_pool(WAIT, next_frame, OUTER, timed=True).events)
    assert "pool-stuck" not in rules(left_pool(WAIT, next_frame, OUTER, threads=4).events)
    assert "pool-stuck" not in rules(left_pool(WAIT, RESULT, OUTER).events)


def test_a_pool_whose_thread_that_starts_workers_has_died() -> None:
    story = left_pool(WAIT, POOL_GET, OUTER, threads=3)
    main = story.pid(story.main)
    names = {main: "MainThread", main + 1: "Thread-2 (_handle_tasks)"}
    names[main + 2] = "Thread-3 (_handle_results)"
    story.threads(story.main, names)
    finding = found_by("pool-stuck", story.events)
    assert "no thread is left that starts another one" in finding.evidence
    assert "could not start another one" in finding.advice
    story.threads(story.main, {main + 3: "Thread-1 (_handle_workers)"})
    assert "pool-stuck" not in rules(story.events)
