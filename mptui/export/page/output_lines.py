"""The output of a run as data for the script of the page, which shows and searches it.

JSON in a script element that is no script: there `<` would begin the end of it, so every such
character is written as an escape.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from mptui.export.report import process_name
from mptui.terminal_text import safe_spans, safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.model import Run

LINES_SHOWN: Final = 500_000
_PIECE_LINES: Final = 5000
_SHORT: Final = 2000
_ESCAPES: Final = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def first_shown_line(run: Run) -> int:
    """The number of the oldest line that is shown; above 0, older ones are missing."""
    return max(run.merged.first_line, run.merged.end_line - LINES_SHOWN)


def output_lines(run: Run) -> Iterator[str]:
    """All lines that are shown, as one JSON object, some at a time."""
    names: dict[int, int] = {}
    yield '{"lines":[\n'
    lead = ""
    for start in range(first_shown_line(run), run.merged.end_line, _PIECE_LINES):
        rows = []
        for line in run.merged.lines(start, start + _PIECE_LINES):
            name = names.setdefault(line.process, len(names))
            t = run.merged.time_of(line.number) or 0.0
            rows.append([name, int(line.stream == "stderr"), round(t, 3), _safe(line.text)])
        if rows:
            yield lead + _json(rows)[1:-1]
            lead = ",\n"
    for line in run.merged.pending():
        name = names.setdefault(line.process, len(names))
        row = [name, int(line.stream == "stderr"), round(run.now, 3), _safe(line.text)]
        yield lead + _json(row)
        lead = ",\n"
    yield f'],\n"names":{_json([safe_text(process_name(run, one), 60) for one in names])}}}'


def _safe(text: str) -> str:
    # What most lines are is safe as it stands.
    if len(text) <= _SHORT and text.isascii() and text.isprintable():
        return text
    return "".join(span.text for span in safe_spans(text))


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":")).translate(_ESCAPES)
