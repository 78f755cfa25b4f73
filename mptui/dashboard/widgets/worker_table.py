"""The table of the program's processes: one row each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView

from mptui.dashboard.presentation.processes.column_choice import (
    LEAD_WIDTH,
    ONLY_PROCESSES,
    PlacedColumn,
    column_title,
    known_of,
    placed_columns,
    sorting_of,
    step_sort,
)
from mptui.dashboard.presentation.processes.order import Place, ProcessRows, thread_numbers
from mptui.dashboard.presentation.processes.row_cache import NO_SEVERITIES, RowCache
from mptui.dashboard.presentation.processes.rows import WorkerRow
from mptui.dashboard.presentation.processes.selection import ALL, Selection
from mptui.dashboard.presentation.processes.sorting import Measured
from mptui.dashboard.presentation.text.glyphs import glyphs
from mptui.dashboard.presentation.text.palette import DIM, STRONG
from mptui.dashboard.session.table_choice import DEFAULT_CHOICE, TableChoice
from mptui.dashboard.terminal.own_write import write_now
from mptui.dashboard.terminal.quick_keys.telling import tell_above
from mptui.dashboard.widgets.messages import Chosen, Stepped
from mptui.dashboard.widgets.painting.line_painter import LinePainter
from mptui.dashboard.widgets.painting.scroll_bars import place_bar, set_line_count
from mptui.dashboard.widgets.painting.strips import fitted, strip_of, styled
from mptui.model import Run
from mptui.terminal_text import Span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.style import Style
    from textual.events import Click
    from textual.strip import Strip

    from mptui.dashboard.presentation.processes.columns import Column, Known
    from mptui.model.findings import Severity

_Line: TypeAlias = WorkerRow | tuple[PlacedColumn, ...] | None
"""A row, the header, or what is below a row that is gone."""


class WorkerTable(ScrollView, LinePainter, can_focus=True):
    """Every process with its status, load and output; the first row stands for all together.

    Those that ended long ago have one row for each name, below the others. In the tree the threads
    of a process have rows too. They are there to be seen, not to be chosen.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "worker-table--header",
        "worker-table--chosen",
        "worker-table--cursor",
    }

    DEFAULT_CSS = """
    WorkerTable {
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        & > .worker-table--header { text-style: bold; }
        & > .worker-table--chosen { text-style: bold; }
        & > .worker-table--cursor {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
        }
        &:nocolor > .worker-table--cursor { text-style: reverse; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "choose(-1)", "Process above, below", show=False),
        Binding("down,j", "choose(1)", "Process above, below", show=False),
        Binding("pageup", "choose_page(-1)", "A page up, down", show=False),
        Binding("pagedown", "choose_page(1)", "A page up, down", show=False),
        Binding("home,g", "choose_first", "All processes", show=False),
        Binding("end,G", "choose_last", "Last process", show=False),
        Binding("enter", "open", "Details of the chosen one", show=False),
        Binding("escape", "step_back", "No filter; then all", show=False),
        Binding("less_than_sign", "step_sort(-1)", "Sort by the column beside", show=False),
        Binding("greater_than_sign", "step_sort(1)", "Sort by the column beside", show=False),
        Binding("I", "reverse_sort", "The other way round", show=False),
        Binding("P", "sort_by('cpu')", "Sort by CPU, by memory", show=False),
        Binding("M", "sort_by('memory')", "Sort by CPU, by memory", show=False),
    ]

    selected: var[Selection] = var(ALL, init=False)
    """What is chosen in the pane; its row is marked."""
    name_filter: var[str] = var("", init=False)
    """Only processes whose name holds this are shown."""
    is_tree: var[bool] = var(default=False, init=False)
    """Whether each process stands below the one that made it."""
    choice: var[TableChoice] = var(DEFAULT_CHOICE, init=False)
    """Which columns there are, and what the rows are sorted by."""

    class Opened(Message):
        """The person asked for all that is known of what is chosen."""

    @dataclass
    class ChoiceMade(Message):
        """The person wants other columns, or another order."""

        choice: TableChoice

    @dataclass
    class FilterDropped(Message):
        """The person wants to see all names again."""

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._glyphs = glyphs()
        self._run = Run()
        self._now = 0.0
        self._severities: Mapping[int, Severity] = NO_SEVERITIES
        self._places: list[Place] = []
        """What there are rows of, from top to bottom."""
        self._rests_on: tuple[object, ...] = ()
        """What the places depend on, as it was when they were found."""
        self._order = self._new_order()
        self._known = ONLY_PROCESSES
        self._columns: tuple[PlacedColumn, ...] = ()
        self._columns_of: tuple[int, Known, tuple[str, ...]] = (-1, ONLY_PROCESSES, ())
        self._cache = RowCache(self._glyphs)

    @property
    def column_keys(self) -> tuple[str, ...]:
        """The keys of the columns that are shown, from left to right."""
        return tuple(column.key for column, _ in self._columns)

    @property
    def matching_count(self) -> int:
        """How many processes the filter lets through."""
        return self._order.matching_count

    def show(
        self, run: Run, now: float, severities: Mapping[int, Severity] = NO_SEVERITIES
    ) -> None:
        """Show this state of a run.

        Args:
            run: the run.
            now: its time, in its seconds.
            severities: of the worst that was found about each process.
        """
        if run is not self._run:
            self._run = run
            self._known = ONLY_PROCESSES
            self._order = self._new_order()
            self._cache.clear()
        self._now = now
        self._severities = severities
        self._known = known_of(run, self._known, has_findings=bool(severities))
        self._order_rows()
        self._update()

    def watch_selected(self, old: Selection, new: Selection) -> None:
        """Mark another row, and bring it to sight."""
        self.paint_again(
            y
            for y, line in enumerate(self._lines)
            if isinstance(line, WorkerRow) and (_is_row_of(line, old) or _is_row_of(line, new))
        )
        self._scroll_to_chosen(is_immediate=True)
        # All other parts follow the choice; what answers the key must not wait for them.
        write_now(self)

    def watch_name_filter(self) -> None:
        """Show other processes; what is chosen and shown no longer is not chosen any more."""
        self._order = self._new_order()
        self._arrange()
        if self._chosen_index() == 0:
            self._choose(ALL)

    def watch_is_tree(self) -> None:
        """Show them in another order."""
        self._order = self._new_order()
        self._arrange()

    def watch_choice(self) -> None:
        """Show other columns, or another order."""
        self._order = self._new_order()
        self._arrange()
        self.paint_again([0])

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Show the rows that are seen now."""
        super().watch_scroll_y(old_value, new_value)
        self._update()

    def on_focus(self) -> None:
        """The chosen row is the cursor now."""
        self.paint_anew()

    def on_blur(self) -> None:
        """The chosen row is the cursor no longer."""
        self.paint_anew()

    def on_resize(self) -> None:
        """Other columns may fit now."""
        self._arrange()

    def watch_show_vertical_scrollbar(self) -> None:
        """Other columns may fit beside the scroll bar, or without it."""
        self._update()

    def make_strip(self, line: _Line) -> Strip:
        """The strip of a row, or of the header."""
        if isinstance(line, WorkerRow):
            return self._row_strip(line)
        return self._header(line) if line else super().make_strip(None)

    def choice_beside(self, rows: int) -> Selection:
        """The process so many rows below the chosen one; the last, or all, beyond the end."""
        indices = [index for index, place in enumerate(self._places) if place.thread is None]
        if not indices:
            return ALL
        at = indices.index(self._chosen_index()) + rows
        return self._choice_at(indices[max(0, min(at, len(indices) - 1))])

    def on_click(self, event: Click) -> None:
        """Choose the process under the pointer."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if not offset.y > 0:
            self._sort_at(offset.x)
            return
        index = self._index_at(offset.y)
        if index < len(self._places):
            self._choose(self._choice_at(index))

    def action_choose(self, step: int) -> None:
        """Choose the row so many below."""
        tell_above(self, Stepped(self, step))

    def action_choose_page(self, pages: int) -> None:
        """Choose the row a page below or above."""
        self.action_choose(pages * max(1, self._page_height() - 1))

    def action_choose_first(self) -> None:
        """Choose all processes."""
        self._choose(ALL)

    def action_choose_last(self) -> None:
        """Choose the last process."""
        self.action_choose(len(self._places))

    def action_open(self) -> None:
        """Ask for all that is known of what is chosen."""
        self.post_message(self.Opened())

    def action_step_sort(self, step: int) -> None:
        """Sort by the column so many to the right of the one that the rows are sorted by."""
        self._make_choice(step_sort(self.choice, self._columns, step))

    def action_reverse_sort(self) -> None:
        """Show the same order from its other end."""
        if sorting_of(self.choice) is not None:
            self._make_choice(self.choice.reversed())

    def action_sort_by(self, key: str) -> None:
        """Sort by this column, wherever it stands."""
        self._make_choice(TableChoice(sort=key, columns=self.choice.columns))

    def action_step_back(self) -> None:
        """Show all names again; where they are shown, choose all processes."""
        if self.name_filter:
            self.post_message(self.FilterDropped())
        else:
            self._choose(ALL)

    def _make_choice(self, choice: TableChoice) -> None:
        if choice != self.choice:
            # At once, for the next key may come before the message has gone round.
            self.choice = choice
            self.post_message(self.ChoiceMade(choice))

    def _sort_at(self, x: int) -> None:
        """Sort by the column whose title is here; by the same one: the other way round."""
        end = LEAD_WIDTH
        for column, width in self._columns:
            end += width + 1
            if x < end:
                if x >= end - width - 1 and column.measure is not None:
                    self._make_choice(self.choice.sorted_by(column.key))
                return

    def _choose(self, selection: Selection) -> None:
        if selection != self.selected:
            tell_above(self, Chosen(selection))

    def _choice_at(self, index: int) -> Selection:
        place = self._places[index]
        if _is_row_of(place, self.selected):
            # A thread of it that is chosen elsewhere stays so.
            return self.selected
        return Selection(place.process, group=place.group)

    def _arrange(self) -> None:
        """Put the rows in another order, and keep the chosen one in sight."""
        if self._places:
            self._order_rows()
        self._update()
        self._scroll_to_chosen()

    def _order_rows(self) -> None:
        run = self._run
        is_crowded = len(run.processes) + 1 > self._page_height()
        threads = self._threads_in_rows(run)
        rests_on = (self._order, run.process_changes, is_crowded, threads, self._sorted_at(run))
        if rests_on == self._rests_on:
            return
        self._rests_on = rests_on
        before, top = self._chosen_index(), self.scroll_offset.y
        measured = Measured(run, self._now, self._severities)
        self._places = self._order.places(run, is_crowded=is_crowded, measured=measured)
        line_count = len(self._places) + 1
        set_line_count(self, line_count)
        if self.show_vertical_scrollbar:
            room = self.container_size.height
            place_bar(self.vertical_scrollbar, line_count, room, self.scroll_y)
        shift = self._chosen_index() - before
        # While others come and go, the chosen row stays where it is seen.
        if shift and top <= before < top + self._page_height():
            self.scroll_to(y=top + shift, animate=False, immediate=True)

    def _new_order(self) -> ProcessRows:
        return ProcessRows(
            self.name_filter,
            self._glyphs,
            is_tree=self.is_tree,
            sorting=sorting_of(self.choice),
        )

    def _sorted_at(self, run: Run) -> tuple[int, bool] | None:
        """What a sorted order rests on: figures change all the time, rows move once a second."""
        if sorting_of(self.choice) is None:
            return None
        return int(self._now), run.finished is not None

    def _threads_in_rows(self, run: Run) -> tuple[tuple[int, ...], ...]:
        """Which threads have rows; they come and go without a change of the processes."""
        if not self.is_tree:
            return ()
        return tuple(
            thread_numbers(run, process) for process in run.threads if run.threads[process]
        )

    def _update(self) -> None:
        """Make the rows that are seen now."""
        if self._place_columns():
            self.paint_anew()
        top, count = self.scroll_offset.y, max(0, self.size.height - 1)
        places = self._places[top : top + count]
        rows = self._cache.rows(self._run, places, self._now, self._severities)
        self.show_lines([self._columns, *rows])

    def _page_height(self) -> int:
        return max(1, self.scrollable_content_region.height - 1)

    def _index_at(self, y: int) -> int:
        return y - 1 + self.scroll_offset.y

    def _chosen_index(self) -> int:
        chosen = (n for n, place in enumerate(self._places) if _is_row_of(place, self.selected))
        return next(chosen, 0)

    def _scroll_to_chosen(self, *, is_immediate: bool = False) -> None:
        index, top, height = self._chosen_index(), self.scroll_offset.y, self._page_height()
        # Its threads are to be seen with it, as many of them as there is room for.
        last = index
        while last + 1 < len(self._places) and self._places[last + 1].thread is not None:
            last += 1
        last = min(last, index + height - 1)
        if index < top:
            self.scroll_to(y=index, animate=False, immediate=is_immediate)
        elif last >= top + height:
            self.scroll_to(y=last - height + 1, animate=False, immediate=is_immediate)

    def _place_columns(self) -> bool:
        """Find the columns that fit; gives whether they are others than before."""
        columns_of = (
            self.scrollable_content_region.width,
            self._known,
            self.choice.columns,
        )
        if columns_of == self._columns_of:
            return False
        self._columns_of = columns_of
        self._columns = placed_columns(*columns_of)
        self._cache.set_columns(self._columns)
        return True

    def _header(self, columns: tuple[PlacedColumn, ...]) -> Strip:
        base = self.get_visual_style("worker-table--header").rich_style
        titles = [
            fitted((self._title(column, width),), width, base, column.alignment)
            for column, width in columns
        ]
        return self._line(fitted((), LEAD_WIDTH, base), titles, base)

    def _title(self, column: Column, width: int) -> Span:
        return Span(column_title(column, width, self.choice, self._glyphs), None)

    def _row_strip(self, row: WorkerRow) -> Strip:
        is_chosen = _is_row_of(row, self.selected)
        # On the cursor's own background no other colour is sure to be readable.
        is_plain = is_chosen and self.has_focus
        base = self._row_style(is_chosen=is_chosen, is_plain=is_plain)
        style = styled(base, DIM) if row.is_faint and not is_plain else base
        marker = Span(self._glyphs.chosen if is_chosen else " ", STRONG)
        lead = fitted((marker, row.lead), LEAD_WIDTH, style, is_plain=is_plain)
        cells = [
            fitted(spans, width, style, column.alignment, is_plain=is_plain)
            for spans, (column, width) in zip(row.cells, self._columns, strict=True)
        ]
        return self._line(lead, cells, style)

    def _row_style(self, *, is_chosen: bool, is_plain: bool) -> Style:
        if not is_chosen:
            return self.visual_style.rich_style
        part = "worker-table--cursor" if is_plain else "worker-table--chosen"
        return self.get_visual_style(part).rich_style

    def _line(self, lead: list[Segment], cells: list[list[Segment]], base: Style) -> Strip:
        gap = Segment(" ", base)
        segments = lead
        for position, cell in enumerate(cells):
            segments += [gap, *cell] if position else cell
        return strip_of(segments, self.size.width, base)


def _is_row_of(row: WorkerRow | Place, selection: Selection) -> bool:
    """Whether this is the row of what is chosen."""
    chosen = (selection.process, selection.group)
    return row.thread is None and (row.process, row.group) == chosen
