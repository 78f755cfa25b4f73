"""When a person is to be called: at the first finding of a run, and at its end. Once each.

Must not know how a person is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.terminal_text import safe_text
from mptui.wording.attached import WENT_ON
from mptui.wording.endings import ending_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mptui.dashboard.session.pane_run import PaneRun
    from mptui.model.findings import Finding

_TITLE_CHARACTERS: Final = 40
_HEADLINE_CHARACTERS: Final = 120


class Calls:
    """What was said already of the run of one pane."""

    def __init__(self) -> None:
        self._run: object = None
        self._has_said_finding = False
        self._has_said_end = False

    def due(self, pane_run: PaneRun, findings: Sequence[Finding]) -> list[str]:
        """What is to be said now, made safe: nothing of a run that was over when first seen."""
        if pane_run.run is not self._run:
            self._run = pane_run.run
            self._has_said_finding, self._has_said_end = False, not pane_run.is_live
        title = safe_text(pane_run.spec.title, _TITLE_CHARACTERS)
        said: list[str] = []
        if findings and findings[0].severity != "note" and not self._has_said_finding:
            self._has_said_finding = True
            said.append(f"{title}: {safe_text(findings[0].headline, _HEADLINE_CHARACTERS)}")
        if not pane_run.is_live and not self._has_said_end:
            self._has_said_end = True
            said.append(f"{title}: {_ending(pane_run)}")
        return said


def _ending(pane_run: PaneRun) -> str:
    finished = pane_run.run.finished
    if finished is None:
        return "not started" if pane_run.problem else "no longer followed"
    if finished.goes_on:
        return WENT_ON
    if finished.stopped is not None:
        return "stopped"
    return ending_text(finished.exitcode, finished.signal)
