"""`mptui screen`: the pane of a run as text, painted without a terminal."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal, TypeAlias

from mptui.dashboard.app import Dashboard
from mptui.dashboard.session.runs.opened_run import RunSoFar, glimpse
from mptui.errors import MptuiError

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from mptui.dashboard.session.runs.opened_run import OpenedRun
    from mptui.recording.run_summary import RunSummary
    from mptui.settings import Settings

View: TypeAlias = Literal["timeline", "tasks", "findings", "source"]


def screen_text(
    run: RunSummary, size: tuple[int, int], *, settings: Settings, view: View | None = None
) -> str:
    """What the dashboard would show of a run at this moment, line by line, without any escapes.

    Args:
        run: what its recording says.
        size: columns and rows.
        settings: what a person has set.
        view: what stands below the run; None: nothing.

    Raises:
        MptuiError: it cannot be painted.
    """
    opened = glimpse(run)
    app = Dashboard((opened.spec,), settings=settings)
    app.pane_runs[0].open(opened)
    rows: list[str] = []

    async def look(pilot: Pilot[object]) -> None:
        await _read_all(app, opened, pilot)
        if view is not None:
            app.action_toggle_lower(view)
        # Twice: what comes to a widget by a message is painted a moment later.
        for _ in range(2):
            app.stack.show({0})
            await pilot.pause()
        rows.extend(app.rows_as_text())
        app.exit()

    asyncio.run(app.run_async(headless=True, size=size, auto_pilot=look))
    if not rows:
        raise MptuiError(f"cannot paint {run.id}")
    return "".join(f"{row}\n" for row in rows)


async def _read_all(app: Dashboard, opened: OpenedRun, pilot: Pilot[object]) -> None:
    """Fold all that the recording holds by now."""
    (pane_run,) = app.pane_runs
    while pane_run.is_live:
        is_read = isinstance(opened.live, RunSoFar) and opened.live.is_read
        if not pane_run.poll() and is_read:
            return
        await pilot.pause()
