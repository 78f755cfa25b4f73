"""Makes one finding of two that are one trouble: the end of a process, and the wait it causes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from mptui.model.findings.finding import SEVERITIES, Finding

if TYPE_CHECKING:
    from collections.abc import Iterable

_ENDS: Final = ("worker-died-in-task", "crash-loop", "worker-crashed", "worker-failed")
"""The kinds that say how processes ended."""


def linked(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, each that has its cause among the others together with that."""
    rest = list(findings)
    for effect in [one for one in rest if one.caused_by]:
        causes = [one for one in rest if one.kind in _ENDS and _is_cause(one, effect)]
        if causes:
            rest = [one for one in rest if one is not effect and one not in causes[:1]]
            rest.append(_one_of(causes[0], effect))
    return rest


def _is_cause(end: Finding, effect: Finding) -> bool:
    return not set(end.processes).isdisjoint(effect.caused_by)


def _one_of(cause: Finding, effect: Finding) -> Finding:
    """The end and what follows from it."""
    processes = tuple(dict.fromkeys((*cause.processes, *effect.processes)))
    since = min(cause.since, effect.since)
    if not effect.consequence:
        return replace(effect, processes=processes, since=since)  # It tells of the end by itself.
    is_told_what_to_do = effect.kind != "pool-stuck" or cause.kind == "worker-died-in-task"
    return replace(
        cause,
        severity=min(cause.severity, effect.severity, key=SEVERITIES.index),
        headline=f"{cause.headline}, and {effect.consequence}",
        evidence=f"{cause.evidence} {effect.evidence}",
        advice=cause.advice if is_told_what_to_do else effect.advice,
        processes=processes,
        since=since,
    )
