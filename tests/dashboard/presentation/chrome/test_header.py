"""What the header of a pane says of a run, in one line and in two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from mptui.dashboard.presentation.chrome.header import header_lines, mark, state_text, tab_mark
from mptui.dashboard.presentation.text.glyphs import UNICODE
from mptui.dashboard.presentation.text.palette import BAD, GOOD, WARNING
from mptui.dashboard.session.pane_run import PaneRun, Phase
from mptui.events import ProcessSample, QueueSampled, Sampled, StopRequested
from mptui.model import Run
from mptui.model.findings import Finding
from mptui.terminal_text import Span
from tests.dashboard.stage import own_program
from tests.dashboard.widgets.runs import run_of
from tests.histories import Story

if TYPE_CHECKING:
    from mptui.model.findings import Severity


def running(history: str) -> PaneRun:
    pane = PaneRun(own_program(command=("python", "train.py", "--epochs", "3")), lambda: 0.0)
    pane.phase = Phase.RUNNING
    pane.run = run_of(history)
    return pane


def finding(severity: Severity) -> Finding:
    return Finding(
        kind="a-rule",
        severity=severity,
        headline="",
        evidence="",
        advice="",
        processes=(),
        since=0.0,
    )


def header(pane: PaneRun, *severities: Severity, width: int = 78, height: int = 1) -> list[str]:
    findings = [finding(severity) for severity in severities]
    lines = header_lines(pane, findings, (width, height), UNICODE)
    return ["".join(span.text for span in line) for line in lines]


def test_progress_takes_the_place_of_the_lines_where_there_is_one_line() -> None:
    [line] = header(running("tiny_tasks"))
    assert line.endswith("3/3 processes   pool 108000 of 400000 · 14 s left")
    [line] = header(running("tiny_tasks"), width=80)
    assert line.endswith("3/3 processes   pool 108000 of 400000 · 22000/s · 14 s left")


def test_what_was_never_given_anything_is_not_shown() -> None:
    pane = running("tiny_tasks")
    pane.run = Run()
    kinds = enumerate(("pool", "executor", "threads", "queue"))
    pane.run.apply(
        [
            QueueSampled(t=1.0, queue=number, kind=kind, put=0, got=0, depth=0)
            for number, kind in kinds
        ]
    )
    [line] = header(pane)
    assert "0/0 processes   0 lines   python" in line
    pane.run.apply([QueueSampled(t=2.0, queue=1, put=3, got=1, depth=2, kind="executor")])
    [line] = header(pane)
    assert "executor 1 of 3" in line
    assert " 0 of 0" not in line


def test_two_lines_have_room_for_everything() -> None:
    command, facts = header(running("tiny_tasks"), "warning", width=118, height=2)
    assert command == "python train.py --epochs 3"
    assert facts.startswith("● running      5s   3/3 processes   0 lines   ▲ 1 finding: w   pool ")


def test_findings_are_counted_with_the_sign_of_the_worst_before_the_progress() -> None:
    [line] = header(running("tiny_tasks"), "error", "note")
    assert line.endswith("✗ 2 findings: w   pool 108000 of 400000")


def test_task_queue_says_what_went_in_and_out() -> None:
    [line] = header(running("slow_consumer"))
    assert "line_queue 6000 put, 600 got" in line


def test_command_follows_where_there_is_room_left() -> None:
    [line] = header(running("deadlock"), "error", width=100)
    assert line.endswith("✗ 1 finding: w   python train.py --epochs 3")


@pytest.mark.parametrize("width", [20, 40, 60, 78, 118])
@pytest.mark.parametrize("history", ["pool_tasks", "slow_consumer", "tiny_tasks"])
def test_no_line_is_wider_than_the_pane(history: str, width: int) -> None:
    for height in (1, 2):
        for line in header(running(history), "error", "note", width=width, height=height):
            assert cell_len(line) <= width


def ended(history: str) -> PaneRun:
    pane = running(history)
    pane.phase = Phase.ENDED
    return pane


def test_run_that_ended_well_is_plain_green_also_with_a_note() -> None:
    pane = ended("pool")
    for findings in ([], [finding("note")]):
        assert mark(pane, findings, UNICODE) == Span("✓", GOOD)
        assert tab_mark(pane, findings, UNICODE, is_front=False) == Span("✓", GOOD)


@pytest.mark.parametrize("severity", ["error", "warning"])
def test_run_with_trouble_is_not_plain_green_whatever_its_exit_status(severity: Severity) -> None:
    pane = ended("pool")
    assert mark(pane, [finding(severity)], UNICODE) == Span("▲", WARNING)
    [line] = header(pane, severity)
    assert line.startswith("▲ finished, exit 0")


def test_run_with_failed_tasks_says_so_and_is_not_plain_green() -> None:
    story = Story("train.py")
    worker = story.process("Worker-1")
    story.task_started(worker, "resize")
    story.task_finished(worker, error="ValueError")
    pane = running("pool")
    pane.phase, pane.run = Phase.ENDED, Run()
    pane.run.apply(story.finish())
    assert mark(pane, [], UNICODE) == Span("▲", WARNING)
    [line] = header(pane)
    assert line.startswith("▲ finished, exit 0, 1 task failed")


def test_run_with_a_failed_worker_says_so_and_is_not_plain_green() -> None:
    failed = replace(finding("note"), kind="worker-failed", processes=(1, 2))
    pane = ended("pool")
    assert mark(pane, [failed], UNICODE) == Span("▲", WARNING)
    assert state_text(pane, [failed]) == "finished, exit 0, 2 workers failed"


@pytest.mark.parametrize(
    ("severity", "sign"), [("error", Span("✗", BAD)), ("warning", Span("▲", WARNING))]
)
def test_tab_behind_shows_the_worst_finding_and_the_one_in_front_its_state(
    severity: Severity, sign: Span
) -> None:
    pane, findings = running("deadlock"), [finding(severity), finding("note")]
    assert tab_mark(pane, findings, UNICODE, is_front=False) == sign
    assert tab_mark(pane, findings, UNICODE, is_front=True) == Span("●", GOOD)
    assert tab_mark(pane, findings[1:], UNICODE, is_front=False) == Span("●", GOOD)


def sampled_in(state: str) -> PaneRun:
    """A run with two processes that the kernel last saw in this state."""
    story = Story("train.py")
    worker = story.process("Worker-1")
    sample = ProcessSample(cpu_percent=0.0, rss_bytes=1, core=0, state=state, threads=1)
    pane = running("pool")
    pane.run = Run()
    pane.run.apply(story.events)
    pane.run.apply([Sampled(t=story.t, cores=[], processes={0: sample, worker: sample})])
    return pane


def test_run_that_is_halted_says_so() -> None:
    pane = sampled_in("T")
    assert state_text(pane) == "paused, X goes on"
    assert mark(pane, [], UNICODE) == Span("‖", WARNING)
    assert state_text(sampled_in("S")) == "running"


def test_time_that_a_run_has_left_is_counted_down() -> None:
    pane = running("pool")
    pane.phase = Phase.STOPPING
    assert state_text(pane) == "stopping, x again kills"
    asked_at = pane.run.now
    pane.run.apply([StopRequested(t=asked_at, reason="user", grace_seconds=10.0)])
    assert state_text(pane) == "stopping, killed in 10 s; x: now"
    pane.run.apply([Sampled(t=asked_at + 7.0, cores=[], processes={})])
    assert state_text(pane) == "stopping, killed in 3 s; x: now"
    pane.phase = Phase.RUNNING  # Somebody else has asked it to end.
    assert state_text(pane) == "stopping, killed in 3 s; x: now"
    pane.phase = Phase.KILLING
    assert state_text(pane) == "killing"
