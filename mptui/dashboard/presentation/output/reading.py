"""Where a person stands in the output, what they look for in it, and what they marked.

It knows one log at a time, of one process or of all together, by absolute numbers of lines. What
is to be seen it gives as cells; must not paint, and must not wait: what takes long is done a piece
at a time, by `advance`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.dashboard.presentation.output.line_filter import LineFilter, read_wish
from mptui.dashboard.presentation.output.line_marks import RunBookmarks, Stretch
from mptui.dashboard.presentation.output.line_times import meant_moment
from mptui.dashboard.presentation.output.line_wishes import NO_WISHES, LineWishes, clock_of
from mptui.dashboard.presentation.output.lines import OutputCell, notice
from mptui.dashboard.presentation.output.scroll_position import Extent, ScrollPosition
from mptui.dashboard.presentation.output.search import OutputSearch
from mptui.dashboard.presentation.output.shown_log import ShownLog
from mptui.dashboard.presentation.output.window import Look, has_output
from mptui.dashboard.presentation.output.wrapped_position import WrappedPosition
from mptui.dashboard.presentation.processes.names import name_of
from mptui.terminal_text import safe_text, shown_text
from mptui.wording.counts import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.dashboard.presentation.output.line_times import Clock
    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.model import Run
    from mptui.replay.older_output import OlderOutput

_COPIED_CHARACTERS: Final = 100_000
"""The most that goes to a clipboard: terminals drop a sequence that is much longer."""


class Copy(NamedTuple):
    """Lines as they are read, to be handed to another program."""

    text: str
    line_count: int
    is_cut: bool
    """Whether there was more than may be copied."""


class Reading:
    """Begins at the end of the log, and follows it.

    Args:
        glyphs: the signs.
        rows_of: how many rows a line takes where it is wrapped.
        position: where it stands, where somebody else stands there too.
        bookmarks: what is marked in the logs of the run, also by whoever else reads them.
    """

    def __init__(
        self,
        glyphs: Glyphs,
        rows_of: Callable[[OutputCell], int],
        position: ScrollPosition | None = None,
        bookmarks: RunBookmarks | None = None,
    ) -> None:
        self.run: Run | None = None
        self.older: OlderOutput | None = None
        """Has the lines that the run does not keep any more."""
        self.log: int | None = None
        """The process whose log it is; None: all together."""
        self.has_log = True
        """Whether there is a log at all: not where one process is wanted and none is chosen."""
        self.selected: int | None = None
        """The process that stands out."""
        self.height = 1
        """How many lines are seen at once."""
        self.is_wrapped = False
        self.wishes = NO_WISHES
        self.filter: LineFilter | None = None
        self.search: OutputSearch | None = None
        self.stretch: Stretch | None = None
        self.bookmarks = bookmarks or RunBookmarks()
        self.came_to_line_count = 0
        """How often it went to a line that a person asked for."""
        self._glyphs = glyphs
        self._rows_of = rows_of
        self._plain = position or ScrollPosition()
        self._wrapped = WrappedPosition(self._row_count)
        self._is_going_to_match = False

    def begin(self, run: Run) -> None:
        """Read another run."""
        self.run = run
        self.bookmarks.begin(run)
        self.start_over()

    def turn_to(self, log: int | None, *, has_log: bool) -> None:
        """Read another log of the run, from its end on."""
        self.log, self.has_log = log, has_log
        self.start_over()

    def read_beside(self, log: int | None, kept: LineFilter | None) -> None:
        """Read another log of the run, and stand where the view stands.

        Args:
            log: the process whose log it is; None: no log at all.
            kept: what is left of it, where somebody else filters it.
        """
        self.log, self.has_log, self.filter = log, log is not None, kept
        self.stretch = None
        self._search_anew()

    def start_over(self) -> None:
        """Go to the end, with the same filter and the same search."""
        self._plain.follow()
        self._wrapped.follow()
        self.stretch = None
        self.filter = LineFilter(self.wishes.only, self._name_of) if self.filter else None
        self._search_anew()

    def advance(self) -> bool:
        """Filter and search a piece of the log; whether there is more of it."""
        shown = self.shown
        if shown is None:
            return False
        scans = [scan for scan in (self.filter, self.search) if scan is not None]
        for scan in scans:
            scan.advance(shown.source)
        self._come_to_match()
        return not all(scan.is_done for scan in scans)

    def _come_to_match(self) -> None:
        """Go to the nearest match above the end of the view, as soon as that is known."""
        is_filtered = self.filter is None or self.filter.is_done
        if not self._is_going_to_match or self.search is None or not is_filtered:
            return
        if self.search.can_come_to(self.last_seen_line):
            self._is_going_to_match = False
            self.search.come_to(self.last_seen_line)
            self.go_to_match()

    # Where it stands

    @property
    def shown(self) -> ShownLog | None:
        """The lines that there are to see; None where there is no log yet, or no longer."""
        run = self.run
        if run is None or not self.has_log or self.log not in (None, *run.logs):
            return None
        return ShownLog(run, self.log, self.filter, self.older)

    @property
    def extents(self) -> dict[int | None, Extent]:
        """The places there are in the log; nothing where nothing was printed."""
        shown = self.shown
        return {self.log: shown.extent} if shown and has_output(shown.source) else {}

    @property
    def extent(self) -> Extent:
        """The same, empty where nothing was printed."""
        return self.extents.get(self.log, Extent(0, 0))

    @property
    def top(self) -> int:
        """The place at the top of the view."""
        return self._position.top(self.log, self.extent, self.height)

    @property
    def is_following(self) -> bool:
        """Whether it stays at the end of the log."""
        return self._position.is_following

    def follow(self) -> None:
        """Go to the end, and stay there."""
        self._position.follow()

    def hold(self) -> None:
        """Stay where it is."""
        self._position.hold(self.extents)

    def scroll(self, lines: int) -> None:
        """Move so many lines down, or up; while lines are marked: mark up to there."""
        shown = self.shown
        if self.stretch is None:
            self._position.scroll(lines, self.extents, self.height)
        elif shown is not None:
            self.stretch.move(lines, *shown.room)
            self.go_to(self.stretch.end)

    def wrap(self, *, is_wrapped: bool) -> None:
        """Count rows of lines from now on, or lines; stay on the lines that are shown."""
        was_following, top = self.is_following, self.top
        self.is_wrapped = is_wrapped
        self._position.follow()
        if not was_following and self.extents:
            self._position.put_on_top(top, self.log, self.extent, self.height)

    def go_to(self, number: int, *, is_lowest: bool = False) -> None:
        """Bring a line into view, and stay; maybe as the lowest one, which keys are about."""
        shown, extents = self.shown, self.extents
        if shown is None or not extents:
            return
        place = shown.place_of(number)
        self.came_to_line_count += 1
        self._position.show_line(place, self.log, extents[self.log], self.height)
        if is_lowest:
            self._position.scroll(place - self._last_seen_place, extents, self.height)
        self._position.hold(extents)

    def go_to_moment(self, text: str) -> bool:
        """Go to what was printed at this time; False where it says no time."""
        run, shown = self.run, self.shown
        if run is None:
            return False
        moment = meant_moment(text, run.now, clock_of(run, self.wishes.time_style))
        if moment is not None and shown is not None:
            self.go_to(shown.source.line_at(moment))
        return moment is not None

    @property
    def last_seen_line(self) -> int:
        """The number of the lowest whole line in view."""
        return self._line_of(self._last_seen_place) or 0

    @property
    def line_meant(self) -> int | None:
        """The line that a key is about: where marking is, else what was found, else the lowest."""
        if self.stretch is not None:
            return self.stretch.end
        found = self._match
        return found if found is not None else self._line_of(self._last_seen_place)

    # What is looked for

    def want(self, wishes: LineWishes) -> None:
        """Show lines as a person wishes from now on."""
        old, self.wishes = self.wishes, wishes
        if wishes.only == old.only:
            return
        number = self._line_of(self._last_seen_place)
        has_wish = read_wish(wishes.only) is not None
        self.filter = LineFilter(wishes.only, self._name_of) if has_wish else None
        self.stretch = None
        if self.search is not None:
            self.look_for(self.search.text)
        self.advance()
        if not self.is_following and number is not None:
            self.go_to(number)

    def look_for(self, text: str, *, goes: bool = True) -> None:
        """Find this text, and go to the nearest line above the end of the view that has it."""
        if self.search is not None:
            self.search.close()
        near = self.last_seen_line if self.shown is not None else None
        self.search = OutputSearch(text, self.filter, near) if text else None
        self._is_going_to_match = goes and self.search is not None

    def _search_anew(self) -> None:
        """Find the same text in what is read now."""
        if self.search is not None:
            self.search.close()
            self.search = OutputSearch(self.search.text, self.filter)

    def step_to_match(self, step: int) -> None:
        """Go to the next line that was found, below or above."""
        if self.search is not None:
            self.search.step(step, self.last_seen_line)
            self.go_to_match()

    def go_to_match(self) -> None:
        """Go to the line that a search has come to."""
        if self._match is not None:
            self.go_to(self._match)

    # What is marked

    def toggle_bookmark(self) -> None:
        """Mark the line that was found or is the lowest, or take its mark away."""
        line = self.line_meant
        if line is not None:
            self.bookmarks.of(self.log).toggle(line)

    def step_to_bookmark(self, step: int) -> None:
        """Go to the next marked line, below or above."""
        line = self.line_meant
        beside = self.bookmarks.of(self.log).beside(line, step) if line is not None else None
        if beside is not None:
            self.go_to(beside, is_lowest=True)

    def mark_lines(self) -> None:
        """Begin to mark lines, or cease to."""
        line = self.line_meant
        self.stretch = Stretch(line) if self.stretch is None and line is not None else None
        if self.stretch is not None:
            self.hold()

    def copy(self) -> Copy | None:
        """The marked lines, or the one that was found or is the lowest, as they are read."""
        line, shown = self.line_meant, self.shown
        if shown is None or line is None:
            return None
        numbers = self.stretch.lines if self.stretch else range(line, line + 1)
        lines, size = [], 0
        for one in shown.each_line(numbers):
            lines.append(shown_text(one.text))
            size += len(lines[-1]) + 1
            if size > _COPIED_CHARACTERS:
                break
        self.stretch = None
        text = "\n".join(lines)[:_COPIED_CHARACTERS]
        return Copy(text, len(lines), is_cut=size > _COPIED_CHARACTERS)

    # What is to be seen

    def cells_in_view(self) -> list[OutputCell]:
        """The lines in view, or their rows where they are wrapped, from the top."""
        if not self.extents:
            return []
        top = self.top
        cells = self._cells(range(top, top + self.height))
        if not cells and self.filter is not None:
            return [notice(f"No line is as {safe_text(self.wishes.only)} asks: Esc shows all.")]
        if not self.is_wrapped:
            return cells
        rows = [cell._replace(row=row) for cell in cells for row in range(self._rows_of(cell))]
        above = self._wrapped.rows_above
        return rows[above : above + self.height]

    @property
    def notes(self) -> str:
        """What is to be known of what is shown: that lines are left out, or marked."""
        notes, shown = [], self.shown
        if shown is not None and shown.filter is not None:
            more = "" if shown.filter.is_done else " so far"
            notes.append(f"&{safe_text(shown.filter.text)} {shown.extent.end:,}{more}")
        if self.stretch is not None:
            notes.append(self.stretch_note)
        if shown is not None and (gap := shown.gap_between(self.top, self.top + self.height)):
            notes.append(gap)
        return "".join(f" · {note}" for note in notes)

    @property
    def stretch_note(self) -> str:
        """How many lines are marked to be copied; empty where none are."""
        shown = self.shown
        if shown is None or self.stretch is None:
            return ""
        return f"{counted(shown.line_count(self.stretch.lines), 'line')}, y copies"

    def look_at(self, clock: Clock | None) -> Look:
        """What decides how the lines of this log look, beside what they are."""
        return Look(
            self.selected,
            self._glyphs,
            self._match,
            clock,
            self.bookmarks.lines_of(self.log),
            self.stretch.lines if self.stretch is not None else (),
        )

    @property
    def _position(self) -> ScrollPosition | WrappedPosition:
        return self._wrapped if self.is_wrapped else self._plain

    @property
    def _match(self) -> int | None:
        return self.search.current if self.search is not None else None

    @property
    def _last_seen_place(self) -> int:
        """The lowest place in view; where nothing is left out, places are numbers of lines."""
        top, end = self.top, self.extent.end
        place = top + self.height - 1
        if self.is_wrapped:
            place, rows = top, -self._wrapped.rows_above
            while (rows := rows + self._row_count(self.log, place)) < self.height:
                place += 1
        return min(place, end - 1)

    def _line_of(self, place: int) -> int | None:
        """The number of the whole line in this place, or of the nearest one."""
        shown = self.shown
        return shown.number_at(place) if shown is not None else None

    def _name_of(self, process: int) -> str:
        return name_of(self.run, process) if self.run is not None else ""

    def _row_count(self, _log: int | None, place: int) -> int:
        cells = self._cells(range(place, place + 1))
        return self._rows_of(cells[0]) if cells else 1

    def _cells(self, places: range) -> list[OutputCell]:
        shown, style = self.shown, self.wishes.time_style
        if shown is None:
            return []
        look = self.look_at(clock_of(shown.run, style) if style != "none" else None)
        return shown.cells(places, look)
