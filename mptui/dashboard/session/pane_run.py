"""The run of a pane, from the moment it is asked for to the result that stays on the screen.

All that happens to a run is decided here; the widgets only show it. Must not know Textual.
"""

from __future__ import annotations

import math
import signal
import time
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from mptui.dashboard.session.parameter import defaults
from mptui.dashboard.session.runs.folding import Folding
from mptui.errors import EXIT_LIMIT, EXIT_OWN_FAILURE, MptuiError, exit_status_of
from mptui.imports import Later

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.dashboard.session import run_state
    from mptui.dashboard.session.pane_spec import PaneSpec
    from mptui.dashboard.session.runs.feed import Feed, LiveRun
    from mptui.dashboard.session.runs.opened_run import OpenedRun
    from mptui.dashboard.session.runs.past import Past
    from mptui.dashboard.session.runs.replay import LookedBack
    from mptui.export.output_files import OutputFiles
    from mptui.model import Run
    from mptui.model.findings import Findings
    from mptui.model.outliving import Outliving
    from mptui.supervisor.request import RunRequest
else:
    # A dashboard begins with programs that have not run, and without all that a run is made of.
    run_state = Later("mptui.dashboard.session.run_state")


_NEARLY_ALL: Final = 0.95
"""Who follows a run that goes on fast is always a little behind."""


class Phase(Enum):
    """How far a run has come."""

    NOT_RUN = auto()
    STARTING = auto()
    RUNNING = auto()
    STOPPING = auto()
    """It was asked to end."""
    KILLING = auto()
    """It was asked to end at once."""
    ENDED = auto()
    NOT_STARTED = auto()
    """It was tried, and failed."""
    DETACHED = auto()
    """It goes on without the dashboard."""


StopWay: TypeAlias = Literal["stop", "interrupt", "kill"]

OUTLIVING_SECONDS: Final = 1.0
"""What ends within this time of its main process has not outlived it."""
_HALTED: Final = frozenset({"T", "t"})
_SEEN_SECONDS: Final = 2.0
"""After this time samples show what became of a signal."""
LIVE_PHASES: Final = frozenset({Phase.STARTING, Phase.RUNNING, Phase.STOPPING, Phase.KILLING})


