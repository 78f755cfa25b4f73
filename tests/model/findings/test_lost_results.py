"""Failures that nobody asks for, tasks that are thrown away, and what only looks like it."""

from __future__ import annotations

from tests.histories import HISTORIES, Story
from tests.model.findings.finding import found, found_by, rules, serious


def silent_failures(
    *, asked: int = 0, label: str | None = "pages.fetch", executor: str = "threads"
) -> Story:
    """Four of eight tasks failed, and the program goes on."""
    story = Story("pages.py")
    story.executor = executor
    for number in range(8):
        error = "ValueError: page 1" if number % 2 else None
        story.task_done(story.main, "pages.fetch", 0.1, item=f"{number}", error=error)
        story.after(0.1)
    story.unasked(1, "ValueError: page 1", label=label, executor=executor, asked=asked)
    story.after(0.1)
    story.unasked(4, "ValueError: page 1", label=label, executor=executor, asked=asked)
    return story


def test_tasks_that_failed_without_a_word() -> None:
    (finding,) = found(silent_failures().finish())
    assert (finding.kind, finding.severity) == ("failure-unasked", "warning")
    assert finding.headline == (
        "4 of 8 tasks of pages.fetch failed, and nobody asked for a result: ValueError: page 1"
    )
    assert "pages.py gave them to an executor of threads" in finding.evidence


def test_a_pool_does_not_know_the_function_but_its_workers_do() -> None:
    events = silent_failures(label=None, executor="pool").finish()
    assert found_by("failure-unasked", events).headline.startswith("4 of 8 tasks of pages.fetch")
    assert "give them an error_callback" in found_by("failure-unasked", events).advice


def test_reports_that_come_late_do_not_lower_the_count() -> None:
    story = silent_failures()
    story.unasked(2, "ValueError: page 1", label="pages.fetch")
    assert found_by("failure-unasked", story.events).headline.startswith("4 of 8")


def test_a_failure_that_the_program_asked_for_is_no_finding() -> None:
    assert found(silent_failures(asked=1).finish()) == ()


def test_a_program_that_failed_itself_says_enough() -> None:
    assert found(silent_failures().finish(1)) == ()


def discarding(how: str, *, asked: bool = False) -> Story:
    """A pool of which two of eight tasks are done is terminated."""
    story = Story("pages.py")
    story.executor = "pool"
    worker = story.process("ForkPoolWorker-1", target="multiprocessing.pool.worker")
    for number in range(2):
        story.task_done(worker, "pages.fetch", 0.1, item=f"{number}")
    story.queue(0, 8, 2, kind="pool", name="pool")
    story.discard(6, queue=0, how=how, asked=asked)
    story.exit(worker, signal=15, terminated_by=story.main)
    return story


def test_tasks_that_were_thrown_away_with_their_pool() -> None:
    finding = found_by("tasks-discarded", discarding("with").finish())
    assert finding.headline == (
        "6 of 8 tasks of pages.fetch were thrown away: the with block of pool ended before they "
        "were done"
    )
    assert finding.severity == "warning"
    assert "pool.close()" in finding.advice
    assert (
        "the program ended before"
        in found_by("tasks-discarded", discarding("exit").finish()).headline
    )


def test_tasks_that_may_be_thrown_away_on_purpose_are_a_note() -> None:
    assert rules(discarding("terminate").finish()) == ["tasks-discarded"]
    assert serious(discarding("terminate").finish()) == []
    assert serious(discarding("with", asked=True).finish()) == []


def test_what_a_program_that_fails_or_is_stopped_throws_away_is_no_finding() -> None:
    assert found(discarding("exit").finish(1)) == ()
    assert found(discarding("exit").events) == ()
    story = Story("pages.py")
    story.stop()
    story.discard(6, how="with")
    assert found(story.finish(130, stopped="user")) == ()


def test_a_run_that_ended_well_with_both() -> None:
    assert set(serious(HISTORIES["lost_results"])) == {"failure-unasked", "tasks-discarded"}
