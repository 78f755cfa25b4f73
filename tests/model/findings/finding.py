"""What the rules find in a story."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mptui.model import Run
from mptui.model.findings import Finding, Findings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mptui.events import Event


def found(events: Iterable[Event]) -> tuple[Finding, ...]:
    """All findings after these events, worst first."""
    run, findings = Run(), Findings()
    run.apply(events, before=findings.note)
    return findings.find(run)


def found_by(rule: str, events: Iterable[Event]) -> Finding:
    """The only finding of this rule."""
    (finding,) = (one for one in found(events) if one.kind == rule)
    return finding


def rules(events: Iterable[Event]) -> list[str]:
    """The rules that found anything, worst first."""
    return [one.kind for one in found(events)]
