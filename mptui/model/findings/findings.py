"""All rules together, and the evidence that they share.

A rule is a pure function of the run and the evidence, so that a better rule serves old recordings
as well. Rules rather say nothing than something wrong: a healthy program has no findings.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

from mptui.model.findings.cores.shared_cores import find_shared_cores
from mptui.model.findings.deadlocks import find_deadlocks
from mptui.model.findings.deaths import find_deaths
from mptui.model.findings.evidence import Evidence
from mptui.model.findings.finding import SEVERITIES, Finding
from mptui.model.findings.load import find_load
from mptui.model.findings.queues import find_queues
from mptui.model.findings.sharing import find_sharing
from mptui.model.findings.zombies import find_zombies

if TYPE_CHECKING:
    from mptui.events import Event
    from mptui.model.run import Run

_RULES: Final = (
    find_deaths,
    find_zombies,
    find_deadlocks,
    find_queues,
    find_sharing,
    find_load,
)


class Findings:
    """What there is to say about one run: ``run.apply(events, before=findings.note)``."""

    def __init__(self) -> None:
        self._evidence = Evidence()

    def note(self, run: Run, event: Event) -> None:
        """Take note of an event that the run is about to fold."""
        self._evidence.note(run, event)

    def find(self, run: Run) -> tuple[Finding, ...]:
        """All findings about the run so far, worst first, then in order of time."""
        findings = chain(
            chain.from_iterable(rule(run, self._evidence) for rule in _RULES),
            find_shared_cores(run, self._evidence.crowding),
        )
        return tuple(
            sorted(findings, key=lambda one: (SEVERITIES.index(one.severity), one.since, one.rule))
        )
