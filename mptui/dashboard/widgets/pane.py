"""One pane: the header, what moves (workers, cores, output), and one of several views below it.

State comes from above by `show`. What a person chooses comes up as messages, becomes the one
`selected` of the pane, and is bound down to every part; the stylesheet decides what stands where.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import on
from textual.containers import Container, Vertical
from textual.content import Content
from textual.reactive import var
from textual.widgets import Static

from mptui.dashboard.presentation.processes.column_choice import sort_text
from mptui.dashboard.presentation.processes.names import process_name
from mptui.dashboard.presentation.processes.selection import ALL, Selection, still_there
from mptui.dashboard.presentation.text.glyphs import glyphs
from mptui.dashboard.presentation.words.findings import worst_of_each
from mptui.dashboard.presentation.words.lessons import lesson
from mptui.dashboard.session.table_choice import DEFAULT_CHOICE, TableChoice
from mptui.dashboard.widgets.chrome.prompt_line import PromptLine
from mptui.dashboard.widgets.chrome.run_header import RunHeader
from mptui.dashboard.widgets.core_grid import CoreGrid
from mptui.dashboard.widgets.lower_panel import ROOMY_LINES, LowerPanel, Situation
from mptui.dashboard.widgets.machine.gpu_bars import GpuBars
from mptui.dashboard.widgets.machine.history_strip import HistoryStrip
from mptui.dashboard.widgets.messages import Chosen, Stepped
from mptui.dashboard.widgets.output_view import OutputView
from mptui.dashboard.widgets.worker_table import WorkerTable
from mptui.terminal_text import safe_text

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widget import Widget

    from mptui.dashboard.presentation.output.window import OutputMode
    from mptui.dashboard.session.latest_findings import LatestFindings
    from mptui.dashboard.session.pane_run import PaneRun
    from mptui.dashboard.widgets.chrome.prompt_line import Purpose
    from mptui.dashboard.widgets.lower_panel import LowerView
    from mptui.model import Run

_NEXT_MODE: Final[dict[OutputMode, OutputMode]] = {
    "merged": "chosen",
    "chosen": "columns",
    "columns": "merged",
}
_PROBLEM_CHARACTERS: Final = 500
_ROOMY_ABOVE_LINES: Final = 48
"""From so many lines on there is room for a history above what is shown below."""


class Pane(Vertical):
    """Shows the run of one pane.

    Args:
        pane_run: the state to show; it is asked again at each `show`.
        findings: what is found to be wrong with its run.
    """

    selected: var[Selection] = var(ALL, init=False)
    """What the person chose."""
    table_choice: var[TableChoice] = var(DEFAULT_CHOICE, init=False)
    """The columns of the table, and what it is sorted by."""

    def __init__(self, pane_run: PaneRun, findings: LatestFindings) -> None:
        super().__init__()
        self._pane_run = pane_run
        self._header = RunHeader()
        self._complaint = Static(classes="complaint")
        self._workers = WorkerTable(classes="panel")
        self._cores = CoreGrid(classes="panel")
        self._gpus = GpuBars(classes="panel")
        self._history = HistoryStrip(classes="panel")
        self._output = OutputView(classes="panel")
        self._lower = LowerPanel(pane_run.spec)
        self._lesson = Static(classes="lesson")
        self._taught: Run | None = None
        self._findings = findings
        self._is_composed = False
        self._problem: str | None = None
        self._prompt = PromptLine()
        self._focused_before: Widget | None = None
        self._titles: dict[Widget, str] = {}
        self._search = ""

    def compose(self) -> ComposeResult:
        """Everything there can be; the stylesheet hides what has nothing to say."""
        machine = (self._workers, self._cores, self._gpus, self._history)
        for part in (*machine, self._output, self._lower):
            part.data_bind(Pane.selected)
        self._workers.data_bind(choice=Pane.table_choice)
        yield self._header
        yield self._complaint
        with Container(classes="live"):
            with Container(classes="machine"):
                yield self._workers
                yield self._cores
                with Vertical(classes="use"):
                    yield self._gpus
                    yield self._history
            yield self._output
        yield self._lower
        yield self._lesson
        yield self._prompt

    def on_mount(self) -> None:
        """Name the parts."""
        self._is_composed = True
        self._entitle(self._workers, "workers")
        self._entitle(self._cores, "cores")
        self.come_to_front()

    def on_resize(self) -> None:
        """There may be room for another part now, or none for one."""
        if self._is_composed:
            self._arrange()

    def come_to_front(self) -> None:
        """Show the state, and give the keys to the part that matters most."""
        self.show()
        # What is hidden cannot have the keys, and the stylesheet decides that a moment later.
        self.call_after_refresh(self._focus_first)

    def show(self, *, has_room: bool = True) -> None:
        """Show the state as it is now; the output only if the line has room for it."""
        if not self._is_composed:
            return
        findings = self._findings.of(self._pane_run)
        self._header.show(self._pane_run, findings)
        self._show_problem()
        self._arrange()
        if not self._pane_run.has_begun:
            return
        run = self._pane_run.run
        self._select(still_there(self.selected, run))
        self._workers.show(run, self._pane_run.now, worst_of_each(findings))
        self._cores.show(run, is_watched=self._pane_run.is_live)
        self._gpus.show(run)
        self._history.show(run, self._pane_run.now)
        if has_room:
            self._output.show(run)
            self._lower.show(self._pane_run, findings)
        self._name_workers()
        self._name_output()
        self._teach()
        if self._prompt.purpose == "input" and self._pane_run.why_no_input is not None:
            self._close_prompt()

    def begin(self) -> None:
        """A new run is coming: what a person wants to see now is the run."""
        if not self._is_composed:
            return
        self.selected = ALL
        self._workers.name_filter = ""
        self._output.search("")
        self._output.is_following = True
        if self._output.mode == "chosen":
            self._output.mode = "merged"
        self._lower.make_way_for_run(self._situation)
        self.remove_class("-taught")
        self.come_to_front()

    def cycle_output(self) -> None:
        """Merged, the chosen process alone, a column for each; where it is hidden: show it."""
        if not self._brought_output_to_sight():
            self._output.mode = _NEXT_MODE[self._output.mode]
            self._name_output()

    def toggle_follow(self) -> None:
        """Follow the newest line, or hold still."""
        self._brought_output_to_sight()
        self._output.is_following = not self._output.is_following

    def toggle_lower(self, view: LowerView) -> None:
        """Show this below and give it the keys; hide it if it is shown."""
        self._lower.toggle(view)
        self.show()
        self.call_after_refresh(self._focus_lower)

    def watch_table_choice(self) -> None:
        """Say what the workers are sorted by."""
        if self._is_composed:
            self._name_workers()

    @property
    def column_keys(self) -> tuple[str, ...]:
        """The columns that the table has now."""
        return self._workers.column_keys

    def toggle_tree(self) -> None:
        """Show the processes as a tree, or one below the other."""
        self._workers.is_tree = not self._workers.is_tree
        self._name_workers()

    def find(self) -> None:
        """Ask for a name where the workers have the keys, else for a text in the output."""
        if self._workers.has_focus:
            self._open_prompt("filter", self._workers.name_filter)
        else:
            self._brought_output_to_sight()
            self._open_prompt("search")

    def ask_for_input(self) -> None:
        """Let a person type for the program."""
        self._open_prompt("input")

    @on(PromptLine.Typed)
    def filter_while_typing(self, message: PromptLine.Typed) -> None:
        """Show the workers with that name."""
        if message.purpose == "filter":
            self._workers.name_filter = message.text
            self._name_workers()

    @on(PromptLine.Entered)
    def take_text(self, message: PromptLine.Entered) -> None:
        """Do what the text was typed for."""
        if message.purpose == "input":
            self._pane_run.send_input(message.text)
            self._prompt.say_sent(message.text)
            return
        self._close_prompt()
        if message.purpose == "search" and message.text:
            self._output.search(message.text)
            self._output.focus()

    @on(PromptLine.Left)
    def leave_prompt(self, message: PromptLine.Left) -> None:
        """Type nothing; of a filter that means all names."""
        if message.purpose == "filter":
            self.show_all_names()
        self._close_prompt()

    @on(PromptLine.InputEnded)
    def end_input(self) -> None:
        """Let the program see the end of its input."""
        self._pane_run.end_input()
        self._close_prompt()

    @on(WorkerTable.FilterDropped)
    def show_all_names(self) -> None:
        """Filter nothing."""
        self._workers.name_filter = ""
        self._name_workers()

    @on(OutputView.SearchChanged)
    def name_search(self, message: OutputView.SearchChanged) -> None:
        """Say how the search stands."""
        self._search = f" · /{safe_text(message.text)} {message.result}" if message.text else ""
        self._name_output()

    @on(Chosen)
    def select_chosen(self, message: Chosen) -> None:
        """Let every part follow the choice."""
        message.stop()
        self._select(message.selection)

    @on(Stepped)
    def select_beside(self, message: Stepped) -> None:
        """Choose what stands beside the choice as it is now."""
        message.stop()
        self._select(message.view.choice_beside(message.rows))

    @on(OutputView.FollowChanged)
    def name_follow_state(self) -> None:
        """Say whether the output follows."""
        self._name_output()

    @property
    def _situation(self) -> Situation:
        spec = self._pane_run.spec
        return Situation(
            has_source=spec.source is not None,
            has_begun=self._pane_run.has_begun,
            is_lesson=spec.request.scenario is not None,
            is_roomy=self.app.size.height >= ROOMY_LINES,
        )

    def _arrange(self) -> None:
        self._lower.decide(self._situation)
        shown = self._lower.shown
        self.set_class(self._pane_run.has_begun, "-begun")
        self.set_class(shown == "source", "-source-below")
        self.set_class(shown not in (None, "source"), "-view-below")
        enough = ROOMY_LINES if shown is None else _ROOMY_ABOVE_LINES
        self.set_class(self.app.size.height >= enough, "-with-history")

    def _select(self, selection: Selection) -> None:
        is_other_process = selection.process != self.selected.process
        self.selected = selection
        if not is_other_process:
            return
        view = self._output
        if selection.process is None and view.mode == "chosen":
            view.mode = "merged"
        elif selection.process is not None and view.mode == "merged":
            view.mode = "chosen"
        self._name_output()

    def _brought_output_to_sight(self) -> bool:
        """Make way for the output where something covers it; gives whether that was needed."""
        if not self._pane_run.has_begun or _is_in_sight(self._output):
            return False
        self._lower.clear_way()
        self.show()
        self.call_after_refresh(self._focus_first)
        return True

    def _focus_first(self) -> None:
        for part in (self._workers, self._lower.reader):
            if part is not None and _is_in_sight(part):
                part.focus(scroll_visible=False)
                return

    def _focus_lower(self) -> None:
        reader = self._lower.reader
        if reader is not None and _is_in_sight(reader):
            reader.focus(scroll_visible=False)
        else:
            self._focus_first()

    def _show_problem(self) -> None:
        if self._pane_run.problem == self._problem:
            return
        self._problem = self._pane_run.problem
        self.set_class(self._problem is not None, "-problem")
        said = Content(safe_text(self._problem or "", _PROBLEM_CHARACTERS))
        self._complaint.update(said)

    def _teach(self) -> None:
        """Say once of a run that has ended what was to be seen in it."""
        run = self._pane_run.run
        if run.finished is None or run is self._taught:
            return
        self._taught = run
        said = lesson(self._pane_run.spec.request.scenario, run)
        self._lesson.update(Content(said or ""))
        self.set_class(said is not None, "-taught")

    def _open_prompt(self, purpose: Purpose, text: str = "") -> None:
        if self._prompt.purpose is None:
            self._focused_before = self.screen.focused
        self._prompt.open(purpose, text)

    def _close_prompt(self) -> None:
        self._prompt.close()
        if self._focused_before is not None:
            self._focused_before.focus(scroll_visible=False)

    def _name_workers(self) -> None:
        table = self._workers
        said = "workers · tree" if table.is_tree else "workers"
        order = sort_text(self.table_choice, glyphs())
        if order:
            said += f" · {order}"
        if table.name_filter:
            count, total = table.matching_count, self._pane_run.run.process_count
            said += f" · /{safe_text(table.name_filter)} {count} of {total}"
        self._entitle(table, said)

    def _name_output(self) -> None:
        view = self._output
        said = {
            "merged": "merged",
            "chosen": self._chosen_name(),
            "columns": "a column for each process",
        }[view.mode]
        held = "" if view.is_following else " · held, f follows"
        self._entitle(view, f"output · {said}{self._search}{held}")

    def _entitle(self, part: Widget, said: str) -> None:
        # Each new title paints the whole part again.
        if self._titles.get(part) != said:
            self._titles[part] = said
            part.border_title = Content(f" {said} ")

    def _chosen_name(self) -> str:
        process = self.selected.process
        chosen = self._pane_run.run.processes.get(process) if process is not None else None
        return process_name(chosen) if chosen is not None else "no process chosen"


def _is_in_sight(part: Widget) -> bool:
    return all(node.display for node in part.ancestors_with_self)
