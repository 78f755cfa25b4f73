"""The panes on top of each other, one of them in front, and the line of tabs above them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on
from textual.containers import Container, Vertical
from textual.message import Message
from textual.reactive import var

from mptui.dashboard.presentation.chrome.header import tab_mark
from mptui.dashboard.presentation.chrome.tabs import Tab
from mptui.dashboard.presentation.text.glyphs import glyphs
from mptui.dashboard.session.latest_findings import LatestFindings
from mptui.dashboard.session.screen_layout import DEFAULT_LAYOUT, ScreenLayout
from mptui.dashboard.session.table_choice import DEFAULT_CHOICE, TableChoice
from mptui.dashboard.terminal.quick_keys.pictures import KeptPictures, Seen
from mptui.dashboard.widgets.chrome.tab_bar import TabBar
from mptui.dashboard.widgets.pane import Pane
from mptui.dashboard.widgets.worker_table import WorkerTable
from mptui.terminal_text import safe_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from mptui.dashboard.session.pane_run import PaneRun
    from mptui.model.findings import Finding


class PaneStack(Vertical):
    """Shows the pane in front, and on the tabs how all of them fare.

    A pane is made when it first comes to the front, and is not painted while it is behind.

    Args:
        pane_runs: what the panes hold, in the order of the tabs.
        front: the pane to begin with.
    """

    front: var[int] = var(0, init=False)
    arrangement: var[ScreenLayout] = var(DEFAULT_LAYOUT, init=False)
    """How the person arranged the screen; all panes follow it."""
    table_choice: var[TableChoice] = var(DEFAULT_CHOICE, init=False)
    """The columns of the tables of all panes, and what these are sorted by."""

    @dataclass
    class TableChosen(Message):
        """The person wants other columns, or another order."""

        choice: TableChoice

    def __init__(self, pane_runs: Sequence[PaneRun], front: int) -> None:
        super().__init__()
        self.set_reactive(PaneStack.front, front)
        self._pane_runs = list(pane_runs)
        self._findings = [LatestFindings() for _ in pane_runs]
        self._tab_bar = TabBar()
        self._panes: dict[int, Pane] = {}
        self._news: set[int] = set()

    @property
    def pane_run(self) -> PaneRun:
        """What the pane in front holds."""
        return self._pane_runs[self.front]

    @property
    def pane(self) -> Pane:
        """The pane in front."""
        return self._panes[self.front]

    def compose(self) -> ComposeResult:
        """The tabs, and a place for the panes."""
        yield self._tab_bar
        yield Container(id="panes")

    def on_mount(self) -> None:
        """One pane alone needs no tabs."""
        self._tab_bar.display = len(self._pane_runs) > 1
        self._bring_front()

    def add(self, pane_run: PaneRun) -> None:
        """Make room for another pane, after all others, and bring it to the front."""
        self._pane_runs.append(pane_run)
        self._findings.append(LatestFindings())
        self._tab_bar.display = True
        self.front = len(self._pane_runs) - 1

    def watch_front(self, left: int, come: int) -> None:
        """Bring that pane to the front."""
        if isinstance(app := self.app, KeptPictures):
            self._news -= {come}
            app.turn_pictures(self._seen(left, self._tab_bar.tabs), self._seen(come))
        self._bring_front()

    def _seen(self, index: int, tabs: tuple[Tab, ...] | None = None) -> Seen:
        """What is seen with this pane in front, and with these tabs, or those that there are."""
        pane = self._panes.get(index)
        is_certain = pane is not None and (not pane.display or pane.is_as_it_comes)
        look = pane.look if pane is not None and is_certain else None
        if look is None:
            return Seen(index, None)
        tabs = tuple(map(self._tab, range(len(self._pane_runs)))) if tabs is None else tabs
        return Seen(index, (look, tabs, self.arrangement, self.table_choice))

    def _bring_front(self) -> None:
        if self.front not in self._panes:
            self._panes[self.front] = Pane(self.pane_run, self._findings[self.front])
            self.pane.data_bind(PaneStack.arrangement, PaneStack.table_choice)
            self.query_one("#panes").mount(self.pane)
        for index, pane in self._panes.items():
            pane.display = index == self.front
        self.pane.come_to_front()
        self.show(set())

    def watch_table_choice(self) -> None:
        """Let all panes show that."""
        self.post_message(self.TableChosen(self.table_choice))

    @on(WorkerTable.ChoiceMade)
    def take_table_choice(self, message: WorkerTable.ChoiceMade) -> None:
        """Do as the person wants, in every pane."""
        message.stop()
        self.table_choice = message.choice

    def show(self, changed: set[int], *, has_room: bool = True, is_look: bool = False) -> None:
        """Show the state of all as it is now; something happened in the ones that changed.

        Without room on the line to the terminal, what costs most waits for another time. Where it
        is only time that went on, or something that happened (``is_look``), what is as it was is
        not looked at again.
        """
        self._news = (self._news | changed) - {self.front}
        if is_look:
            self.pane.show_time(has_room=has_room)
        else:
            self.pane.show(has_room=has_room)
        self._tab_bar.front = self.front
        self._tab_bar.tabs = tuple(map(self._tab, range(len(self._pane_runs))))

    def findings_of(self, index: int) -> Sequence[Finding]:
        """What is wrong with the run of a pane."""
        pane_run = self._pane_runs[index]
        return self._findings[index].of(pane_run) if pane_run.has_begun else ()

    @on(Pane.Arranged)
    def take_arrangement(self, message: Pane.Arranged) -> None:
        """Let every pane look like that."""
        message.stop()
        self.arrangement = message.layout

    def _tab(self, index: int) -> Tab:
        pane_run = self._pane_runs[index]
        findings = self.findings_of(index)
        sign = tab_mark(pane_run, findings, glyphs(), is_front=index == self.front)
        return Tab(safe_text(pane_run.spec.title), sign, index in self._news)

    @on(TabBar.Chosen)
    def bring_to_front(self, message: TabBar.Chosen) -> None:
        """Bring the pane to the front whose tab was clicked."""
        message.stop()
        self.front = message.index
