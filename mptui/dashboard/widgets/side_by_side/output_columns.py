"""The outputs of all processes at once, each in a column: in a grid, and on pages where many.

All columns are scrolled together, by lines of the output, from the end or from where each stood
when the view was held. A search, bookmarks and marked lines are those of the chosen column; the
others then show what their processes had printed by that time. A frame costs as many lines as the
view is high and columns are seen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import var

from mptui.dashboard.presentation.output.line_times import meant_moment
from mptui.dashboard.presentation.output.line_wishes import clock_of
from mptui.dashboard.presentation.output.lines import shown_text
from mptui.dashboard.presentation.output.reading import Reading
from mptui.dashboard.presentation.output.scroll_position import Extent, ScrollPosition
from mptui.dashboard.presentation.output.window import empty_text
from mptui.dashboard.presentation.processes.names import name_of
from mptui.dashboard.presentation.processes.selection import ALL, Selection
from mptui.dashboard.presentation.side_by_side.column_logs import ColumnLogs
from mptui.dashboard.presentation.side_by_side.grid import (
    Grid,
    grid_of,
    page_count,
    page_of,
    position_text,
    wanted_width,
)
from mptui.dashboard.presentation.side_by_side.grid_lines import (
    GridLine,
    SeenColumns,
    grid_lines,
)
from mptui.dashboard.presentation.side_by_side.line_pieces import LinePieces, Measure
from mptui.dashboard.presentation.text.palette import DIM
from mptui.dashboard.presentation.text.text_search import expression
from mptui.dashboard.terminal.quick_keys.telling import tell_above
from mptui.dashboard.widgets.messages import Chosen, Stepped
from mptui.dashboard.widgets.painting.line_reader import LineReader
from mptui.dashboard.widgets.painting.strips import line_strip
from mptui.terminal_text import Span, safe_text

if TYPE_CHECKING:
    import re

    from textual.events import Click
    from textual.strip import Strip

    from mptui.dashboard.presentation.output.line_marks import RunBookmarks
    from mptui.dashboard.presentation.output.line_wishes import LineWishes
    from mptui.model import Run
    from mptui.replay.older_output import OlderOutput

_SIDEWAYS_CELLS: Final = 8
_NAME_CELLS: Final = 16
_LINES_TRIED: Final = 200

COLUMN_KEYS: Final[list[BindingType]] = [
    Binding("left_square_bracket", "turn(-1)", "Columns before, after", show=False),
    Binding("right_square_bracket", "turn(1)", "Columns before, after", show=False),
    Binding("shift+left", "choose(-1)", "Column beside", show=False),
    Binding("shift+right", "choose(1)", "Column beside", show=False),
    Binding("W", "toggle_wrap", "Wrap long lines, or not", show=False),
]
"""What no other view of output has."""


class OutputColumns(LineReader):
    """A column for each process that printed.

    Args:
        bookmarks: what is marked in the logs of the run, wherever that was.
    """

    # A click chooses a process.
    ALLOW_SELECT: ClassVar[bool] = False

    COMPONENT_CLASSES: ClassVar[set[str]] = {"output-columns--head"}

    DEFAULT_CSS = """
    OutputColumns {
        & > .output-columns--head { text-style: bold underline; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [*LineReader.BINDINGS, *COLUMN_KEYS]

    is_wrapped: var[bool] = var(default=True, init=False)

    @dataclass
    class ArrangementChanged(Message):
        """The view shows other columns, wraps or not, or follows or not."""

        is_wrapped: bool

    def __init__(
        self, bookmarks: RunBookmarks | None = None, *, classes: str | None = None
    ) -> None:
        super().__init__(classes=classes)
        self._logs: ColumnLogs | None = None
        self._grid = Grid(1, (1,), 1)
        self._wanted = wanted_width(0)
        self._page = 0
        self._cells_left = 0
        self._position = ScrollPosition()
        self.reading = Reading(self._glyphs, lambda _: 1, self._position, bookmarks)
        self._column: int | None = None
        """The process whose column a search and marks are about; it need not have one yet."""
        self._times_come = 0
        self._pieces = LinePieces(self._glyphs)
        self._lines_seen = 1
        self._lines_read = 1
        """How many lines of the chosen column are in sight."""
        self._said = ""

    def show(self, run: Run, older: OlderOutput | None = None) -> None:
        """Show this state of a run."""
        self.reading.older = older
        if self._logs is None or run is not self._logs.run:
            self._logs = ColumnLogs(run, self.wishes.only)
            self._page = self._cells_left = 0
            self._wanted = wanted_width(0)
            self._column = self.selected.process
            self.reading.read_beside(None, None)
            self.reading.begin(run)
            self.is_following = True
        self._logs.older = older
        self.update_lines()

    @property
    def page_height(self) -> int:
        """How many lines are seen at once, in the column that shows fewest."""
        return self._lines_seen

    @property
    def title(self) -> str:
        """What there is to say about it above."""
        position = position_text(self._page, len(self._speakers), self._grid)
        wrap = "" if self.is_wrapped else "not wrapped"
        only = f"&{safe_text(self.wishes.only)}" if self.wishes.only else ""
        marked = self.reading.stretch_note
        return " · ".join(filter(None, ("side by side", position, wrap, only, marked)))

    @property
    def search_result(self) -> str:
        """How the search stands, and in whose output."""
        logs, process = self._logs, self.reading.log
        if logs is None or process is None:
            return "in no column"
        label = logs.labels.get(process) or name_of(logs.run, process)
        name = logs.names.within(label, _NAME_CELLS, self._glyphs)
        return f"{super().search_result} in {safe_text(name)}"

    def choice_beside(self, rows: int) -> Selection:
        """The process whose column is so many further; where none is chosen, the first seen."""
        if not self._speakers:
            return self.selected
        process = self.selected.process
        if process in self._speakers:
            place = self._speakers.index(process) + rows
        else:
            place = self._page * self._grid.capacity
        return Selection(self._speakers[max(0, min(place, len(self._speakers) - 1))])

    def watch_selected(self) -> None:
        """Show the page of what was chosen."""
        if self._logs is not None:
            self._logs.refresh()
        self._column = process = self.selected.process
        if process in self._speakers:
            self._page = page_of(self._speakers.index(process), self._grid)
        self.update_lines()

    def watch_is_wrapped(self) -> None:
        """Begin at the left again."""
        self._cells_left = 0
        self.update_lines()

    def watch_is_following(self, is_following: bool) -> None:  # noqa: FBT001  # Textual calls it
        """Go to the newest lines, or stay where the view is."""
        if is_following:
            self._position.follow()
        else:
            self._position.hold(self._extents())
        self.update_lines()

    def watch_wishes(self, old: LineWishes, new: LineWishes) -> None:
        """Show lines another way."""
        self.reading.wishes = new
        if old.only != new.only:
            if self._logs is not None:
                self._logs = ColumnLogs(self._logs.run, new.only)
                self._logs.older = self.reading.older
            self._position.follow()
            self.is_following = True
        self.take_wishes(old, new)

    def search(self, text: str) -> None:
        """Look for this text in the chosen column; where none is, in the first that has it."""
        if text:
            self._choose_column(has=expression(text))
        super().search(text)

    def go_to_moment(self, text: str) -> bool:
        """Let each column end with what its process had printed by this time."""
        run = self._logs.run if self._logs is not None else None
        if run is None:
            return False
        moment = meant_moment(text, run.now, clock_of(run, self.wishes.time_style))
        if moment is not None:
            self._stand_at(moment)
        return moment is not None

    def advance(self) -> bool:
        """Filter a piece of each log in sight, and search one; whether there is more of any."""
        logs = self._logs
        if logs is None:
            return False
        self._read_column(logs)
        is_more = logs.advance(self._on_page)
        is_more = self.reading.advance() or is_more
        if self.reading.came_to_line_count != self._times_come:
            self.come_after_reading()
        return is_more

    def come_after_reading(self) -> None:
        """Bring the line that was gone to into sight, and the others to the same time."""
        shown, is_there = self.reading.shown, self.reading.came_to_line_count != self._times_come
        self._times_come = self.reading.came_to_line_count
        if is_there and shown is not None:
            moment = shown.source.time_of(self.reading.last_seen_line)
            if moment is not None:
                self._stand_at(moment, but=self.reading.log)
        self.is_following = self._position.is_following
        self.update_lines()

    def make_strip(self, line: GridLine | None) -> Strip:
        """A line as a strip; the heads stand out."""
        base = self.visual_style.rich_style
        if line is not None and line.is_head:
            base = self.get_visual_style("output-columns--head").rich_style
        return line_strip(line.spans if line is not None else (), self.size.width, base)

    def action_scroll_lines(self, lines: int) -> None:
        """Scroll so many lines down, or up; while lines are marked: mark up to there."""
        if self.reading.stretch is not None:
            # What is marked stays in sight, and the other columns where they are.
            self.reading.height = self._lines_read
            self.reading.scroll(lines)
            self.reading.height = 1
            self._times_come = self.reading.came_to_line_count
        else:
            self._position.scroll(lines, self._extents(), 1)
        self.come_after_reading()

    def action_scroll_to_oldest(self) -> None:
        """Go to the first lines, or to the oldest that can be had."""
        extents = self._extents().values()
        self.action_scroll_lines(-max((extent.end for extent in extents), default=0))

    def action_scroll_sideways(self, steps: int) -> None:
        """Show what is further right in lines that are not wrapped; of wrapped ones all is seen."""
        if not self.is_wrapped:
            furthest = max(self._cells_left, self._pieces.longest - self._grid.width)
            self._cells_left = max(0, min(self._cells_left + steps * _SIDEWAYS_CELLS, furthest))
            self.update_lines()

    def action_turn(self, pages: int) -> None:
        """Show the columns before, or after."""
        last = page_count(len(self._speakers), self._grid) - 1
        self._page = max(0, min(self._page + pages, last))
        self.update_lines()

    def action_toggle_wrap(self) -> None:
        """Wrap long lines, or cut them."""
        self.is_wrapped = not self.is_wrapped

    def action_choose(self, columns: int) -> None:
        """Choose the process in the column beside."""
        tell_above(self, Stepped(self, columns))

    def action_leave(self) -> None:
        """End what stands out; where nothing does, choose all processes again."""
        if not self.left_something():
            tell_above(self, Chosen(ALL))

    def action_step_to_match(self, step: int) -> None:
        """Go to the next line of the chosen column that was found."""
        self._choose_column()
        super().action_step_to_match(step)

    def action_toggle_bookmark(self) -> None:
        """Mark a line in the chosen column, or take its mark away."""
        self._choose_column()
        super().action_toggle_bookmark()

    def action_step_to_bookmark(self, step: int) -> None:
        """Go to the next marked line of the chosen column."""
        self._choose_column()
        super().action_step_to_bookmark(step)

    def action_mark_lines(self) -> None:
        """Begin to mark lines in the chosen column, or cease to."""
        self._choose_column()
        super().action_mark_lines()

    def action_copy(self) -> None:
        """Copy lines of the chosen column."""
        self._choose_column()
        super().action_copy()

    def on_click(self, event: Click) -> None:
        """Choose the process whose column was clicked."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        row, bottom = 0, self._grid.heights[0]
        while row + 1 < len(self._grid.heights) and offset.y >= bottom:
            row += 1
            bottom += self._grid.heights[row]
        column = min(offset.x // (self._grid.width + 1), self._grid.columns - 1)
        place = row * self._grid.columns + column
        if place < len(self._on_page):
            tell_above(self, Chosen(Selection(self._on_page[place])))

    @property
    def _speakers(self) -> tuple[int, ...]:
        return self._logs.speakers if self._logs is not None else ()

    @property
    def _on_page(self) -> tuple[int, ...]:
        first = self._page * self._grid.capacity
        return self._speakers[first : first + self._grid.capacity]

    def _extents(self) -> dict[int | None, Extent]:
        logs = self._logs
        if logs is None:
            return {}
        # What is left of a log is only known where it was looked through: of what is in sight.
        processes = self._on_page if logs.is_filtered else logs.speakers
        shown = {one: logs.shown(one) for one in processes}
        return {one: log.extent for one, log in shown.items() if log is not None}

    def _choose_column(self, has: re.Pattern[str] | None = None) -> None:
        """Where no column is chosen, choose the first in sight: a key is about one of them.

        Args:
            has: chooses rather the first in which this was found lately.
        """
        logs = self._logs
        if logs is not None and self.reading.log is None and self._speakers:
            found = (one for one in self._on_page if has is not None and self._shows(one, has))
            process = next(found, None)
            choice = Selection(process) if process is not None else self.choice_beside(0)
            self._column = choice.process
            self._read_column(logs)
            tell_above(self, Chosen(choice))

    def _shows(self, process: int, pattern: re.Pattern[str]) -> bool:
        """Whether this is found in the newest lines of a process."""
        log = self._logs.run.logs.get(process) if self._logs is not None else None
        if log is None:
            return False
        newest = log.lines(log.end_line - _LINES_TRIED, log.end_line)
        return any(pattern.search(shown_text(line.text)) for line in newest)

    def _read_column(self, logs: ColumnLogs) -> None:
        """Let what is looked for and marked be about the chosen column, as it is filtered now."""
        process = self._column if self._column in logs.speakers else None
        shown = logs.shown(process) if process is not None else None
        log, kept = (process, shown.filter) if shown is not None else (None, None)
        if log != self.reading.log or kept is not self.reading.filter:
            self.reading.read_beside(log, kept)

    def _stand_at(self, moment: float, but: int | None = None) -> None:
        """Let each column end with what had been printed by this time; one stays where it is."""
        logs = self._logs
        if logs is None:
            return
        ends: dict[int | None, int] = {}
        for process, extent in self._extents().items():
            shown = logs.shown(process) if process is not None else None
            if process == but:
                ends[process] = self._position.top(process, extent, 1) + 1
            elif shown is not None:
                after = shown.source.line_at(math.nextafter(moment, math.inf))
                ends[process] = max(extent.first + 1, shown.place_of(after))
        self._position.end_at(ends)
        self.is_following = False
        self.update_lines()

    def update_lines(self) -> None:
        """Find the lines that are seen now."""
        region, logs = self.scrollable_content_region, self._logs
        if not region or not self.is_mounted or logs is None:
            return
        logs.refresh()
        self._grid = grid_of(len(self._speakers), (region.width, region.height), self._wanted)
        self._page = min(self._page, page_count(len(self._speakers), self._grid) - 1)
        self.look_on()
        search = self.reading.search
        pattern = search.pattern if search is not None else None
        self._pieces.begin(
            Measure(self._grid.width, self.is_wrapped, self._cells_left, self._highlights, pattern)
        )
        self.show_lines(self._lines_now(logs))
        self._place_scrollbar()
        self._say_title()
        wanted = wanted_width(self._pieces.longest)
        if wanted > self._wanted:
            # The columns never get narrower again: they would jump with every line.
            self._wanted = wanted
            self.update_lines()

    def _lines_now(self, logs: ColumnLogs) -> list[GridLine]:
        if not self._speakers:
            return [GridLine((Span(self._why_empty(logs.run), DIM),))]
        chosen = self.selected.process
        seen = SeenColumns(logs, self._grid, self._on_page, self._position, self.reading, chosen)
        lines, self._lines_seen, self._lines_read = grid_lines(seen, self._pieces)
        return lines

    def _why_empty(self, run: Run) -> str:
        if self.wishes.only and run.speaker_count:
            return f"Nobody who printed is as {safe_text(self.wishes.only)} asks: Esc shows all."
        return safe_text(empty_text(run, "merged", None))

    def _place_scrollbar(self) -> None:
        extents = self._extents()
        process = max(extents, key=lambda one: extents[one].end - extents[one].first, default=None)
        extent = extents.get(process, Extent(0, 0))
        last = self._position.top(process, extent, 1) + 1
        top = max(0, last - self._lines_seen - extent.first)
        self.place_scrollbar(extent.end - extent.first, top)

    def _say_title(self) -> None:
        said = f"{self.title}{self.is_following}"
        if said != self._said:
            self._said = said
            self.post_message(self.ArrangementChanged(self.is_wrapped))
