"""How the timeline looks by itself: live, held and zoomed, narrow, without colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import pytest

from mptui.dashboard.terminal.terminal_app import colourless
from mptui.dashboard.theme import THEME
from mptui.dashboard.widgets.timeline_view import TimelineView
from tests.dashboard.timeline_runs import crowd_events, pool_events, thread_events, told
from tests.dashboard.widgets.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.pilot import Pilot

    from mptui.model import Run

ORDINARY, SMALL = (120, 14), (80, 12)
NOW: Final = 9.75


class TimelineStage(Stage):
    """Nothing but the timeline, in the looks of the dashboard."""

    CSS = """
    .panel { border: none; border-top: solid $accent; padding: 0 1; height: 1fr; }
    """

    def __init__(self, run: Run, now: float) -> None:
        self.view = TimelineView(classes="panel")
        super().__init__(self.view)
        self.register_theme(THEME)
        self.theme = THEME.name
        self._filters = colourless(self._filters)
        self.animation_level = "none"
        self._run = run
        self._now = now

    def on_mount(self) -> None:
        self.view.border_title = " timeline "
        self.view.focus()
        self.call_after_refresh(self.view.show, self._run, self._now)


class SnapCompare(Protocol):
    """The fixture of pytest-textual-snapshot."""

    def __call__(
        self,
        app: TimelineStage,
        *,
        terminal_size: tuple[int, int],
        run_before: Callable[[Pilot[None]], Awaitable[None]],
    ) -> bool:
        """Whether the app looks as it did."""


class Look:
    """Compares the timeline, after some keys, with how it looked before."""

    def __init__(self, compare: SnapCompare) -> None:
        self._compare = compare

    def __call__(self, app: TimelineStage, size: tuple[int, int], *keys: str) -> bool:
        async def run_before(pilot: Pilot[None]) -> None:
            await pilot.pause()
            await pilot.press(*keys)
            await pilot.pause()

        return self._compare(app, terminal_size=size, run_before=run_before)


@pytest.fixture
def look(snap_compare: SnapCompare) -> Look:
    return Look(snap_compare)


def of_pool() -> TimelineStage:
    return TimelineStage(told(pool_events()), NOW)


def test_running(look: Look) -> None:
    assert look(of_pool(), ORDINARY)


def test_frozen_and_zoomed_around_a_bar(look: Look) -> None:
    there = ("down", "down", "space", *["left"] * 20, "plus", "plus")
    assert look(of_pool(), ORDINARY, *there)


def test_eighty_columns(look: Look) -> None:
    assert look(of_pool(), SMALL, "down", "down")


def test_six_lines(look: Look) -> None:
    assert look(of_pool(), (60, 6))


def test_without_colour(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert look(of_pool(), ORDINARY, "down", "down", "down")


@pytest.mark.usefixtures("ascii_only")
def test_ascii(look: Look) -> None:
    assert look(of_pool(), ORDINARY)


def test_threads(look: Look) -> None:
    assert look(TimelineStage(told(thread_events()), 4.3), SMALL)


def test_many_rows_of_short_tasks(look: Look) -> None:
    assert look(TimelineStage(told(crowd_events(40, 60)), 12.5), ORDINARY)
