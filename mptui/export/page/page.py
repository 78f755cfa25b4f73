"""The page: summary, findings, timeline, tasks, processes and the output, in that order.

Everything from outside is made safe and escaped where it is placed. The page allows its own script
and its own style, by their digests, and nothing else: not even escaping that failed once would let
a program run anything, or send anything away.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from mptui.export import report
from mptui.export.page.output_lines import first_shown_line, output_lines
from mptui.export.page.timeline_picture import timeline_picture
from mptui.terminal_text import safe_text
from mptui.wording.counts import counted
from mptui.wording.durations import duration_text, since_text
from mptui.wording.endings import exit_text
from mptui.wording.sizes import size_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mptui.export.destination import Write
    from mptui.export.recorded_events import WholeRun
    from mptui.export.report import TaskLine
    from mptui.model import Run
    from mptui.model.findings import Finding
    from mptui.model.processes.process_state import ProcessState

MERGED_BYTES: Final = 16 * 1024 * 1024
"""So much of the output the page holds at most, the newest."""
CHARACTERS: Final = 1000
PROCESSES_SHOWN: Final = 500
_LEGEND: Final = (
    ("task", "task"),
    ("task failed", "failed or lost"),
    ("wait blocked", "waits, has work"),
    ("wait idle", "no work, or sleeps"),
)


def write_page(whole: WholeRun, write: Write) -> None:
    """Write the whole page.

    Args:
        whole: a run that keeps `MERGED_BYTES` of its output.
        write: takes what is to be written, some at a time.
    """
    for piece in _page(whole):
        write(piece.encode(errors="replace"))


def _page(whole: WholeRun) -> Iterator[str]:
    run, findings = whole.run, whole.findings.find(whole.run)
    style, script = _own("page.css"), _own("page.js")
    policy = (
        f"default-src 'none'; base-uri 'none'; form-action 'none'; "
        f"style-src '{_digest(style)}'; script-src '{_digest(script)}'"
    )
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    yield '<meta name="viewport" content="width=device-width">\n<meta name="referrer" '
    yield f'content="no-referrer">\n<title>{_text(report.title_of(run), 100)} - mptui</title>\n'
    yield f"<style>{style}</style>\n</head>\n<body>\n"
    yield from _summary(run)
    yield from _findings(findings)
    yield from _timeline(run)
    yield from _functions(run)
    yield from _tasks(*report.failures_of(run))
    yield from _tasks("Slowest tasks", report.slowest_tasks(run))
    yield from _processes(run)
    yield from _output(run)
    yield f"<script>{script}</script>\n</body>\n</html>\n"


def _summary(run: Run) -> Iterator[str]:
    yield f"<h1>{_text(report.title_of(run), 100)}</h1>\n"
    look = ' class="bad"' if report.has_failed(run) else ""
    yield f"<p{look}>{_text(report.status_of(run))}</p>\n<dl>\n"
    for about, fact in report.facts_of(run):
        yield f"<dt>{_text(about)}</dt><dd>{_text(fact)}</dd>\n"
    yield "</dl>\n"


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    yield f"<h2>{counted(len(findings), 'finding')}</h2>\n"
    for one in findings:
        yield f'<div class="finding {one.severity}"><p><strong>{one.severity}:</strong> '
        yield f'{_text(one.headline)} <span class="faint">(at {since_text(one.since)})</span></p>'
        yield f'<p class="faint">{_text(one.evidence)}</p><p>{_text(one.advice)}</p></div>\n'
    if not findings:
        yield "<p>Nothing to report.</p>\n"


def _timeline(run: Run) -> Iterator[str]:
    yield '<h2>Timeline</h2>\n<p class="legend">'
    for look, meaning in _LEGEND:
        yield f'<span><svg width="12" height="12"><rect class="{look}" width="12" height="12"/>'
        yield f"</svg> {meaning}</span>"
    yield '</p>\n<div class="scroll">\n'
    yield from timeline_picture(run)
    yield "</div>\n"


def _functions(run: Run) -> Iterator[str]:
    figures = report.function_figures(run)
    if figures:
        titles = ("function", "tasks", "failed", "mean", "p50", "p95", "slowest", "in all")
        rows = (
            (one.label, str(one.tasks), str(one.failed), *map(report.seconds_text, one[3:]))
            for one in figures
        )
        yield from _table("Functions", titles, rows, texts=1)


def _tasks(title: str, tasks: Sequence[TaskLine]) -> Iterator[str]:
    if tasks:
        titles = ("task", "argument", "process", "error", "took")
        rows = (
            (one.label, one.item, one.process, one.error, report.seconds_text(one.seconds))
            for one in tasks
        )
        yield from _table(title, titles, rows, texts=4)


def _processes(run: Run) -> Iterator[str]:
    states = list(run.processes.values())[:PROCESSES_SHOWN]
    titles = ("process", "role", "end", "pid", "began", "lasted", "memory", "tasks", "lines")
    yield from _table("Processes", titles, (_process(run, one) for one in states), texts=3)
    left = run.process_count - len(states)
    if left > 0:
        yield f"<p>{counted(left, 'process', 'processes')} more are not shown.</p>\n"


def _process(run: Run, state: ProcessState) -> tuple[str, ...]:
    is_over = state.ended_at is not None
    end = run.now if state.ended_at is None else state.ended_at
    tasks = run.tasks.of_process.get(state.process)
    return (
        state.name or f"process {state.process}",
        state.role,
        exit_text(state.exitcode, state.signal) if is_over else "not seen to end",
        str(state.pid),
        since_text(state.started_at),
        duration_text(end - state.started_at),
        size_text(state.peak_rss_bytes) if state.peak_rss_bytes else "",
        str(tasks.count) if tasks is not None else "",
        str(state.line_count),
    )


def _output(run: Run) -> Iterator[str]:
    yield "<h2>Output</h2>\n"
    missing = first_shown_line(run)
    if missing:
        lines = counted(missing, "line")
        yield f"<p>The first {lines} are not here; the recording has them.</p>\n"
    yield '<form id="choice"><input id="search" type="search" placeholder="search" '
    yield 'aria-label="search"><select id="who" aria-label="process">'
    yield '<option value="">all processes</option></select><span id="found" class="faint">'
    yield '</span></form>\n<div id="lines" tabindex="0"><div id="space"></div><div id="rows">'
    yield "</div></div>\n<noscript><p>The output is shown by a script.</p></noscript>\n"
    yield '<script type="application/json" id="output">'
    yield from output_lines(run)
    yield "</script>\n"


def _table(
    title: str, titles: Sequence[str], rows: Iterable[Sequence[str]], *, texts: int
) -> Iterator[str]:
    """A table; the first columns, so many, hold texts, the others numbers."""
    yield f'<h2>{title}</h2>\n<div class="scroll"><table>\n<tr>'
    for column, name in enumerate(titles):
        yield f"<th{_look(column, texts)}>{name}</th>"
    yield "</tr>\n"
    for row in rows:
        cells = "".join(
            f"<td{_look(column, texts)}>{_text(one, 300)}</td>" for column, one in enumerate(row)
        )
        yield f"<tr>{cells}</tr>\n"
    yield "</table></div>\n"


def _look(column: int, texts: int) -> str:
    return "" if column < texts else ' class="number"'


def _text(raw: str, most: int = CHARACTERS) -> str:
    return escape(safe_text(raw, most))


def _own(name: str) -> str:
    return files("mptui.export.page").joinpath(name).read_text(encoding="utf-8")


def _digest(content: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"
