"""What nobody sees costs nothing: counted in lines and calls, not in time."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from mptui.dashboard.widgets.findings_view import FindingsView
from mptui.dashboard.widgets.painting.line_painter import LinePainter
from mptui.dashboard.widgets.tasks_view import TasksView
from mptui.dashboard.widgets.timeline_view import TimelineView
from tests.dashboard.stage import own_program, stage
from tests.histories import HISTORIES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

POOL = HISTORIES["pool"]


def counted(
    monkeypatch: pytest.MonkeyPatch,
    calls: Counter[Any],
    owner: type,
    name: str,
    key: Callable[[Any], Any],
) -> None:
    call = getattr(owner, name)

    def counting(self: Any, *arguments: Any, **options: Any) -> Any:
        calls[key(self)] += 1
        return call(self, *arguments, **options)

    monkeypatch.setattr(owner, name, counting)


async def test_a_pane_behind_another_folds_but_paints_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = own_program("one.py"), own_program("two.py")
    async with stage(tmp_path, *two, has_gallery=False, size=(120, 40)) as there:
        there.app.stack.front = 0
        run = await there.run()
        run.tell(*POOL[:6])
        pane_run, pane = there.app.pane_runs[0], there.app.stack.pane
        await there.until(lambda: pane_run.run.process_count, "processes")
        await there.press("2")
        await there.until(lambda: not pane.display, "the other pane")
        lines: Counter[Any] = Counter()
        for name in ("show_lines", "render_line"):
            counted(monkeypatch, lines, LinePainter, name, lambda part: pane in part.ancestors)
        run.tell(*POOL[6:])
        run.end()
        await there.until(lambda: pane_run.run.finished is not None, "the end")
        await there.until(lambda: not pane_run.is_live, "the end")
        assert lines[True] == 0


async def test_a_view_that_is_not_shown_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: Counter[Any] = Counter()
    for view in (TimelineView, TasksView, FindingsView):
        counted(monkeypatch, asked, view, "show", type)
    async with stage(tmp_path, own_program(), has_gallery=False, size=(120, 40)) as there:
        run = await there.run()
        run.tell(*POOL[:6])
        await there.press("a")
        await there.until(lambda: asked[TasksView], "the tasks")
        asked.clear()
        run.tell(*POOL[6:])
        run.end()
        await there.sees("finished")
        assert asked[TasksView]
        assert set(asked) == {TasksView}
