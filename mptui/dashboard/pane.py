"""One pane: the header, what moves (workers, cores, output), and the source with its explanation.

State comes from above by `show`, what a person chooses goes up as messages or is passed down to the
parts; the stylesheet decides what stands where.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import on
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import Static

from mptui.dashboard.presentation.worker_rows import process_name
from mptui.dashboard.run_header import RunHeader
from mptui.dashboard.source_view import SourceCode, SourceView
from mptui.dashboard.widgets.core_grid import CoreGrid
from mptui.dashboard.widgets.output_view import OutputView
from mptui.dashboard.widgets.worker_table import WorkerTable
from mptui.terminal_text import safe_text

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from mptui.dashboard.pane_run import PaneRun
    from mptui.dashboard.presentation.output_window import OutputMode

_NEXT_MODE: Final[dict[OutputMode, OutputMode]] = {
    "merged": "chosen",
    "chosen": "columns",
    "columns": "merged",
}
_PROBLEM_CHARACTERS: Final = 500


class Pane(Vertical):
    """Shows the run of one pane.

    Args:
        pane_run: the state to show; it is asked again at each `show`.
    """

    def __init__(self, pane_run: PaneRun) -> None:
        super().__init__()
        self._state = pane_run
        self._header = RunHeader()
        self._complaint = Static(classes="complaint")
        self._workers = WorkerTable(classes="panel")
        self._cores = CoreGrid(classes="panel")
        self._output = OutputView(classes="panel")
        self._is_composed = False
        self._problem: str | None = None
        self._output_title = ""

    def compose(self) -> ComposeResult:
        """Everything there can be; the stylesheet hides what has nothing to say."""
        yield self._header
        yield self._complaint
        with Container(classes="live"):
            yield self._workers
            yield self._cores
            yield self._output
        if self._state.spec.source is not None:
            yield SourceView(self._state.spec)

    def on_mount(self) -> None:
        """Name the parts."""
        self._is_composed = True
        self._workers.border_title = " workers "
        self._cores.border_title = " cores "
        self.come_to_front()

    def come_to_front(self) -> None:
        """Show the state, and give the keys to the part that matters most."""
        self.show()
        # What is hidden cannot have the keys, and the stylesheet decides that a moment later.
        self.call_after_refresh(self._focus_first)

    def show(self) -> None:
        """Show the state as it is now."""
        if not self._is_composed:
            return
        self._header.show(self._state)
        self._show_problem()
        self.set_class(self._state.has_begun, "-begun")
        if not self._state.has_begun:
            return
        run = self._state.run
        self._workers.show(run, self._state.now)
        self._cores.show(run, self._workers.selected)
        self._output.show(run, self._workers.selected)
        self._name_output()

    def begin(self) -> None:
        """A new run is coming: what a person wants to see now is the run."""
        if not self._is_composed:
            return
        self._workers.selected = None
        self._output.is_following = True
        if self._output.mode == "chosen":
            self._output.mode = "merged"
        self.remove_class("-source-wanted")
        self.come_to_front()

    def cycle_output(self) -> None:
        """Merged, the chosen process alone, a column for each."""
        self._output.mode = _NEXT_MODE[self._output.mode]
        self._name_output()

    def toggle_follow(self) -> None:
        """Follow the newest line, or hold still."""
        self._output.is_following = not self._output.is_following

    def toggle_source(self) -> None:
        """Show the source if it is hidden, hide it if it is shown."""
        is_shown = any(view.display for view in self.query(SourceView))
        self.set_class(not is_shown, "-source-wanted")
        self.set_class(is_shown, "-source-unwanted")
        self.call_after_refresh(self._focus_first)

    @on(WorkerTable.Selected)
    def show_selected_process(self, message: WorkerTable.Selected) -> None:
        """Let the output and the cores follow the choice."""
        view = self._output
        if message.process is None and view.mode == "chosen":
            view.mode = "merged"
        elif message.process is not None and view.mode == "merged":
            view.mode = "chosen"
        self.show()

    @on(OutputView.FollowChanged)
    def name_follow_state(self) -> None:
        """Say whether the output follows."""
        self._name_output()

    def _focus_first(self) -> None:
        for part in (self._workers, *self.query(SourceCode)):
            if all(node.display for node in part.ancestors_with_self):
                part.focus(scroll_visible=False)
                return

    def _show_problem(self) -> None:
        if self._state.problem == self._problem:
            return
        self._problem = self._state.problem
        self.set_class(self._problem is not None, "-problem")
        said = Content(safe_text(self._problem or "", _PROBLEM_CHARACTERS))
        self._complaint.update(said)

    def _name_output(self) -> None:
        view = self._output
        said = {
            "merged": "merged",
            "chosen": self._chosen_name(),
            "columns": "a column for each process",
        }[view.mode]
        held = "" if view.is_following else " · held, f follows"
        title = f" output · {said}{held} "
        # Each new title paints the whole part again.
        if title != self._output_title:
            self._output_title = title
            view.border_title = Content(title)

    def _chosen_name(self) -> str:
        selected = self._workers.selected
        chosen = self._state.run.processes.get(selected) if selected is not None else None
        return process_name(chosen) if chosen is not None else "no process chosen"
