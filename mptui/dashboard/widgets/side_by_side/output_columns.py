"""The outputs of all processes at once, each in a column: in a grid, and on pages where many.

All columns are scrolled together, by lines of the output, from the end or from where each stood
when the view was held. A frame costs as many lines as the view is high and columns are seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import var

from mptui.dashboard.presentation.output.highlights import highlights_of
from mptui.dashboard.presentation.output.line_filter import stderr_toggled
from mptui.dashboard.presentation.output.line_wishes import NO_WISHES, LineWishes, clock_of
from mptui.dashboard.presentation.output.scroll_position import Extent, ScrollPosition
from mptui.dashboard.presentation.output.window import Look, empty_text
from mptui.dashboard.presentation.processes.selection import ALL, Selection
from mptui.dashboard.presentation.side_by_side.column import column_rows, head_spans
from mptui.dashboard.presentation.side_by_side.column_logs import ColumnLogs
from mptui.dashboard.presentation.side_by_side.grid import (
    Grid,
    grid_of,
    page_count,
    page_of,
    position_text,
    wanted_width,
)
from mptui.dashboard.presentation.side_by_side.line_pieces import LinePieces, Measure
from mptui.dashboard.presentation.text.glyphs import glyphs
from mptui.dashboard.presentation.text.palette import DIM
from mptui.dashboard.widgets.messages import Asked, Chosen, Stepped, WishesChanged
from mptui.dashboard.widgets.painting.line_painter import LinePainter
from mptui.dashboard.widgets.painting.line_scroller import LineScroller
from mptui.dashboard.widgets.painting.strips import line_strip
from mptui.terminal_text import Span, safe_text

if TYPE_CHECKING:
    from textual.events import Click
    from textual.strip import Strip

    from mptui.dashboard.presentation.output.lines import Highlight
    from mptui.dashboard.presentation.text.page import Spans
    from mptui.model import Run

_SIDEWAYS_CELLS: Final = 8
_PAUSE_SECONDS: Final = 0.02
"""Between two pieces of a filter: keys come first."""

COLUMN_KEYS: Final[list[BindingType]] = [
    Binding("left_square_bracket", "turn(-1)", "Columns before, after", show=False),
    Binding("right_square_bracket", "turn(1)", "Columns before, after", show=False),
    Binding("shift+left", "choose(-1)", "Column beside", show=False),
    Binding("shift+right", "choose(1)", "Column beside", show=False),
    Binding("W", "toggle_wrap", "Wrap long lines, or not", show=False),
]
"""What no other view of output has."""


class _Line(NamedTuple):
    """What stands side by side in one line of the view."""

    spans: Spans
    is_head: bool = False


class OutputColumns(LineScroller, LinePainter):
    """A column for each process that printed."""

    # A click chooses a process.
    ALLOW_SELECT: ClassVar[bool] = False

    COMPONENT_CLASSES: ClassVar[set[str]] = {"output-columns--head"}

    DEFAULT_CSS = """
    OutputColumns {
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        overflow-y: scroll;
        & > .output-columns--head { text-style: bold underline; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *LineScroller.BINDINGS,
        Binding("home,g", "scroll_to_oldest", "Oldest line", show=False),
        Binding("end,G", "follow", "Newest line, and follow", show=False),
        Binding("E", "toggle_stderr", "Stderr alone, or all", show=False),
        Binding("H", "ask_for_highlight", "Words to highlight", show=False),
        Binding("escape", "leave", "No filter, no words, no column", show=False),
        *COLUMN_KEYS,
    ]

    selected: var[Selection] = var(ALL, init=False)
    """What is chosen in the pane; its head stands out, and its page is shown."""
    is_wrapped: var[bool] = var(default=True, init=False)
    is_following: var[bool] = var(default=True, init=False)
    """Whether the newest lines are kept in view."""
    wishes: var[LineWishes] = var(NO_WISHES, init=False)
    """What lines are shown, and how."""

    @dataclass
    class ArrangementChanged(Message):
        """The view shows other columns, wraps or not, or follows or not."""

        is_wrapped: bool

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._glyphs = glyphs()
        self._logs: ColumnLogs | None = None
        self._grid = Grid(1, (1,), 1)
        self._wanted = wanted_width(0)
        self._page = 0
        self._cells_left = 0
        self._position = ScrollPosition()
        self._pieces = LinePieces(self._glyphs)
        self._highlights: tuple[Highlight, ...] = ()
        self._is_filtering = False
        self._lines_seen = 1
        self._said = ""

    def show(self, run: Run) -> None:
        """Show this state of a run."""
        if self._logs is None or run is not self._logs.run:
            self._logs = ColumnLogs(run, self.wishes.only)
            self._page = self._cells_left = 0
            self._wanted = wanted_width(0)
            self._position.follow()
            self.is_following = True
        self._update()

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
        return " · ".join(filter(None, ("side by side", position, wrap, only)))

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
        process = self.selected.process
        if process in self._speakers:
            self._page = page_of(self._speakers.index(process), self._grid)
        self._update()

    def watch_is_wrapped(self) -> None:
        """Begin at the left again."""
        self._cells_left = 0
        self._update()

    def watch_is_following(self, is_following: bool) -> None:  # noqa: FBT001  # Textual calls it
        """Go to the newest lines, or stay where the view is."""
        if is_following:
            self._position.follow()
        else:
            self._position.hold(self._extents())
        self._update()

    def watch_wishes(self, old: LineWishes, new: LineWishes) -> None:
        """Show lines another way."""
        self._highlights = highlights_of(new.highlight)
        if old.only != new.only:
            if self._logs is not None:
                self._logs = ColumnLogs(self._logs.run, new.only)
            self._position.follow()
            self.is_following = True
        self._update()
        self.post_message(WishesChanged(new))

    def on_resize(self) -> None:
        """Lay the columns out anew."""
        self._update()

    def make_strip(self, line: _Line | None) -> Strip:
        """A line as a strip; the heads stand out."""
        base = self.visual_style.rich_style
        if line is not None and line.is_head:
            base = self.get_visual_style("output-columns--head").rich_style
        return line_strip(line.spans if line is not None else (), self.size.width, base)

    def action_scroll_lines(self, lines: int) -> None:
        """Scroll so many lines down, or up."""
        self._position.scroll(lines, self._extents(), 1)
        self.is_following = self._position.is_following
        self._update()

    def action_scroll_to_oldest(self) -> None:
        """Go to the oldest lines that are kept."""
        extents = self._extents().values()
        self.action_scroll_lines(-max((extent.end for extent in extents), default=0))

    def action_follow(self) -> None:
        """Go to the newest lines, and keep them in view."""
        self.is_following = True

    def action_scroll_sideways(self, steps: int) -> None:
        """Show what is further right in lines that are not wrapped; of wrapped ones all is seen."""
        if not self.is_wrapped:
            furthest = max(self._cells_left, self._pieces.longest - self._grid.width)
            self._cells_left = max(0, min(self._cells_left + steps * _SIDEWAYS_CELLS, furthest))
            self._update()

    def action_turn(self, pages: int) -> None:
        """Show the columns before, or after."""
        last = page_count(len(self._speakers), self._grid) - 1
        self._page = max(0, min(self._page + pages, last))
        self._update()

    def action_toggle_wrap(self) -> None:
        """Wrap long lines, or cut them."""
        self.is_wrapped = not self.is_wrapped

    def action_choose(self, columns: int) -> None:
        """Choose the process in the column beside."""
        self.post_message(Stepped(self, columns))

    def action_leave(self) -> None:
        """Show all lines again; or let no words stand out; or choose all processes again."""
        if self.wishes.only:
            self.wishes = self.wishes._replace(only="")
        elif self.wishes.highlight:
            self.wishes = self.wishes._replace(highlight="")
        else:
            self.post_message(Chosen(ALL))

    def action_toggle_stderr(self) -> None:
        """Show standard error alone, or both streams."""
        self.wishes = self.wishes._replace(only=stderr_toggled(self.wishes.only))

    def action_ask_for_highlight(self) -> None:
        """Let the person type the words that are to stand out."""
        self.post_message(Asked("highlight", self.wishes.highlight))

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
            self.post_message(Chosen(Selection(self._on_page[place])))

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

    def _look_on(self, logs: ColumnLogs) -> None:
        """Filter a piece of each log in sight; as long as there is more, come back for it."""
        if logs.advance(self._on_page) and not self._is_filtering:
            self._is_filtering = True
            self.set_timer(_PAUSE_SECONDS, self._come_back)

    def _come_back(self) -> None:
        self._is_filtering = False
        self._update()

    def _update(self) -> None:
        """Find the lines that are seen now."""
        region, logs = self.scrollable_content_region, self._logs
        if not region or not self.is_mounted or logs is None:
            return
        logs.refresh()
        self._grid = grid_of(len(self._speakers), (region.width, region.height), self._wanted)
        self._page = min(self._page, page_count(len(self._speakers), self._grid) - 1)
        self._look_on(logs)
        self._pieces.begin(
            Measure(self._grid.width, self.is_wrapped, self._cells_left, self._highlights)
        )
        self.show_lines(self._lines_now(logs))
        self._place_scrollbar()
        self._say_title()
        wanted = wanted_width(self._pieces.longest)
        if wanted > self._wanted:
            # The columns never get narrower again: they would jump with every line.
            self._wanted = wanted
            self._update()

    def _lines_now(self, logs: ColumnLogs) -> list[_Line]:
        if not self._speakers:
            return [_Line((Span(self._why_empty(logs.run), DIM),))]
        lines: list[_Line] = []
        counts: list[int] = []
        on_page, columns = self._on_page, self._grid.columns
        for row, height in enumerate(self._grid.heights):
            group = on_page[row * columns : (row + 1) * columns]
            lines += self._row_of_columns(logs, group, height, counts)
        self._lines_seen = max(1, min(counts, default=1))
        return lines

    def _why_empty(self, run: Run) -> str:
        if self.wishes.only and run.speaker_count:
            return f"Nobody who printed is as {safe_text(self.wishes.only)} asks: Esc shows all."
        return safe_text(empty_text(run, "merged", None))

    def _row_of_columns(
        self, logs: ColumnLogs, processes: tuple[int, ...], height: int, counts: list[int]
    ) -> list[_Line]:
        run, signs = logs.run, self._glyphs
        width, style = self._grid.width, self.wishes.time_style
        clock = clock_of(run, style) if style != "none" else None
        look = Look(None, signs, clock=clock)
        heads: list[Spans] = []
        columns: list[list[Spans]] = []
        for process in processes:
            head = head_spans(run, process, self.selected.process, width, logs.names, signs)
            heads.append(head)
            shown = logs.shown(process)
            if shown is None:
                columns.append([])
                continue
            extent = shown.extent
            last = self._position.top(process, extent, 1)
            column = column_rows(shown, look, last, height - 1, self._pieces)
            columns.append(column.rows)
            if column.line_count < extent.end - extent.first:
                counts.append(column.line_count)
        blank = (Span(" " * width, None),)
        lines = [_Line(self._beside(heads), is_head=True)] if heads else []
        for y in range(height - 1 if heads else height):
            row = [column[y] if y < len(column) else blank for column in columns]
            lines.append(_Line(self._beside(row)))
        return lines

    def _beside(self, cells: list[Spans]) -> Spans:
        rule = Span(self._glyphs.column, DIM)
        return tuple(span for cell in cells for span in (rule, *cell))[1:]

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
