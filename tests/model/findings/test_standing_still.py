"""Programs that stand still, though not for ever as it seems; each with near misses."""

from __future__ import annotations

from mptui import events as ev
from tests.histories import Story
from tests.model.findings.finding import found, found_by, rules, serious

LIB = "/usr/lib/python3.12"
WAIT = (f"{LIB}/threading.py", 355, "Condition.wait")
RESULT = (f"{LIB}/concurrent/futures/_base.py", 451, "Future.result")
TASK = (f"{LIB}/concurrent/futures/thread.py", 58, "_WorkItem.run")
FETCH = ("/home/ada/crawl.py", 6, "fetch")
MODULE = ("/home/ada/crawl.py", 9, "<module>")

Frames = tuple[tuple[str, int, str], ...]


def sample(story: Story, states: dict[int, str]) -> None:
    """The processes are sampled in these states, each with one thread."""
    samples = {
        process: ev.ProcessSample(90.0 if state == "R" else 0.0, 1024, 0, state, 1)
        for process, state in states.items()
    }
    story.events.append(ev.Sampled(t=story.t, cores=[0.0] * 8, processes=samples))


def read(story: Story, process: int, threads: dict[int, Frames], ran: tuple[int, ...] = ()) -> None:
    """The stacks of these threads are read, that of the main thread has the number 0."""
    stacks = [
        ev.ThreadStack(
            thread=story.pid(process) + number,
            name=f"T{number}" if number else "MainThread",
            frames=[ev.StackFrame(*frame) for frame in frames],
            ran=number in ran,
        )
        for number, frames in threads.items()
    ]
    story.events.append(
        ev.StackSampled(t=story.t, process=process, why="stands_still", threads=stacks)
    )


def crawl(
    kind: str = "socket", *, seconds: float = 7.0, frame: tuple[str, int, str] = FETCH
) -> Story:
    """One of two workers of a pool waits outside of the program, in a task."""
    story = Story("crawl.py")
    story.executor = "pool"
    busy, idle = (story.process(f"ForkPoolWorker-{n}") for n in (1, 2))
    sample(story, {0: "S", busy: "S", idle: "S"})
    story.wait(story.main, "result")
    story.wait(idle, "task", "pool", queue=0)
    story.task_started(busy, "crawl.fetch", "13")
    story.wait(busy, kind, timed=kind == "sleep")
    story.after(2.0)
    read(story, story.main, {0: (WAIT, MODULE)})
    read(story, busy, {0: (frame,)})
    story.after(seconds - 2.0)
    sample(story, {})
    return story


# A worker, or a process


def test_a_task_that_waits_for_a_server_while_all_others_wait_for_it() -> None:
    (finding,) = found(crawl().events)
    assert (finding.kind, finding.severity) == ("no-progress", "note")
    assert finding.headline == (
        "crawl.fetch(13) in ForkPoolWorker-1 is waiting for a socket, and the rest of the program "
        "only waits"
    )
    assert "since 0.0 s into the run, crawl.py:6 in fetch" in finding.evidence
    assert "crawl.py waits for results of its workers, crawl.py:9 in <module>" in finding.evidence
    assert "timeout" in finding.advice
    assert finding.processes == (1, 0)


def test_it_is_told_only_after_a_while_and_not_once_it_goes_on() -> None:
    assert found(crawl(seconds=4.0).events) == ()
    story = crawl()
    story.wait_over(1)
    story.task_finished(1)
    sample(story, {1: "R"})
    assert found(story.events) == ()


def test_a_worker_that_waits_for_a_client_serves_and_stands_not_still() -> None:
    assert found(crawl(frame=(f"{LIB}/socket.py", 295, "accept")).events) == ()


def test_a_program_of_which_another_part_goes_on_does_not_stand_still() -> None:
    story = crawl()
    other = story.process("Process-3")
    sample(story, {other: "R"})
    assert found(story.events) == ()
    threads = crawl()
    names = {threads.pid(0): "MainThread", threads.pid(0) + 1: "heartbeat"}
    threads.threads(threads.main, names)
    assert found(threads.events) == ()
    held = crawl()
    third = held.process("Process-3")
    held.wait(third, "lock", "pen", lock=0)
    held.after(1.0)
    assert "no-progress" not in rules(held.events)


def test_a_main_process_that_only_sleeps_waits_for_the_workers() -> None:
    story = crawl()
    story.wait_over(0)
    story.wait(story.main, "sleep", timed=True)
    story.after(6.0)
    sample(story, {})
    assert rules(story.events) == ["no-progress"]
    alone = Story("nap.py")
    alone.wait(alone.main, "sleep", timed=True)
    alone.after(9.0)
    sample(alone, {0: "S"})
    assert found(alone.events) == ()


