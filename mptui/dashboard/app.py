"""The dashboard as a whole: what each key does, how runs begin and end, and the one timer.

What a run is lies in `PaneRun`, how it looks in `Pane`, which pane is in front in `PaneStack`;
here they are brought together. Must not paint, and must not know what an event means.
"""

from __future__ import annotations

import math
import sys
import threading
import time
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from inspect import isawaitable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import on
from textual.app import SystemCommand
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from mptui.dashboard.keymap import keys_in_force
from mptui.dashboard.keys import KEYS, named_actions
from mptui.dashboard.presentation.text.glyphs import draw_with_ascii
from mptui.dashboard.session.answers import INTERRUPT, KILL, LEAVE, NOTHING, STOP
from mptui.dashboard.session.calls import Calls
from mptui.dashboard.session.kept_choice import KeptChoice
from mptui.dashboard.session.pane_run import PaneRun
from mptui.dashboard.terminal.calling import call_sequences
from mptui.dashboard.terminal.line_pace import LinePace
from mptui.dashboard.terminal.pulse import Pulse
from mptui.dashboard.terminal.terminal_app import TerminalApp
from mptui.dashboard.theme import ALL_THEMES, COLOURS, theme_name
from mptui.dashboard.widgets.chrome.key_bar import KeyBar
from mptui.dashboard.widgets.lower_panel import ROOMY_LINES
from mptui.dashboard.widgets.pane import Pane
from mptui.dashboard.widgets.pane_stack import PaneStack
from mptui.errors import EXIT_OWN_FAILURE, MptuiError
from mptui.imports import ImportingMuch, Later
from mptui.settings import default_settings
from mptui.terminal_text import safe_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.console import RenderableType
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.command import Provider
    from textual.screen import Screen

    from mptui.dashboard.questions import Question
    from mptui.dashboard.screens.signal_menu import SignalChoice
    from mptui.dashboard.session.pane_run import StopWay
    from mptui.dashboard.session.pane_spec import PaneSpec
    from mptui.dashboard.session.runs.feed import LiveRun
    from mptui.dashboard.session.table_choice import TableChoice
    from mptui.dashboard.widgets.lower_panel import LowerView
    from mptui.recording.run_summary import RunSummary
    from mptui.settings import Settings
    from mptui.supervisor.request import RunRequest

if TYPE_CHECKING:
    from mptui.dashboard import dialogs
else:
    # They are a third of all there is to import, and nobody sees one at first.
    dialogs = Later("mptui.dashboard.dialogs")

LOOK_GAP_SECONDS: Final = 1 / 5
"""News is shown at once after a rest, and while there is more and more no oftener than that."""
_MOST_GAP_SECONDS: Final = 1 / 2
_LOOKS_SHARE: Final = 1 / 30
"""Of a core, for looks: each that costs more than usual is followed by a longer rest, if not
longer than that."""
_SLICE_GAP_SECONDS: Final = 0.001
"""Between two slices of what is folded: keys come first."""
_SECOND: Final = 1.0
_SWITCH_SECONDS: Final = 0.0005
_EARLY_SECONDS: Final = 0.01
_NOTICE_SECONDS: Final = 4
_ANSWER_SECONDS: Final = 2.0
"""How long a supervisor may take to kill what it runs, before it is left as it is."""
_GOING_ON_SECONDS: Final = 20
_FIRST_SECONDS: Final = 0.3
"""What nobody waits for comes so long after the first picture."""
_REST: Final = (
    "mptui.dashboard.widgets.run_parts",
    "mptui.dashboard.session.run_state",
    "mptui.dashboard.presentation.chrome.header",
    "mptui.supervisor.supervised_run",
    "mptui.dashboard.dialogs",
    "mptui.dashboard.presentation.words.lessons",
    "mptui.dashboard.palette_commands",
    "mptui.dashboard.session.runs.opened_run",
    "mptui.recording.run_summary",
)
"""What comes into it as soon as something is run, or asked for; what is needed first comes first.

With it a dashboard has all its code, whatever becomes of the files that it is from.
"""
_UNASKED_SECONDS: Final = 1.0


