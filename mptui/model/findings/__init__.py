"""Findings: conclusions from the state of a run, in plain words.

Each rule is a pure function of the run, so that a better rule serves old recordings as well. Rules
rather say nothing than something wrong: a healthy program has no findings.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

from mptui.model.findings.deadlocks import find_deadlocks
from mptui.model.findings.deaths import find_deaths
from mptui.model.findings.finding import SEVERITIES, Finding, Severity
from mptui.model.findings.load import find_load
from mptui.model.findings.queues import find_queues
from mptui.model.findings.sharing import find_sharing
from mptui.model.findings.zombies import find_zombies

if TYPE_CHECKING:
    from mptui.model.run import Run

__all__ = ["Finding", "Severity", "find"]

_RULES: Final = (
    find_deaths,
    find_zombies,
    find_deadlocks,
    find_queues,
    find_sharing,
    find_load,
)


def find(run: Run) -> tuple[Finding, ...]:
    """Everything there is to say about a run so far, worst first, then in order of time."""
    findings = chain.from_iterable(rule(run) for rule in _RULES)
    return tuple(
        sorted(findings, key=lambda one: (SEVERITIES.index(one.severity), one.since, one.rule))
    )
