"""The rows of the table of processes that are seen, each made anew only when it would differ.

A row is remembered together with what it was made from. Times that grow are looked at once a
second, and whenever something else changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.dashboard.presentation.processes.columns import (
    AllSubject,
    Figures,
    Subject,
    ThreadSubject,
)
from mptui.dashboard.presentation.processes.order import Place
from mptui.dashboard.presentation.processes.rows import (
    all_row,
    group_row,
    process_row,
    thread_row,
)
from mptui.dashboard.presentation.words.tasks import Doing, doing_in_thread, doing_of
from mptui.dashboard.presentation.words.waits import has_room_for_since
from mptui.model import EndedGroup, ProcessState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mptui.dashboard.presentation.processes.column_choice import PlacedColumn
    from mptui.dashboard.presentation.processes.rows import WorkerRow
    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.events import ThreadSample
    from mptui.model import Run
    from mptui.model.findings import Severity

_ALL: Final = Place()
_NOTHING: Final = Doing()
_NO_FIGURES: Final = Figures()
NO_SEVERITIES: Final[Mapping[int, Severity]] = {}


_NO_SECOND: Final = -1


class _Source(NamedTuple):
    """What a row was made from; as long as it stays the row says the same."""

    shown: ProcessState | ThreadSample | EndedGroup
    doing: Doing = _NOTHING
    second: int = _NO_SECOND
    """How long it has been alive, where a time is told that grows."""
    severity: Severity | None = None
    figures: Figures = _NO_FIGURES


class RowCache:
    """Makes rows, and remembers those that were asked for last.

    Args:
        glyphs: the signs.
    """

    def __init__(self, glyphs: Glyphs) -> None:
        self._glyphs = glyphs
        self._columns: tuple[PlacedColumn, ...] = ()
        self._tells_time = False
        """Whether a column says how long something has lasted, whatever it is."""
        self._status_width = 0
        self._rows: dict[Place, tuple[_Source, WorkerRow]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def rests(self) -> bool:
        """Whether the rows of the last look stay as they are, however much time passes."""
        if self._tells_time:
            return False
        return all(source.second == _NO_SECOND for source, _ in self._rows.values())

    def set_columns(self, columns: tuple[PlacedColumn, ...]) -> None:
        """Make rows of these columns from now on."""
        self._columns = columns
        self._tells_time = any(column.tells_time for column, _ in columns)
        widths = [width for column, width in columns if column.key == "status"]
        self._status_width = max(widths, default=0)
        self.clear()

    def clear(self) -> None:
        """Forget every row: in another run the numbers of processes mean others."""
        self._rows.clear()

    def rows(
        self,
        run: Run,
        places: Iterable[Place],
        now: float,
        severities: Mapping[int, Severity] = NO_SEVERITIES,
    ) -> list[WorkerRow | None]:
        """The row at each of these places (None: it is gone); all others are forgotten.

        Args:
            run: the run.
            places: what there are rows of.
            now: the time of the run.
            severities: of the worst that was found about each process.
        """
        old, self._rows = self._rows, {}
        return [self._row(run, place, now, severities, old.get(place)) for place in places]

    def _row(
        self,
        run: Run,
        place: Place,
        now: float,
        severities: Mapping[int, Severity],
        known: tuple[_Source, WorkerRow] | None,
    ) -> WorkerRow | None:
        if place == _ALL:
            return all_row(AllSubject(run, now), self._columns, self._glyphs)
        source = self._source(run, place, now)
        if source is None:
            return None
        if place.process is not None and place.thread is None:
            source = source._replace(
                severity=severities.get(place.process), figures=_figures(run, place.process)
            )
        if known is None or known[0] != source:
            known = (source, self._made_row(run, place, source, now))
        self._rows[place] = known
        return known[1]

    def _source(self, run: Run, place: Place, now: float) -> _Source | None:
        """What a row is made from; the second only where it is told since when something lasts."""
        source = _source(run, place, now)
        if source is None or self._tells_time or source.doing.running:
            return source
        wait = source.doing.wait
        is_told = wait is not None and has_room_for_since(wait, self._status_width)
        return source if is_told else source._replace(second=_NO_SECOND)

    def _made_row(self, run: Run, place: Place, source: _Source, now: float) -> WorkerRow:
        shown, columns, glyphs = source.shown, self._columns, self._glyphs
        if isinstance(shown, EndedGroup):
            return group_row(shown, columns, glyphs)
        if isinstance(shown, ProcessState):
            subject = Subject(
                shown, now, place.branch, source.doing, source.severity, source.figures
            )
            return process_row(subject, columns, glyphs)
        assert place.process is not None
        assert place.thread is not None
        state = run.processes[place.process]
        thread = ThreadSubject(state, place.thread, shown, now, place.branch, source.doing)
        return thread_row(thread, columns, glyphs)


def _figures(run: Run, process: int) -> Figures:
    tasks = run.tasks.of_process.get(process)
    waited = sum(run.waits.total_seconds(process).values())
    return Figures(
        tasks.failed if tasks is not None else 0,
        int(waited),
        run.gpus.busy_percent(process),
        run.gpus.memory_bytes(process),
    )


def _source(run: Run, place: Place, now: float) -> _Source | None:
    if place.process is None:
        group = run.ended_groups.get(place.group or "")
        return _Source(group) if group is not None else None
    state = run.processes.get(place.process)
    if state is None:
        return None
    second = int(now - state.started_at) if state.is_alive else _NO_SECOND
    if place.thread is None:
        return _Source(state, doing_of(run, place.process), second)
    thread = run.threads.get(place.process, {}).get(place.thread)
    if thread is None:
        return None
    return _Source(thread, doing_in_thread(run, place.process, place.thread), second)
