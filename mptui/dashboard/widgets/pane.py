"""One pane: the header, what moves (workers, cores, output), and one of several views below it.

State comes from above by `show`. What a person chooses comes up as messages, becomes the one
`selected` of the pane, and is bound down to every part; the stylesheet decides what stands where.

A pane whose program has not run has only a header and something to read. The parts that show a run
are made when there is one; messages of theirs are told by their names alone, since to name their
classes here would be to import them.
"""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args
from weakref import ref

from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widgets import Static

from mptui.dashboard.presentation.output.line_wishes import NO_WISHES, LineWishes
from mptui.dashboard.presentation.processes.selection import ALL, Selection
from mptui.dashboard.presentation.text.glyphs import glyphs
from mptui.dashboard.session.latest_findings import LatestFindings
from mptui.dashboard.session.screen_layout import DEFAULT_LAYOUT, ScreenLayout
from mptui.dashboard.session.table_choice import DEFAULT_CHOICE, TableChoice
from mptui.dashboard.terminal.own_write import entitle
from mptui.dashboard.widgets.chrome.run_header import RunHeader
from mptui.dashboard.widgets.lower_panel import ROOMY_LINES, LowerPanel, Situation
from mptui.terminal_text import safe_text
from mptui.wording.counts import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.timer import Timer
    from textual.widget import Widget

    from mptui.dashboard.session.pane_run import PaneRun
    from mptui.dashboard.widgets.chrome.key_relay import KeyRelay
    from mptui.dashboard.widgets.chrome.prompt_line import PromptLine
    from mptui.dashboard.widgets.chrome.typing_area import TypingArea
    from mptui.dashboard.widgets.core_grid import CoreGrid
    from mptui.dashboard.widgets.lower_panel import LowerView
    from mptui.dashboard.widgets.messages import (
        Asked,
        Chosen,
        MomentChosen,
        PaceAsked,
        Stepped,
        StopAsked,
        WishesChanged,
    )
    from mptui.dashboard.widgets.output_view import OutputView
    from mptui.dashboard.widgets.painting.line_reader import LineReader
    from mptui.dashboard.widgets.run_parts import RunParts
    from mptui.dashboard.widgets.side_by_side.live_area import LiveArea
    from mptui.dashboard.widgets.side_by_side.output_columns import OutputColumns
    from mptui.dashboard.widgets.worker_table import WorkerTable
    from mptui.model import Run
    from mptui.model.findings import Finding

ZoomedPart: TypeAlias = Literal["workers", "cores", "output", "lower"]
_PROBLEM_CHARACTERS: Final = 500
_ROOMY_ABOVE_LINES: Final = 48
"""From so many lines on there is room for a history above what is shown below."""
_READER_CHARACTERS: Final = 20
_REPLAYS_A_SECOND: Final = 8
_NO_MOMENT: Final = "a time is seconds (90), minutes (1:30), the clock (14:05:30) or back (-10)"


