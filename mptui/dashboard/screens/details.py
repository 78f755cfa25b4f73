"""Everything about one process, over the dashboard and as live as what lies below."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from mptui.dashboard.presentation.processes.details import Detail, process_details
from mptui.dashboard.presentation.text.glyphs import UNICODE
from mptui.dashboard.presentation.text.shortening import wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from mptui.dashboard.session.pane_run import PaneRun

_LABEL_CELLS: Final = 14


class Details(ModalScreen[None]):
    """Shows a process until Escape.

    Args:
        pane_run: the run that it belongs to; it is asked again at each `show`.
        process: its number.
    """

    CSS_PATH = "details.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "close_details", show=False),
    ]

    def __init__(self, pane_run: PaneRun, process: int) -> None:
        super().__init__()
        self._pane_run = pane_run
        self._run = pane_run.run
        self._process = process
        self._shown: tuple[Sequence[Detail], int] | None = None
        self._facts = Static()

    def compose(self) -> ComposeResult:
        """A line for each fact, or some."""
        with VerticalScroll(classes="dialog") as dialog:
            dialog.border_title = "details"
            dialog.border_subtitle = "Esc closes"
            yield self._facts

    def on_mount(self) -> None:
        """Say what is known by now."""
        self.show()

    def on_resize(self) -> None:
        """There may be another width for long lines."""
        self.call_after_refresh(self.show)

    def show(self) -> None:
        """Show the process as it is now; a new run knows nothing of it."""
        if self._run is not self._pane_run.run:
            return
        details = process_details(self._run, self._process, self._pane_run.now, UNICODE)
        width = max(_LABEL_CELLS, self._facts.size.width - _LABEL_CELLS)
        if (details, width) != self._shown:
            self._shown = details, width
            self._facts.update(_as_lines(details, width))

    def action_close_details(self) -> None:
        """Back to the table."""
        self.dismiss()


def _as_lines(details: Sequence[Detail], width: int) -> Content:
    parts: list[tuple[str, str] | str] = []
    for label, value in details:
        first, *others = wrapped(value, width)
        parts += [(f"{label:<{_LABEL_CELLS}}", "dim"), f"{first}\n"]
        parts += [f"{' ' * _LABEL_CELLS}{line}\n" for line in others]
    return Content.assemble(*parts).rstrip("\n")
