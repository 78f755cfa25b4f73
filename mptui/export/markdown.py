"""A run as Markdown, as GITHUB_STEP_SUMMARY and comments take it: how it ended, what was found.

Short whatever the run: tables have few rows. Everything from outside is escaped: it is no heading,
link, mention or HTML.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mptui.export import report
from mptui.terminal_text import safe_text
from mptui.wording.counts import counted
from mptui.wording.durations import since_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mptui.export.recorded_events import WholeRun
    from mptui.export.report import TaskLine
    from mptui.model import Run
    from mptui.model.findings import Finding

ROWS: Final = 10
FINDINGS_SHOWN: Final = 50
CHARACTERS: Final = 1000
CELL_CHARACTERS: Final = 80
_SIGNS: Final = {"error": "❌", "warning": "⚠️", "note": "💡"}
_SPECIAL: Final = re.compile(r"[\\`*_{}\[\]#|~>$]")
_LEADING: Final = re.compile(r"\A(\d*)([-+=.)])")
"""What begins a list, or makes a heading of the line before."""
_LINKED: Final = re.compile(r"@|(?<=:)//|www(?=\.)|\\#", re.IGNORECASE)


def markdown_of(whole: WholeRun) -> bytes:
    """The whole text, of some kilobytes."""
    run, findings = whole.run, whole.findings.find(whole.run)
    lines = [
        *_head(run, findings),
        *_findings(findings),
        *_functions(run),
        *_tasks(*report.failures_of(run, ROWS)),
        *_tasks("Slowest tasks", report.slowest_tasks(run, ROWS)),
    ]
    return "".join(f"{line}\n" for line in lines).encode(errors="replace")


def text(raw: str, most: int = CHARACTERS) -> str:
    """A text from outside as ordinary words, whatever stands in it."""
    safe = safe_text(raw, most).strip().replace("&", "&amp;").replace("<", "&lt;")
    safe = _LEADING.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", safe))
    # A comment, which is not shown, keeps a name from being called and an address from a link.
    return _LINKED.sub(lambda found: f"{found[0]}<!-- -->", safe)


def cell(raw: str, most: int = CELL_CHARACTERS) -> str:
    """A text from outside as code in a cell of a table, where a bar would begin the next one."""
    return code(raw, most).replace("|", "\\|")


def code(raw: str, most: int = CHARACTERS) -> str:
    """A text from outside as code."""
    safe = safe_text(raw, most)
    if not safe.strip():
        return ""
    runs = re.findall("`+", safe)
    fence = "`" * (max(map(len, runs), default=0) + 1)
    edge = " " if safe.startswith("`") or safe.endswith("`") else ""
    return f"{fence}{edge}{safe}{edge}{fence}"


def _head(run: Run, findings: Sequence[Finding]) -> Iterator[str]:
    is_bad = report.has_failed(run) or any(one.severity == "error" for one in findings)
    sign = "❌" if is_bad else "⏳" if run.finished is None else "✅"
    yield f"## {sign} {text(report.title_of(run), 100)}: {text(report.status_of(run))}"
    yield ""
    for about, fact in report.facts_of(run):
        shown = code(fact) if about in ("command", "folder") else text(fact)
        yield f"- {about}: {shown}"
    yield ""


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    yield f"### {counted(len(findings), 'finding')}"
    yield ""
    for one in findings[:FINDINGS_SHOWN]:
        since = since_text(one.since)
        yield f"- {_SIGNS[one.severity]} **{one.severity}**: {text(one.headline)} (at {since})  "
        for words in (one.evidence, one.advice):
            if words:
                yield f"  {text(words)}  "
    if len(findings) > FINDINGS_SHOWN:
        yield f"- and {len(findings) - FINDINGS_SHOWN} more"
    if not findings:
        yield "Nothing to report."
    yield ""


def _functions(run: Run) -> Iterator[str]:
    figures = report.function_figures(run, ROWS)
    if not figures:
        return
    yield "### Functions"
    yield ""
    titles = ("function", "tasks", "failed", "mean", "p50", "p95", "slowest", "in all")
    yield from _table(
        titles,
        (
            (cell(one.label), str(one.tasks), str(one.failed), *map(report.seconds_text, one[3:]))
            for one in figures
        ),
    )
    left = sum(1 for one in run.tasks.functions.values() if one.count) - len(figures)
    if left:
        yield f"and {counted(left, 'function')} more"
        yield ""


def _tasks(title: str, tasks: Sequence[TaskLine]) -> Iterator[str]:
    if not tasks:
        return
    yield f"### {title}"
    yield ""
    rows = (
        (
            cell(task.label),
            cell(task.item),
            cell(task.process),
            report.seconds_text(task.seconds),
            cell(task.error, 200),
        )
        for task in tasks
    )
    yield from _table(("task", "argument", "process", "took", "error"), rows)


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(titles)} |"
    yield f"|{' --- |' * len(titles)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""