def test_a_task_that_sleeps_again_and_again() -> None:
    story = crawl("sleep", seconds=2.5)
    for _ in range(10):
        story.after(0.5)
        story.wait_over(1)
        story.wait(1, "sleep", timed=True)
    finding = found_by("no-progress", story.events)
    assert finding.headline.startswith("crawl.fetch(13) in ForkPoolWorker-1 is sleeping")
    assert "again and again" in finding.advice
    # One that does something between is not asleep.
    busy = crawl("sleep", seconds=2.5)
    for _ in range(10):
        busy.after(0.3)
        busy.wait_over(1)
        busy.after(0.3)
        busy.wait(1, "sleep", timed=True)
    assert found(busy.events) == ()


def test_a_program_alone_with_a_server_that_does_not_answer() -> None:
    story = Story("ask.py")
    sample(story, {0: "S"})
    story.wait(story.main, "socket")
    story.after(6.0)
    sample(story, {})
    assert found_by("no-progress", story.events).headline == "ask.py is waiting for a socket"


def test_a_task_that_computes_much_longer_than_the_others_did() -> None:
    def solve(slow_seconds: float, quick_seconds: float = 0.01) -> Story:
        story = Story("solve.py")
        story.executor = "pool"
        busy, idle = (story.process(f"ForkPoolWorker-{n}") for n in (1, 2))
        sample(story, {0: "S", busy: "R", idle: "S"})
        story.wait(story.main, "result")
        for number in range(5):
            story.task_done(idle, "solve.solve", quick_seconds, item=str(number))
        story.wait(idle, "task", "pool", queue=0)
        story.task_started(busy, "solve.solve", "9")
        story.after(slow_seconds)
        sample(story, {})
        return story

    finding = found_by("no-progress", solve(6.0).events)
    assert finding.headline == (
        "solve.solve(9) in ForkPoolWorker-1 is computing, and the rest of the program only waits"
    )
    assert found(solve(4.0).events) == ()
    assert found(solve(6.0, quick_seconds=1.0).events) == ()


# Threads


def in_threads(*, cpu: float = 0.0, ran: tuple[int, ...] = (), seconds: float = 7.0) -> Story:
    """Two threads of an executor each run a task and wait in it."""
    story = Story("crawl.py")
    story.executor = "threads"
    sample(story, {0: "S"})
    pid = story.pid(0)
    for number in (1, 2):
        story.task_started(story.main, "crawl.fetch", str(number), thread=pid + number)
    story.wait(story.main, "result")
    names = {
        pid: "MainThread",
        pid + 1: "ThreadPoolExecutor-0_0",
        pid + 2: "ThreadPoolExecutor-0_1",
    }
    story.threads(story.main, names, load=cpu)
    story.after(2.0)
    stack = (FETCH, TASK)
    read(story, story.main, {0: (WAIT, RESULT, MODULE), 1: stack, 2: stack}, ran)
    story.after(seconds - 2.0)
    sample(story, {})
    return story


def test_tasks_in_threads_that_do_not_go_on() -> None:
    finding = found_by("no-progress", in_threads().events)
    assert finding.headline == (
        "crawl.fetch(1) and crawl.fetch(2) are waiting in threads, and the rest of the program "
        "only waits"
    )
    assert "in thread ThreadPoolExecutor-0_0 has been waiting since" in finding.evidence
    assert "crawl.py:6 in fetch" in finding.evidence


def test_threads_of_which_one_goes_on() -> None:
    assert found(in_threads(cpu=3.0).events) == ()
    assert found(in_threads(ran=(2,)).events) == ()
    assert found(in_threads(seconds=4.0).events) == ()


# An end that does not come


SHUTDOWN = (f"{LIB}/threading.py", 1590, "_shutdown")
POLL = ("/home/ada/watch.py", 4, "poll")


def at_end(frame: tuple[str, int, str] = SHUTDOWN, *, ended: bool = False) -> Story:
    story = Story("watch.py")
    pid = story.pid(0)
    story.threads(story.main, {pid: "MainThread", pid + 1: "poller"})
    story.wait(story.main, "thread", inside_only=True)
    story.after(2.5)
    read(story, story.main, {0: (frame,), 1: (POLL,)})
    if ended:
        story.threads(story.main, {}, ended=(pid + 1,))
    story.after(4.0)
    sample(story, {0: "S"})
    return story