def import_rest() -> None:
    """Import what the first picture of a dashboard does without."""
    for name in _REST:
        import_module(name)


def _start_run(request: RunRequest) -> LiveRun:
    # Only now: a dashboard is not begun to start anything at once.
    from mptui.supervisor.supervised_run import SupervisedRun  # noqa: PLC0415

    return SupervisedRun.start(request)


def _plain_commands() -> type[Provider]:
    # Only now: the palette is seldom opened.
    from mptui.dashboard.palette_commands import PlainCommands  # noqa: PLC0415

    return PlainCommands


class Dashboard(TerminalApp[int]):
    """Panes, tabs and keys.

    Args:
        panes: what to show, in the order of the tabs.
        front: the pane to begin with.
        start_run: starts a program under a supervisor; raises MptuiError.
        clock: seconds that never go back.
        settings: what a person has set.
        says_what_goes_on: whether runs of before that go on are named at the start.

    Raises:
        MptuiError: a setting is not right.
    """

    TITLE = "mptui"
    CSS_PATH = "dashboard.tcss"
    BINDINGS: ClassVar[list[BindingType]] = KEYS
    COMMANDS = {_plain_commands}  # noqa: RUF012  # as Textual declares it
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012  # as Textual declares it
        (0, "-too-narrow"),
        (60, "-narrow"),
        (110, "-wide"),
        (170, "-vast"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012  # as Textual declares it
        (0, "-too-low"),
        (15, "-low"),
        (ROOMY_LINES, "-high"),
    ]

    @dataclass
    class Started(Message):
        """A program was started."""

        pane_run: PaneRun
        live: LiveRun

    @dataclass
    class NotStarted(Message):
        """A program could not be started."""

        pane_run: PaneRun
        error: MptuiError

    @dataclass
    class GoingOn(Message):
        """These runs of before go on."""

        runs: Sequence[RunSummary]

    _behind_since = math.inf
    """Since when more was there than could be folded in one go, and was not shown."""
    _is_leaving = False
    _killed_at = math.inf
    """When all of it was to be killed, on the way out."""

    def __init__(
        self,
        panes: Sequence[PaneSpec],
        *,
        front: int = 0,
        start_run: Callable[[RunRequest], LiveRun] = _start_run,
        clock: Callable[[], float] = time.monotonic,
        settings: Settings | None = None,
        says_what_goes_on: bool = False,
    ) -> None:
        super().__init__()
        self.animation_level = "none"
        self._settings = settings or default_settings()
        self._keys = keys_in_force(self._settings.keys)
        for theme in ALL_THEMES:
            self.register_theme(theme)
        self.theme = theme_name(self._settings.held["theme"])
        self.use_colours(COLOURS)
        if self._settings.ascii:
            draw_with_ascii()
            self.draw_ascii_only()
        self.pace: LinePace = LinePace(clock)
        self.pane_runs = [PaneRun(spec, clock) for spec in panes]
        self.stack = PaneStack(self.pane_runs, front)
        self._start_run = start_run
        self._kept_choice = KeptChoice()
        self._clock = clock
        self._calls = [Calls() for _ in panes]
        self._unasked_at = -math.inf
        """When a question went by itself."""
        self._starts: list[threading.Event] = []
        """Each is set when what was to be started has been, or could not be."""
        self.given_up: tuple[PaneRun, ...] = ()
        """Runs whose supervisors did not answer any more."""
        self.when_leaving: Callable[[int | None], None] = lambda _: None
        """Called with the exit status, if there is one yet, when the app begins to end."""
        self._says_what_goes_on = says_what_goes_on
        self._changed: set[int] = set()
        """The panes in which something happened since they were shown."""
        self.pulse = Pulse(partial(self.guarded, self._poll), LOOK_GAP_SECONDS)

    def remember_table(self, kept: KeptChoice) -> None:
        """Begin with the columns and the order that were chosen last, and keep what is chosen."""
        self._kept_choice = kept
        self.stack.set_reactive(PaneStack.table_choice, kept.read())

    def compose(self) -> ComposeResult:
        """The panes, and the keys below them."""
        yield self.stack
        yield KeyBar(self._keys)
        yield Static(Content("mptui wants 80x24"), id="too-small")

    def on_mount(self) -> None:
        """Start what starts by itself."""
        if self._settings.keys:
            rows = (row for row in self._keys if isinstance(row, Binding))
            self.set_keymap({row.id: row.key for row in rows if row.id in self._settings.keys})
        self.pulse.start()
        # What decodes a recording in another thread has to make way for a key at once.
        sys.setswitchinterval(_SWITCH_SECONDS)
        for pane_run in self.pane_runs:
            pane_run.say_news = self.pulse.tell
            if pane_run.spec.autostart:
                self._begin(pane_run)
        if self._live:
            self.pulse.tell()
        if self.is_last or self._says_what_goes_on:
            self.call_after_refresh(self.set_timer, _FIRST_SECONDS, self._do_the_rest)

    def _do_the_rest(self) -> None:
        """Do what the first picture did not need, and nobody is to wait for later."""
        self.run_worker(self._find_rest, thread=True)

    def _find_rest(self) -> None:
        """In a thread, which makes way for keys."""
        with ImportingMuch():
            import_rest()
        if self.is_last:
            self.keep_styles()
        if self._says_what_goes_on:
            # Only now: with the rest.
            from mptui.recording.run_summary import live_runs  # noqa: PLC0415

            if runs := live_runs():
                self.post_message(self.GoingOn(runs))

    @on(GoingOn)
    def say_what_goes_on(self, message: GoingOn) -> None:
        """Name the runs that wait for somebody to come back."""
        if text := dialogs.going_on_text(message.runs):
            self._say(text, _GOING_ON_SECONDS)

    def on_unmount(self) -> None:
        """Leave alone what others have started, and what runs that are over have left behind."""
        for start in self._starts:
            start.wait(_ANSWER_SECONDS)  # Or it would be cut in the middle by the end of mptui.
        self.pulse.stop()
        for pane_run in self.pane_runs:
            pane_run.let_left_go()
            pane_run.close_past()
            if pane_run.is_opened and pane_run.is_live:
                pane_run.detach()

    def get_system_commands(self, screen: Screen[Any]) -> Iterator[SystemCommand]:  # noqa: ARG002
        """What the palette offers: every pane, and every action of the table of keys."""
        for index, pane_run in enumerate(self.pane_runs):
            about = pane_run.spec.summary or "a program of yours"
            show = partial(self.action_show_pane, index)
            yield SystemCommand(safe_text(pane_run.spec.title), about, show)
        for action in named_actions(self._keys):
            yield SystemCommand(action.name, action.help, partial(self.run_action, action.action))
        yield SystemCommand("theme", "other colours", self.action_change_theme)

    def action_show_pane(self, index: int) -> None:
        """Bring a pane to the front, if there is one with this number."""
        if index < len(self.pane_runs):
            self.stack.front = index

    def action_step_pane(self, step: int) -> None:
        """Bring the pane beside this one to the front; beside the last is the first."""
        self.stack.front = (self.stack.front + step) % len(self.pane_runs)

    @on(KeyBar.Pressed)
    async def do_as_its_key(self, message: KeyBar.Pressed) -> None:
        """Do what the clicked key does."""
        await self.run_action(message.action)

    async def action_run(self) -> None:
        """Run what the pane holds, unless it runs already."""
        pane_run = self.stack.pane_run
        # A question that went by itself may have left its answer to come here.
        is_meant = self._clock() - self._unasked_at > _UNASKED_SECONDS
        if pane_run.is_live:
            self._say(f"{pane_run.spec.title} is running already: x stops it")
        elif not self._is_leaving and is_meant and self._may_touch(pane_run):
            await self._begin_again(pane_run)

    def action_stop(self) -> None:
        """Stop the run; ask first if something would be lost, kill if it was asked before."""
        pane_run = self.stack.pane_run
        is_asked = pane_run.is_stopping or pane_run.is_stopping_left
        if not (pane_run.is_live or pane_run.can_stop_left):
            self._say(self._left_running(pane_run) or "nothing is running here")
        elif not self._may_touch(pane_run):
            pass
        elif is_asked or (pane_run.is_live and pane_run.spec.is_repeatable):
            self._stop_by(pane_run, STOP)
        else:
            question = partial(dialogs.stop_question, pane_run)
            self._ask(question, partial(self._stop_by, pane_run))

    def action_pause(self) -> None:
        """Halt all of a run, or let it go on."""
        pane_run = self.stack.pane_run
        if not pane_run.is_live:
            self._say("nothing is running here")
        elif pane_run.is_stopping:
            self._say("it was asked to end")
        elif self._may_signal(pane_run):
            if pane_run.is_attached and not pane_run.is_paused:
                question = partial(dialogs.pause_question, pane_run)
                self._ask(question, lambda _: self._pause(pane_run))
            else:
                self._pause(pane_run)

    def _pause(self, pane_run: PaneRun) -> None:
        is_halted = pane_run.pause()
        self._say("halted: X lets it go on" if is_halted else "it goes on")

    def action_send_signal(self) -> None:
        """Ask for what is chosen once all choices that were made before have come."""
        # Only now: with the parts that post others of its kind.
        from mptui.dashboard.widgets.messages import SignalWanted  # noqa: PLC0415

        (self.focused or self.stack.pane).post_message(SignalWanted())

    def on_signal_wanted(self) -> None:
        """Let a person choose a signal for the chosen process; with none chosen, for main."""
        # Only now: without a run there is no process.
        from mptui.model.processes.processes import MAIN  # noqa: PLC0415

        pane_run, selected = self.stack.pane_run, self.stack.pane.selected
        process = MAIN if selected.process is None else selected.process
        if not pane_run.is_live or process not in pane_run.run.processes:
            self._say("nothing is running here")
        elif not self._may_signal(pane_run):
            pass
        elif not dialogs.is_there(pane_run, process) or selected.group is not None:
            self._say("it has ended")
        else:
            menu = dialogs.SignalMenu(pane_run, process)
            self.push_screen(menu, partial(self._send_signal, pane_run, process))

    def action_change_parameters(self) -> None:
        """Show the form of the parameters; what it returns is run."""
        pane_run = self.stack.pane_run
        if pane_run.is_live:
            self._say(f"{pane_run.spec.title} is running: parameters are changed before a run")
        elif not pane_run.spec.parameters:
            self._say(f"{pane_run.spec.title} has no parameters to change here")
        else:
            form = dialogs.ParametersForm(
                safe_text(pane_run.spec.title), pane_run.spec.parameters, pane_run.values
            )
            self.push_screen(form, partial(self._begin_with, pane_run))

    async def action_cycle_output(self) -> None:
        """Show the output another way."""
        await self.stack.pane.add_parts()
        self.stack.pane.cycle_output()

    async def action_toggle_follow(self) -> None:
        """Follow the output, or hold it still."""
        await self.stack.pane.add_parts()
        self.stack.pane.toggle_follow()

    def action_toggle_lower(self, view: LowerView) -> None:
        """Show or hide the source, the timeline, the tasks or the findings."""
        pane_run = self.stack.pane_run
        if view == "source" and pane_run.spec.source is None:
            self._say(f"there is no source to show of {pane_run.spec.title}")
        elif view == "source" or pane_run.has_begun:
            self.stack.pane.toggle_lower(view)
        else:
            self._say("nothing ran here yet")

    def action_zoom(self) -> None:
        """Let the part that has the keys fill the pane, or show everything again."""
        if self.stack.pane_run.has_begun:
            self.stack.pane.toggle_zoom()
        else:
            self._say("nothing ran here yet")

    def action_zoom_cores(self) -> None:
        """Let the cores fill the pane, or show everything again."""
        if self.stack.pane_run.has_begun:
            self.stack.pane.toggle_cores()
        else:
            self._say("nothing ran here yet")

    def action_move_divider(self, steps: int) -> None:
        """Give the workers and cores more room beside the output, or less."""
        self.stack.pane.move_divider(steps)

    def action_find(self) -> None:
        """Find workers by name, or text in the output: what the keys are with."""
        if self.stack.pane_run.has_begun:
            self.stack.pane.find()
        else:
            self._say("nothing ran here yet")

    def action_filter_output(self) -> None:
        """Show only some lines of the output."""
        if self.stack.pane_run.has_begun:
            self.stack.pane.filter_output()
        else:
            self._say("nothing ran here yet")

    def action_save_output(self) -> None:
        """Ask where to save the output of each process."""
        pane_run = self.stack.pane_run
        if pane_run.recording is None:
            self._say("nothing ran here yet")
        elif pane_run.files is not None and pane_run.files.trouble is None:
            self._say(f"the output of each process is saved in {pane_run.files.folder}")
        else:
            self.stack.pane.ask_for_folder()

    @on(Pane.SaveAsked)
    def save_output(self, message: Pane.SaveAsked) -> None:
        """Save it, from the beginning of the run on."""
        try:
            files = message.pane_run.save_output(Path(message.folder).expanduser().absolute())
        except MptuiError as error:
            self._say(error.message)
            return
        if files is not None:
            self._say(f"the output of each process is saved in {files.folder}")

    async def action_toggle_wrap(self) -> None:
        """Wrap long lines of the output, or cut them."""
        await self.stack.pane.add_parts()
        self.stack.pane.toggle_wrap()

    def action_cycle_times(self) -> None:
        """Say when each line was printed, or not."""
        self.stack.pane.cycle_times()

    def action_filter(self) -> None:
        """Show only the workers with a name."""
        if self.stack.pane_run.has_begun:
            self.stack.pane.filter_workers()
        else:
            self._say("nothing ran here yet")

    def action_toggle_replay(self) -> None:
        """Look back at the run, or look at it as it is again."""
        if self.stack.pane_run.can_look_back:
            self.stack.pane.toggle_replay()
        else:
            self._say("nothing ran here yet")

    async def action_toggle_tree(self) -> None:
        """Show the workers as a tree, or as a list."""
        await self.stack.pane.add_parts()
        self.stack.pane.toggle_tree()

    def action_sort(self) -> None:
        """Let the person choose what the workers are sorted by."""
        self.push_screen(dialogs.SortMenu(self.stack.table_choice), self._take_order)

    async def action_choose_columns(self) -> None:
        """Let the person choose the columns of the workers."""
        await self.stack.pane.add_parts()
        shown = self.stack.table_choice.columns or self.stack.pane.column_keys
        self.push_screen(dialogs.ColumnMenu(shown), self._take_columns)

    def action_show_stacks(self) -> None:
        """Show where every process is, equal stacks together."""
        if self.stack.pane_run.has_begun:
            self.push_screen(dialogs.AllStacks(self.stack.pane_run.shown))
        else:
            self._say("nothing ran here yet")

    def action_show_shared_terminal(self) -> None:
        """Show what one terminal for all processes would have shown."""
        if self.stack.pane_run.has_begun:
            self.push_screen(dialogs.SharedTerminal(self.stack.pane_run))
        else:
            self._say("nothing ran here yet")

    def action_show_runs(self) -> None:
        """List the runs that there are, to open one."""
        self.push_screen(dialogs.RunList(), self._open)

    def action_type_input(self) -> None:
        """Let the person type for the program, if it reads."""
        pane_run = self.stack.pane_run
        refusal = pane_run.why_no_input
        if refusal is not None:
            self._say(refusal)
        elif self._may_touch(pane_run):
            self.stack.pane.ask_for_input()

    def action_type_keys(self) -> None:
        """Send every key to the program, if it runs on a terminal."""
        pane_run = self.stack.pane_run
        refusal = pane_run.why_no_keys
        if refusal is not None:
            self._say(refusal)
        elif self._may_touch(pane_run):
            self.stack.pane.relay_keys()

    def action_show_help(self) -> None:
        """Show the keys."""
        self.push_screen(dialogs.Help(self._keys))

    async def action_quit(self) -> None:
        """Leave; ask first if something runs. While runs are being stopped: kill them."""
        live = [pane_run for pane_run in self._live if not pane_run.is_left_by_itself]
        if not live:
            self._leave(LEAVE)
        elif self._is_leaving:
            self._hurry(live)
        else:
            is_read_only = self._settings.read_only
            ask = partial(dialogs.quit_question, self.pane_runs, is_read_only=is_read_only)
            self.push_screen(dialogs.Confirm(ask), self._leave)

    async def on_worker_table_opened(self) -> None:
        """Show all that is known of what is chosen; with nothing chosen the key is that of run."""
        pane_run, selected = self.stack.pane_run.shown, self.stack.pane.selected
        if selected.process is not None:
            self.push_screen(dialogs.ProcessDetails(pane_run, selected.process))
        elif selected.group is not None:
            self.push_screen(dialogs.GroupDetails(pane_run, selected.group))
        else:
            await self.action_run()

    @on(Started)
    def follow_run(self, message: Started) -> None:
        """Follow the run from now on."""
        message.pane_run.attach(message.live)

    @on(NotStarted)
    def show_why_not(self, message: NotStarted) -> None:
        """Let the pane say why there is no run."""
        message.pane_run.fail(message.error)
        self._poll()

    @property
    def _live(self) -> list[PaneRun]:
        return [pane_run for pane_run in self.pane_runs if pane_run.is_live]

    @on(PaneStack.TableChosen)
    def keep_table_choice(self, message: PaneStack.TableChosen) -> None:
        """Remember it for the next time."""
        self._kept_choice.write(message.choice)

    def _take_order(self, choice: TableChoice | None) -> None:
        if choice is not None:
            self.stack.table_choice = choice

    def _take_columns(self, columns: tuple[str, ...] | None) -> None:
        if columns is not None:
            self.stack.table_choice = self.stack.table_choice.with_columns(columns)

    @property
    def _any_left(self) -> bool:
        """Whether the end of anything that a run has left behind is still to be seen."""
        return any(pane_run.is_watching_left for pane_run in self.pane_runs)

    def _left_running(self, pane_run: PaneRun) -> str | None:
        return dialogs.left_running_text(pane_run) if pane_run.has_begun else None

    def _may_touch(self, pane_run: PaneRun) -> bool:
        """Whether a key may do something to it; says why where not."""
        if not self._settings.read_only or pane_run.spec.request.scenario is not None:
            return True
        self._say("mptui is set to read-only: no key touches a program of yours")
        return False

    def _may_signal(self, pane_run: PaneRun) -> bool:
        """Whether its processes can be sent a signal; says why where not."""
        if pane_run.is_cluster:
            self._say("a cluster is only watched: no key touches its processes")
            return False
        return self._may_touch(pane_run)

    def _ask(self, ask: Callable[[], Question | None], then: Callable[[str], object]) -> None:
        async def take(answer: str | None) -> None:
            if answer is None:
                self._note_unasked()
            elif answer != NOTHING:
                begun = then(answer)
                if isawaitable(begun):
                    await begun

        self.push_screen(dialogs.Confirm(ask), take)

    def _note_unasked(self) -> None:
        self._unasked_at = self._clock()
        self._say("it has ended meanwhile")

    def _send_signal(self, pane_run: PaneRun, process: int, choice: SignalChoice | None) -> None:
        if choice is None:
            return
        send = partial(pane_run.send_signal, process, choice.number, is_tree=choice.is_tree)
        if choice.number in dialogs.UNDONE_BY_ANOTHER and not pane_run.is_attached:
            send()
        else:
            question = partial(dialogs.signal_question, pane_run, process, choice)
            self._ask(question, lambda _: send())

    async def _begin_again(self, pane_run: PaneRun) -> None:
        """Run what a pane holds; what it shows of a run before is kept, and that is said."""
        if pane_run.is_opened:
            question = partial(dialogs.again_question, pane_run)
            self._ask(question, lambda _: self._begin_shown(pane_run))
            return
        before = pane_run.recording
        await self._begin_shown(pane_run)
        if before is not None and not pane_run.spec.is_repeatable:
            self._say(dialogs.kept_text(before))

    async def _begin_with(self, pane_run: PaneRun, values: dict[str, str] | None) -> None:
        if values is not None:
            pane_run.values = values
            await self._begin_shown(pane_run)

    async def _begin_shown(self, pane_run: PaneRun) -> None:
        """Begin; keys that come meanwhile wait for what shows the run, since they are for it."""
        self._begin(pane_run)
        if pane_run is self.stack.pane_run:
            await self.stack.pane.add_parts()

    def _begin(self, pane_run: PaneRun) -> None:
        request = pane_run.begin()
        is_over = threading.Event()
        self._starts = [*(start for start in self._starts if not start.is_set()), is_over]
        start = partial(self._start, pane_run, request, is_over)
        self.run_worker(start, thread=True, group="start")
        if pane_run is self.stack.pane_run:
            self.stack.pane.begin()
        self.stack.show(set())
        self.pulse.tell()

    def _open(self, run: RunSummary | None) -> None:
        """Show a run in a pane of its own, or in the one that shows it already."""
        if run is None:
            return
        for index, pane_run in enumerate(self.pane_runs):
            if pane_run.recording == run.path:
                self.stack.front = index
                return
        # Only now: hardly anybody opens one.
        from mptui.dashboard.session.runs.opened_run import open_run  # noqa: PLC0415

        opened = open_run(run)
        pane_run = PaneRun(opened.spec, self._clock)
        pane_run.say_news = self.pulse.tell
        pane_run.open(opened)
        self.pane_runs.append(pane_run)
        self._calls.append(Calls())
        self.stack.add(pane_run)

    def _start(self, pane_run: PaneRun, request: RunRequest, is_over: threading.Event) -> None:
        """In a thread: start the program, which takes a moment."""
        try:
            live = self._start_run(request)
        except MptuiError as error:
            self.post_message(self.NotStarted(pane_run, error))
        except OSError as error:
            self.post_message(
                self.NotStarted(pane_run, MptuiError(f"cannot start: {error.strerror}"))
            )
        else:
            self.post_message(self.Started(pane_run, live))
        finally:
            is_over.set()

    def _stop_by(self, pane_run: PaneRun, answer: str) -> None:
        """Stop a run in the way that a person has chosen; if it is over by then, what it left."""
        ways: dict[str, StopWay] = {INTERRUPT: "interrupt", STOP: "stop", KILL: "kill"}
        if answer == LEAVE:
            pane_run.leave()
        elif pane_run.is_live:
            pane_run.stop(ways[answer])
        else:
            pane_run.stop_left()
        self.stack.show(set())

    def _stop(self, *pane_runs: PaneRun) -> None:
        for pane_run in pane_runs:
            if pane_run.is_live:
                pane_run.stop()
        self.stack.show(set())

    def _hurry(self, live: Sequence[PaneRun]) -> None:
        """Kill what is being stopped; where even that comes to nothing, leave it as it is."""
        if self._killed_at == math.inf:
            self._killed_at = self._clock()
            self._stop(*live)
        elif self._clock() >= self._killed_at + _ANSWER_SECONDS:
            self.given_up = tuple(live)
            self.exit(EXIT_OWN_FAILURE)

    def exit(
        self, result: int | None = None, return_code: int = 0, message: RenderableType | None = None
    ) -> None:
        """End the app, within some time even on a terminal that takes nothing any more."""
        self.when_leaving(result)
        super().exit(result, return_code, message)

    def _leave(self, answer: str | None) -> None:
        if answer is None:
            self._note_unasked()
        if answer not in (STOP, LEAVE):
            return
        self._is_leaving = True
        for pane_run in self._live:
            is_kept = answer == LEAVE and pane_run.spec.request.on_disconnect == "keep"
            if pane_run.is_left_by_itself or is_kept:
                pane_run.detach()
            else:
                self._stop(pane_run)
        if self._live:
            self._say("stopping; q once more kills")
        self._poll()

    def _poll(self) -> None:
        """Fold what came in every pane, show it in the one in front."""
        pane_runs = enumerate(self.pane_runs)
        self._changed |= {index for index, pane_run in pane_runs if pane_run.poll()}
        if any(pane_run.is_behind for pane_run in self.pane_runs):
            self.pulse.due_in(_SLICE_GAP_SECONDS)
            self._behind_since = min(self._behind_since, self._clock())
            # What is folded slice by slice is shown at the end, or now and then.
            if self._clock() < self._behind_since + LOOK_GAP_SECONDS:
                return
        self._behind_since = math.inf
        self._show_changes()

    def _show_changes(self) -> None:
        began = time.thread_time()
        changed, self._changed = self._changed, set()
        has_room = self.pace.has_room(is_line_full=self.is_display_behind)
        # What rushes by waits while the line is full; an end is shown whatever it costs.
        self.stack.show(changed, has_room=has_room or not self._live, is_look=True)
        self._call_person()
        rest = (time.thread_time() - began) * 2 / _LOOKS_SHARE  # As much again for the painting.
        self.pulse.gap_seconds = max(LOOK_GAP_SECONDS, min(rest, _MOST_GAP_SECONDS))
        # The last look may come when the screens are closed already.
        screens = self.screen_stack
        if len(screens) > 1 and isinstance(
            screens[-1], dialogs.Details | dialogs.Confirm | dialogs.SignalMenu
        ):
            screens[-1].show()
        if self._live:
            self.pulse.due_in(self._wait_seconds if has_room else LOOK_GAP_SECONDS)
        elif self._is_leaving:
            self.exit()
        elif self._any_left:
            self.pulse.due_in(LOOK_GAP_SECONDS)

    @property
    def _wait_seconds(self) -> float:
        """How long everything shown stays as it is, if nothing happens: until a clock goes on."""
        shown = self.stack.pane_run
        clock = _SECOND - shown.now % _SECOND if shown.is_live else _SECOND
        # A timer may be early by less than that, and would have to come again.
        picture = max(self.pulse.gap_seconds, self.stack.pane.rests_seconds)
        return min(clock, picture) + _EARLY_SECONDS

    def _call_person(self) -> None:
        """Say what a person wants to be called for, as they want it."""
        ways = self._settings.notify
        for index, (pane_run, calls) in enumerate(zip(self.pane_runs, self._calls, strict=True)):
            if ways and pane_run.has_begun:
                for text in calls.due(pane_run, self.stack.findings_of(index)):
                    self.write_sequence(call_sequences(ways, text))

    def _say(self, sentence: str, seconds: float = _NOTICE_SECONDS) -> None:
        self.clear_notifications()
        self.notify(safe_text(sentence), markup=False, timeout=seconds)
