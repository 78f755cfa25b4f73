"""A pool that has done all, and whose owner waits for a result for ever; and near misses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from mptui import events as ev
from tests.model.findings.finding import found_by, rules
from tests.model.findings.test_pools import idle_pool, threads_of

if TYPE_CHECKING:
    from tests.histories import Story

LIBRARY = "/usr/lib/python3.12"
POOL = f"{LIBRARY}/multiprocessing/pool.py"
RECEIVING = (f"{LIBRARY}/multiprocessing/connection.py", 395, "_recv")
HANDING_OUT = (POOL, 531, "_handle_tasks")
WAITING = ((f"{LIBRARY}/threading.py", 327, "wait"), (POOL, 765, "wait"))
OWN = ("/home/ada/study/images.py", 13, "<module>")


def all_done(
    *,
    receiving: tuple[str, int, str] = RECEIVING,
    handing_out: tuple[str, int, str] = HANDING_OUT,
    waiting: tuple[tuple[str, int, str], ...] = WAITING,
    other: str = "Thread-1 (_handle_workers)",
) -> Story:
    story = idle_pool(put=6, got=6)
    names = "Thread-2 (_handle_tasks)", "Thread-3 (_handle_results)", "Thread-1 (_handle_workers)"
    threads_of(story, *names)
    story.stacks(story.main, *waiting, OWN)
    stack = story.events.pop()
    assert isinstance(stack, ev.StackSampled)
    threads = [
        ev.ThreadStack(thread=n, name=name, frames=[ev.StackFrame(*frame)])
        for n, (name, frame) in enumerate(
            [(names[0], handing_out), (names[1], receiving), (other, (POOL, 522, "work"))]
        )
    ]
    story.events.append(replace(stack, threads=[*stack.threads, *threads]))
    story.work(2.0, [])
    return story


def test_a_result_that_is_never_marked_as_ready() -> None:
    finding = found_by("pool-stuck", all_done().events)
    assert finding.headline == (
        "images.py waits for ever for a result of pool, which has done all of its tasks"
    )
    assert "All 6 tasks are done" in finding.evidence
    assert "KeyError" in finding.advice


@pytest.mark.parametrize(
    "story",
    [
        all_done(receiving=("/home/ada/study/images.py", 7, "add")),
        all_done(handing_out=("/home/ada/study/images.py", 3, "rows")),
        all_done(waiting=(("/usr/lib/python3.12/concurrent/futures/_base.py", 451, "result"),)),
        all_done(other="Thread-4 (timer)"),
    ],
    ids=["a callback runs", "an iterable is slow", "another result", "another thread"],
)
def test_a_pool_that_may_go_on(story: Story) -> None:
    assert "pool-stuck" not in rules(story.events)