def test_a_program_whose_thread_does_not_end() -> None:
    (finding,) = found(at_end().events)
    assert (finding.kind, finding.severity) == ("end-waits", "note")
    assert finding.headline == (
        "watch.py has come to its end, but does not end before its thread T1"
    )
    assert "at 2.5 s T1 was in watch.py:4 in poll" in finding.evidence
    assert "end-waits" not in rules(at_end(POLL).events)
    assert "end-waits" not in rules(at_end(ended=True).events)


def test_a_program_whose_process_does_not_end() -> None:
    story = Story("feed.py")
    worker = story.process("feeder")
    sample(story, {0: "S", worker: "S"})
    story.wait(story.main, "join", "feeder", joined=worker)
    story.wait(worker, "poll", timed=True)
    story.after(2.5)
    read(story, story.main, {0: ((f"{LIB}/multiprocessing/util.py", 357, "_exit_function"),)})
    story.after(4.0)
    sample(story, {})
    finding = found_by("end-waits", story.events)
    assert finding.headline == (
        "feed.py has come to its end, but does not end before its process feeder"
    )
    assert "feeder is waiting for a message" in finding.evidence
    # One that computes is about to do what it is for.
    sample(story, {worker: "R"})
    assert "end-waits" not in rules(story.events)


# A join of a thread


JOIN = (f"{LIB}/threading.py", 1119, "Thread.join")
WRITE = ("/home/ada/watch.py", 5, "write")


def joining(*frames: tuple[str, int, str], cpu: float = 0.0, ran: bool = False) -> Story:
    story = Story("watch.py")
    pid = story.pid(0)
    story.threads(story.main, {pid: "MainThread", pid + 1: "writer"}, load=cpu)
    story.wait(story.main, "thread", inside_only=True)
    story.after(2.5)
    read(story, story.main, {0: frames, 1: (WAIT, WRITE)}, (1,) if ran else ())
    story.after(4.0)
    sample(story, {0: "S"})
    return story


def test_a_thread_that_is_joined_and_does_nothing() -> None:
    (finding,) = found(joining(JOIN, MODULE).events)
    assert (finding.kind, finding.severity) == ("no-progress", "note")
    assert finding.headline == "watch.py has joined a thread, and its thread T1 does not compute"
    assert "crawl.py:9 in <module>; at 2.5 s T1 was in watch.py:5 in write" in finding.evidence


def test_a_thread_that_is_joined_and_may_go_on() -> None:
    assert found(joining(JOIN, MODULE, cpu=40.0).events) == ()
    assert found(joining(JOIN, MODULE, ran=True).events) == ()
    # A library has joined it, which knows why.
    library = (f"{LIB}/multiprocessing/pool.py", 665, "Pool.join")
    assert found(joining(JOIN, library, MODULE).events) == ()
    both = joining(JOIN, MODULE)
    both.process("feeder")
    assert found(both.events) == ()


# Event loops


RUN = (f"{LIB}/asyncio/events.py", 84, "Handle._run")
ONCE = (f"{LIB}/asyncio/base_events.py", 1922, "BaseEventLoop._run_once")
SELECT = (f"{LIB}/selectors.py", 468, "EpollSelector.select")
HANDLER = ("/home/ada/serve.py", 5, "handler")


def loop(*frames: tuple[str, int, str], kind: str = "sleep", seconds: float = 5.0) -> Story:
    story = Story("serve.py")
    story.wait(story.main, kind, timed=kind == "sleep")
    story.after(2.0)
    read(story, story.main, {0: frames})
    story.after(seconds - 2.0)
    sample(story, {0: "S"})
    return story


def test_a_coroutine_that_blocks_its_event_loop() -> None:
    (finding,) = found(loop(HANDLER, RUN, ONCE, MODULE).events)
    assert (finding.kind, finding.severity) == ("loop-blocked", "warning")
    assert finding.headline == (
        "The event loop of serve.py is blocked: handler is sleeping inside of it"
    )
    assert "serve.py:5 in handler since 0.0 s into the run" in finding.evidence
    assert "to_thread" in finding.advice


def test_an_event_loop_that_waits_for_events_is_not_blocked() -> None:
    assert found(loop(SELECT, ONCE, MODULE, kind="poll", seconds=20.0).events) == ()
    assert found(loop(HANDLER, RUN, ONCE, MODULE, seconds=2.5).events) == ()
    assert serious(loop(HANDLER, MODULE).events) == []
