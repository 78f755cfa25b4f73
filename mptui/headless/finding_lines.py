"""Findings as lines for a person to read, made safe: their texts hold names from the program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.headless.safe_lines import safe_line
from mptui.terminal_text import Span, TextStyle, safe_text
from mptui.wording.durations import since_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mptui.model.findings import Finding

_CHARACTERS: Final = 1000
_INDENT: Final = "    "
_STYLES: Final[dict[str, TextStyle]] = {
    "error": TextStyle(foreground=1, bold=True),
    "warning": TextStyle(foreground=3, bold=True),
    "note": TextStyle(bold=True),
}


def finding_lines(findings: Iterable[Finding], *, has_colour: bool, lead: str = "") -> bytes:
    """What was found, how one knows and what to do about it, line feeds included.

    Args:
        findings: worst first.
        has_colour: whether the severity is coloured.
        lead: what stands before each headline.
    """
    lines = (line for finding in findings for line in _lines(finding, lead, has_colour=has_colour))
    return "".join(f"{line}\n" for line in lines).encode()


def _lines(finding: Finding, lead: str, *, has_colour: bool) -> Iterator[str]:
    severity = safe_line(
        [Span(f"{finding.severity}:", _STYLES[finding.severity])], has_colour=has_colour
    )
    yield f"{lead}{severity} {safe_text(finding.headline, _CHARACTERS)} ({_when(finding)})"
    if finding.evidence:
        yield _INDENT + safe_text(finding.evidence, _CHARACTERS)
    if finding.advice:
        yield f"{_INDENT}-> {safe_text(finding.advice, _CHARACTERS)}"


def _when(finding: Finding) -> str:
    since = since_text(finding.since)
    if finding.until is None or since_text(finding.until) == since:
        return f"at {since}"
    return f"from {since} to {since_text(finding.until)}"
