"""A menu of what the table of processes can be sorted by."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from mptui.dashboard.presentation.processes.column_choice import sort_sign, sorting_of
from mptui.dashboard.presentation.processes.columns import COLUMNS
from mptui.dashboard.presentation.text.glyphs import glyphs

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from mptui.dashboard.presentation.processes.columns import Column
    from mptui.dashboard.session.table_choice import TableChoice

_UNSORTED = "in the order they were made"


class SortMenu(ModalScreen["TableChoice | None"]):
    """Lets a person choose the column to sort by; the result is None if it was left.

    Args:
        choice: what holds now.
    """

    CSS_PATH = "menu.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,f6", "leave", show=False)]

    def __init__(self, choice: TableChoice) -> None:
        super().__init__()
        self._choice = choice
        self._columns = [column for column in COLUMNS if column.measure is not None]

    def compose(self) -> ComposeResult:
        """A line for each column, and one for none."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "sort by"
            dialog.border_subtitle = "the same again: the other way round"
            lines = [self._line(column) for column in (None, *self._columns)]
            yield OptionList(*map(Option, lines), compact=True)

    def on_mount(self) -> None:
        """Begin at what holds now."""
        keys = ["", *(column.key for column in self._columns)]
        sort = self._choice.sort
        self.query_one(OptionList).highlighted = keys.index(sort) if sort in keys else 0

    @on(OptionList.OptionSelected)
    def take_choice(self, message: OptionList.OptionSelected) -> None:
        """Sort by the column under the cursor."""
        index = message.option_index
        self.dismiss(self._choice.sorted_by(self._columns[index - 1].key if index else ""))

    def action_leave(self) -> None:
        """Change nothing."""
        self.dismiss(None)

    def _line(self, column: Column | None) -> Content:
        if column is None:
            return Content.assemble((f" {'':<9}", "bold"), f"{_UNSORTED} ")
        sorting = sorting_of(self._choice) if column.key == self._choice.sort else None
        sign = sort_sign(sorting, glyphs()) if sorting is not None else " "
        return Content.assemble((f" {column.title:<7}{sign} ", "bold"), f"{column.explanation} ")
