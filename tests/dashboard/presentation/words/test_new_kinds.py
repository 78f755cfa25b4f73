"""A new kind of wait or executor is one row of one table: everything else reads it there."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from mptui.dashboard.presentation.processes.status import process_status
from mptui.dashboard.presentation.text.glyphs import UNICODE
from mptui.dashboard.presentation.text.palette import DIM, WARNING
from mptui.dashboard.presentation.timeline import glyphs as timeline_glyphs
from mptui.dashboard.presentation.timeline.cells import wait_cell
from mptui.dashboard.presentation.words.progress import progress_texts
from mptui.events import QueueSampled, WaitStarted
from mptui.wording.executor_kinds import EXECUTOR_KINDS, ExecutorMeaning
from mptui.wording.wait_kinds import WAIT_KINDS, WaitMeaning
from tests.dashboard.widgets.runs import run_with_workers

if TYPE_CHECKING:
    from mptui.events import QueueKind, WaitKind
    from mptui.model import Run

SIGNS = timeline_glyphs.UNICODE


def run_that_waits(kind: str) -> Run:
    run = run_with_workers(1)
    wait = WaitStarted(t=1.0, process=1, kind=cast("WaitKind", kind), on="cuda:0")
    run.apply([wait, QueueSampled(t=11.0, queue=1, put=0, got=0, depth=0)])
    return run


def test_wait_that_is_added_to_the_table_is_known_everywhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = WaitMeaning("for a GPU", "gpu", "blocked", named="for memory on {}")
    monkeypatch.setitem(WAIT_KINDS, "gpu", row)
    run = run_that_waits("gpu")
    status = process_status(run.processes[1], UNICODE, run.waits.current[1], run.now)
    assert status.word == "waiting for memory on cuda:0 10 s"
    assert status.style == WARNING
    assert wait_cell("gpu", SIGNS) == (SIGNS.waiting, WARNING)

    monkeypatch.setitem(WAIT_KINDS, "gpu", row._replace(state="idle"))
    run = run_that_waits("gpu")
    assert wait_cell("gpu", SIGNS) == (SIGNS.idle, DIM)
    assert run.time_split(1).idle == pytest.approx(10.0)


def test_executor_that_is_added_to_the_table_knows_what_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(EXECUTOR_KINDS, "ray", ExecutorMeaning())
    run = run_with_workers(1)
    kind = cast("QueueKind", "ray")
    run.apply([QueueSampled(t=1.0, queue=1, put=10, got=3, depth=7, kind=kind)])
    (progress,) = run.progress
    assert progress_texts(progress, is_live=False) == ("ray 3 of 10",)
