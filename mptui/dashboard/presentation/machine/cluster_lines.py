"""What stands in the place of the cores where a cluster is watched: how many tasks are where.

Pure: from the state of a run to spans.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.dashboard.presentation.text.palette import DIM
from mptui.terminal_text import Span
from mptui.wording.counts import count_text
from mptui.wording.sizes import bytes_text

if TYPE_CHECKING:
    from mptui.dashboard.presentation.text.page import Spans
    from mptui.events import ClusterSampled
    from mptui.model import Run

CLUSTER_HEIGHT: Final = 2
_NO_CORES: Final[Spans] = (Span("cores: not known of a cluster", DIM),)


def cluster_lines(run: Run) -> tuple[Spans, ...]:
    """How many tasks wait, run and are kept, in Dask's words, and what goes between workers."""
    sample = run.cluster
    if sample is None:
        return (_NO_CORES,)
    counts = {
        "waiting": sample.waiting,
        "queued": sample.queued,
        "processing": sample.assigned,
        "in memory": sample.results,
    }
    tasks = ", ".join(f"{word} {count_text(count)}" for word, count in counts.items())
    lines: list[Spans] = [(Span(tasks, None),)]
    if sample.transfers is not None:
        lines.append((Span(_transfers_text(sample), None),))
    return tuple(lines)


def _transfers_text(sample: ClusterSampled) -> str:
    now = count_text(sample.transfers or 0)
    if sample.transfer_bytes:
        now = f"{now} ({bytes_text(sample.transfer_bytes)})"
    return f"transfers: {now} now, {count_text(sample.transfers_total or 0)} so far"
