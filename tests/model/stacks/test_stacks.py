"""Where processes are, as a run keeps it and as it is said."""

from __future__ import annotations

import pytest

from mptui import events as ev
from mptui.model import Run
from mptui.model.stacks.groups import group_stacks
from mptui.model.stacks.latest_stacks import FRAMES_KEPT, FRAMES_OF_ALL, THREADS_KEPT, LatestStacks
from mptui.model.stacks.places import place, place_text
from mptui.model.stacks.report import stack_report
from tests.histories import Story

WAIT = ("/usr/lib/python3.12/multiprocessing/synchronize.py", 95, "__enter__")
FETCH = ("/home/ada/study/crawl.py", 41, "fetch")
WORK = ("/home/ada/study/crawl.py", 60, "work")


def sample(
    process: int, *frames: tuple[str, int, str], thread: str | None = "MainThread", t: float = 1.0
) -> ev.StackSampled:
    stack = ev.ThreadStack(
        thread=100 + process, name=thread, frames=[ev.StackFrame(*frame) for frame in frames]
    )
    return ev.StackSampled(t=t, process=process, why="asked", threads=[stack])


def unread(process: int, error: str) -> ev.StackSampled:
    return ev.StackSampled(t=1.0, process=process, why="asked", error=error)


def name_of(process: int) -> str:
    return f"worker-{process}"


def test_the_latest_stacks_of_a_process_are_kept_also_after_its_end() -> None:
    story = Story("crawl.py")
    worker = story.process("Process-1")
    story.stacks(worker, FETCH)
    story.after(1.0)
    story.stacks(worker, WORK)
    story.exit(worker, signal=9)
    run = Run()
    run.apply(story.events)
    (thread,) = run.stacks[worker].threads
    assert [frame.line for frame in thread.frames] == [60]


def test_what_is_said_of_a_process_that_has_ended_is_not_believed() -> None:
    story = Story("crawl.py")
    worker = story.process("Process-1")
    story.exit(worker)
    story.stacks(worker, FETCH)
    story.stacks(77, FETCH)
    run = Run()
    run.apply(story.events)
    assert dict(run.stacks) == {}


def test_threads_and_frames_are_bounded() -> None:
    frames = [ev.StackFrame("f" * 5000, 1, "g" * 5000)] * 1000
    stack = ev.ThreadStack(thread=1, name="n" * 5000, frames=frames)
    latest = LatestStacks()
    latest.sample(ev.StackSampled(t=1.0, process=0, why="w" * 5000, threads=[stack] * 1000))
    kept = latest.of_process[0]
    assert len(kept.threads) == THREADS_KEPT
    assert {len(thread.frames) for thread in kept.threads} == {FRAMES_KEPT}
    assert len(kept.threads[0].frames[0].file) == 1000


def test_the_oldest_make_room_where_there_are_very_many() -> None:
    stack = ev.ThreadStack(thread=1, frames=[ev.StackFrame("f", 1, "g")] * FRAMES_KEPT)
    latest = LatestStacks()
    count = FRAMES_OF_ALL // FRAMES_KEPT + 10
    for process in range(count):
        latest.sample(ev.StackSampled(t=1.0, process=process, why="asked", threads=[stack]))
    assert count - 30 < len(latest.of_process) < count
    assert min(latest.of_process) > 0
    for process in range(count):
        latest.forget(process)
    assert latest._frame_count == 0


@pytest.mark.parametrize(
    "library",
    [
        "/usr/lib/python3.12/threading.py",
        "/opt/python/lib/python3.13/queue.py",
        "/opt/py/lib/python3.14t/queue.py",
        "/home/ada/venv/lib/python3.11/site-packages/requests/api.py",
        "/usr/lib/python3/dist-packages/numpy/core.py",
        "<frozen importlib._bootstrap>",
    ],
)
def test_the_place_is_the_innermost_one_of_the_program_s_own(library: str) -> None:
    frames = [ev.StackFrame(library, 1, "wait"), ev.StackFrame(*FETCH), ev.StackFrame(*WORK)]
    found = place(frames)
    assert found is not None
    assert place_text(found) == "crawl.py:41 in fetch"


def test_where_all_is_a_library_s_it_is_the_innermost_one() -> None:
    found = place([ev.StackFrame(*WAIT)])
    assert found is not None
    assert place_text(found) == "synchronize.py:95 in __enter__"
    assert place([]) is None


