"""What one line of output looks like: who wrote it, to which stream, and its text made safe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.dashboard.presentation.palette import DIM, MARKED, STDERR, process_style
from mptui.dashboard.presentation.shortening import cell_width, shortened
from mptui.dashboard.presentation.worker_rows import process_name
from mptui.terminal_text import Span, safe_spans

if TYPE_CHECKING:
    from mptui.dashboard.presentation.glyphs import Glyphs
    from mptui.events import StreamName
    from mptui.model import Run
    from mptui.terminal_text import TextStyle

_MIN_PREFIX_WIDTH: Final = 4
_MAX_PREFIX_WIDTH: Final = 20


class Prefix(NamedTuple):
    """How the lines of one process are introduced."""

    name: str
    style: TextStyle | None


class OutputCell(NamedTuple):
    """One line in one column; two equal ones look the same."""

    prefix: Prefix | None
    """None where the column says already whose lines these are."""
    stream: StreamName | None
    """None for what the view itself says."""
    text: str


def prefix_width(run: Run, width: int) -> int:
    """How many cells the names before merged lines take: the longest, but not too much of them."""
    longest = max((cell_width(process_name(state)) for state in run.processes.values()), default=0)
    return max(_MIN_PREFIX_WIDTH, min(longest, _MAX_PREFIX_WIDTH, width // 3))


def prefix_of(run: Run, process: int, selected: int | None) -> Prefix:
    """How the lines of a process are introduced; the chosen one stands out."""
    state = run.processes.get(process)
    if state is None:
        return Prefix(f"process {process}", None)
    is_chosen = process == selected
    return Prefix(process_name(state), MARKED if is_chosen else process_style(process, state.role))


def notice(text: str) -> OutputCell:
    """Something the view itself says between the lines."""
    return OutputCell(None, None, text)


def lead_spans(cell: OutputCell, name_width: int, glyphs: Glyphs) -> tuple[Span, ...]:
    """What stands before the text, as wide for every line: the name, and a mark of the stream.

    Standard error has another sign than standard output, so that it reads without colour.
    """
    if cell.stream is None:
        return ()
    is_error = cell.stream == "stderr"
    if cell.prefix is None:
        return (Span(f"{glyphs.stderr} ", STDERR) if is_error else Span("  ", None),)
    name = shortened(cell.prefix.name, name_width, glyphs)
    gap = " " * (name_width - cell_width(name) + 1)
    rule = Span(f"{glyphs.stderr} ", STDERR) if is_error else Span(f"{glyphs.stdout} ", DIM)
    return (Span(name, cell.prefix.style), Span(gap, None), rule)


def text_spans(cell: OutputCell) -> tuple[Span, ...]:
    """The text of a line, safe to show, with the colours its program gave it."""
    return (Span(cell.text, DIM),) if cell.stream is None else safe_spans(cell.text)
