"""The signals that a process can be sent, to choose one from; nothing is sent here."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from mptui.dashboard.presentation.processes.names import process_name
from mptui.dashboard.screens.answer_list import AnswerList
from mptui.terminal_text import safe_text
from mptui.wording.counts import counted
from mptui.wording.endings import signal_name

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from mptui.dashboard.session.pane_run import PaneRun

SIGNALS: Final[dict[int, str]] = {
    signal.SIGTERM: "asks it to end",
    signal.SIGINT: "as Ctrl-C does",
    signal.SIGKILL: "ends it at once",
    signal.SIGSTOP: "halts it until SIGCONT",
    signal.SIGCONT: "lets it go on",
    signal.SIGHUP: "says that its terminal is gone",
    signal.SIGQUIT: "ends it with a core dump",
    signal.SIGUSR1: "what the program makes of it; else ends it",
    signal.SIGUSR2: "what the program makes of it; else ends it",
}
"""What each is for."""
UNDONE_BY_ANOTHER: Final = frozenset[int]((signal.SIGSTOP, signal.SIGCONT))


class SignalChoice(NamedTuple):
    """What is to be sent."""

    number: int
    is_tree: bool
    """Whether what lies below the process gets it too."""


class SignalMenu(ModalScreen["SignalChoice | None"]):
    """Lists signals; the result is the chosen one, None if none was, or the process has ended.

    Args:
        pane_run: the run.
        process: the number of the process.
    """

    CSS_PATH = "confirm.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f9,f10", "leave_alone", "Send nothing", show=False),
        Binding("t,space", "toggle_tree", "The tree below it too", show=False),
    ]

    def __init__(self, pane_run: PaneRun, process: int) -> None:
        super().__init__()
        self._pane_run = pane_run
        self._run = pane_run.run
        self._process = process
        self._is_tree = False
        self._is_over = False
        self._shown = ""

    def compose(self) -> ComposeResult:
        """Whom it is for, and a line for each signal."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "send a signal"
            dialog.border_subtitle = "Enter sends, t the tree below too, Esc"
            yield Static()
            yield AnswerList(*(Option(_line(number)) for number in SIGNALS), compact=True)

    def on_mount(self) -> None:
        """Say whom it is for."""
        self.show()

    def show(self) -> None:
        """Say whom it is for by now; go when there is nobody any more."""
        if self._is_over or not self.is_mounted:
            return
        if self._run is not self._pane_run.run or not is_there(self._pane_run, self._process):
            self._answer(None)
            return
        text = target_text(self._pane_run, self._process, is_tree=self._is_tree)
        if text != self._shown:
            self._shown = text
            self.query_one(Static).update(Content(f"to {text}"))

    def action_toggle_tree(self) -> None:
        """Mean it alone, or those below it too."""
        self._is_tree = not self._is_tree
        self.show()

    def action_leave_alone(self) -> None:
        """Send nothing."""
        self._answer(None)

    @on(OptionList.OptionSelected)
    def take_answer(self, message: OptionList.OptionSelected) -> None:
        """Take the signal under the cursor."""
        self._answer(SignalChoice(list(SIGNALS)[message.option_index], self._is_tree))

    def _answer(self, choice: SignalChoice | None) -> None:
        if not self._is_over:
            self._is_over = True
            self.dismiss(choice)


def is_there(pane_run: PaneRun, process: int) -> bool:
    """Whether there is such a process to send something to."""
    return pane_run.is_live and pane_run.run.is_alive(process)


def target_text(pane_run: PaneRun, process: int, *, is_tree: bool) -> str:
    """Who would get a signal, made safe."""
    state = pane_run.run.processes[process]
    name = f"{safe_text(process_name(state))} (pid {state.pid})"
    below = len(pane_run.below(process))
    if not is_tree:
        return f"{name}, not to what is below it" if below else name
    if not below:
        return f"{name}; there is nothing below it"
    return f"{name} and {counted(below, 'process', 'processes')} below it"


def _line(number: int) -> Content:
    return Content.assemble((f" {signal_name(number):<8} ", "bold"), SIGNALS[number])