class Pane(Vertical):
    """Shows the run of one pane.

    Args:
        pane_run: the state to show; it is asked again at each `show`.
        findings: what is found to be wrong with its run.
    """

    selected: var[Selection] = var(ALL, init=False)
    """What the person chose."""
    wishes: var[LineWishes] = var(NO_WISHES, init=False)
    """What lines of output the person wants to see, and how; in every view of output."""
    table_choice: var[TableChoice] = var(DEFAULT_CHOICE, init=False)
    """The columns of the table, and what it is sorted by."""

    arrangement: var[ScreenLayout] = var(DEFAULT_LAYOUT, init=False)
    """How the person arranged the screen; it is not for a pane to change."""

    _meant: Selection = ALL
    """What the person chose, though it is not there at the moment they look back at."""
    _replay_timer: Timer | None = None
    """Ticks while a replay plays."""

    @dataclass
    class Arranged(Message):
        """The person arranged the screen another way."""

        layout: ScreenLayout

    @dataclass
    class SaveAsked(Message):
        """The person wants the output of each process in files."""

        pane_run: PaneRun
        folder: str

    class MomentFound(Message):
        """How the run stood at a moment is known now."""

    def __init__(self, pane_run: PaneRun, findings: LatestFindings) -> None:
        super().__init__()
        self._pane_run = pane_run
        self._header = RunHeader()
        self._complaint = Static(classes="complaint")
        self._made: RunParts | None = None
        """The parts that show a run; None before there is one."""
        self._is_adding = False
        """Whether they are there, or on their way."""
        self._has_parts = asyncio.Event()
        """Set once they are mounted."""
        self._has_columns = False
        """Whether each process has a column of its own, in place of the one output."""
        self._zoomed: ZoomedPart | None = None
        self._lower = LowerPanel(pane_run.spec)
        self._lesson = Static(classes="lesson")
        self._taught: Run | None = None
        self._findings, self._found_then = findings, LatestFindings()
        self._is_composed = False
        self._shown: tuple[object, ...] = ()
        """The state that was shown last."""
        self._problem: str | None = None
        self._titles: dict[Widget, str] = {}
        self._output_notes = ""
        self._folder = str(Path("mptui-output").absolute())

    def compose(self) -> ComposeResult:
        """Everything that there is something to say in by now; the stylesheet hides the rest."""
        is_program = self._pane_run.has_begun or self._pane_run.spec.autostart
        parts = self._bound_parts() if is_program and not self._is_adding else None
        self._lower.data_bind(Pane.selected)
        yield self._header
        yield self._complaint
        if parts is not None:
            yield parts.live
        yield self._lower
        yield self._lesson
        if parts is not None:
            yield parts.typing

    def on_mount(self) -> None:
        """Name the parts."""
        self._is_composed = True
        if self._made is None:
            self._arrange()
            self.come_to_front()
        else:
            self._take_parts()

    @property
    def _parts(self) -> RunParts:
        if self._made is None:
            # Only now: they are most of what a dashboard imports.
            from mptui.dashboard.widgets.run_parts import RunParts  # noqa: PLC0415

            self._made = RunParts()
        return self._made

    def _bound_parts(self) -> RunParts:
        """The parts, with what they share; the views of the lower panel go with them."""
        self._is_adding = True
        parts = self._parts
        machine = (parts.workers, parts.cores, parts.gpus, parts.history)
        for part in (*machine, parts.output, parts.columns):
            part.data_bind(Pane.selected)
        for view in (parts.output, parts.columns):
            view.data_bind(Pane.wishes)
        parts.workers.data_bind(choice=Pane.table_choice)
        self._lower.take_views(parts)
        return parts

    async def add_parts(self) -> None:
        """Come back when the parts that show a run are there, and can take keys."""
        self._want_parts()
        await self._has_parts.wait()

    def _want_parts(self) -> None:
        if not self._is_adding:
            self._is_adding = True
            # In a turn of its own: what is bound has to be bound by this pane.
            self.call_next(self._mount_parts)

    async def _mount_parts(self) -> None:
        try:
            parts = self._bound_parts()
            await self.mount(parts.live, before=self._lower)
            await self.mount(parts.typing)
            await self._lower.mount_views()
        finally:
            self._has_parts.set()  # Whatever happened, nobody waits for ever.
        self._take_parts()

    def _take_parts(self) -> None:
        self._has_parts.set()
        self._entitle(self._workers, "workers")
        self._entitle(self._cores, "cores")
        self.watch_arrangement()
        self.come_to_front()

    @property
    def _workers(self) -> WorkerTable:
        return self._parts.workers

    @property
    def _cores(self) -> CoreGrid:
        return self._parts.cores

    @property
    def _output(self) -> OutputView:
        return self._parts.output

    @property
    def _columns(self) -> OutputColumns:
        return self._parts.columns

    @property
    def _live(self) -> LiveArea:
        return self._parts.live

    @property
    def _typing(self) -> TypingArea:
        return self._parts.typing

    def watch_arrangement(self) -> None:
        """Look as the person wants it."""
        if self._has_parts.is_set():
            self._columns.is_wrapped = self.arrangement.are_columns_wrapped
            self._arrange()
            self._name_output()

    @property
    def _has_run(self) -> bool:
        """Whether there is a run to show, and the parts that show it."""
        return self._pane_run.has_begun and self._has_parts.is_set()

    def on_resize(self) -> None:
        """There may be room for another part now, or none for one."""
        if self._is_composed:
            self._arrange()

    def come_to_front(self) -> None:
        """Show the state, and give the keys to the part that matters most."""
        self.show()
        if self._is_composed:
            # At once, or the keys would go to and fro while the pane before it goes.
            self._focus_first()
        # What is hidden cannot have the keys, and the stylesheet decides that a moment later.
        self.call_after_refresh(self._focus_first)

    def show_time(self, *, has_room: bool = True) -> None:
        """Show what time changed, and what happened if anything did."""
        if not self._is_composed:
            return
        state = self._state(has_room=has_room)
        if state != self._shown:
            self._show(state, has_room=has_room)
        elif has_room and self._has_run:
            self._lower.show_time(self._pane_run)

    def _state(self, *, has_room: bool) -> tuple[object, ...]:
        """As long as this stays, nothing but the picture of the timeline changes with time."""
        pane_run = self._pane_run
        if not pane_run.has_begun:
            return pane_run.phase, pane_run.problem
        return (
            pane_run.run,
            pane_run.fold_count,
            int(pane_run.now),
            pane_run.phase,
            pane_run.problem,
            pane_run.shown.run,
            pane_run.shown.moment,
            self._findings.of(pane_run),
            has_room,
        )

    @property
    def look(self) -> object:
        """All that this pane looks like depends on; None where it moves, or is not shown as it is.

        What a person does in it is not part of that: behind others nobody does anything in it.
        """
        pane_run = self._pane_run
        is_moving = pane_run.is_live or pane_run.looked_back is not None
        if is_moving or self._state(has_room=True) != self._shown:
            return None
        if not pane_run.has_begun:
            return self._shown
        # A run that is over and gone must not be kept for this.
        return (ref(pane_run.run), *self._shown[1:5], self._shown[7])

    @property
    def is_as_it_comes(self) -> bool:
        """Whether the part that gets the keys when this comes to the front has them."""
        return self.screen.focused is self._first_part

    def show(self, *, has_room: bool = True) -> None:
        """Show the state as it is now; the output only if the line has room for it."""
        if self._is_composed:
            self._show(self._state(has_room=has_room), has_room=has_room)

    def _show(self, state: tuple[object, ...], *, has_room: bool) -> None:
        self._shown = state
        if not self._pane_run.has_begun:
            self._header.show(self._pane_run, ())
            self._show_problem()
            self._arrange()
            return
        shown = self._pane_run.shown
        findings = (self._findings if shown is self._pane_run else self._found_then).of(shown)
        self._header.show(shown, findings)
        self._show_problem()
        self._arrange()
        if self._has_parts.is_set():
            self._show_run(shown, findings, has_room=has_room)
        else:
            self._want_parts()

    def _show_run(self, shown: PaneRun, findings: Sequence[Finding], *, has_room: bool) -> None:
        # Only now: they say nothing of what has not run.
        from mptui.dashboard.presentation.processes.selection import (  # noqa: PLC0415
            still_there,
        )
        from mptui.dashboard.presentation.words.findings import worst_of_each  # noqa: PLC0415

        run = shown.run
        self._select(still_there(self._meant, run))
        if shown is self._pane_run:
            self._meant = self.selected
        self._workers.show(run, shown.now, worst_of_each(findings))
        self._cores.show(run, is_watched=shown.is_live)
        self._parts.gpus.show(run)
        self._parts.history.show(run, shown.now)
        if has_room:
            if self._has_columns:
                self._columns.show(run, self._pane_run.past.older)
            else:
                self._output.show(run, self._pane_run.past.older)
            self._lower.show(self._pane_run, findings)
        self._name_workers()
        self._name_output()
        self._teach()
        if self._typing.purpose == "input" and self._pane_run.why_no_input is not None:
            self._typing.close()
        if self._typing.is_relaying and self._pane_run.why_no_keys is not None:
            self._typing.end_relay()

    @property
    def rests_seconds(self) -> float:
        """How long what is shown stays as it is if nothing happens, whole seconds aside."""
        return self._lower.rests_seconds if self._has_run else math.inf

    def begin(self) -> None:
        """A new run is coming: what a person wants to see now is the run."""
        if not self._is_composed:
            return
        if not self._has_parts.is_set():
            self.come_to_front()
            return
        self.selected = self._meant = ALL
        self._workers.name_filter = ""
        self._output.search("")
        self._columns.search("")
        self.wishes = self.wishes._replace(only="")
        self._output.is_following = self._columns.is_following = True
        if self._output.mode == "chosen":
            self._output.mode = "merged"
        self._lower.make_way_for_run(self._situation)
        self.remove_class("-taught")
        self.come_to_front()

    def cycle_output(self) -> None:
        """Merged, the chosen process alone, a column for each; where it is hidden: show it."""
        if self._brought_output_to_sight():
            return
        if not self._has_columns and self._output.mode == "merged":
            self._output.mode = "chosen"
            self._name_output()
        else:
            self._output.mode = "merged"
            self._show_columns(wanted=not self._has_columns)

    def toggle_follow(self) -> None:
        """Follow the newest line, or hold still."""
        self._brought_output_to_sight()
        output = self._shown_output
        output.is_following = not output.is_following

    def toggle_lower(self, view: LowerView) -> None:
        """Show this below and give it the keys; hide it if it is shown."""
        if self._zoomed != "lower":
            self._zoomed = None
        self._lower.toggle(view)
        self.show()
        self.call_after_refresh(self._focus_lower)

    def watch_table_choice(self) -> None:
        """Say what the workers are sorted by."""
        if self._has_parts.is_set():
            self._name_workers()

    @property
    def column_keys(self) -> tuple[str, ...]:
        """The columns that the table has now."""
        return self._workers.column_keys

    def toggle_zoom(self) -> None:
        """Let the part that has the keys fill the pane, or show everything again.

        Columns have the place of the workers and cores by themselves: they give it back.
        """
        if self._zoomed is not None:
            self._zoomed = None
        elif self._has_columns and self._columns.has_focus:
            is_whole = self.arrangement.are_columns_whole
            self.post_message(
                self.Arranged(replace(self.arrangement, are_columns_whole=not is_whole))
            )
        else:
            self._zoomed = self._part_with_keys
        self.show()
        self._name_all()
        self.call_after_refresh(self._keep_keys_in_sight)

    def toggle_cores(self) -> None:
        """Let the cores fill the pane, or show everything again."""
        self._zoomed = None if self._zoomed == "cores" else "cores"
        self.show()
        self._name_all()
        self.call_after_refresh(self._keep_keys_in_sight)

    def move_divider(self, steps: int) -> None:
        """Give the workers and cores more room, or less."""
        if self._has_parts.is_set():
            self._live.move_divider(steps)

    def on_live_area_divider_moved(self, message: LiveArea.DividerMoved) -> None:
        """Keep where the person wants the divider."""
        message.stop()
        if message.is_stacked:
            layout = replace(self.arrangement, upper_lines=message.size)
        else:
            layout = replace(self.arrangement, left_cells=message.size)
        self.post_message(self.Arranged(layout))

    def on_output_columns_arrangement_changed(
        self, message: OutputColumns.ArrangementChanged
    ) -> None:
        """Say which columns are seen, and keep whether they wrap."""
        message.stop()
        if message.is_wrapped != self.arrangement.are_columns_wrapped:
            layout = replace(self.arrangement, are_columns_wrapped=message.is_wrapped)
            self.post_message(self.Arranged(layout))
        self._name_output()

    def toggle_replay(self) -> None:
        """Look back: at a run that is over from its beginning on; or look at it as it is again."""
        pane_run = self._pane_run
        if pane_run.past.replay is not None:
            pane_run.past.look_at_now()
            self._show_replay()
            return
        self._look_back(pane_run.now if pane_run.is_live else 0.0)
        if self._zoomed != "lower":
            self._zoomed = None
        self._lower.want("timeline")
        if pane_run.is_live:
            self._show_replay()
        else:
            self.play()
        self.call_after_refresh(self._focus_lower)

    def on_moment_chosen(self, message: MomentChosen) -> None:
        """Show how the run stood then; of one that goes on only once a person wanted that."""
        message.stop()
        pane_run = self._pane_run
        if message.t is None:
            pane_run.past.look_at_now()
        elif not pane_run.is_live or pane_run.past.replay is not None:
            self._look_back(message.t)
        self._show_replay()

    def on_replay_asked(self) -> None:
        """Let time go on, or stand still, as `play` does."""
        self.play()

    def play(self) -> None:
        """Let time go on, or stand still."""
        if self._pane_run.past.replay is None:
            self._look_back(0.0)
        if self._pane_run.past.replay is not None:
            self._pane_run.past.replay.toggle_playing()
        self._show_replay()

    def on_pace_asked(self, message: PaceAsked) -> None:
        """Let time go on faster, or slower."""
        message.stop()
        if self._pane_run.past.replay is not None:
            pace = self._pane_run.past.replay.change_pace(message.steps)
            self.notify(f"replay: {pace} s of the run a second", markup=False)
        self._show_replay()

    def on_stop_asked(self, message: StopAsked) -> None:
        """Show the run at the next end of a process or finding, or at the one before."""
        message.stop()
        pane_run = self._pane_run
        if pane_run.past.replay is None:
            self._look_back(pane_run.now)
        replay = pane_run.past.replay
        if replay is None:
            return
        stops = pane_run.past.stops(self._findings.of(pane_run))
        if replay.step(message.direction, stops) is None:
            before = "later" if message.direction > 0 else "before"
            self.notify(f"no process ended {before}, and nothing was found", markup=False)
        self._show_replay()

    @on(MomentFound)
    def _show_replay(self) -> None:
        """Show the moment that was found, or that it plays."""
        replay = self._pane_run.past.replay
        if replay is not None:
            replay.poll()
            if replay.problem is not None:
                self.notify(safe_text(replay.problem, _PROBLEM_CHARACTERS), markup=False)
            if replay.problem is not None or replay.is_over:
                self._pane_run.past.look_at_now()
        replay = self._pane_run.past.replay
        is_playing = replay is not None and replay.is_playing and self.display
        if self._replay_timer is None and is_playing:
            self._replay_timer = self.set_interval(1 / _REPLAYS_A_SECOND, self._show_replay)
        elif self._replay_timer is not None and not is_playing:
            self._replay_timer.stop()
            self._replay_timer = None
        self.show()

    def _look_back(self, t: float) -> None:
        if self._pane_run.can_look_back:
            self._pane_run.look_back(t, lambda: self.post_message(self.MomentFound()))

    def toggle_tree(self) -> None:
        """Show the processes as a tree, or one below the other."""
        self._workers.is_tree = not self._workers.is_tree
        self._name_workers()

    def find(self) -> None:
        """Ask for a name where the workers have the keys, else for a text in the output."""
        if self._workers.has_focus:
            self.filter_workers()
        else:
            self._brought_output_to_sight()
            self._typing.ask("search")

    def filter_output(self) -> None:
        """Ask which lines of the output are to be shown."""
        self._brought_output_to_sight()
        self._typing.ask("only", self.wishes.only)

    def ask_for_folder(self) -> None:
        """Ask where to save what each process printed."""
        self._typing.ask("folder", self._folder)

    def toggle_wrap(self) -> None:
        """Let long lines of the output take several rows, or cut them."""
        self._brought_output_to_sight()
        if self._has_columns:
            self._columns.action_toggle_wrap()
        else:
            self._output.is_wrapped = not self._output.is_wrapped

    def cycle_times(self) -> None:
        """Say when each line was printed: since the run began, by the clock, or not at all."""
        self._brought_output_to_sight()
        # Only now: nothing is printed before the first run.
        from mptui.dashboard.presentation.output.line_times import NEXT_STYLE  # noqa: PLC0415

        style = NEXT_STYLE[self.wishes.time_style]
        self.wishes = self.wishes._replace(time_style=style)

    def filter_workers(self) -> None:
        """Ask for a part of the names of the workers to show."""
        self._typing.ask("filter", self._workers.name_filter)

    def ask_for_input(self) -> None:
        """Let a person type for the program."""
        self._typing.ask("input", label=self._reader)

    def relay_keys(self) -> None:
        """Send every key to the program from now on."""
        self._typing.relay_keys(self._pane_run.spec.title)

    def on_key_relay_pressed(self, message: KeyRelay.Pressed) -> None:
        """Let the program read what was pressed."""
        message.stop()
        self._pane_run.send_keys(message.text)

    def on_prompt_line_typed(self, message: PromptLine.Typed) -> None:
        """Show the workers with that name."""
        if message.purpose == "filter":
            self._workers.name_filter = message.text
            self._name_workers()

    def on_prompt_line_entered(self, message: PromptLine.Entered) -> None:
        """Do what the text was typed for."""
        if message.purpose == "input":
            self._pane_run.send_input(message.text)
            self._typing.say_sent(message.text)
            return
        self._typing.close()
        output = self._shown_output
        if message.purpose == "search" and message.text:
            output.search(message.text)
        elif message.purpose == "only":
            self.wishes = self.wishes._replace(only=message.text.strip())
        elif message.purpose == "highlight":
            self.wishes = self.wishes._replace(highlight=message.text)
        elif message.purpose == "folder" and message.text:
            self._folder = message.text
            self.post_message(self.SaveAsked(self._pane_run, message.text))
        elif message.purpose == "moment" and not output.go_to_moment(message.text):
            self.notify(_NO_MOMENT, markup=False)
        if message.purpose != "filter":
            self._shown_output.focus()

    def on_prompt_line_left(self, message: PromptLine.Left) -> None:
        """Type nothing; of a filter that means all names."""
        if message.purpose == "filter":
            self._show_all_names()
        self._typing.close()

    def on_prompt_line_input_ended(self) -> None:
        """Let the program see the end of its input."""
        self._pane_run.end_input()
        self._typing.close()

    def on_worker_table_filter_dropped(self) -> None:
        """Filter nothing."""
        self._show_all_names()

    def _show_all_names(self) -> None:
        self._workers.name_filter = ""
        self._name_workers()

    def on_asked(self, message: Asked) -> None:
        """Let the person type what the output is to show."""
        message.stop()
        self._typing.ask(message.purpose, message.text)

    def on_wishes_changed(self, message: WishesChanged) -> None:
        """Show lines that way in the other view too."""
        message.stop()
        self.wishes = message.wishes
        self._name_output()

    def on_output_view_notes_changed(self, message: OutputView.NotesChanged) -> None:
        """Say what is left out of the output."""
        self._output_notes = message.notes
        self._name_output()

    def on_line_reader_copied(self, message: LineReader.Copied) -> None:
        """Say what was sent to the clipboard; whether the terminal takes it is not known."""
        cut = ", the first 100,000 characters" if message.is_cut else ""
        self.notify(f"{counted(message.count, 'line')} sent to the clipboard{cut}", markup=False)

    def on_line_reader_search_changed(self) -> None:
        """Say how the search stands."""
        self._name_output()

    def on_chosen(self, message: Chosen) -> None:
        """Let every part follow the choice."""
        message.stop()
        self._meant = message.selection
        self._select(message.selection)

    def on_stepped(self, message: Stepped) -> None:
        """Choose what stands beside the choice as it is now."""
        message.stop()
        rows = message.view if message.view is not None else self._workers
        self._meant = rows.choice_beside(message.rows)
        self._select(self._meant)

    def on_output_view_follow_changed(self) -> None:
        """Say whether the output follows."""
        self._name_output()

    @property
    def _has_whole_columns(self) -> bool:
        return self._has_columns and self.arrangement.are_columns_whole

    @property
    def _shown_output(self) -> OutputView | OutputColumns:
        return self._columns if self._has_columns else self._output

    @property
    def _part_with_keys(self) -> ZoomedPart:
        if self._shown_output.has_focus:
            return "output"
        return "lower" if self._lower.has_focus_within else "workers"

    @property
    def _situation(self) -> Situation:
        spec = self._pane_run.spec
        return Situation(
            has_source=spec.source is not None,
            has_begun=self._has_run,
            is_lesson=spec.request.scenario is not None,
            is_roomy=self.app.size.height >= ROOMY_LINES and not self._has_whole_columns,
            is_covered=self._zoomed not in (None, "lower"),
        )

    def _arrange(self) -> None:
        self._lower.decide(self._situation)
        shown = self._lower.shown
        if self._zoomed == "lower" and shown is None:
            self._zoomed = None
        enough = ROOMY_LINES if shown is None else _ROOMY_ABOVE_LINES
        # All at once: Textual styles everything below anew for each change of a class.
        self.update_classes(
            {
                **{f"-zoom-{part}": self._zoomed == part for part in get_args(ZoomedPart)},
                "-columns": self._has_columns,
                "-whole-columns": self._has_whole_columns,
                "-begun": self._has_run,
                "-source-below": shown == "source",
                "-view-below": shown not in (None, "source"),
                "-with-history": self.app.size.height >= enough,
            }
        )
        self._lower.say_way_back(is_alone=self._zoomed == "lower")
        if not self._has_parts.is_set():
            return
        # Beside other parts the cores would only be one more stop on the way to the output.
        self._cores.can_focus = self._zoomed == "cores"
        is_divided = self._zoomed is None and not self._has_whole_columns
        self._live.share_room(self.arrangement, is_divided=is_divided)
        self._entitle(self._cores, f"cores{self._way_back('cores')}")

    def _select(self, selection: Selection) -> None:
        is_other_process = selection.process != self.selected.process
        self.selected = selection
        # Behind the columns is the output of all together, whatever is chosen in them.
        if not is_other_process or self._has_columns:
            return
        view = self._output
        if selection.process is None and view.mode == "chosen":
            view.mode = "merged"
        elif selection.process is not None and view.mode == "merged":
            view.mode = "chosen"
        self._name_output()

    def _brought_output_to_sight(self) -> bool:
        """Make way for the output where something covers it; gives whether that was needed."""
        if not self._has_run or _is_in_sight(self._shown_output):
            return False
        if self._zoomed not in (None, "output"):
            self._zoomed = None
        else:
            self._lower.clear_way()
        self.show()
        self.call_after_refresh(self._focus_first)
        return True

    def _show_columns(self, *, wanted: bool) -> None:
        """Bring the columns to sight, or the one output that takes their place."""
        before, self._has_columns = self._shown_output, wanted
        self._arrange()
        self.show()
        self._shown_output.take_search_of(before)
        self._name_output()
        self.call_after_refresh(self._keep_keys_in_sight)

    def _keep_keys_in_sight(self) -> None:
        """Give the keys to the output where the part that had them is hidden now."""
        focused = self.screen.focused
        if focused is not None and self in focused.ancestors and _is_in_sight(focused):
            return
        for part in (self._shown_output, self._workers, self._cores, self._lower.reader):
            if part is not None and _is_in_sight(part):
                part.focus(scroll_visible=False)
                return

    @property
    def _first_part(self) -> Widget | None:
        of_run: tuple[Widget, ...] = ()
        if self._has_parts.is_set():
            of_run = (self._workers, self._shown_output)
        for part in (*of_run, self._lower.reader):
            if part is not None and part.is_mounted and _is_in_sight(part):
                return part
        return None

    def _focus_first(self) -> None:
        part = self._first_part
        if part is not None:
            self.screen.set_focus(part, scroll_visible=False)

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
        # Only now: lessons are of runs that are over.
        from mptui.dashboard.presentation.words.lessons import lesson  # noqa: PLC0415

        said = lesson(self._pane_run.spec.request.scenario, run)
        self._lesson.update(Content(said or ""))
        self.set_class(said is not None, "-taught")

    @property
    def _reader(self) -> str:
        """Who reads what is typed, and that a worker which is chosen does not."""
        title = safe_text(self._pane_run.spec.title, _READER_CHARACTERS)
        process = self.selected.process
        chosen = self._pane_run.run.processes.get(process) if process is not None else None
        # Only now: nobody types before the first run.
        from mptui.dashboard.presentation.processes.names import process_name  # noqa: PLC0415

        # multiprocessing, and what was made from it, gives each worker a sys.stdin that is empty.
        if chosen is None or chosen.role != "worker" or chosen.start_method is None:
            return f"input for {title}"
        return f"input for {title}, {process_name(chosen)} reads /dev/null"

    def _name_workers(self) -> None:
        # Only now: before the first run there is no table.
        from mptui.dashboard.presentation.processes.column_choice import (  # noqa: PLC0415
            sort_text,
        )

        table = self._workers
        said = "workers · tree" if table.is_tree else "workers"
        order = sort_text(self.table_choice, glyphs())
        if order:
            said += f" · {order}"
        if table.name_filter:
            count, total = table.matching_count, self._pane_run.shown.run.process_count
            said += f" · /{safe_text(table.name_filter)} {count} of {total}"
        self._entitle(table, f"{said}{self._way_back('workers')}")

    def _name_output(self) -> None:
        view = self._shown_output
        said = self._chosen_name() if self._output.mode == "chosen" else "merged"
        if self._has_columns:
            said = self._columns.title
        held = "" if view.is_following else " · held, f follows"
        notes = "" if self._has_columns else self._output_notes
        said = f"output · {said}{notes}{view.search_note}{held}"
        self._entitle(view, f"{said}{self._way_back('output')}")

    def _name_all(self) -> None:
        self._name_workers()
        self._name_output()

    def _way_back(self, part: ZoomedPart) -> str:
        """How to see the rest, where this part is alone."""
        if self._zoomed == part:
            return " · z: all parts"
        if part == "output" and self._has_whole_columns:
            return " · z: workers too"
        return ""

    def _entitle(self, part: Widget, said: str) -> None:
        if self._titles.get(part) != said:
            self._titles[part] = said
            entitle(part, Content(f" {said} "))

    def _chosen_name(self) -> str:
        # Only now: before the first run nothing is chosen.
        from mptui.dashboard.presentation.processes.names import process_name  # noqa: PLC0415

        process = self.selected.process
        run = self._pane_run.shown.run
        chosen = run.processes.get(process) if process is not None else None
        return process_name(chosen) if chosen is not None else "no process chosen"


def _is_in_sight(part: Widget) -> bool:
    return all(node.display for node in part.ancestors_with_self)
