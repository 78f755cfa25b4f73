"""Everything about what is chosen, over the dashboard and as live as what lies below."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from mptui.dashboard.presentation.processes.details import Detail, process_details
from mptui.dashboard.presentation.processes.stacks import process_stacks
from mptui.dashboard.presentation.text.glyphs import glyphs
from mptui.dashboard.presentation.text.shortening import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.app import ComposeResult

    from mptui.dashboard.presentation.processes.stacks import StackLine
    from mptui.dashboard.session.pane_run import PaneRun

_LABEL_CELLS: Final = 14
_LINE_STYLES: Final = {"head": "bold", "own": "", "library": "dim"}


class Details(ModalScreen[None]):
    """Shows facts until Escape.

    Args:
        pane_run: the run that they are about; it is asked again at each `show`.
    """

    CSS_PATH = "details.tcss"
    SUBJECT: ClassVar[str] = "details"
    HINT: ClassVar[str] = "Esc closes"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "close_details", "Close them", show=False),
    ]

    def __init__(self, pane_run: PaneRun) -> None:
        super().__init__()
        self._pane_run = pane_run
        self._run = pane_run.run
        self._shown = Content()
        self._text = Static()

    def compose(self) -> ComposeResult:
        """A line for each fact, or some."""
        with VerticalScroll(classes="dialog") as dialog:
            dialog.border_title = self.SUBJECT
            dialog.border_subtitle = self.HINT
            yield self._text

    def on_mount(self) -> None:
        """Say what is known by now."""
        self.show()

    def on_resize(self) -> None:
        """There may be another width for long lines."""
        self.call_after_refresh(self.show)

    def show(self) -> None:
        """Show what is known now; what a new run, or the model, knows no more of stays."""
        if self._run is not self._pane_run.run:
            return
        text = self.text(max(2 * _LABEL_CELLS, self._text.size.width))
        if text is not None and text != self._shown:
            self._shown = text
            self._text.update(text)

    def action_close_details(self) -> None:
        """Back to the table."""
        self.dismiss()

    @abstractmethod
    def text(self, width: int) -> Content | None:
        """What to show in so many cells; None: nothing is known any more."""


class StackDetails(Details):
    """Shows stacks too, which are read when it opens, and again when somebody wants that."""

    HINT = "r reads the stacks again, n with C code, Esc closes"
    BINDINGS: ClassVar[list[BindingType]] = [
        *Details.BINDINGS,
        Binding("r", "read_stacks", "Read the stacks again", show=False),
        Binding("n", "read_native_stacks", "Stacks with C code too", show=False),
    ]

    def on_mount(self) -> None:
        """Ask where the processes are by now, and say what is known."""
        self.action_read_stacks()
        self.show()

    def action_read_stacks(self) -> None:
        """Have the stacks read."""
        self.read_stacks(native=False)

    def action_read_native_stacks(self) -> None:
        """Have them read with the frames of C code, for which each process is stopped a moment."""
        self.read_stacks(native=True)

    @abstractmethod
    def read_stacks(self, *, native: bool) -> None:
        """Have the stacks read, with the frames of C code if ``native``."""


class ProcessDetails(StackDetails):
    """Everything about one process.

    Args:
        pane_run: its run.
        process: its number.
    """

    def __init__(self, pane_run: PaneRun, process: int) -> None:
        super().__init__(pane_run)
        self._process = process

    def read_stacks(self, *, native: bool) -> None:
        """Have the stacks of the process read, if it lives."""
        if self._run.is_alive(self._process):
            self._pane_run.read_stacks(self._process, native=native)

    def text(self, width: int) -> Content | None:
        """The facts, and the stacks below them."""
        details = process_details(self._run, self._process, self._pane_run.now, glyphs())
        if not details:
            return None
        stacks = process_stacks(self._run, self._process, is_live=self._pane_run.is_live)
        return Content.assemble(facts_text(details, width), "\n\n", stacks_text(stacks, width))


def stacks_text(lines: Sequence[StackLine], width: int) -> Content:
    """Stacks, the frames indented, in so many cells."""
    parts: list[tuple[str, str] | str] = []
    for line in lines:
        indent = "" if line.kind == "head" else "  "
        for piece in wrapped(line.text, width - 2 * len(indent)):
            parts.append((f"{indent}{piece}\n", _LINE_STYLES[line.kind]))
            indent = "    " if indent else ""
    return Content.assemble(*parts).rstrip("\n")


def facts_text(details: Iterable[Detail | tuple[str, str]], width: int) -> Content:
    """Facts behind their labels, in so many cells."""
    parts: list[tuple[str, str] | str] = []
    for label, value in details:
        first, *others = wrapped(value, width - _LABEL_CELLS)
        parts += [(f"{label:<{_LABEL_CELLS}}", "dim"), f"{first}\n"]
        parts += [f"{' ' * _LABEL_CELLS}{line}\n" for line in others]
    return Content.assemble(*parts).rstrip("\n")
