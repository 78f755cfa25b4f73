"""What was so and is not any more is dated; what has happened is never over."""

from __future__ import annotations

import pytest

from mptui.model.findings.sustained import BREAK_SECONDS, UNSEEN_SECONDS, Stretch
from tests.histories import HISTORIES, Story
from tests.model.findings.finding import found, found_by


def crowded(seconds: float = 10.0) -> tuple[Story, list[int]]:
    """More processes compute than there are cores."""
    story = Story("crowd.py", core_count=8)
    workers = [story.process(f"Process-{n}") for n in range(1, 17)]
    story.work(seconds, workers, lambda _, __: 50.0)
    return story, workers


def grown(*, drained: bool) -> Story:
    """A queue grew for ten seconds; then it was emptied, or was not."""
    story = Story("flow.py", core_count=4)
    story.process("Process-1", target="flow.consume")
    for number in range(1, 51):
        story.after(0.2)
        story.queue(0, 20 * number, 4 * number, name="lines")
        story.look({})
    if drained:
        story.queue(0, 1000, 1000, name="lines")
    story.look({})
    return story


def test_a_crowd_that_goes_on_is_not_over() -> None:
    story, _ = crowded()
    assert found_by("oversubscribed", story.events).until is None


def test_a_crowd_that_has_gone_is_dated() -> None:
    story, workers = crowded()
    ended_at = story.t
    for worker in workers:
        story.exit(worker)
    for _ in range(20):
        story.after(0.5)
        story.look({})
    until = found_by("oversubscribed", story.events).until
    assert until == pytest.approx(ended_at, abs=1.0)


def test_what_is_so_is_over_with_the_program() -> None:
    story, workers = crowded()
    for worker in workers:
        story.exit(worker)
    finding = found_by("oversubscribed", story.finish())
    assert finding.until == pytest.approx(story.t, abs=1.0)
    assert (finding.until or 0.0) >= finding.since


def test_a_queue_that_was_emptied_grows_no_more_and_is_a_note() -> None:
    growing = found_by("queue-grows", grown(drained=False).events)
    assert (growing.severity, growing.until) == ("warning", None)
    assert "only grows" in growing.headline
    over = found_by("queue-grows", grown(drained=True).events)
    assert over.severity == "note"
    assert over.until is not None
    assert over.headline == "Queue lines grew for a time, until 800 items waited in it"


def test_what_has_happened_is_never_over() -> None:
    for history in ("killed_worker", "killed_in_task", "ends"):
        assert all(finding.until is None for finding in found(HISTORIES[history]))


def test_a_stretch_is_over_when_it_was_broken_or_not_seen_for_long() -> None:
    stretch = Stretch()
    for t in range(10):
        stretch.hold(float(t), 1.0, 1.0)
    assert stretch.until(9.5) is None
    assert stretch.until(9.0 + UNSEEN_SECONDS) == 9.0
    stretch.miss(9.0 + BREAK_SECONDS)
    assert stretch.until(10.5) == 9.0
    stretch.hold(11.0, 1.0, 1.0)
    assert stretch.until(11.5) == 9.0
