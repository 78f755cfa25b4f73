"""What the processes print: lines made into strips only where they are seen.

However much arrives, a frame costs as many lines as the view is high. The view keeps its own place
in the logs, by absolute line numbers: what is scrolled back stays still while new lines arrive.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, ClassVar, Final, Literal, NamedTuple, TypeAlias

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip

from mptui.dashboard.presentation.output.highlights import highlights_of
from mptui.dashboard.presentation.output.line_filter import (
    LineFilter,
    read_wish,
    stderr_toggled,
)
from mptui.dashboard.presentation.output.line_marks import Bookmarks, Stretch
from mptui.dashboard.presentation.output.line_times import (
    NEXT_STYLE,
    Clock,
    TimeStyle,
    meant_moment,
    started_time,
)
from mptui.dashboard.presentation.output.lines import (
    Highlight,
    OutputCell,
    notice,
    prefix_width,
    shown_text,
)
from mptui.dashboard.presentation.output.scroll_position import Extent, ScrollPosition
from mptui.dashboard.presentation.output.search import OutputSearch
from mptui.dashboard.presentation.output.shown_log import ShownLog
from mptui.dashboard.presentation.output.window import (
    Columns,
    Look,
    OutputMode,
    columns_of,
    empty_text,
    heads_of,
    left_out_text,
)
from mptui.dashboard.presentation.output.wrapped_position import WrappedPosition
from mptui.dashboard.presentation.processes.names import name_of
from mptui.dashboard.presentation.processes.selection import ALL, Selection
from mptui.dashboard.presentation.text.glyphs import glyphs
from mptui.dashboard.widgets.painting.line_painter import LinePainter
from mptui.dashboard.widgets.painting.line_scroller import LineScroller
from mptui.dashboard.widgets.painting.output_painter import Geometry, OutputPainter
from mptui.terminal_text import Span, safe_text
from mptui.wording.counts import counted

if TYPE_CHECKING:
    from mptui.model import Run

_PAUSE_SECONDS: Final = 0.02
"""Between two pieces of a search: keys come first."""
_SIDEWAYS_CELLS: Final = 8
_LONG_RUN_SECONDS: Final = 3600
_COPIED_CHARACTERS: Final = 100_000
"""The most that goes to a clipboard: terminals drop a sequence that is much longer."""
_NOTHING: Final = Columns((), 0, 0)


class _Heads(NamedTuple):
    """The line above the columns."""

    spans: tuple[tuple[Span, ...], ...]
    """Of each column."""
    left_out: int
    """Processes with output that found no room."""


_Line: TypeAlias = _Heads | tuple[OutputCell | None, ...] | None
"""The heads, or what stands side by side in one line."""


class OutputView(LineScroller, LinePainter):
    """The output of a run: merged, of the chosen process, or in a column for each process."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"output-view--header"}

    DEFAULT_CSS = """
    OutputView {
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        overflow-y: scroll;
        & > .output-view--header { text-style: bold underline; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *LineScroller.BINDINGS,
        Binding("home,g", "scroll_to_oldest", "Oldest line", show=False),
        Binding("end,G", "follow", "Newest line, and follow", show=False),
        Binding("n", "step_to_match(1)", "Found line below, above", show=False),
        Binding("N", "step_to_match(-1)", "Found line below, above", show=False),
        Binding("E", "toggle_stderr", "Stderr alone, or all", show=False),
        Binding("H", "ask('highlight')", "Words to highlight", show=False),
        Binding("colon", "ask('moment')", "Go to a time: 1:30, -10", show=False),
        Binding("m", "toggle_bookmark", "Bookmark, or none", show=False),
        Binding("left_square_bracket", "step_to_bookmark(-1)", "Bookmark above, below", show=False),
        Binding("right_square_bracket", "step_to_bookmark(1)", "Bookmark above, below", show=False),
        Binding("v", "mark_lines", "Mark lines, then y", show=False),
        Binding("y", "copy", "Copy the marked lines", show=False),
        Binding("escape", "end_search", "End mark, search, filter", show=False),
    ]

    selected: var[Selection] = var(ALL, init=False)
    """What is chosen in the pane; its output stands out, or alone."""
    mode: var[OutputMode] = var("merged", init=False)
    is_following: var[bool] = var(default=True, init=False)
    """Whether the newest line is kept in view."""
    is_wrapped: var[bool] = var(default=False, init=False)
    """Whether long lines take several rows, or are cut at the edge; not in columns."""
    time_style: var[TimeStyle] = var("none", init=False)
    """How the times before lines are said."""

    @dataclass
    class SearchChanged(Message):
        """A search began, came further or ended."""

        text: str
        """What is looked for; empty when that ended."""
        result: str
        """How it stands, in words."""

    @dataclass
    class NotesChanged(Message):
        """What is to be known of what is shown: that lines are left out, or marked."""

        notes: str

    @dataclass
    class Asked(Message):
        """The person wants to type something for this view."""

        purpose: Literal["only", "highlight", "moment"]
        text: str

    @dataclass
    class Copied(Message):
        """Lines are on their way to the clipboard."""

        count: int
        is_cut: bool
        """Whether there was more than may be copied."""

    @dataclass
    class FollowChanged(Message):
        """The view began or ceased to follow the newest line."""

        is_following: bool

    def __init__(
        self,
        *,
        name: str | None = None,
        id: str | None = None,  # noqa: A002  # as every widget calls it
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._glyphs = glyphs()
        self._run: Run | None = None
        self._columns = _NOTHING
        self._cells_left = 0
        self._plain_position = ScrollPosition()
        self._wrapped_position = WrappedPosition(self._rows_of)
        self._filter: LineFilter | None = None
        self._highlight_text = ""
        self._highlights: tuple[Highlight, ...] = ()
        self._bookmarks: dict[int | None, Bookmarks] = {}
        self._stretch: Stretch | None = None
        self._notes = ""
        self._is_filtering = False
        self._heads: _Heads | None = None
        self._painter = OutputPainter(self._glyphs)
        self._name_width = 0
        self._speakers: tuple[object, ...] = ()
        self._search: OutputSearch | None = None
        self._found = ""
        self._is_looking = False

    def show(self, run: Run) -> None:
        """Show this state of a run."""
        if run is not self._run:
            self._run = run
            self._bookmarks.clear()
            self._start_over()
        self._filter_on()
        self._look_on()
        self._update()

    def watch_selected(self, old: Selection, new: Selection) -> None:
        """Show the output of another process, or let it stand out."""
        if self.mode == "chosen" and old.process != new.process:
            self._start_over()
        self._update()

    def search(self, text: str) -> None:
        """Look for this text, and go to the nearest line above the end of the view that has it."""
        if self.mode == "columns":
            self.mode = "merged"
        self._search = OutputSearch(text, self._filter) if text else None
        self._look_on(is_going_there=True)
        self._update()

    def show_only(self, text: str) -> None:
        """Show only lines as this says; all of them where it is empty."""
        if self.mode == "columns":
            self.mode = "merged"
        number = self._line_of(self._last_seen_place)
        has_wish = self._run is not None and read_wish(text) is not None
        self._filter = LineFilter(text, self._name_of) if has_wish else None
        self._stretch = None
        self._filter_on()
        if self._search is not None:
            self.search(self._search.text)
        if not self.is_following and number is not None:
            self._go_to(number)
        self._update()

    @property
    def filter_text(self) -> str:
        """What lines are shown alone; empty where all are."""
        return self._filter.text if self._filter is not None else ""

    def highlight(self, text: str) -> None:
        """Let these words stand out, each in its own way; none where there are none."""
        self._highlight_text = text
        self._highlights = highlights_of(text)
        self._update()

    def go_to_moment(self, text: str) -> bool:
        """Go to what was printed at this time; False where it says no time."""
        run = self._run
        moment = meant_moment(text, run.now, self._clock(run)) if run is not None else None
        if run is None or moment is None:
            return False
        if self.mode == "columns":
            self.mode = "merged"
        if (shown := self._shown_log) is not None:
            self._go_to(shown.source.line_at(moment))
        return True

    @property
    def search_text(self) -> str:
        """What is looked for; empty without a search."""
        return self._search.text if self._search is not None else ""

    def watch_mode(self) -> None:
        """Other logs are shown now."""
        self._start_over()
        self._update()

    def watch_is_wrapped(self) -> None:
        """Stay on the lines that are shown now."""
        positions = (self._wrapped_position, self._plain_position)
        before, after = positions if not self.is_wrapped else reversed(positions)
        log, extent = self._log, self._extents().get(self._log)
        after.follow()
        if extent is not None and not self.is_following:
            top = before.top(log, extent, self.page_height)
            after.put_on_top(top, log, extent, self.page_height)
        self._cells_left = 0
        self._update()

    def watch_time_style(self) -> None:
        """Say times another way."""
        self._update()

    def watch_is_following(self, is_following: bool) -> None:  # noqa: FBT001  # Textual calls it
        """Go to the newest line, or stay where the view is."""
        if is_following:
            self._position.follow()
        else:
            self._position.hold(self._extents())
        self._update()
        self.post_message(self.FollowChanged(is_following))

    def notify_style_update(self) -> None:
        """The theme changed: nothing painted before is right."""
        super().notify_style_update()
        self._painter.forget()

    def on_resize(self) -> None:
        """Show as much as there is room for now."""
        self._update()

    def make_strip(self, line: _Line) -> Strip:
        """The strip of a line, or of the heads above the columns."""
        base, width = self.visual_style.rich_style, self.size.width
        if isinstance(line, _Heads):
            head = self.get_visual_style("output-view--header").rich_style
            strip = self._painter.header(line.spans, left_out_text(line.left_out), head)
            return strip.adjust_cell_length(width, head)
        strip = self._painter.line(line, base) if line else Strip([])
        return strip.adjust_cell_length(width, base)

    def action_scroll_lines(self, lines: int) -> None:
        """Scroll so many lines down, or up; while lines are marked: mark up to there."""
        if self._stretch is not None:
            if (shown := self._shown_log) is not None:
                self._stretch.move(lines, *shown.room)
                self._go_to(self._stretch.end)
            return
        self._position.scroll(lines, self._extents(), self.page_height)
        self.is_following = self._position.is_following
        self._update()

    def action_scroll_to_oldest(self) -> None:
        """Go to the oldest line that is kept."""
        self.action_scroll_lines(
            -max((extent.end for extent in self._extents().values()), default=0)
        )

    def action_follow(self) -> None:
        """Go to the newest line, and keep it in view."""
        self.is_following = True

    def action_scroll_sideways(self, steps: int) -> None:
        """Show what is further right in long lines, or further left."""
        furthest = max(self._cells_left, self._painter.overhang)
        self._cells_left = max(0, min(self._cells_left + steps * _SIDEWAYS_CELLS, furthest))
        self._update()

    def action_step_to_match(self, step: int) -> None:
        """Go to the next line that was found, below or above."""
        if self._search is None:
            return
        if self.mode == "columns":
            self.mode = "merged"
        self._search.step(step, self._last_seen_line)
        self._go_to_match()

    def action_end_search(self) -> None:
        """Mark nothing any more; or look for nothing; or show all lines again."""
        if self._stretch is not None:
            self._stretch = None
            self._update()
        elif self._search is not None:
            self.search("")
        elif self._filter is not None:
            self.show_only("")
        elif self._highlights:
            self.highlight("")

    def action_ask(self, purpose: Literal["only", "highlight", "moment"]) -> None:
        """Let the person type what this view is to do."""
        known = {"only": self.filter_text, "highlight": self._highlight_text, "moment": ""}
        self.post_message(self.Asked(purpose, known[purpose]))

    def action_toggle_stderr(self) -> None:
        """Show standard error alone, or both streams."""
        self.show_only(stderr_toggled(self.filter_text))

    def cycle_times(self) -> None:
        """Times since the run began, by the clock, or none."""
        self.time_style = NEXT_STYLE[self.time_style]

    def action_toggle_bookmark(self) -> None:
        """Mark the line that was found or is the lowest, or take its mark away."""
        line = self._line_meant
        if line is not None and self.mode != "columns":
            self._bookmarks.setdefault(self._log, Bookmarks()).toggle(line)
            self._update()

    def action_step_to_bookmark(self, step: int) -> None:
        """Go to the next marked line, below or above."""
        line = self._line_meant
        marks = self._bookmarks.get(self._log)
        if marks is None or line is None or self.mode == "columns":
            return
        beside = marks.beside(line, step)
        if beside is not None:
            self._go_to(beside, is_lowest=True)

    def action_mark_lines(self) -> None:
        """Begin to mark lines, or cease to."""
        line = self._line_meant
        is_possible = self._stretch is None and line is not None and self.mode != "columns"
        self._stretch = Stretch(line) if is_possible and line is not None else None
        if self._stretch is not None:
            self.is_following = False
        self._update()

    def action_copy(self) -> None:
        """Copy the marked lines, or the one that was found or is the lowest, as they are read.

        By OSC 52, which takes it through SSH to the terminal of the person. Nothing but this key
        ever copies, and what is copied is safe text.
        """
        line, shown = self._line_meant, self._shown_log
        if shown is None or line is None:
            return
        numbers = self._stretch.lines if self._stretch else range(line, line + 1)
        lines, size = [], 0
        for one in shown.lines(numbers):
            lines.append(shown_text(one.text))
            size += len(lines[-1]) + 1
            if size > _COPIED_CHARACTERS:
                break
        text = "\n".join(lines)
        self.app.copy_to_clipboard(text[:_COPIED_CHARACTERS])
        self.post_message(self.Copied(len(lines), is_cut=size > _COPIED_CHARACTERS))
        self._stretch = None
        self._update()

    @property
    def _log(self) -> int | None:
        """The log that a search goes through: of the chosen process, or of all together."""
        return self.selected.process if self.mode == "chosen" else None

    @property
    def _match(self) -> int | None:
        """The line that a search has come to."""
        return self._search.current if self._search and self.mode != "columns" else None

    @property
    def _position(self) -> ScrollPosition | WrappedPosition:
        is_wrapped = self.is_wrapped and self.mode != "columns"
        return self._wrapped_position if is_wrapped else self._plain_position

    @property
    def _shown_log(self) -> ShownLog | None:
        """The one log that is shown; None where there is none yet, or columns have their place."""
        return self._log_shown(self._log) if self.mode != "columns" else None

    def _log_shown(self, log: int | None) -> ShownLog | None:
        # That of a process that ended long ago may be gone.
        if self._run is None or log not in (None, *self._run.logs):
            return None
        return ShownLog(self._run, log, self._filter if self.mode != "columns" else None)

    @property
    def _last_seen_place(self) -> int:
        """The lowest place in view; where nothing is left out, places are numbers of lines."""
        extent = self._extents().get(self._log, Extent(0, 0))
        top = self._position.top(self._log, extent, self.page_height)
        place = top + self.page_height - 1
        if isinstance(self._position, WrappedPosition):
            place, rows = top, -self._position.rows_above
            while (rows := rows + self._rows_of(self._log, place)) < self.page_height:
                place += 1
        return min(place, extent.end - 1)

    @property
    def _last_seen_line(self) -> int:
        """The number of the lowest whole line in view."""
        return self._line_of(self._last_seen_place) or 0

    @property
    def _line_meant(self) -> int | None:
        """The line that a key is about: where marking is, else what was found, else the lowest."""
        if self._stretch is not None:
            return self._stretch.end
        return self._match if self._match is not None else self._line_of(self._last_seen_place)

    def _line_of(self, place: int) -> int | None:
        """The number of the whole line in this place, or of the nearest one."""
        return shown.number_at(place) if (shown := self._shown_log) is not None else None

    def _name_of(self, process: int) -> str:
        return name_of(self._run, process) if self._run is not None else ""

    def _clock(self, run: Run) -> Clock:
        started = started_time(run.started.started_at) if run.started is not None else None
        return Clock(self.time_style, started, None, is_long=run.now >= _LONG_RUN_SECONDS)

    def _rows_of(self, log: int | None, place: int) -> int:
        """How many rows the line in a place takes when it is wrapped."""
        cells = self._cells(log, range(place, place + 1))
        return self._painter.rows(cells[0]) if cells else 1

    def _filter_on(self) -> None:
        """Find out which lines of a piece of the log are shown; come back for the rest."""
        shown = self._shown_log
        if shown is None or shown.filter is None:
            return
        shown.filter.advance(shown.source)
        if not shown.filter.is_done and not self._is_filtering:
            self._is_filtering = True

            def go_on() -> None:
                self._is_filtering = False
                self._filter_on()
                self._update()

            self.set_timer(_PAUSE_SECONDS, go_on)

    def _look_on(self, *, is_going_there: bool = False) -> None:
        """Look through a piece of the log; as long as there are more, come back for them."""
        search, shown = self._search, self._log_shown(self._log)
        if search is not None and shown is not None:
            search.advance(shown.source)
            if not search.is_done:
                self._look_on_later(is_going_there=is_going_there)
            elif is_going_there:
                search.come_to(self._last_seen_line)
                self._go_to_match()
        self._post_search()

    def _look_on_later(self, *, is_going_there: bool) -> None:
        if self._is_looking and not is_going_there:
            return
        self._is_looking = True
        search = self._search

        def go_on() -> None:
            self._is_looking = False
            if self._search is search:
                self._look_on(is_going_there=is_going_there)
                self._update()

        self.set_timer(_PAUSE_SECONDS, go_on)

    def _go_to_match(self) -> None:
        if self._match is not None:
            self._go_to(self._match)
            self._post_search()

    def _go_to(self, number: int, *, is_lowest: bool = False) -> None:
        """Bring a line into view, and stay; maybe as the lowest one, which keys are about."""
        log, shown = self._log, self._shown_log
        extent = self._extents().get(log)
        if extent is None or shown is None:
            return
        place = shown.place_of(number)
        self._position.show_line(place, log, extent, self.page_height)
        if is_lowest:
            self._position.scroll(place - self._last_seen_place, {log: extent}, self.page_height)
        self.is_following = False
        self._update()

    def _post_search(self) -> None:
        search = self._search
        result = search.result if search is not None else ""
        found = f"{self.search_text}\n{result}"
        if found != self._found:
            self._found = found
            self.post_message(self.SearchChanged(self.search_text, result))

    @property
    def _header_height(self) -> int:
        return 1 if self._heads else 0

    @property
    def page_height(self) -> int:
        """How many lines are seen at once, below the heads of columns."""
        return max(1, self.scrollable_content_region.height - self._header_height)

    def _start_over(self) -> None:
        self._cells_left = 0
        self._plain_position.follow()
        self._wrapped_position.follow()
        self._stretch = None
        self.is_following = True
        if self._filter is not None:
            self._filter = LineFilter(self._filter.text, self._name_of)
            self._filter_on()
        if self._search is not None:
            # Another log, so other lines are found.
            self._search = OutputSearch(self._search.text, self._filter)
            self._look_on()

    def _extents(self) -> dict[int | None, Extent]:
        shown = map(self._log_shown, self._columns.logs)
        return {one.log: one.extent for one in shown if one is not None}

    def _update(self) -> None:
        """Find the lines that are seen now."""
        region = self.scrollable_content_region
        if not region or not self.is_mounted:
            return
        is_other_geometry = self._lay_out(region.width)
        lines = self._visible_lines()
        self._painter.keep(lines)
        self._place_scrollbar()
        self.show_lines([self._heads, *lines] if self._heads else lines)
        if is_other_geometry:
            self.paint_anew()
        self._post_notes()

    def _lay_out(self, width: int) -> bool:
        run, selected = self._run, self.selected.process
        if run is None:
            self._columns = _NOTHING
            return self._painter.arrange(Geometry(width, 0, 0, None))
        self._columns = columns_of(run, self.mode, selected, width)
        heads = heads_of(run, self.mode, self._columns, selected, self._glyphs)
        self._heads = _Heads(tuple(heads), self._columns.left_out) if heads else None
        pattern = self._search.pattern if self._search is not None else None
        speakers = (run, run.process_changes, run.speaker_count, width)
        if speakers != self._speakers:
            self._speakers = speakers
            self._name_width = prefix_width(run, width)
        geometry = Geometry(
            self._columns.width, self._name_width, self._cells_left, pattern, self._highlights
        )
        return self._painter.arrange(geometry)

    def _visible_lines(self) -> list[tuple[OutputCell | None, ...]]:
        run, height = self._run, self.page_height
        if run is None or not self._columns.logs:
            why = empty_text(run, self.mode, self.selected.process) if run else ""
            return [(notice(safe_text(why)),)]
        columns = []
        for log, extent in self._extents().items():
            top = self._position.top(log, extent, height)
            column = self._cells(log, range(top, top + height))
            columns.append(self._rows_in_view(column) if self._is_wrapping else column)
        if not any(columns) and self._filter is not None and self.mode != "columns":
            return [(notice(f"No line is as {safe_text(self.filter_text)} asks: Esc shows all."),)]
        return list(zip_longest(*columns))

    @property
    def _is_wrapping(self) -> bool:
        return self._position is self._wrapped_position

    def _rows_in_view(self, cells: list[OutputCell]) -> list[OutputCell]:
        rows = [cell._replace(row=row) for cell in cells for row in range(self._painter.rows(cell))]
        above = self._wrapped_position.rows_above
        return rows[above : above + self.page_height]

    def _cells(self, log: int | None, places: range) -> list[OutputCell]:
        """The lines in these places, as they look."""
        shown = self._log_shown(log)
        if shown is None:
            return []
        marks = self._bookmarks.get(log)
        look = Look(
            self.selected.process,
            self._glyphs,
            self._match,
            self._clock(shown.run) if self.time_style != "none" else None,
            frozenset(marks.lines) if marks is not None else (),
            self._stretch.lines if self._stretch is not None else (),
        )
        return shown.cells(places, look)

    def _post_notes(self) -> None:
        notes, shown = [], self._shown_log
        if shown is not None and shown.filter is not None:
            more = "" if shown.filter.is_done else " so far"
            notes.append(f"&{safe_text(shown.filter.text)} {shown.extent.end:,}{more}")
        if shown is not None and self._stretch is not None:
            notes.append(f"{counted(len(shown.lines(self._stretch.lines)), 'line')}, y copies")
        text = "".join(f" · {note}" for note in notes)
        if text != self._notes:
            self._notes = text
            self.post_message(self.NotesChanged(text))

    def _place_scrollbar(self) -> None:
        log, extent = max(
            self._extents().items(),
            key=lambda item: item[1].end - item[1].first,
            default=(None, Extent(0, 0)),
        )
        top = self._position.top(log, extent, self.page_height)
        self.place_scrollbar(extent.end - extent.first, top - extent.first)
