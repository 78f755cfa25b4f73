"""The dashboard with told runs, at a size, and a look at what is on its screen."""

from __future__ import annotations

import os
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import pytest
from textual.events import Paste

from mptui.dashboard.app import Dashboard
from mptui.dashboard.session.gallery import gallery_panes
from mptui.dashboard.session.pane_spec import program_pane
from mptui.settings import load
from mptui.supervisor.request import RunRequest
from tests.dashboard.recorded_runs import Teller
from tests.histories import HISTORIES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence
    from pathlib import Path

    from textual.pilot import Pilot

    from mptui.dashboard.session.kept_choice import KeptChoice
    from mptui.dashboard.session.pane_spec import PaneSpec
    from tests.dashboard.recorded_runs import ToldRun

LIMIT_SECONDS: Final = 20.0
_STEP_SECONDS: Final = 0.01


class Stage:
    """A dashboard that is being used."""

    def __init__(self, app: Dashboard, pilot: Pilot[int], teller: Teller) -> None:
        self.app = app
        self.teller = teller
        self._pilot = pilot

    @property
    def rows(self) -> list[str]:
        """The text of each row of the screen in front."""
        strips = self.app.screen._compositor.render_strips()
        return [strip.text.rstrip() for strip in strips]

    @property
    def text(self) -> str:
        return "\n".join(self.rows)

    @property
    def notices(self) -> list[str]:
        return [notice.message for notice in self.app._notifications]

    async def press(self, *keys: str) -> None:
        await self._pilot.press(*keys)

    async def paste(self, text: str) -> None:
        """Have all of it come at once, as terminals do; to press each key takes far longer."""
        self.app.post_message(Paste(text))
        await self._pilot.pause()

    async def click(self, selector: str, x: int, y: int = 0) -> None:
        await self._pilot.click(selector, offset=(x, y))

    async def resize(self, width: int, height: int) -> None:
        await self._pilot.resize_terminal(width, height)

    async def read_to_the_end(self) -> str:
        """What stands on a page that scrolls, screen by screen."""
        read = [self.text]
        for _ in range(20):
            await self.press("pagedown")
            read.append(self.text)
            if read[-1] == read[-2]:
                break
        return "\n".join(read)

    async def until(self, is_so: Callable[[], object], what: str = "") -> None:
        """Let the dashboard go on until this holds."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while not is_so():
            if time.monotonic() > deadline:
                pytest.fail(f"never came: {what}\n{self.text}")
            await self._pilot.pause(_STEP_SECONDS)

    async def sees(self, *texts: str) -> None:
        """Wait until all of this is on the screen."""
        await self.until(lambda: all(text in self.text for text in texts), str(texts))

    async def run(self) -> ToldRun:
        """Press Enter, and wait until the run is there."""
        before = len(self.teller.runs)
        await self.press("enter")
        await self.until(lambda: len(self.teller.runs) > before, "a run")
        return self.teller.runs[-1]


def own_program(
    title: str = "train.py", command: Sequence[str] = ("python", "train.py"), **more: str | bool
) -> PaneSpec:
    """The pane of a program of the user's."""
    request = RunRequest(command=tuple(command), cwd="/", name=title, **more)  # type: ignore[arg-type]
    return program_pane(request, autostart=False)


@asynccontextmanager
async def stage(
    folder: Path,
    *own: PaneSpec,
    history: str = "gallery_finished",
    size: tuple[int, int] = (80, 24),
    has_gallery: bool = True,
    kept: KeptChoice | None = None,
    settings: Mapping[str, object] | None = None,
) -> AsyncIterator[Stage]:
    """A dashboard with the gallery and these programs; their pane is in front."""
    panes = (*(gallery_panes("/") if has_gallery else ()), *own)
    teller = Teller(folder, HISTORIES[history])
    app = Dashboard(
        panes,
        front=len(panes) - 1 if own else 0,
        start_run=teller,
        clock=lambda: 0.0,
        settings=load(settings, {"MPTUI_CONFIG": os.devnull}),
    )
    if kept is not None:
        app.remember_table(kept)
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            yield Stage(app, pilot, teller)
    finally:
        teller.end()
