"""The cores in words: how busy they are, which ones the program may not use, which ones are idle.

Must not advise: that a program should use more cores is for findings.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from mptui.dashboard.presentation.text.palette import DIM, STRONG
from mptui.terminal_text import Span
from mptui.wording.counts import percent_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mptui.dashboard.presentation.processes.cores import CoreCell
    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.dashboard.presentation.text.page import Spans
    from mptui.model import Run

_BUSY_CORE_PERCENT: Final = 50.0
_IDLE_CORE_PERCENT: Final = 10.0


def idle_text(run: Run, cells: Sequence[CoreCell]) -> str:
    """How many cores do next to nothing that the program could use; empty where there are none.

    A CPU limit that is used up leaves none, however many cores are idle.
    """
    usable = [cell for cell in cells if cell.is_allowed]
    idle = sum(cell.percent < _IDLE_CORE_PERCENT for cell in usable)
    count = len(usable)
    if 0 < run.usable_cores < count:
        count = int(run.usable_cores)
        idle = min(idle, int(run.usable_cores - run.cpu_percent / 100))
    if idle < 1 or not run.is_live:
        return ""
    which = "cores" if count == len(cells) else "usable cores"
    return f"{idle} of {count} {which} idle"


def summary_spans(cells: Sequence[CoreCell], left_out: int, glyphs: Glyphs) -> Spans:
    """How busy the machine is, and where the chosen process runs."""
    if not cells:
        return ()
    busy = sum(cell.percent >= _BUSY_CORE_PERCENT for cell in cells)
    mean = sum(cell.percent for cell in cells) / len(cells)
    spans = [Span(f"{busy}/{len(cells)} busy, mean {percent_text(mean)}", DIM)]
    if left_out:
        spans.append(Span(f", {left_out} not shown", DIM))
    for cell in cells:
        if cell.is_chosen:
            chosen = f"  {glyphs.chosen}core {cell.core} {percent_text(cell.percent)} "
            spans += [Span(chosen, STRONG), *cell.names]
    return tuple(spans)


def unusable_text(cells: Iterable[CoreCell], glyphs: Glyphs) -> str:
    """Which cores the program may not use; empty where it may use all."""
    left_out = [cell.core for cell in cells if not cell.is_allowed]
    return f"{glyphs.bar_rest} not usable: {ranges_text(left_out)}" if left_out else ""


def ranges_text(cores: Iterable[int]) -> str:
    """``0-3 8 10-11``."""
    ordered = sorted(set(cores))
    if not ordered:
        return ""
    breaks = [index for index, (one, next_) in enumerate(pairwise(ordered), 1) if next_ != one + 1]
    starts = [0, *breaks]
    parts = (ordered[start:end] for start, end in zip(starts, [*breaks, None], strict=True))
    return " ".join(f"{part[0]}-{part[-1]}" if len(part) > 1 else f"{part[0]}" for part in parts)
