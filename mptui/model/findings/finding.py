"""A conclusion about a run, in plain words."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import msgspec

Severity: TypeAlias = Literal["error", "warning", "note"]
"""Something failed or never ends; it will, or it costs much; it could be better."""

SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "note")
"""Worst first."""


LASTING: Final = frozenset(
    {
        "chunks-too-small",
        "cores-busy",
        "cpu-limit",
        "does-not-end",
        "end-waits",
        "loop-blocked",
        "memory-rises",
        "no-progress",
        "oversubscribed",
        "pipe-kept-open",
        "queue-grows",
        "threads-one-at-a-time",
        "workers-starve",
        "zombie",
    }
)
"""Kinds that tell of how something is, and are over with the program at the latest. The others tell
of what has happened, which is never over, or date themselves."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, how one knows, and what to do.

    Equal as long as nothing about it changed. Its texts hold names from the program and are not
    safe to show.
    """

    kind: str
    """What sort of trouble it is, kebab-case; stays the same whatever the words."""
    severity: Severity
    headline: str
    """One line: which process, and what."""
    evidence: str
    """The figures it rests on."""
    advice: str
    processes: tuple[int, ...]
    """The processes it is about."""
    since: float
    """When it began, in seconds since the run began."""
    until: float | None = None
    """When it was over, or the run was stopped; None where it still holds or cannot be over."""

    def is_at_least(self, severity: Severity) -> bool:
        """Whether it is as bad as this, or worse."""
        return SEVERITIES.index(self.severity) <= SEVERITIES.index(severity)


class Effect(Finding, frozen=True, kw_only=True):
    """A finding whose cause may be another one: the two are to be told as one.

    For the rules alone: what they find is a plain finding in the end.
    """

    caused_by: tuple[int, ...]
    """Processes whose end may be the cause."""
    consequence: str = ""
    """This in few words, to go on with after the cause; where it is empty, this tells of both."""
