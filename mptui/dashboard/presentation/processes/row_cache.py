"""The rows of the table of processes, each made anew only when it would say something else.

A row for a process or a thread is remembered together with what it was made from. Times that grow
are looked at once a second, and whenever something else changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mptui.dashboard.presentation.processes.columns import (
    Subject,
    ThreadSubject,
    process_row,
    thread_row,
)
from mptui.dashboard.presentation.words.tasks import Doing, doing_in_thread, doing_of

if TYPE_CHECKING:
    from mptui.dashboard.presentation.processes.columns import PlacedColumn, WorkerRow
    from mptui.dashboard.presentation.processes.order import PlacedProcess
    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.events import ThreadSample
    from mptui.model import ProcessState, Run


class _Seen(NamedTuple):
    """What a row was made from; as long as it stays the row says the same."""

    state: ProcessState | ThreadSample
    doing: Doing
    second: int
    """Of a life that goes on."""


class KnownRows:
    """Makes rows, and remembers those that were asked for.

    Args:
        glyphs: the signs.
    """

    def __init__(self, glyphs: Glyphs) -> None:
        self._glyphs = glyphs
        self._columns: tuple[PlacedColumn, ...] = ()
        self._rows: dict[PlacedProcess, tuple[_Seen, WorkerRow]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def arrange(self, columns: tuple[PlacedColumn, ...]) -> None:
        """Make rows of these columns from now on."""
        self._columns = columns
        self.forget()

    def forget(self) -> None:
        """Another run: its processes have the same numbers."""
        self._rows.clear()

    def row(self, run: Run, placed: PlacedProcess, now: float) -> WorkerRow | None:
        """The row at this place; None for a thread that is gone."""
        seen = _look_at(run, placed, now)
        if seen is None:
            return None
        known = self._rows.get(placed)
        if known is None or known[0] != seen:
            known = self._rows[placed] = (seen, self._made_row(run, placed, seen.doing, now))
        return known[1]

    def _made_row(self, run: Run, placed: PlacedProcess, doing: Doing, now: float) -> WorkerRow:
        state = run.processes[placed.process]
        if placed.thread is None:
            subject = Subject(state, now, placed.branch, doing)
            return process_row(subject, self._columns, self._glyphs)
        thread = run.threads[placed.process][placed.thread]
        of_thread = ThreadSubject(state, placed.thread, thread, now, placed.branch, doing)
        return thread_row(of_thread, self._columns, self._glyphs)


def _look_at(run: Run, placed: PlacedProcess, now: float) -> _Seen | None:
    state = run.processes[placed.process]
    second = int(now - state.started_at) if state.is_alive else 0
    if placed.thread is None:
        return _Seen(state, doing_of(run, placed.process), second)
    thread = run.threads.get(placed.process, {}).get(placed.thread)
    if thread is None:
        return None
    return _Seen(thread, doing_in_thread(run, placed.process, placed.thread), second)
