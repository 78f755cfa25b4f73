"""Whose output has a column, and what is left of each one's log by what a person asks for."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mptui.dashboard.presentation.output.line_filter import LineFilter, LineWish, read_wish
from mptui.dashboard.presentation.output.shown_log import ShownLog
from mptui.dashboard.presentation.processes.names import name_of, process_name
from mptui.dashboard.presentation.side_by_side.grid import speakers_of
from mptui.dashboard.presentation.text.short_names import ShortNames

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mptui.model import Run
    from mptui.replay.older_output import OlderOutput


class ColumnLogs:
    """The logs that stand side by side.

    Args:
        run: whose processes these are.
        only: what lines are shown, as a person types it; empty: all.
    """

    def __init__(self, run: Run, only: str) -> None:
        self.run = run
        self.older: OlderOutput | None = None
        """Has the lines that the run does not keep any more."""
        self.speakers: tuple[int, ...] = ()
        """The processes that have a column, in the order they were made."""
        self.labels: dict[int, str] = {}
        """What each column is called: as its process, with the pid where several are called so."""
        self.names = ShortNames()
        """The short forms of these."""
        self._only = only
        self._wish = read_wish(only)
        self._filters: dict[int, LineFilter] = {}
        self._rests_on: object = None

    @property
    def is_filtered(self) -> bool:
        """Whether some lines are left out."""
        return self._wish is not None

    def refresh(self) -> None:
        """Find out who has printed by now."""
        run = self.run
        rests_on = (run.process_changes, run.speaker_count)
        if rests_on != self._rests_on:
            self._rests_on = rests_on
            wish = self._wish or LineWish()
            self.speakers = tuple(
                one for one in speakers_of(run) if wish.wants_worker(self._name_of(one))
            )
            names = {one: process_name(run.processes[one]) for one in self.speakers}
            counts = Counter(names.values())
            self.labels = {
                one: f"{name} {run.processes[one].pid}" if counts[name] > 1 else name
                for one, name in names.items()
            }
            self.names = ShortNames(self.labels.values())

    def shown(self, process: int) -> ShownLog | None:
        """What there is to see of a process, whose log may be gone if it ended long ago."""
        if process not in self.run.logs:
            return None
        if self._wish is None:
            return ShownLog(self.run, process, None, self.older)
        if process not in self._filters:
            self._filters[process] = LineFilter(self._only, self._name_of)
        return ShownLog(self.run, process, self._filters[process])

    def advance(self, processes: Iterable[int]) -> bool:
        """Filter a piece of the log of each of these; whether there is more of any."""
        is_more = False
        for process in processes if self._wish is not None else ():
            shown = self.shown(process)
            if shown is not None and shown.filter is not None:
                shown.filter.advance(shown.source)
                is_more = is_more or not shown.filter.is_done
        return is_more

    def _name_of(self, process: int) -> str:
        return name_of(self.run, process)
