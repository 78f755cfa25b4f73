"""How an exercise looks once it has ended: what it measured, and what was to be seen in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mptui.dashboard.app import Dashboard
from mptui.dashboard.session.gallery import gallery_panes
from mptui.dashboard.widgets.source_view import SourceCode
from tests.dashboard.recorded_runs import Teller
from tests.dashboard.snapshots.test_snapshots import SIZES, SnapCompare, name
from tests.dashboard.stage import Stage
from tests.histories import Story

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

MEASURED = """processes    wall time    speedup    efficiency
        1      4.012 s      1.00x         100 %
        2      2.090 s      1.92x          96 %
        3      1.461 s      2.75x          92 %
        4      1.158 s      3.46x          87 %
        8      1.139 s      3.52x          44 %
        1 ####.......................... 1.00x
        2 #######....................... 1.92x
        3 ##########.................... 2.75x
        4 #############................. 3.46x
        8 #############................. 3.52x
"""


@pytest.mark.parametrize("size", SIZES, ids=name)
def test_speedup_curve(snap_compare: SnapCompare, tmp_path: Path, size: tuple[int, int]) -> None:
    story = Story("speedup.py", core_count=4)
    story.say(story.main, MEASURED)
    teller = Teller(tmp_path, story.finish())
    app = Dashboard(gallery_panes("/"), front=4, start_run=teller, clock=lambda: 0.0)
    app.pane_runs[4].values |= {"start-method": "fork", "workers": "8", "tasks": "32"}

    async def run_before(pilot: Pilot[int]) -> None:
        there = Stage(app, pilot, teller)
        await there.until(lambda: any(view._source.lines for view in app.query(SourceCode)))
        run = await there.run()
        run.tell()
        run.end()
        await there.sees("3.52x as fast")
        await pilot.pause()

    try:
        assert snap_compare(app, terminal_size=size, run_before=run_before)
    finally:
        teller.end()
