"""A run looked back at: the whole pane stands at a moment, says so, and comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.dashboard.stage import own_program, stage
from tests.dashboard.test_opened_runs import opened, recorded
from tests.histories import HISTORIES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.dashboard.stage import Stage

STEM = "20250314T091500-pool.py"


def moment(there: Stage) -> float:
    replay = there.app.pane_runs[0].past.replay
    assert replay is not None
    return replay.moment


async def stands_at(there: Stage, t: float) -> None:
    """Wait until the pane shows this moment."""
    pane_run = there.app.pane_runs[0]
    await there.until(lambda: pane_run.shown.moment == t, f"the moment {t}")


async def test_the_cursor_moves_the_whole_pane_and_end_brings_it_back(tmp_path: Path) -> None:
    async with opened(tmp_path, recorded(STEM, HISTORIES["killed_worker"])) as there:
        pane_run = there.app.pane_runs[0]
        await there.sees("stopped by you")
        before = there.rows
        await there.press("l", "l", "left")
        await there.sees("replay at 1.6", "of 1.6", "R: back", "■ stopping   0/6 processes")
        await there.press("shift+left", "home")
        await there.sees("replay at 0.0", "● running   0/0 processes   0 lines")
        await there.press("right", "right")
        await there.sees("● running   5/5 processes   4 lines")
        await stands_at(there, moment(there))
        assert "stopped by you" not in there.text
        assert pane_run.run.finished is not None
        assert pane_run.shown.run.finished is None
        await there.press("end")
        await there.until(lambda: pane_run.past.replay is None, "the end")
        await there.until(lambda: there.rows[:10] == before[:10], "all as it was")
        assert pane_run.exit_status == 130


async def test_steps_go_to_ends_and_findings(tmp_path: Path) -> None:
    async with opened(tmp_path, recorded(STEM, HISTORIES["killed_worker"])) as there:
        await there.sees("stopped by you")
        await there.press("l", "l", "N")
        await there.until(lambda: there.app.pane_runs[0].past.replay, "a moment")
        stops = there.app.pane_runs[0].past.stops(there.app.stack.findings_of(0))
        assert moment(there) == max(t for t in stops if t < there.app.pane_runs[0].now)
        while moment(there) > stops[0]:
            await there.press("N")
        await stands_at(there, stops[0])
        await there.press("N")
        assert "no process ended before" in there.notices[-1]
        await there.press("n")
        await stands_at(there, stops[1])
        await there.press("escape")
        await there.until(lambda: there.app.pane_runs[0].past.replay is None, "the end")


async def test_it_plays_to_the_end(tmp_path: Path) -> None:
    seconds = [100.0]
    async with opened(tmp_path, recorded(STEM, HISTORIES["pool_tasks"])) as there:
        pane_run = there.app.pane_runs[0]
        pane_run._clock = lambda: seconds[0]
        await there.sees("finished, exit 0")
        await there.press("R")
        await there.sees("replay 1x at 0.00 s")
        await stands_at(there, 0.0)
        seconds[0] += 1.0
        await there.sees("replay 1x at 1.00 s")
        await there.press("space")
        await there.sees("replay at 1.00 s")
        await there.press(*["greater_than_sign"] * 8)
        assert "100 s of the run a second" in there.notices[-1]
        seconds[0] += 1.0
        assert moment(there) == 1.0
        await there.press("space")
        await there.sees("replay 100x at 1.00 s")
        seconds[0] += 0.01
        await there.sees("replay 100x at 2.00 s")
        seconds[0] += 1.0
        await there.until(lambda: pane_run.past.replay is None, "the end")
        await there.sees("finished, exit 0")


async def test_a_live_run_goes_on_behind_the_moment(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program(), history="pool_live", has_gallery=False) as there:
        pane_run = there.app.pane_runs[0]
        run = await there.run()
        events = HISTORIES["pool_live"]
        half = len(events) // 2
        run.tell(*events[:half])
        await there.sees("running", "ForkPoolWorker-1")
        await there.press("l", "left")
        assert pane_run.past.replay is None
        await there.press("R")
        await there.sees("replay at")
        t = moment(there)
        run.tell(*events[half:])
        await there.until(lambda: pane_run.run.now == events[-1].t, "the news")
        assert pane_run.shown.now == t
        await there.sees(f"of {events[-1].t:.2f} s")
        await there.press("R")
        await there.until(lambda: pane_run.shown is pane_run, "the run as it is")
        assert "replay at" not in there.text


async def test_without_its_recording_a_run_stays_as_it_is(tmp_path: Path) -> None:
    summary = recorded(STEM, HISTORIES["pool_tasks"])
    async with opened(tmp_path, summary) as there:
        await there.sees("finished, exit 0")
        summary.path.unlink()
        await there.press("l", "l", "left")
        await there.until(lambda: there.notices, "a word")
        assert "cannot read" in there.notices[-1]
        assert there.app.pane_runs[0].past.replay is None
        await there.sees("finished, exit 0")
