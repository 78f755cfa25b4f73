"""Makes one finding of two that are one trouble: the end of a process, and the wait it causes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from mptui.model.findings.finding import SEVERITIES, Effect, Finding

if TYPE_CHECKING:
    from collections.abc import Iterable

_ENDS: Final = ("worker-died-in-task", "crash-loop", "worker-crashed", "worker-failed")
"""The kinds that say how processes ended."""
_CAUSES: Final = (*_ENDS, "item-not-sent")


def linked(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, each that has its cause among the others together with that."""
    effects, rest = list[Effect](), list[Finding]()
    for finding in findings:
        if isinstance(finding, Effect):
            effects.append(finding)
        else:
            rest.append(finding)
    for effect in effects:
        cause = next((one for one in rest if _is_cause(one, effect)), None)
        if cause is None:
            rest.append(_plain(effect))
        else:
            rest[rest.index(cause)] = _one_of(cause, effect)
    return [finding for finding in rest if not _is_told(finding, rest)]


def _is_told(finding: Finding, others: list[Finding]) -> bool:
    """Whether another one says why these processes stand still, and this only that they do."""
    return finding.kind == "deadlock" and any(
        other.kind == "pool-stuck" and set(finding.processes) <= set(other.processes)
        for other in others
    )


def _is_cause(end: Finding, effect: Effect) -> bool:
    return end.kind in _CAUSES and not set(end.processes).isdisjoint(effect.caused_by)


def _plain(effect: Effect) -> Finding:
    return Finding(**{field: getattr(effect, field) for field in Finding.__struct_fields__})


def _one_of(cause: Finding, effect: Effect) -> Finding:
    """The end and what follows from it."""
    processes = tuple(dict.fromkeys((*cause.processes, *effect.processes)))
    since = min(cause.since, effect.since)
    if not effect.consequence:
        return replace(_plain(effect), processes=processes, since=since)
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
