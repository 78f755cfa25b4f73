"""Findings as lines to read: what was found, how one knows, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from mptui.dashboard.presentation.text.palette import BAD, DIM, STRONG, WARNING
from mptui.dashboard.presentation.text.shortening import wrapped
from mptui.terminal_text import Span, TextStyle, safe_text
from mptui.wording.counts import counted
from mptui.wording.durations import since_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.dashboard.presentation.text.page import Spans
    from mptui.model.findings import Finding, Severity

NOTHING_FOUND: Final = "nothing to report so far"
_WORKER_FAILED: Final = "worker-failed"
_LEAD: Final = 3
"""Cells: the marker of the chosen process, the sign, and a gap."""
_READABLE_WIDTH: Final = 100
_LEAST_WIDTH: Final = 12
_CHARACTERS: Final = 1000
_STYLES: Final[dict[str, TextStyle | None]] = {"error": BAD, "warning": WARNING, "note": None}
_HEADLINES: Final[dict[str, TextStyle]] = {
    "error": BAD,
    "warning": TextStyle(foreground=3, bold=True),
    "note": STRONG,
}


class FindingsPage:
    """The findings as a page; there are never many."""

    def __init__(
        self, findings: Sequence[Finding], selected: int | None, width: int, glyphs: Glyphs
    ) -> None:
        self._lines = finding_lines(findings, selected, width, glyphs)

    @property
    def line_count(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    def line(self, number: int) -> Spans:
        """One of them."""
        return self._lines[number] if number < len(self._lines) else ()


def finding_lines(
    findings: Sequence[Finding], selected: int | None, width: int, glyphs: Glyphs
) -> list[Spans]:
    """Every finding, an empty line between two; those about the chosen process are marked."""
    if not findings:
        return [(Span(NOTHING_FOUND, DIM),)]
    room = max(_LEAST_WIDTH, min(width, _READABLE_WIDTH) - _LEAD)
    lines: list[Spans] = []
    for finding in findings:
        lines += [*_lines(finding, selected, room, glyphs), ()]
    return lines[:-1]


def findings_summary(findings: Sequence[Finding], glyphs: Glyphs) -> Span | None:
    """How many there are, with the sign of the worst; None without any."""
    if not findings:
        return None
    sign = severity_mark(findings[0].severity, glyphs)
    return Span(f"{sign.text} {counted(len(findings), 'finding')}: w", sign.style)


def severity_mark(severity: Severity, glyphs: Glyphs) -> Span:
    """The sign of a finding that is as bad as this."""
    return Span(_sign(severity, glyphs), _STYLES[severity])


def worst_of_each(findings: Iterable[Finding]) -> dict[int, Severity]:
    """How bad the worst is that was found about each process that a finding names.

    Args:
        findings: worst first.
    """
    worst: dict[int, Severity] = {}
    for finding in findings:
        for process in finding.processes:
            worst.setdefault(process, finding.severity)
    return worst


def failed_workers(findings: Iterable[Finding]) -> int:
    """How many workers failed, and the program did not look at that; an answer is no failure."""
    failed = (one.processes for one in findings if one.kind == _WORKER_FAILED)
    return len({process for processes in failed for process in processes})


def has_trouble(findings: Sequence[Finding]) -> bool:
    """Whether something is not as it should be: more than a note, which says what could be better.

    Args:
        findings: worst first.
    """
    return bool(findings) and findings[0].is_at_least("warning")


def _lines(finding: Finding, selected: int | None, room: int, glyphs: Glyphs) -> list[Spans]:
    marker = glyphs.chosen if selected is not None and selected in finding.processes else " "
    sign = Span(f"{_sign(finding.severity, glyphs)} ", _STYLES[finding.severity])
    blank = Span(" " * _LEAD, None)
    style = _HEADLINES[finding.severity]
    first, *others = _wrapped(finding.headline, room) or [""]
    lines: list[Spans] = [(Span(marker, STRONG), sign, Span(first, style))]
    lines += [(blank, Span(line, style)) for line in others]
    since = f"  {_when(finding)}"
    if cell_len((others or [first])[-1]) + len(since) <= room:
        lines[-1] = (*lines[-1], Span(since, DIM))
    lines += [(blank, Span(line, None)) for line in _wrapped(finding.evidence, room)]
    return [*lines, *_advice(finding.advice, room, glyphs)]


def _when(finding: Finding) -> str:
    since = since_text(finding.since)
    if finding.until is None or since_text(finding.until) == since:
        return f"at {since}"
    return f"from {since} to {since_text(finding.until)}"


def _advice(advice: str, room: int, glyphs: Glyphs) -> Iterator[Spans]:
    lead = f"{' ' * _LEAD}{glyphs.advice} "
    for line in _wrapped(advice, room - 2):
        yield (Span(lead, DIM), Span(line, DIM))
        lead = " " * len(lead)


def _sign(severity: str, glyphs: Glyphs) -> str:
    return {"error": glyphs.failed, "warning": glyphs.warning}.get(severity, glyphs.note)


def _wrapped(text: str, width: int) -> list[str]:
    return wrapped(safe_text(text, _CHARACTERS), width) if text else []
