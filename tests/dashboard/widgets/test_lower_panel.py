"""What stands below a run: which view, when, and what a person wanted to see."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest

from mptui.dashboard.presentation.processes.selection import ALL, Selection
from mptui.dashboard.session.latest_findings import LatestFindings
from mptui.dashboard.session.pane_run import PaneRun, Phase
from mptui.dashboard.widgets.findings_view import FindingsView
from mptui.dashboard.widgets.lower_panel import Choice, LowerPanel, LowerView, Situation, shown_view
from mptui.dashboard.widgets.messages import Chosen
from mptui.dashboard.widgets.output_view import OutputView
from mptui.dashboard.widgets.source_view import SourceCode
from mptui.dashboard.widgets.tasks_view import TasksView
from mptui.dashboard.widgets.timeline_view import TimelineView
from mptui.dashboard.widgets.worker_table import WorkerTable
from mptui.model import Run
from mptui.model.findings import Findings
from tests.dashboard.stage import own_program, stage
from tests.histories import HISTORIES

if TYPE_CHECKING:
    from pathlib import Path

    from textual.widget import Widget

    from mptui.model.findings import Finding
    from tests.dashboard.stage import Stage

SMALL, ORDINARY = (80, 24), (120, 40)
LESSON = Situation(has_source=True, has_begun=True, is_lesson=True, is_roomy=True)
OWN = LESSON._replace(is_lesson=False)
VIEWS: dict[str, type[Widget]] = {"l": TimelineView, "a": TasksView, "w": FindingsView}


def in_sight(there: Stage, kind: type[Widget]) -> bool:
    return any(
        widget.display and widget.size and all(node.display for node in widget.ancestors_with_self)
        for widget in there.app.query(kind)
    )


async def shows(there: Stage, kind: type[Widget]) -> None:
    await there.until(lambda: in_sight(there, kind), kind.__name__)


async def hides(there: Stage, kind: type[Widget]) -> None:
    await there.until(lambda: not in_sight(there, kind), f"no {kind.__name__}")


async def has_keys(there: Stage, kind: type[Widget]) -> None:
    await there.until(lambda: isinstance(there.app.focused, kind), f"keys for {kind.__name__}")


def test_lesson_shows_its_source_and_a_program_its_timeline_where_there_is_room() -> None:
    assert shown_view("none made", LESSON) == "source"
    assert shown_view("none made", OWN) == "timeline"
    assert shown_view("none made", LESSON._replace(is_roomy=False)) is None
    assert shown_view("none made", OWN._replace(is_roomy=False)) is None


def test_what_was_chosen_is_shown_whatever_the_room() -> None:
    for view in get_args(LowerView):
        assert shown_view(view, LESSON) == view
        assert shown_view(view, OWN._replace(is_roomy=False)) == view
    assert shown_view("nothing", LESSON) is None


@pytest.mark.parametrize("choice", get_args(Choice))
def test_before_a_run_there_is_only_the_source(choice: Choice) -> None:
    before = OWN._replace(has_begun=False)
    assert shown_view(choice, before) == (None if choice == "nothing" else "source")
    assert shown_view(choice, before._replace(has_source=False)) is None


@pytest.mark.parametrize("key", VIEWS)
@pytest.mark.parametrize("size", [SMALL, ORDINARY], ids=str)
async def test_key_brings_its_view_and_the_keys_go_there_and_takes_it_away_again(
    tmp_path: Path, key: str, size: tuple[int, int]
) -> None:
    async with stage(tmp_path, history="pool_tasks", size=size) as there:
        (await there.run()).tell()
        await there.sees("60 of 60")
        await there.press(key)
        await shows(there, VIEWS[key])
        await has_keys(there, VIEWS[key])
        assert in_sight(there, WorkerTable)
        await there.press(key)
        await hides(there, LowerPanel)
        await has_keys(there, WorkerTable)
        assert in_sight(there, OutputView)


async def test_one_view_takes_the_place_of_the_other(tmp_path: Path) -> None:
    async with stage(tmp_path, history="pool_tasks", size=ORDINARY) as there:
        (await there.run()).tell()
        await shows(there, SourceCode)
        for key in "alws":
            await there.press(key)
            wanted = VIEWS.get(key, SourceCode)
            await shows(there, wanted)
            assert not in_sight(there, SourceCode) or wanted is SourceCode
            assert [view for view in VIEWS.values() if in_sight(there, view)] == [wanted] * (
                wanted is not SourceCode
            )


@pytest.mark.parametrize("key", VIEWS)
async def test_before_any_run_the_key_says_that_there_is_nothing(tmp_path: Path, key: str) -> None:
    async with stage(tmp_path) as there:
        await there.press(key)
        assert there.notices == ["nothing ran here yet"]
        assert in_sight(there, SourceCode)


async def test_s_says_where_there_is_no_source(tmp_path: Path) -> None:
    async with stage(tmp_path, own_program()) as there:
        await there.press("s")
        assert there.notices == ["there is no source to show of train.py"]


async def test_program_of_the_users_has_its_timeline_below_where_there_is_room(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, own_program(), history="pool_tasks", size=ORDINARY) as there:
        (await there.run()).tell()
        await shows(there, TimelineView)
        await has_keys(there, WorkerTable)
        await there.resize(*SMALL)
        await hides(there, LowerPanel)
        assert in_sight(there, OutputView)
        await there.resize(*ORDINARY)
        await shows(there, TimelineView)


async def test_choice_of_each_pane_is_remembered(tmp_path: Path) -> None:
    async with stage(tmp_path, history="pool_tasks", size=ORDINARY) as there:
        run = await there.run()
        run.tell()
        run.end()
        await there.sees("finished")
        await there.press("a")
        await shows(there, TasksView)
        await there.press("2", "1")
        await shows(there, TasksView)
        again = await there.run()
        again.tell()
        await shows(there, TasksView)


async def test_source_that_covers_a_run_goes_when_the_next_one_begins(tmp_path: Path) -> None:
    async with stage(tmp_path, size=SMALL) as there:
        run = await there.run()
        run.tell()
        run.end()
        await there.sees("finished")
        await there.press("s")
        await shows(there, SourceCode)
        (await there.run()).tell()
        await hides(there, SourceCode)
        assert in_sight(there, WorkerTable)


@pytest.mark.parametrize("key", ["o", "slash"])
async def test_who_wants_the_output_gets_it_though_a_view_covers_it(
    tmp_path: Path, key: str
) -> None:
    async with stage(tmp_path, size=SMALL) as there:
        (await there.run()).tell()
        await there.sees("Processing task ;  9")
        await there.press("a")
        await hides(there, OutputView)
        await there.press(key)
        await shows(there, OutputView)
        assert there.app.query_one(OutputView).mode == "merged"


async def test_choice_in_the_table_narrows_the_tasks_and_escape_widens_them(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, history="pool_tasks", size=SMALL) as there:
        (await there.run()).tell()
        await there.sees("60 of 60")
        await there.press("down", "down", "a")
        await there.sees("all its tasks")
        await has_keys(there, TasksView)
        await there.press("escape")
        await there.sees("images.sharpen")
        assert there.app.stack.pane.selected == ALL


async def test_row_chosen_in_the_timeline_is_chosen_everywhere(tmp_path: Path) -> None:
    async with stage(tmp_path, history="pool_tasks", size=ORDINARY) as there:
        (await there.run()).tell()
        await there.sees("60 of 60")
        await there.press("l")
        await has_keys(there, TimelineView)
        there.app.query_one(TimelineView).post_message(Chosen(Selection(2)))
        await there.sees("output · ForkPoolWorker-2")
        assert there.app.query_one(WorkerTable).selected == Selection(2)


async def test_views_at_the_smallest_size_leave_everything_usable(tmp_path: Path) -> None:
    async with stage(tmp_path, history="pool_tasks", size=(60, 15)) as there:
        (await there.run()).tell()
        await there.sees("60 of 60")
        for key in "alw":
            await there.press(key)
            await shows(there, VIEWS[key])
            await there.sees("workers", "q quit")
        await there.press("tab", "shift+tab", "w", "q")
        await there.sees("is still running")


async def test_findings_are_told_in_the_header_and_read_with_w(tmp_path: Path) -> None:
    found = _found("deadlock")
    assert found
    async with stage(tmp_path, history="deadlock", size=SMALL) as there:
        (await there.run()).tell()
        await there.sees("1 finding: w")
        await there.press("w")
        await there.sees(found[0].headline)
        there.app.query_one(FindingsView).show(())
        await there.sees("nothing to report so far")


async def test_click_on_why_in_the_key_bar_shows_the_findings(tmp_path: Path) -> None:
    async with stage(tmp_path, size=SMALL) as there:
        (await there.run()).tell()
        await there.sees("Processing task ;  9")
        await there.click("KeyBar", there.rows[-1].index("w why"))
        await there.sees("nothing to report so far")


async def test_palette_offers_the_views(tmp_path: Path) -> None:
    async with stage(tmp_path, history="pool_tasks", size=SMALL) as there:
        (await there.run()).tell()
        await there.sees("60 of 60")
        await there.press("ctrl+p", *"tasks (a")
        await there.sees("tasks (a)")
        await there.press("enter")
        await shows(there, TasksView)


def _found(history: str) -> tuple[Finding, ...]:
    run, findings = Run(), Findings()
    run.apply(HISTORIES[history], before=findings.note)
    return findings.find(run)


def test_findings_are_looked_for_once_a_second_and_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks: list[float] = []

    def look(_: Findings, run: Run) -> tuple[Finding, ...]:
        looks.append(run.now)
        return ()

    monkeypatch.setattr(Findings, "find", look)
    pane, latest = PaneRun(own_program(), lambda: 0.0), LatestFindings()
    pane.phase = Phase.RUNNING
    for tenth in range(25):
        pane.run.now = tenth / 10
        pane.fold_count += 1
        latest.of(pane)
    assert looks == [0.0, 1.0, 2.0]
    pane.phase = Phase.ENDED
    latest.of(pane)
    latest.of(pane)
    assert looks[3:] == [2.4]
    pane.run = Run()
    latest.of(pane)
    assert looks[4:] == [0.0]


def test_findings_are_not_looked_for_where_nothing_happened_nor_often_where_that_takes_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks: list[float] = []
    spent = [0.0]

    def look(_: Findings, run: Run) -> tuple[Finding, ...]:
        looks.append(run.now)
        spent[0] += 0.0125
        return ()

    monkeypatch.setattr(Findings, "find", look)
    monkeypatch.setattr(
        "mptui.dashboard.session.latest_findings.time.thread_time", lambda: spent[0]
    )
    seconds = [0.0]
    pane, latest = PaneRun(own_program(), lambda: seconds[0]), LatestFindings()
    pane.phase, pane._begun_at = Phase.RUNNING, 0.0
    for tenth in range(100):
        seconds[0] = tenth / 10
        latest.of(pane)
    assert looks == [0.0]
    looks.clear()
    for tenth in range(100, 200):
        seconds[0] = pane.run.now = tenth / 10
        pane.fold_count += 1
        latest.of(pane)
    assert looks == [10.0, 12.5, 15.0, 17.5]
