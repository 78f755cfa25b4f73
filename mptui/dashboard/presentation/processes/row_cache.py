"""The rows of the table of processes that are seen, each made anew only when it would differ.

A row is remembered together with what it was made from. Times that grow are looked at once a
second, and whenever something else changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mptui.dashboard.presentation.processes.columns import Subject, ThreadSubject
from mptui.dashboard.presentation.processes.rows import process_row, thread_row
from mptui.dashboard.presentation.words.tasks import Doing, doing_in_thread, doing_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mptui.dashboard.presentation.processes.column_choice import PlacedColumn
    from mptui.dashboard.presentation.processes.order import PlacedProcess
    from mptui.dashboard.presentation.processes.rows import WorkerRow
    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.events import ThreadSample
    from mptui.model import ProcessState, Run


class _Source(NamedTuple):
    """What a row was made from; as long as it stays the row says the same."""

    state: ProcessState | ThreadSample
    doing: Doing
    second: int
    """How long it has been alive; 0 after its end."""


class RowCache:
    """Makes rows, and remembers those that were asked for last.

    Args:
        glyphs: the signs.
    """

    def __init__(self, glyphs: Glyphs) -> None:
        self._glyphs = glyphs
        self._columns: tuple[PlacedColumn, ...] = ()
        self._rows: dict[PlacedProcess, tuple[_Source, WorkerRow]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def set_columns(self, columns: tuple[PlacedColumn, ...]) -> None:
        """Make rows of these columns from now on."""
        self._columns = columns
        self.clear()

    def clear(self) -> None:
        """Forget every row: in another run the numbers of processes mean others."""
        self._rows.clear()

    def rows(self, run: Run, places: Iterable[PlacedProcess], now: float) -> list[WorkerRow | None]:
        """The row at each of these places (None: a thread that ended); others are forgotten."""
        old, self._rows = self._rows, {}
        return [self._row(run, placed, now, old.get(placed)) for placed in places]

    def _row(
        self, run: Run, placed: PlacedProcess, now: float, known: tuple[_Source, WorkerRow] | None
    ) -> WorkerRow | None:
        source = _source(run, placed, now)
        if source is None:
            return None
        if known is None or known[0] != source:
            known = (source, self._made_row(run, placed, source.doing, now))
        self._rows[placed] = known
        return known[1]

    def _made_row(self, run: Run, placed: PlacedProcess, doing: Doing, now: float) -> WorkerRow:
        state = run.processes[placed.process]
        if placed.thread is None:
            subject = Subject(state, now, placed.branch, doing)
            return process_row(subject, self._columns, self._glyphs)
        thread = run.threads[placed.process][placed.thread]
        of_thread = ThreadSubject(state, placed.thread, thread, now, placed.branch, doing)
        return thread_row(of_thread, self._columns, self._glyphs)


def _source(run: Run, placed: PlacedProcess, now: float) -> _Source | None:
    state = run.processes[placed.process]
    second = int(now - state.started_at) if state.is_alive else 0
    if placed.thread is None:
        return _Source(state, doing_of(run, placed.process), second)
    thread = run.threads.get(placed.process, {}).get(placed.thread)
    if thread is None:
        return None
    return _Source(thread, doing_in_thread(run, placed.process, placed.thread), second)
