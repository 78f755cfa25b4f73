"""All rules together, and the evidence that they share.

A rule is a pure function of the run and the evidence, so that a better rule serves old recordings
as well. Rules rather say nothing than something wrong: a healthy program has no findings.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from mptui.events import StopRequested
from mptui.model.findings.deadlocks import find_deadlocks
from mptui.model.findings.deaths import find_deaths
from mptui.model.findings.ended.restarts import find_restarts
from mptui.model.findings.evidence import Evidence
from mptui.model.findings.finding import SEVERITIES, Finding
from mptui.model.findings.load import find_load
from mptui.model.findings.queues import find_queues
from mptui.model.findings.sharing import find_sharing
from mptui.model.findings.stuck.links import linked
from mptui.model.findings.stuck.pools import find_stuck_pools
from mptui.model.findings.zombies import find_zombies

if TYPE_CHECKING:
    from mptui.events import Event
    from mptui.model.run import Run

_RULES: Final = (
    find_deaths,
    find_restarts,
    find_zombies,
    find_deadlocks,
    find_stuck_pools,
    find_queues,
    find_sharing,
    find_load,
)


_LASTING: Final = ("deadlock", "pool-stuck")
"""The kinds that say what goes on, until the program is stopped."""


class Findings:
    """What there is to say about one run: ``run.apply(events, before=findings.note)``."""

    def __init__(self) -> None:
        self._evidence = Evidence()
        self._at_stop: tuple[Finding, ...] | None = None
        """What there was to say when mptui was asked to stop the program."""

    def note(self, run: Run, event: Event) -> None:
        """Take note of an event that the run is about to fold."""
        if self._at_stop is None:
            if isinstance(event, StopRequested):
                self._at_stop = tuple(_at_stop(one, event.t) for one in self.find(run))
            self._evidence.note(run, event)

    def find(self, run: Run) -> tuple[Finding, ...]:
        """All findings about the run so far, worst first, then in order of time.

        What happens after a stop was asked for happens because of that, and is no finding.
        """
        if self._at_stop is not None:
            return self._at_stop
        findings = linked(chain.from_iterable(rule(run, self._evidence) for rule in _RULES))
        return tuple(
            sorted(findings, key=lambda one: (SEVERITIES.index(one.severity), one.since, one.kind))
        )


def _at_stop(finding: Finding, t: float) -> Finding:
    is_over = finding.kind in _LASTING and finding.until is None
    return replace(finding, until=t) if is_over else finding
