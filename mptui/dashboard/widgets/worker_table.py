"""The table of the program's processes: one row each, painted again only where its text changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mptui.dashboard.presentation.processes.column_choice import (
    ONLY_PROCESSES,
    Known,
    known_of,
    placed_columns,
)
from mptui.dashboard.presentation.processes.columns import (
    LEAD_WIDTH,
    PlacedColumn,
    WorkerRow,
    all_row,
)
from mptui.dashboard.presentation.processes.order import (
    PlacedProcess,
    matching_count,
    process_tree,
    processes_list,
    thread_numbers,
)
from mptui.dashboard.presentation.processes.row_cache import KnownRows
from mptui.dashboard.presentation.text.glyphs import glyphs
from mptui.dashboard.presentation.text.palette import DIM, STRONG
from mptui.dashboard.widgets.painting.strips import fitted, strip_of, styled
from mptui.terminal_text import Span

if TYPE_CHECKING:
    from rich.style import Style
    from textual.events import Click

    from mptui.model import Run

_STRIPS_KEPT = 512


class WorkerTable(ScrollView, can_focus=True):
    """Every process with its status, load and output; the first row stands for all together.

    In the tree the threads of a process have rows too. They are there to be seen, not to be chosen.

    Args:
        ascii_only: draw with ASCII signs, for a terminal that cannot show others.
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
        Binding("enter", "ask_for_details", "Details of the chosen one", show=False),
        Binding("escape", "step_back", "No filter; then all", show=False),
    ]

    selected: var[int | None] = var(None)
    """The chosen process; None stands for all. Setting it posts no message."""
    name_filter: var[str] = var("", init=False)
    """Only processes whose name holds this are shown."""
    is_tree: var[bool] = var(default=False, init=False)
    """Whether each process stands below the one that made it."""

    @dataclass
    class Selected(Message):
        """The person chose a process, or all of them (None)."""

        process: int | None

    @dataclass
    class DetailsWanted(Message):
        """The person asked for all that is known of a process."""

        process: int

    @dataclass
    class FilterDropped(Message):
        """The person wants to see all names again."""

    def __init__(
        self,
        *,
        ascii_only: bool = False,
        name: str | None = None,
        id: str | None = None,  # noqa: A002  # as every widget calls it
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._glyphs = glyphs(ascii_only=ascii_only)
        self._run: Run | None = None
        self._now = 0.0
        self._rows: list[PlacedProcess | None] = [None]
        self._roster: tuple[object, ...] = ()
        self.matching_count = 0
        """How many processes the filter lets through."""
        self._columns: tuple[PlacedColumn, ...] = ()
        self._facts = ONLY_PROCESSES
        self._columns_of: tuple[int, Known] = (-1, ONLY_PROCESSES)
        self._known = KnownRows(self._glyphs)
        self._all_row: WorkerRow | None = None
        self._painted: dict[int, WorkerRow | None] = {}
        self._strips: LRUCache[tuple[WorkerRow, Style], Strip] = LRUCache(_STRIPS_KEPT)

    def show(self, run: Run, now: float) -> None:
        """Show this state of a run; ``now`` is the time of the run, in its seconds."""
        if run is not self._run:
            self._run = run
            self._known.forget()
            self.refresh()
        self._now = now
        self._all_row = None
        if self.selected is not None and self.selected not in run.processes:
            self._select(None)
        self._facts = known_of(run)
        if self._place_columns():
            self.refresh()
        self._order_rows(run)
        self._refresh_changed_rows()

    def watch_selected(self) -> None:
        """Show where the choice is now."""
        self._painted.clear()
        self._scroll_to_chosen()
        self.refresh()

    def watch_name_filter(self) -> None:
        """Other processes are shown."""
        self._order_anew()

    def watch_is_tree(self) -> None:
        """They stand in another order."""
        self._order_anew()

    def notify_style_update(self) -> None:
        """The theme changed: nothing painted before is right."""
        super().notify_style_update()
        self._strips.clear()

    def on_focus(self) -> None:
        """The chosen row is the cursor now."""
        self.refresh()

    def on_blur(self) -> None:
        """The chosen row is the cursor no longer."""
        self.refresh()

    def on_resize(self) -> None:
        """Other columns may fit now."""
        if self._run is not None:
            self._order_rows(self._run)
        self._scroll_to_chosen()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nobody chosen has no details: the key is then for whoever else listens to it."""
        if action == "ask_for_details":
            return self.selected is not None
        return super().check_action(action, parameters)

    def render_line(self, y: int) -> Strip:
        """One line of the table; the first is the header, whatever is scrolled."""
        self._place_columns()
        if y == 0:
            return self._header()
        row = self._row_at(y)
        self._painted[y] = row
        if row is None:
            return Strip.blank(self.size.width, self.visual_style.rich_style)
        return self._strip(row)

    def on_click(self, event: Click) -> None:
        """Choose the process under the pointer."""
        offset = event.get_content_offset(self)
        if offset is None or not offset.y > 0:
            return
        index = self._index_at(offset.y)
        if index < len(self._rows):
            self._select(self._process_at(index))

    def action_choose(self, step: int) -> None:
        """Choose the row so many below."""
        places = [
            index for index, row in enumerate(self._rows) if row is None or row.thread is None
        ]
        place = places.index(self._chosen_index()) + step
        self._select(self._process_at(places[max(0, min(place, len(places) - 1))]))

    def action_choose_page(self, pages: int) -> None:
        """Choose the row a page below or above."""
        self.action_choose(pages * max(1, self._page_height() - 1))

    def action_choose_first(self) -> None:
        """Choose all processes."""
        self._select(None)

    def action_choose_last(self) -> None:
        """Choose the last process."""
        self._select(self._process_at(-1))

    def action_ask_for_details(self) -> None:
        """Ask for all that is known of the chosen process."""
        if self.selected is not None:
            self.post_message(self.DetailsWanted(self.selected))

    def action_step_back(self) -> None:
        """Show all names again; where they are shown, choose all processes."""
        if self.name_filter:
            self.post_message(self.FilterDropped())
        else:
            self._select(None)

    def _select(self, process: int | None) -> None:
        if process != self.selected:
            self.selected = process
            self.post_message(self.Selected(process))

    def _process_at(self, index: int) -> int | None:
        row = self._rows[index]
        return row.process if row is not None else None

    def _order_anew(self) -> None:
        if self._run is None:
            return
        self._order_rows(self._run)
        if self._chosen_index() == 0:
            self._select(None)
        self._scroll_to_chosen()
        self.refresh()

    def _order_rows(self, run: Run) -> None:
        is_crowded = len(run.processes) + 1 > self._page_height()
        threads = self._threads_in_rows(run)
        roster = (run, run.process_changes, is_crowded, self.name_filter, self.is_tree, threads)
        if roster == self._roster:
            return
        self._roster = roster
        self.matching_count = matching_count(run, self.name_filter)
        if self.is_tree:
            placed = process_tree(run, self.name_filter, self._glyphs)
        else:
            placed = processes_list(run, self.name_filter, is_crowded=is_crowded)
        self._rows = [None, *placed]
        height = len(self._rows) + 1
        if self.virtual_size.height != height:
            self.virtual_size = Size(0, height)

    def _threads_in_rows(self, run: Run) -> tuple[tuple[int, ...], ...]:
        """Which threads have rows; they come and go without a change of the roster."""
        if not self.is_tree:
            return ()
        return tuple(
            thread_numbers(run, process) for process in run.threads if run.threads[process]
        )

    def _refresh_changed_rows(self) -> None:
        width = self.size.width
        changed = [
            Region(0, y, width, 1)
            for y in range(1, self.size.height)
            if self._painted.get(y) != self._row_at(y)
        ]
        if changed:
            self.refresh(*changed)

    def _page_height(self) -> int:
        return max(1, self.scrollable_content_region.height - 1)

    def _index_at(self, y: int) -> int:
        return y - 1 + self.scroll_offset.y

    def _chosen_index(self) -> int:
        chosen = (index for index, row in enumerate(self._rows) if row and row[0] == self.selected)
        return next(chosen, 0)

    def _scroll_to_chosen(self) -> None:
        index, top, height = self._chosen_index(), self.scroll_offset.y, self._page_height()
        # Its threads are to be seen with it, as many of them as there is room for.
        last = index
        while last + 1 < len(self._rows) and self._is_thread(last + 1):
            last += 1
        last = min(last, index + height - 1)
        if index < top:
            self.scroll_to(y=index, animate=False)
        elif last >= top + height:
            self.scroll_to(y=last - height + 1, animate=False)

    def _is_thread(self, index: int) -> bool:
        row = self._rows[index]
        return row is not None and row.thread is not None

    def _place_columns(self) -> bool:
        """Find the columns that fit; tells whether they are others than before."""
        columns_of = (self.scrollable_content_region.width, self._facts)
        if columns_of == self._columns_of:
            return False
        self._columns_of = columns_of
        self._columns = placed_columns(*columns_of)
        self._known.arrange(self._columns)
        self._all_row = None
        self._painted.clear()
        self._strips.clear()
        return True

    def _row_at(self, y: int) -> WorkerRow | None:
        index = self._index_at(y)
        if self._run is None or index >= len(self._rows):
            return None
        placed = self._rows[index]
        if placed is None:
            if self._all_row is None:
                self._all_row = all_row(self._run, self._now, self._columns)
            return self._all_row
        return self._known.row(self._run, placed, self._now)

    def _header(self) -> Strip:
        base = self.get_visual_style("worker-table--header").rich_style
        titles = [
            fitted((Span(column.title, None),), width, base, column.alignment)
            for column, width in self._columns
        ]
        return self._line(fitted((), LEAD_WIDTH, base), titles, base)

    def _strip(self, row: WorkerRow) -> Strip:
        is_chosen = row.thread is None and row.process == self.selected
        # On the cursor's own background no other colour is sure to be readable.
        is_plain = is_chosen and self.has_focus
        base = self._row_style(is_chosen=is_chosen, is_plain=is_plain)
        key = (row, base)
        strip = self._strips.get(key)
        if strip is None:
            style = styled(base, DIM) if row.is_faint and not is_plain else base
            marker = Span(self._glyphs.chosen if is_chosen else " ", STRONG)
            lead = fitted((marker, row.lead), LEAD_WIDTH, style, is_plain=is_plain)
            cells = [
                fitted(spans, width, style, column.alignment, is_plain=is_plain)
                for spans, (column, width) in zip(row.cells, self._columns, strict=True)
            ]
            strip = self._strips[key] = self._line(lead, cells, style)
        return strip

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
