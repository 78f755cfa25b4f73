"""What is wrong with a run, looked for once a second at most.

To look goes through everything that is known of a run; no single change is worth that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mptui.model.findings import find

if TYPE_CHECKING:
    from mptui.dashboard.session.pane_run import PaneRun
    from mptui.model.findings import Finding


class LatestFindings:
    """The findings of the run of one pane, as of about now."""

    def __init__(self) -> None:
        self._look: tuple[object, ...] = ()
        """When, and at what, somebody looked last."""
        self._found: tuple[Finding, ...] = ()

    def of(self, pane_run: PaneRun) -> tuple[Finding, ...]:
        """What was found in its run, worst first."""
        # Its end is looked at in any case: nothing will come after it.
        look = (pane_run.run, int(pane_run.now), pane_run.is_live)
        if look != self._look:
            self._look = look
            self._found = find(pane_run.run)
        return self._found