class PaneRun:
    """What a pane holds and how it fares.

    Args:
        spec: the program.
        clock: seconds that never go back.
    """

    moment: float | None = None
    """The moment at which this shows a run; None: as it is."""
    _then: PaneRun | None = None
    """The run as it was, while a person looks back at it."""
    fold_count = 0
    """Counts how often something was folded: as long as it stays, so does the state of the run."""
    _run: Run | None = None
    _findings: Findings | None = None
    _past: Past | None = None
    _live: LiveRun | None = None
    _feed: Feed | None = None
    _left: LiveRun | None = None
    """The run that is over, as long as what it left behind may be stopped."""

    def __init__(self, spec: PaneSpec, clock: Callable[[], float] = time.monotonic) -> None:
        self.spec = spec
        self.values = defaults(spec.parameters)
        """The parameters of the next run."""
        self.shown_command = spec.shown_command(self.values)
        """The command of the run that is shown, or of the next one."""
        self.phase = Phase.NOT_RUN
        self.recording: Path | None = None
        """The file of the run, once it was started."""
        self.problem: str | None = None
        """What went wrong around the run (not in it), in one line."""
        self._clock = clock
        self._begun_at: float | None = None
        self._exit_status = 0
        self._has_ended_input = False
        self.files: OutputFiles | None = None
        """Where the output is saved; None where nobody asked for that."""
        self._no_files: str | None = None
        self._way: StopWay = "stop"
        self._was_pausing, self._paused_at = False, -math.inf
        self.is_stopping_left = False
        """Whether what it left behind was asked to end."""
        self.reported_status: int | None = None
        """How the run ended as its supervisor told it, whatever is in the recording."""
        self.is_opened = False
        """Whether the run that is shown was started by somebody else, or before."""
        self._folding = Folding(clock)
        self.say_news: Callable[[], object] = _no_one_listens
        """Called, in any thread, when a poll would find something."""

    @property
    def run(self) -> Run:
        """All that is known of the run; made when it is first asked for, like the next two."""
        if self._run is None:
            self._run = run_state.Run()
        return self._run

    @run.setter
    def run(self, run: Run) -> None:
        self._run = run

    @property
    def findings(self) -> Findings:
        """What looks for what is wrong with it."""
        if self._findings is None:
            self._findings = run_state.Findings()
        return self._findings

    @findings.setter
    def findings(self, findings: Findings) -> None:
        self._findings = findings

    @property
    def past(self) -> Past:
        """The way back through it."""
        if self._past is None:
            self._past = run_state.Past()
        return self._past

    @past.setter
    def past(self, past: Past) -> None:
        self._past = past

    def close_past(self) -> None:
        """Let go of what leads back, where anything does."""
        if self._past is not None:
            self._past.close()

    @property
    def is_live(self) -> bool:
        """Whether something is going on that has not ended."""
        return self.phase in LIVE_PHASES

    @property
    def is_stopping(self) -> bool:
        """Whether it was asked to end and has not yet."""
        return self.phase in {Phase.STOPPING, Phase.KILLING}

    @property
    def kill_in_seconds(self) -> float | None:
        """How long it has to end by itself yet; None where that is not known, or too late."""
        asked = self.run.stop_requested
        if asked is None or asked.grace_seconds is None or self.phase is Phase.KILLING:
            return None
        return max(0.0, asked.t + asked.grace_seconds - self.now)

    @property
    def has_begun(self) -> bool:
        """Whether there is anything of a run to show."""
        return self.phase not in {Phase.NOT_RUN, Phase.NOT_STARTED}

    @property
    def is_success(self) -> bool:
        """Whether the run ended, and ended well."""
        finished = self.run.finished
        return finished is not None and finished.exitcode == 0

    @property
    def outliving(self) -> Outliving | None:
        """What lives on without its main process; None where nothing does, or it only just ended.

        Of a run that is over: what it has left running.
        """
        left = run_state.outliving(self.run) if self.has_begun else None
        if left is None or left.main.ended_at is None:
            return None
        is_sure = self.run.finished is not None or self.now - left.main.ended_at > OUTLIVING_SECONDS
        return left if is_sure else None

    @property
    def is_watching_left(self) -> bool:
        """Whether the end of what a run that is over has left behind is still to be told."""
        return self._left is not None

    @property
    def can_stop_left(self) -> bool:
        """Whether the run is over, but what it has left behind lives and can be stopped."""
        return self._left is not None and not self._left.has_ended

    @property
    def is_cluster(self) -> bool:
        """Whether it is a cluster, which is watched and never touched."""
        is_asked = self.spec.request.cluster is not None
        return is_asked or (self._run is not None and self._run.is_cluster)

    @property
    def is_attached(self) -> bool:
        """Whether the program ran before, so that the end of watching changes nothing about it."""
        is_asked = self.spec.request.attach is not None
        return is_asked or (self._run is not None and self._run.is_attached)

    @property
    def is_left_by_itself(self) -> bool:
        """Whether nobody has to be asked what becomes of it when the dashboard is left."""
        return self.is_opened or self.is_attached

    @property
    def why_no_input(self) -> str | None:
        """Why nothing can be typed for the program, None where it can."""
        if self.is_cluster or self.is_attached:
            what = "a cluster" if self.is_cluster else self.spec.title
            return f"{what} is only watched: it reads no input"
        if self.spec.request.scenario is not None:
            return f"{self.spec.title} does not read any input"
        if self.spec.request.stdin_path is not None:
            return f"{self.spec.title} reads its input from {self.spec.request.stdin_path}"
        if self.phase is not Phase.RUNNING:
            return "nothing is running here that could read"
        return "the end of its input was sent" if self._has_ended_input else None

    @property
    def why_no_keys(self) -> str | None:
        """Why no single key can be sent to the program, None where it can."""
        if self.why_no_input is not None or self.spec.request.has_terminals:
            return self.why_no_input
        return f"{self.spec.title} reads lines, not keys: mptui run --tty gives it a terminal"

    @property
    def now(self) -> float:
        """The time of the run, in its seconds; it stands still once the run has ended."""
        if self.moment is not None:
            return self.moment
        if not self.is_live or self._begun_at is None:
            return self.run.now
        return max(self.run.now, self._clock() - self._begun_at)

    @property
    def exit_status(self) -> int:
        """The status mptui ends with on behalf of this pane."""
        finished = self.run.finished
        if finished is None:
            is_unknown = self.phase is Phase.ENDED and self.reported_status is None
            return EXIT_OWN_FAILURE if is_unknown else self.reported_status or self._exit_status
        if finished.stopped == "limit":
            return EXIT_LIMIT
        if self.run.is_only_watched and finished.exitcode is finished.signal is None:
            return 0
        return exit_status_of(finished.exitcode, finished.signal)

    @property
    def shown(self) -> PaneRun:
        """What is to be shown: the run as it is, or as it was at the moment looked back at.

        The latter is only to be looked at: nothing that is done to it reaches the run.
        """
        replay = self._past.replay if self._past is not None else None
        if replay is None or replay.shown is None:
            self._then = None
            return self
        if self._then is None:
            self._then = then = PaneRun(self.spec, self._clock)
            then.shown_command, then.recording = self.shown_command, self.recording
            then.past = self.past
        self._then.run, self._then.findings, self._then.moment = replay.shown
        is_over = self._then.run.finished is not None
        self._then.phase = Phase.ENDED if is_over else Phase.RUNNING
        return self._then

    @property
    def looked_back(self) -> LookedBack | None:
        """How a person looks back at the run; None: they look at it as it is."""
        replay = self._past.replay if self._past is not None else None
        return None if replay is None else replay.looked_back

    @property
    def can_look_back(self) -> bool:
        """Whether there is a run with moments to look at."""
        return self.has_begun and self.recording is not None

    def look_back(self, t: float, say_found: Callable[[], object]) -> None:
        """Show how the run stood at this moment, as soon as that is found.

        Args:
            t: the moment.
            say_found: called, in another thread, when it is there.
        """
        if self.recording is not None:
            self.past.open(self.recording, self, self._clock, say_found).look_at(t)

    def begin(self) -> RunRequest:
        """Make room for a new run; what is returned is to be started."""
        self.let_left_go()
        self.close_past()
        self.phase = Phase.STARTING
        self._run = self._findings = self._past = None
        self.recording = None
        self.problem = None
        self.reported_status = None
        self.files = self._no_files = None
        self._has_ended_input = False
        self.is_opened = False
        self._begun_at = None
        self.shown_command = self.spec.shown_command(self.values)
        return self.spec.full_request(self.values)

    def attach(self, live: LiveRun) -> None:
        """It was started: follow it."""
        self._live = live
        self.recording = live.recording
        latest = self.past.begin(live)
        if latest is not None:
            self.run, self.findings = latest.run, latest.findings
            latest.close()
        self._feed = run_state.Feed(live, self._tell, latest.position if latest is not None else 0)
        self._folding = Folding(self._clock)
        self.say_news()
        if self.spec.request.output_folder is not None:
            self._follow_files(Path(self.spec.request.output_folder), live.recording)
        if self.phase is Phase.STARTING:
            self.phase = Phase.RUNNING
        elif self.phase is Phase.STOPPING:
            self._ask_to_end(live)
        elif self.phase is Phase.KILLING:
            live.kill()

    def open(self, opened: OpenedRun) -> None:
        """Show a run that somebody has started before."""
        self.phase = Phase.RUNNING
        self.is_opened = True
        self.attach(opened.live)
        self._begun_at = self._clock() - opened.seconds

    def fail(self, error: MptuiError) -> None:
        """It could not be started."""
        self.phase = Phase.NOT_STARTED
        self.problem = error.message
        self._exit_status = error.exit_status

    def poll(self) -> bool:
        """Fold what came since, as much as there is time for; whether anything did.

        Where `is_behind` says so afterwards, there is more: call it again, and keys come between.
        """
        feed = self._feed
        if feed is None:
            return self._poll_left()
        has_news = self._folding.go_on(feed, self.run, self.findings, self.past)
        self.fold_count += has_news
        if has_news and self.files is not None:
            self.files.wake()
        if has_news:
            # What happened may have been read late, but not before it happened.
            began = self._clock() - self.run.now
            self._begun_at = began if self._begun_at is None else min(began, self._begun_at)
        if self._live is not None:
            self.problem = self._live.trouble or feed.problem or self._files_problem
        is_over = feed.is_over and not self._folding.is_behind
        if is_over:
            if self.files is not None:
                self.files.finish()
            self._end()
        return has_news or is_over

    @property
    def is_behind(self) -> bool:
        """Whether events wait to be folded, or will in a moment."""
        is_coming = self._feed is not None and self._feed.is_catching_up
        return self._folding.is_behind or is_coming

    @property
    def read_share(self) -> float | None:
        """How much was read of a large recording that was opened; None: all, or nearly so."""
        feed = self._feed
        if feed is None or not self.is_opened or not feed.is_catching_up:
            return None
        return feed.read_share if feed.read_share < _NEARLY_ALL else None

    def _tell(self) -> None:
        # Asked each time: whoever wants to know may come later than the run.
        self.say_news()

    def _end(self) -> None:
        """Everything was read that there is."""
        live = self._live
        is_lost = live is not None and live.is_lost
        self.past.finish()
        self._close_feed(keeps_left=not is_lost and run_state.outliving(self.run) is not None)
        self.phase = Phase.ENDED
        started = self.run.started
        if live is not None and not is_lost:
            self.reported_status = live.exit_status
        elif live is not None and started is not None and started.folder is not None:
            self._left = run_state.LostRun(live.recording, started.folder)
            self.problem = f"{self.problem}{_lost_text(len(self._left.pids))}"

    @property
    def is_lost(self) -> bool:
        """Whether the supervisor was killed, and something of the program lives on without it."""
        return self._left is not None and isinstance(self._left, run_state.LostRun)

    def stop(self, way: StopWay = "stop") -> None:
        """Ask it to end; a second time: at once.

        Args:
            way: by SIGTERM, as Ctrl-C does, or at once by SIGKILL.
        """
        was_asked_before = self.is_stopping
        self._way = way
        self.phase = Phase.KILLING if was_asked_before or way == "kill" else Phase.STOPPING
        if self._live is None:
            return
        if self.phase is Phase.KILLING:
            self._live.kill()
        else:
            self._ask_to_end(self._live)

    def leave(self) -> None:
        """End the watching of a program that ran before and goes on."""
        if self._live is not None:
            self._live.leave()

    @property
    def is_paused(self) -> bool:
        """Whether all of it is halted, by whomever, as it was last seen."""
        alive = self.run.alive if self.phase is Phase.RUNNING else []
        samples = [state.sample for state in alive]
        return bool(samples) and all(one is not None and one.state in _HALTED for one in samples)

    def pause(self) -> bool:
        """Halt all of it, or let all of it go on; whether it was to be halted.

        Asked again before it could be seen, the opposite is meant.
        """
        is_recent = self._clock() - self._paused_at < _SEEN_SECONDS
        was_paused = self._was_pausing if is_recent else self.is_paused
        self._was_pausing, self._paused_at = not was_paused, self._clock()
        number = signal.SIGCONT if was_paused else signal.SIGSTOP
        self.send_signal(run_state.MAIN, number, is_tree=True)
        return self._was_pausing

    def stop_left(self) -> None:
        """Ask what a run that is over has left behind to end; a second time: at once."""
        if self._left is None:
            return
        if self.is_stopping_left:
            self._left.kill()
        else:
            self._left.stop()
        self.is_stopping_left = True

    def let_left_go(self) -> None:
        """Leave alone what a run that is over has left behind: it goes on, as was agreed."""
        if self._left is not None:
            self._left.detach()
        self._left, self.is_stopping_left = None, False

    def save_output(self, folder: Path) -> OutputFiles | None:
        """Save what each process printed, and what it will print; None before any run.

        Raises:
            MptuiError: that cannot be done.
        """
        if self.recording is None:
            return None
        if self.files is None or self.files.trouble is not None:
            self.files = run_state.OutputFiles(folder, self.recording)
        if not self.is_live:
            self.files.finish()
        return self.files

    def send_signal(self, process: int, number: int, *, is_tree: bool) -> None:
        """Send a process this signal; in a tree, those below it too."""
        if self._live is not None:
            self._live.send_signal(process, number, is_tree=is_tree)

    def below(self, process: int) -> set[int]:
        """The living processes that this one made, and those that they made."""
        below: set[int] = set()
        alive = self.run.alive
        while more := {one.process for one in alive if one.parent in {process, *below}} - {
            process,
            *below,
        }:
            below |= more
        return below

    def read_stacks(self, process: int | None = None, *, native: bool = False) -> None:
        """Find out where this process is, or where all are; the answer comes as an event.

        Args:
            process: its number.
            native: whether C code is wanted too, for which processes are stopped a moment.
        """
        if self._live is not None:
            self._live.read_stacks(process, native=native)

    def send_input(self, line: str) -> None:
        """Let the program read this line."""
        if self._live is not None:
            self._live.send_input(f"{line}\n")

    def send_keys(self, text: str) -> None:
        """Let the program read this, as its terminal would send it."""
        if self._live is not None:
            self._live.send_input(text)

    def end_input(self) -> None:
        """Let the program see the end of its input."""
        self._has_ended_input = True
        if self._live is not None:
            self._live.end_input()

    def detach(self) -> None:
        """Leave it to its supervisor."""
        self._close_feed()
        self.phase = Phase.DETACHED

    @property
    def _files_problem(self) -> str | None:
        return self._no_files or (self.files.trouble if self.files is not None else None)

    def _ask_to_end(self, live: LiveRun) -> None:
        if self._way == "interrupt":
            live.interrupt()
        else:
            live.stop()

    def _follow_files(self, folder: Path, recording: Path) -> None:
        try:
            self.files = run_state.OutputFiles(folder, recording)
        except MptuiError as error:
            self._no_files = error.message

    def _close_feed(self, *, keeps_left: bool = False) -> None:
        if keeps_left:
            self._left = self._live
        elif self._live is not None:
            self._live.detach()
        self._live = self._feed = None

    def _poll_left(self) -> bool:
        """See whether what was left behind is gone; no recording tells of that any more."""
        if self._left is None or not self._left.has_ended:
            return False
        self.let_left_go()
        gone = [state.process for state in self.run.alive]
        self.fold_count += 1
        self.run.apply(
            run_state.ProcessExited(
                t=self.run.now, process=one, exitcode=None, signal=None, stopping=True
            )
            for one in gone
        )
        return True


def _no_one_listens() -> None:
    """What is called in place of somebody who wants to know."""


def _lost_text(left: int) -> str:
    if not left:
        return ", and nothing of the program is left"
    they = "process goes" if left == 1 else "processes go"
    return f"; {left} {they} on without it: x stops {'it' if left == 1 else 'them'}"