def test_a_file_that_many_have_is_named_with_its_folder() -> None:
    assert place_text(ev.StackFrame("/srv/shop/__main__.py", 3, "run")) == (
        "shop/__main__.py:3 in run"
    )


def test_equal_stacks_are_one_group_the_most_frequent_first() -> None:
    samples = [sample(0, WORK), *(sample(n, WAIT, FETCH) for n in range(1, 4))]
    assert [group.processes for group in group_stacks(samples)] == [(1, 2, 3), (0,)]


def test_stacks_that_differ_in_a_line_are_not_equal() -> None:
    other = (FETCH[0], FETCH[1] + 1, FETCH[2])
    assert len(group_stacks([sample(0, FETCH), sample(1, other)])) == 2


def test_a_report_says_who_is_where() -> None:
    samples = [
        sample(0, WORK),
        *(sample(n, WAIT, FETCH) for n in range(1, 7)),
        sample(7, FETCH, thread="fetcher"),
        sample(8),
        unread(9, "not_python"),
        unread(10, "bewitched"),
    ]
    report = stack_report(samples, name_of)
    assert [line.text for line in report if line.is_head] == [
        "6 processes in fetch, crawl.py:41: worker-1, worker-2, worker-3, worker-4, 2 more",
        "worker-0 in work, crawl.py:60",
        "worker-7 (fetcher) in fetch, crawl.py:41",
        "worker-8 in no Python code",
        "worker-9: it runs no Python, only C code or another interpreter",
        "worker-10: bewitched",
    ]
    assert [line.text for line in report[1:3]] == [
        "/usr/lib/python3.12/multiprocessing/synchronize.py:95 in __enter__",
        "/home/ada/study/crawl.py:41 in fetch",
    ]


def test_threads_of_one_process_in_the_same_place_are_counted_as_threads() -> None:
    threads = [
        ev.ThreadStack(thread=n, name=f"t{n}", frames=[ev.StackFrame(*FETCH)]) for n in range(3)
    ]
    one = ev.StackSampled(t=1.0, process=5, why="asked", threads=threads)
    (head, _) = stack_report([one], name_of)
    assert (
        head.text == "3 threads in fetch, crawl.py:41: worker-5 (t0), worker-5 (t1), worker-5 (t2)"
    )


def test_what_is_not_certain_is_said() -> None:
    stack = ev.ThreadStack(thread=1, frames=[ev.StackFrame(*FETCH)], gil=True, ran=True, omitted=5)
    one = ev.StackSampled(t=1.0, process=1, why="asked", threads=[stack])
    head, _, more = stack_report([one], name_of)
    assert head.text.endswith("(has the GIL, ran meanwhile: may be of two moments)")
    assert more.text == "5 more frames"


def test_what_could_not_be_read_for_the_same_reason_is_one_line() -> None:
    samples = [unread(process, "reader_failed") for process in range(6)] + [unread(7, "ended")]
    assert [line.text for line in stack_report(samples, name_of)] == [
        "worker-0, worker-1, worker-2, worker-3, 2 more: "
        "what reads stacks has failed; another takes its place within a minute",
        "worker-7: it ended before",
    ]


def test_why_the_kernel_forbids_it_is_said() -> None:
    hidden = ev.StackSampled(
        t=1.0, process=1, why="asked", error="permission", detail="it belongs to user 7"
    )
    (line,) = stack_report([hidden], name_of)
    assert line.text == "worker-1: the kernel does not let it be read: it belongs to user 7"


def test_c_code_stands_before_the_python_that_called_it_and_names_no_place() -> None:
    native = [
        ev.NativeFrame("/usr/lib/libc.so.6", "pause", "../sysdeps/pause.c", 29),
        ev.NativeFrame("/opt/_fast.so", "wait_all", "", 0),
    ]
    frames = [ev.StackFrame(*FETCH)]
    threads = [
        ev.ThreadStack(thread=1, name="MainThread", frames=frames, native=native),
        ev.ThreadStack(thread=2, name="MainThread", frames=[], native=native[1:]),
    ]
    stacks = [
        ev.StackSampled(t=1.0, process=n, why="asked", threads=[one])
        for n, one in enumerate(threads)
    ]
    assert [line.text for line in stack_report(stacks, name_of)] == [
        "worker-0 in fetch, crawl.py:41",
        "libc.so.6: pause, pause.c:29",
        "_fast.so: wait_all",
        "/home/ada/study/crawl.py:41 in fetch",
        "worker-1 in no Python code",
        "_fast.so: wait_all",
    ]
