"""What is wrong with a run, searched for once a second at most.

A search goes through everything that is known of a run: too much to do after each change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mptui.dashboard.session.pane_run import PaneRun
    from mptui.model.findings import Finding


class LatestFindings:
    """The findings of the run of one pane, as of about now."""

    def __init__(self) -> None:
        self._searched: tuple[object, ...] = ()
        """Which run was searched last, and when."""
        self._found: tuple[Finding, ...] = ()

    def of(self, pane_run: PaneRun) -> tuple[Finding, ...]:
        """What was found in its run, worst first."""
        # After its end it is searched in any case: nothing will come any more. Of a moment that
        # somebody looks back at it is said what was so at that moment, not a second before.
        now = int(pane_run.now) if pane_run.moment is None else pane_run.now
        searched = (pane_run.run, now, pane_run.is_live)
        if searched != self._searched:
            self._searched = searched
            self._found = pane_run.findings.find(pane_run.run)
        return self._found
