"""A long batch is folded slice by slice, so that a key gets between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mptui.dashboard.session.pane_run import PaneRun, Phase
from mptui.dashboard.session.runs.folding import SLICE_SECONDS
from mptui.events import encode
from mptui.model import Run
from tests.dashboard.recorded_runs import ToldRun
from tests.dashboard.stage import own_program
from tests.histories import HISTORIES
from tests.process_table import wait_until

if TYPE_CHECKING:
    from pathlib import Path

POOL = HISTORIES["pool"]


class SlowClock:
    """A clock on which each look at it takes a part of a slice: folding an event does."""

    def __init__(self, looks_a_slice: int) -> None:
        self.now = 0.0
        self._step = SLICE_SECONDS / looks_a_slice

    def __call__(self) -> float:
        self.now += self._step
        return self.now


def told_pane(folder: Path, clock: SlowClock) -> tuple[PaneRun, ToldRun, list[str]]:
    news: list[str] = []
    pane = PaneRun(own_program(), clock)
    pane.say_news = lambda: news.append("news")
    pane.begin()
    run = ToldRun(pane.spec.request, folder / "run.jsonl", POOL)
    pane.attach(run)
    return pane, run, news


def test_a_batch_that_takes_long_is_folded_in_slices(tmp_path: Path) -> None:
    looks = 5
    pane, run, _ = told_pane(tmp_path, SlowClock(looks))
    run.tell()
    run.end()
    wait_until(pane.poll, "the first slice")
    slices = 1
    while pane.is_behind:
        assert pane.phase is Phase.RUNNING
        assert pane.poll()
        slices += 1
    assert slices >= len(POOL) // (looks + 1)
    wait_until(lambda: pane.poll() or pane.phase is Phase.ENDED, "the end")
    whole = Run()
    whole.apply(POOL)
    assert [*map(str, pane.run.processes.values())] == [*map(str, whole.processes.values())]
    assert pane.run.line_count == whole.line_count


def test_a_slice_folds_one_event_at_least(tmp_path: Path) -> None:
    pane, run, _ = told_pane(tmp_path, SlowClock(1))
    run.tell(*POOL[:4])
    wait_until(pane.poll, "the first event")
    polls = 1
    while pane.is_behind:
        assert pane.poll()
        polls += 1
    assert polls <= 4
    run.end()


@pytest.mark.parametrize("is_over", [False, True])
def test_whoever_shows_it_is_told_that_there_is_news(tmp_path: Path, *, is_over: bool) -> None:
    _, run, news = told_pane(tmp_path, SlowClock(1_000_000))
    before = len(news)
    if is_over:
        run.end()
    else:
        run.tell(POOL[0])
    wait_until(lambda: len(news) > before, "news")
    run.end()


def test_an_event_of_one_slice_is_of_the_recording(tmp_path: Path) -> None:
    """The way back counts bytes: a batch is noted when all of it is folded, and once."""
    pane, run, _ = told_pane(tmp_path, SlowClock(2))
    noted: list[tuple[int, int]] = []
    note = pane.past.note

    def counting(state: object, findings: object, batch: object) -> None:
        noted.append((batch.position, len(batch.events)))  # type: ignore[attr-defined]
        note(state, findings, batch)  # type: ignore[arg-type]

    pane.past.note = counting  # type: ignore[method-assign,assignment]
    run.tell(*POOL[:9])
    wait_until(lambda: pane.poll() and not pane.is_behind, "all of it")
    size = sum(len(encode(event)) for event in POOL[:9])
    assert noted == [(size, 9)]
    run.end()
