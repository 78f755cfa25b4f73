"""What the processes print: lines made into strips only where they are seen.

However much arrives, a frame costs as many lines as the view is high. The view keeps its own place
in the logs, by absolute line numbers: what is scrolled back stays still while new lines arrive.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple, TypeAlias

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip

from mptui.dashboard.presentation.output.lines import OutputCell, notice, prefix_width
from mptui.dashboard.presentation.output.scroll_position import Extent, ScrollPosition
from mptui.dashboard.presentation.output.search import OutputSearch
from mptui.dashboard.presentation.output.window import (
    Columns,
    OutputMode,
    columns_of,
    empty_text,
    extent_of,
    heads_of,
    left_out_text,
    log_of,
    visible_cells,
)
from mptui.dashboard.presentation.processes.selection import ALL, Selection
from mptui.dashboard.presentation.text.glyphs import glyphs
from mptui.dashboard.widgets.painting.line_painter import LinePainter
from mptui.dashboard.widgets.painting.line_scroller import LineScroller
from mptui.dashboard.widgets.painting.output_painter import Geometry, OutputPainter
from mptui.terminal_text import Span, safe_text

if TYPE_CHECKING:
    from mptui.model import Run

_PAUSE_SECONDS: Final = 0.02
"""Between two pieces of a search: keys come first."""
_SIDEWAYS_CELLS: Final = 8
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
        Binding("escape", "end_search", "End the search", show=False),
    ]

    selected: var[Selection] = var(ALL, init=False)
    """What is chosen in the pane; its output stands out, or alone."""
    mode: var[OutputMode] = var("merged", init=False)
    is_following: var[bool] = var(default=True, init=False)
    """Whether the newest line is kept in view."""

    @dataclass
    class SearchChanged(Message):
        """A search began, came further or ended."""

        text: str
        """What is looked for; empty when that ended."""
        result: str
        """How it stands, in words."""

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
        self._position = ScrollPosition()
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
            self._start_over()
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
        self._search = OutputSearch(text) if text else None
        self._look_on(is_going_there=True)
        self._update()

    @property
    def search_text(self) -> str:
        """What is looked for; empty without a search."""
        return self._search.text if self._search is not None else ""

    def watch_mode(self) -> None:
        """Other logs are shown now."""
        self._start_over()
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
        """Scroll so many lines down, or up."""
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
        """Look for nothing any more."""
        self.search("")

    @property
    def _log(self) -> int | None:
        """The log that a search goes through: of the chosen process, or of all together."""
        return self.selected.process if self.mode == "chosen" else None

    @property
    def _match(self) -> int | None:
        """The line that a search has come to."""
        return self._search.current if self._search and self.mode != "columns" else None

    @property
    def _last_seen_line(self) -> int:
        extent = self._extents().get(self._log, Extent(0, 0))
        return self._position.top(self._log, extent, self.page_height) + self.page_height - 1

    def _look_on(self, *, is_going_there: bool = False) -> None:
        """Look through a piece of the log; as long as there are more, come back for them."""
        search, run = self._search, self._run
        if search is not None and run is not None and self._log in (None, *run.logs):
            search.advance(log_of(run, self._log))
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
        match, log = self._match, self._log
        extent = self._extents().get(log)
        if match is None or extent is None:
            return
        self._position.show_line(match, log, extent, self.page_height)
        self.is_following = False
        self._update()
        self._post_search()

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
        self._position.follow()
        self.is_following = True
        if self._search is not None:
            # Another log, so other lines are found.
            self._search = OutputSearch(self._search.text)
            self._look_on()

    def _extents(self) -> dict[int | None, Extent]:
        run = self._run
        if run is None:
            return {}
        # The log of a process that ended long ago may be gone since the columns were laid out.
        logs = (log for log in self._columns.logs if log is None or log in run.logs)
        return {log: extent_of(log_of(run, log)) for log in logs}

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
        geometry = Geometry(self._columns.width, self._name_width, self._cells_left, pattern)
        return self._painter.arrange(geometry)

    def _visible_lines(self) -> list[tuple[OutputCell | None, ...]]:
        run, height = self._run, self.page_height
        if run is None or not self._columns.logs:
            why = empty_text(run, self.mode, self.selected.process) if run else ""
            return [(notice(safe_text(why)),)]
        columns, selected = [], self.selected.process
        for log, extent in self._extents().items():
            top = self._position.top(log, extent, height)
            numbers = range(top, top + height)
            columns.append(visible_cells(run, log, numbers, selected, self._glyphs, self._match))
        return list(zip_longest(*columns))

    def _place_scrollbar(self) -> None:
        log, extent = max(
            self._extents().items(),
            key=lambda item: item[1].end - item[1].first,
            default=(None, Extent(0, 0)),
        )
        top = self._position.top(log, extent, self.page_height)
        self.place_scrollbar(extent.end - extent.first, top - extent.first)
