import pytest
from rich.cells import cell_len

from mptui.dashboard.presentation.text.glyphs import ASCII, UNICODE, Glyphs
from mptui.dashboard.presentation.words.findings import (
    NOTHING_FOUND,
    finding_lines,
    findings_summary,
)
from mptui.model.findings import Finding, Severity


def finding(
    severity: Severity = "error",
    headline: str = "Process-2 died",
    processes: tuple[int, ...] = (),
) -> Finding:
    return Finding(
        kind="death",
        severity=severity,
        headline=headline,
        evidence="It was killed by SIGKILL while it ran count(7), 1.2 s after that began.",
        advice="Look whether the machine is out of memory.",
        processes=processes,
        since=3.2,
    )


def lines(*findings: Finding, width: int = 60, selected: int | None = None) -> list[str]:
    return drawn(findings, width, selected, UNICODE)


def drawn(
    findings: tuple[Finding, ...], width: int, selected: int | None, glyphs: Glyphs
) -> list[str]:
    return [
        "".join(span.text for span in line)
        for line in finding_lines(findings, selected, width, glyphs)
    ]


def test_finding_is_told_with_evidence_and_advice() -> None:
    assert lines(finding()) == [
        " ✗ Process-2 died  at 3.2 s",
        "   It was killed by SIGKILL while it ran count(7), 1.2 s",
        "   after that began.",
        "   → Look whether the machine is out of memory.",
    ]


def test_each_severity_has_its_own_sign() -> None:
    said = lines(finding("error"), finding("warning"), finding("note"))
    assert [line[1] for line in said if "Process-2 died" in line] == ["✗", "▲", "•"]
    plain = drawn((finding("error"), finding("warning"), finding("note")), 60, None, ASCII)
    assert all(line.isascii() for line in plain)
    assert [line[1] for line in plain if "Process-2 died" in line] == ["x", "!", "i"]


def test_findings_about_the_chosen_process_are_marked() -> None:
    said = lines(finding(processes=(2,)), finding(processes=(3,)), selected=2)
    assert [line[0] for line in said if "Process-2 died" in line] == ["▸", " "]


def test_without_findings_that_is_said() -> None:
    assert lines() == [NOTHING_FOUND] == ["nothing to report so far"]
    assert findings_summary((), UNICODE) is None


@pytest.mark.parametrize(
    ("findings", "said"),
    [
        ((finding("note"),), "• 1 finding: w"),
        ((finding("warning"), finding("note")), "▲ 2 findings: w"),
        ((finding("error"), finding("note")), "✗ 2 findings: w"),
    ],
)
def test_summary_counts_them_and_wears_the_sign_of_the_worst(
    findings: tuple[Finding, ...], said: str
) -> None:
    summary = findings_summary(findings, UNICODE)
    assert summary is not None
    assert summary.text == said


@pytest.mark.parametrize("width", [20, 40, 78, 200])
def test_no_line_is_wider_than_the_view_nor_too_wide_to_read(width: int) -> None:
    said = lines(finding(headline="word " * 60), width=width)
    assert max(map(cell_len, said)) <= min(width, 100)


def test_texts_are_made_safe() -> None:
    said = lines(finding(headline="\x1b]0;t\x07[/bold]\nsecond line \x9b2J"))
    assert "".join(said).isprintable()
    assert "[/bold]" in "".join(said)
