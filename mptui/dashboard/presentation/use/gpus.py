"""The GPUs that the program uses: how busy each is, and how much of its memory is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.dashboard.presentation.text.bars import bar_text, height_text
from mptui.dashboard.presentation.text.palette import DIM, STRONG
from mptui.dashboard.presentation.text.shortening import shortened
from mptui.terminal_text import Span, safe_text
from mptui.wording.counts import percent_text
from mptui.wording.sizes import bytes_text

if TYPE_CHECKING:
    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.dashboard.presentation.text.page import Spans
    from mptui.events import GpuSample
    from mptui.model import Run

_LEAST_BAR: Final = 4
_MOST_BAR: Final = 24
_FIXED_CELLS: Final = 24
"""Marker, number, percent and memory, with the gaps between them."""
_LEAST_NAME: Final = 15
_UNKNOWN: Final = "?"
_MAKER: Final = "NVIDIA "
"""They all are."""


def gpu_lines(run: Run, selected: int | None, size: tuple[int, int], glyphs: Glyphs) -> list[Spans]:
    """A line for each GPU; in fewer lines than that, all of them in one.

    Args:
        run: the run.
        selected: the number of the chosen process: the GPUs that it uses are marked.
        size: how many cells and lines there are.
        glyphs: the signs.
    """
    width, height = size
    gpus = run.gpus.of_number
    if selected is None:
        marked = set()
    else:
        marked = {use.gpu for use in run.gpus.of_process.get(selected, ())}
    if len(gpus) > height:
        return [_all_in_one(gpus, marked, width, glyphs)]
    return [
        _line(number, sample, width, glyphs, is_marked=number in marked)
        for number, sample in gpus.items()
    ]


def _line(number: int, sample: GpuSample, width: int, glyphs: Glyphs, *, is_marked: bool) -> Spans:
    style = STRONG if is_marked else None
    room = width - _FIXED_CELLS
    bar_cells = max(_LEAST_BAR, min(_MOST_BAR, room - _LEAST_NAME))
    bar, rest = bar_text(sample.busy_percent or 0.0, bar_cells, glyphs)
    busy = percent_text(sample.busy_percent) if sample.busy_percent is not None else _UNKNOWN
    memory = f"{bytes_text(sample.used_bytes)} of {bytes_text(sample.total_bytes)}"
    model = safe_text(sample.name).removeprefix(_MAKER)
    name = shortened(model, max(0, room - bar_cells - 1), glyphs)
    return (
        Span(f"{glyphs.chosen if is_marked else ' '}{number:>2} ", style),
        Span(bar, None),
        Span(rest, DIM),
        Span(f"{busy:>5}  ", style),
        Span(f"{memory:<13}", None),
        Span(f" {name}", DIM),
    )


def _all_in_one(gpus: dict[int, GpuSample], marked: set[int], width: int, glyphs: Glyphs) -> Spans:
    """A cell for each, then their mean and what they hold together."""
    known = [one.busy_percent for one in gpus.values() if one.busy_percent is not None]
    mean = percent_text(sum(known) / len(known)) if known else _UNKNOWN
    used = bytes_text(sum(one.used_bytes for one in gpus.values()))
    total = bytes_text(sum(one.total_bytes for one in gpus.values()))
    said = f"  {len(gpus)} gpus, mean {mean}  {used} of {total}"
    cells = [
        Span(height_text(sample.busy_percent or 0.0, glyphs), STRONG if number in marked else None)
        for number, sample in gpus.items()
    ]
    room = max(0, width - len(said) - 1)
    return (Span(" ", None), *cells[:room], Span(said, None))
