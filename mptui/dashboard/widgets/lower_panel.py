"""The lower part of a pane: the source, the timeline, the tasks or the findings, or nothing.

The one place that decides which of them is shown, and the only one that hands them anything: what
is not shown costs nothing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from textual.containers import Container
from textual.content import Content
from textual.reactive import var

from mptui.dashboard.presentation.processes.selection import ALL, Selection
from mptui.dashboard.widgets.source_view import SourceView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.widget import Widget

    from mptui.dashboard.session.pane_run import PaneRun
    from mptui.dashboard.session.pane_spec import PaneSpec
    from mptui.dashboard.widgets.run_parts import RunParts
    from mptui.model.findings import Finding

LowerView: TypeAlias = Literal["source", "timeline", "tasks", "findings"]
Choice: TypeAlias = Literal["source", "timeline", "tasks", "findings", "nothing", "none made"]
"""What a person wants to see below; as long as no choice is made, what suits."""

ROOMY_LINES: Final = 34
"""From so many lines on there is room below a run."""


class Situation(NamedTuple):
    """What the decision rests on, beside the choice."""

    has_source: bool
    has_begun: bool
    """Whether there is anything of a run to show."""
    is_lesson: bool
    """Whether the program is of the gallery: its source is what one came for."""
    is_roomy: bool
    """Whether there are lines enough for a run with something below it."""
    is_covered: bool = False
    """Whether another part fills the pane."""


def shown_view(choice: Choice, situation: Situation) -> LowerView | None:
    """What is shown below."""
    source: LowerView | None = "source" if situation.has_source else None
    if choice == "nothing":
        return None
    if choice == "source" or not situation.has_begun:
        return source
    if choice != "none made":
        return choice
    if not situation.is_roomy:
        return None
    return source if situation.is_lesson else "timeline"


class LowerPanel(Container):
    """Shows one of the four, or nothing.

    Args:
        spec: the program.
    """

    selected: var[Selection] = var(ALL, init=False)
    """What is chosen in the pane; bound down to each view that has to do with processes."""

    def __init__(self, spec: PaneSpec) -> None:
        super().__init__()
        self.shown: LowerView | None = None
        self._choice: Choice = "none made"
        self._of_run: RunParts | None = None
        """What there is to see of a run; None before there is one."""
        self._views: dict[LowerView, Widget] = {}
        if spec.source is not None:
            self._views["source"] = SourceView(spec)
        self._is_alone: bool | None = None
        self.say_way_back(is_alone=False)
        self._hide_all()

    def take_views(self, views: RunParts) -> None:
        """Show these of a run from now on: composed, or mounted where that is over."""
        self._of_run = views
        made: dict[LowerView, Widget] = {
            "timeline": views.timeline,
            "tasks": views.tasks,
            "findings": views.findings,
        }
        for view in made.values():
            view.display = False
        self._views |= made
        is_alone, self._is_alone = self._is_alone, None
        self.say_way_back(is_alone=bool(is_alone))

    async def mount_views(self) -> None:
        """Mount them."""
        with self._context():
            await self.mount(*self._bound_views())

    def compose(self) -> ComposeResult:
        """All that there is by now."""
        yield from self._bound_views()
        if (source := self._views.get("source")) is not None:
            yield source

    def _bound_views(self) -> list[Widget]:
        if self._of_run is None:
            return []
        views: list[Widget] = [self._of_run.timeline, self._of_run.tasks, self._of_run.findings]
        for view in views:
            view.data_bind(LowerPanel.selected)
        return views

    @property
    def reader(self) -> Widget | None:
        """The part that takes the keys for what is shown."""
        view = self._views.get(self.shown) if self.shown is not None else None
        return view.code if isinstance(view, SourceView) else view

    def toggle(self, view: LowerView) -> None:
        """Want to see this, or nothing if it is what is shown."""
        self._choice = "nothing" if view == self.shown else view

    def want(self, view: LowerView) -> None:
        """Want to see this."""
        self._choice = view

    def clear_way(self) -> None:
        """Want to see nothing here."""
        self._choice = "nothing"

    def say_way_back(self, *, is_alone: bool) -> None:
        """Name what is shown; where it fills the pane, say how to see the other parts again."""
        # Each new title paints the whole part again.
        if is_alone == self._is_alone:
            return
        self._is_alone = is_alone
        way_back = " · z: all parts" if is_alone else ""
        for name, view in self._views.items():
            if isinstance(view, SourceView):
                view.way_back = way_back
            else:
                view.border_title = Content(f" {name}{way_back} ")

    def make_way_for_run(self, situation: Situation) -> None:
        """A run begins: the source must not cover it, whatever was chosen for the last one."""
        if self._choice == "source" and not situation.is_roomy:
            self._choice = "none made"

    def decide(self, situation: Situation) -> None:
        """Bring to sight what is to be shown."""
        shown = None if situation.is_covered else shown_view(self._choice, situation)
        if shown != self.shown:
            self._hide_all()
            self.shown = shown
            if shown is not None:
                self._views[shown].display = True
                self.display = True

    def show(self, pane_run: PaneRun, findings: Sequence[Finding]) -> None:
        """Hand the state of the run to what is in sight.

        The timeline has all of it also while a person looks back: that is where they choose when.
        """
        if self.shown == "timeline":
            self.show_time(pane_run)
        elif self._of_run is None:
            pass
        elif self.shown == "tasks":
            self._of_run.tasks.show(pane_run.shown.run)
        elif self.shown == "findings":
            self._of_run.findings.show(findings)

    def show_time(self, pane_run: PaneRun) -> None:
        """Hand it to the timeline alone, if that is in sight: it moves though nothing happens."""
        if self.shown == "timeline" and self._of_run is not None:
            replay = pane_run.past.replay
            moment = None if replay is None else replay.moment
            is_over = not pane_run.is_live and pane_run.run.finished is None
            self._of_run.timeline.show(pane_run.run, pane_run.now, moment, is_over=is_over)

    @property
    def rests_seconds(self) -> float:
        """How long what is in sight stays as it is if nothing happens, whole seconds aside."""
        if self.shown != "timeline" or self._of_run is None:
            return math.inf
        return self._of_run.timeline.rests_seconds

    def _hide_all(self) -> None:
        self.display = False
        for view in self._views.values():
            view.display = False
