"""The runs that there are, over the dashboard; the one that is chosen gets a pane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from mptui.dashboard.presentation.text.glyphs import glyphs
from mptui.dashboard.presentation.text.shortening import shortened
from mptui.recording.run_summary import recorded_runs
from mptui.terminal_text import safe_text
from mptui.wording.sizes import bytes_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from mptui.recording.run_summary import RunSummary

_MOST: Final = 100
_NAME_CELLS: Final = 22


class RunList(ModalScreen["RunSummary | None"]):
    """Lists the recorded runs, the newest first; the result is the one that was chosen."""

    CSS_PATH = "run_list.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,ctrl+o", "leave_alone", show=False),
    ]

    @dataclass
    class Read(Message):
        """The folder was read."""

        runs: Sequence[RunSummary]

    def __init__(self) -> None:
        super().__init__()
        self._runs: Sequence[RunSummary] = ()
        self._list = OptionList(compact=True)
        self._state = Static("reading")

    def compose(self) -> ComposeResult:
        """A line for each run."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "runs"
            dialog.border_subtitle = "Enter opens, Esc closes"
            yield self._state
            yield self._list

    def on_mount(self) -> None:
        """Begin to read, in a thread: the folder may lie on a slow disk."""
        self.run_worker(lambda: self.post_message(self.Read(recorded_runs(_MOST))), thread=True)

    @on(Read)
    def show_runs(self, message: Read) -> None:
        """Show what there is."""
        self._runs = message.runs
        head = f"{'NAME':<{_NAME_CELLS}} {'STATE':<16} {'TIME':>7} {'SIZE':>6}  STARTED"
        self._state.update(Content(head if self._runs else "there are no runs yet"))
        self._list.clear_options()
        self._list.add_options([Option(Content(_line(run))) for run in self._runs])
        self._list.display = bool(self._runs)
        if self._runs:
            self._list.highlighted = 0
            self._list.focus()

    @on(OptionList.OptionSelected)
    def take_choice(self, message: OptionList.OptionSelected) -> None:
        """Open the run under the cursor."""
        message.stop()
        self.dismiss(self._runs[message.option_index])

    def action_leave_alone(self) -> None:
        """Open nothing."""
        self.dismiss(None)


def _line(run: RunSummary) -> str:
    name = shortened(safe_text(run.name, 200), _NAME_CELLS, glyphs())
    return (
        f"{name}{' ' * (_NAME_CELLS - cell_len(name))} {run.state_text:<16} {run.seconds_text:>7} "
        f"{bytes_text(run.size_bytes):>6}  {run.started_text}"
    )
