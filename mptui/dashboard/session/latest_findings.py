"""What is wrong with a run, searched for once a second at most, and not where nothing happened.

A search goes through everything that is known of a run: too much to do after each change.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mptui.dashboard.session.pane_run import PaneRun
    from mptui.model import Run
    from mptui.model.findings import Finding

_LEAST_SECONDS: Final = 1.0
_MOST_SECONDS: Final = 8.0
_SHARE: Final = 1 / 200
"""A search that takes long is made more seldom, so that it gets no more of a core than that."""
_SHARE_AFTER_CHANGES: Final = 1 / 25
"""The same where processes came or went: then there may be something to find."""


class LatestFindings:
    """The findings of the run of one pane, as of about now."""

    def __init__(self) -> None:
        self._searched: tuple[object, ...] = ()
        """Which run was searched last, and what was known of it."""
        self._searched_at = -math.inf
        """When that was, in its seconds."""
        self._took_seconds = 0.0
        self._process_changes = -1
        self._found: tuple[Finding, ...] = ()

    def of(self, pane_run: PaneRun) -> tuple[Finding, ...]:
        """What was found in its run, worst first."""
        # After its end it is searched in any case: nothing will come any more. Of a moment that
        # somebody looks back at it is said what was so at that moment, not a second before.
        run, moment = pane_run.run, pane_run.moment
        state = (run, pane_run.is_live, moment, pane_run.fold_count, run.now)
        if state == self._searched:
            return self._found
        is_same = self._searched[:3] == state[:3]
        if is_same and moment is None and pane_run.now < self._due_at(run):
            return self._found
        began = time.thread_time()
        self._found = pane_run.findings.find(run)
        self._took_seconds = time.thread_time() - began
        self._searched, self._searched_at = state, pane_run.now
        self._process_changes = run.process_changes
        return self._found

    def _due_at(self, run: Run) -> float:
        """When it may be searched again, in its seconds."""
        has_changed = run.process_changes != self._process_changes
        share = _SHARE_AFTER_CHANGES if has_changed else _SHARE
        rest = max(_LEAST_SECONDS, min(self._took_seconds / share, _MOST_SECONDS))
        return self._searched_at + rest
