"""A run that somebody has started before: its recording, and the way to its supervisor if it lives.

The panes show it like one of their own: a run is its recording. Must not know Textual.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from mptui.dashboard.session.pane_spec import PaneSpec, program_pane
from mptui.dashboard.session.runs.finished_run import ABANDONED, FinishedRun
from mptui.supervisor.front_ends.attached_run import AttachedRun
from mptui.supervisor.request import RunRequest

if TYPE_CHECKING:
    from pathlib import Path

    from mptui.dashboard.session.runs.feed import LiveRun
    from mptui.recording.run_summary import RunSummary

OUT_OF_REACH = "it lives, but its supervisor cannot be reached from here"


@dataclass(frozen=True)
class OpenedRun:
    """A run to be shown in a pane of its own."""

    spec: PaneSpec
    live: LiveRun
    seconds: float
    """How long it has lasted by now."""


class RunSoFar(FinishedRun):
    """A run that goes on, as far as it has come by now: what comes later is not waited for.

    Args:
        recording: its file.
    """

    def __init__(self, recording: Path) -> None:
        super().__init__(recording)
        self.is_read = False
        """Whether all that was there was handed on."""
        self._was_asked = False
        self._is_left = threading.Event()

    def wait_for_news(self) -> bool:
        """All there is, at once, are the only news."""
        if not self._was_asked:
            self._was_asked = True
            return True
        self.is_read = True
        self._is_left.wait()
        return False

    @property
    def has_ended(self) -> bool:
        """It goes on."""
        return False

    def detach(self) -> None:
        """Let go whoever still waits for news."""
        self._is_left.set()


def glimpse(run: RunSummary) -> OpenedRun:
    """What a pane needs to show this run as it is now, without a way to its supervisor.

    Args:
        run: what its recording says.
    """
    live = RunSoFar(run.path) if run.state == "live" else _live(run)
    return OpenedRun(_spec(run), live, run.seconds)


def open_run(run: RunSummary) -> OpenedRun:
    """What a pane needs to show this run.

    Args:
        run: what its recording says.
    """
    return OpenedRun(_spec(run), _live(run), run.seconds)


def _live(run: RunSummary) -> LiveRun:
    if run.state == "live":
        try:
            return AttachedRun.attach(run.path)
        except OSError:
            return FinishedRun(run.path, OUT_OF_REACH)
    return FinishedRun(run.path, None if run.state == "finished" else ABANDONED)


def _spec(run: RunSummary) -> PaneSpec:
    started = run.started
    request = RunRequest(command=tuple(started.command) or ("?",), cwd=started.cwd, name=run.name)
    # Only now: no other run needs it.
    from mptui.dashboard.session.gallery import gallery_panes  # noqa: PLC0415

    for pane in gallery_panes(started.cwd):
        if started.scenario is not None and pane.request.scenario == started.scenario:
            # Its arguments are those of the run that is shown.
            known = msgspec.structs.replace(request, scenario=started.scenario)
            return PaneSpec(request=known, summary=pane.summary, source=pane.source)
    return program_pane(request, autostart=False)
