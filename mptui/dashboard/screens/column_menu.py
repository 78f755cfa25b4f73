"""Where a person ticks the columns of the table of processes, and puts them in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from mptui.dashboard.presentation.processes.columns import COLUMN_OF, COLUMNS, KEPT_COLUMN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

_HINTS = "Space ticks · [ ] move it · d as many as fit"


class ColumnMenu(ModalScreen["tuple[str, ...] | None"]):
    """Lets a person choose columns; the result are their keys, none of them: as many as fit.

    None, where nothing was changed.

    Args:
        shown: the keys of the columns that the table has now, from left to right.
    """

    CSS_PATH = "menu.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f2", "leave", show=False),
        Binding("space,x", "tick", show=False),
        Binding("left_square_bracket,f7", "move(-1)", show=False),
        Binding("right_square_bracket,f8", "move(1)", show=False),
        Binding("d", "take_default", show=False),
    ]

    def __init__(self, shown: Sequence[str]) -> None:
        super().__init__()
        ticked = [key for key in shown or COLUMN_OF if key in COLUMN_OF]
        if KEPT_COLUMN not in ticked:
            ticked.insert(0, KEPT_COLUMN)
        self._before = tuple(ticked)
        self._ticked = set(ticked)
        self._keys = [*ticked, *(one.key for one in COLUMNS if one.key not in self._ticked)]

    def compose(self) -> ComposeResult:
        """A line for each column, the shown ones first."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "columns, the most important first"
            dialog.border_subtitle = "Enter takes them · Esc cancels"
            yield OptionList(*(Option(self._line(key)) for key in self._keys), compact=True)
            yield Static(Content(f" {_HINTS} "))

    def on_mount(self) -> None:
        """Begin at the first."""
        self.query_one(OptionList).highlighted = 0

    @on(OptionList.OptionSelected)
    def take_columns(self) -> None:
        """Let the table have the ticked columns."""
        ticked = tuple(key for key in self._keys if key in self._ticked)
        self.dismiss(ticked if ticked != self._before else None)

    def action_tick(self) -> None:
        """Show the column under the cursor, or do without it; the names are always shown."""
        key = self._keys[self._at]
        if key != KEPT_COLUMN:
            self._ticked ^= {key}
            self._write(self._at)

    def action_move(self, step: int) -> None:
        """Exchange the column under the cursor with the one above or below."""
        at, keys = self._at, self._keys
        other = at + step
        if 0 <= other < len(keys):
            keys[at], keys[other] = keys[other], keys[at]
            self._write(at)
            self._write(other)
            self.query_one(OptionList).highlighted = other

    def action_take_default(self) -> None:
        """Let the table have as many columns as fit, of those with something to say."""
        self.dismiss(())

    def action_leave(self) -> None:
        """Change nothing."""
        self.dismiss(None)

    @property
    def _at(self) -> int:
        return self.query_one(OptionList).highlighted or 0

    def _write(self, place: int) -> None:
        options = self.query_one(OptionList)
        options.replace_option_prompt_at_index(place, self._line(self._keys[place]))

    def _line(self, key: str) -> Content:
        column = COLUMN_OF[key]
        tick = "x" if key in self._ticked else " "
        return Content.assemble(f" [{tick}] ", (f"{column.title:<8}", "bold"), column.explanation)
