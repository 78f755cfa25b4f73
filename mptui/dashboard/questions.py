"""What the dashboard asks before it ends something: the words and the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from textual.content import Content

from mptui.dashboard.screens.confirm import Answer
from mptui.dashboard.screens.signal_menu import SIGNALS, is_there, target_text
from mptui.dashboard.session.answers import AGAIN, INTERRUPT, KILL, LEAVE, NOTHING, STOP
from mptui.dashboard.session.pane_run import Phase
from mptui.terminal_text import safe_text
from mptui.wording.counts import counted
from mptui.wording.durations import remaining_text
from mptui.wording.endings import ending_text, signal_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mptui.dashboard.screens.signal_menu import SignalChoice
    from mptui.dashboard.session.pane_run import PaneRun
    from mptui.model.outliving import Outliving
    from mptui.recording.run_summary import RunSummary

_NAMED: Final = 3
_LEFT_NAMED: Final = 8


class Question(NamedTuple):
    """A question and its answers, the harmless one first."""

    text: Content
    answers: tuple[Answer, ...]


def stop_question(pane_run: PaneRun) -> Question | None:
    """Before a program of the user's is stopped, or what it has left; None: nothing to stop."""
    is_stoppable = pane_run.is_live and not pane_run.is_stopping
    if not (is_stoppable or pane_run.can_stop_left):
        return None
    if pane_run.is_cluster:
        return _stop_watching_question(pane_run)
    if pane_run.is_lost:
        return _stop_lost_question(pane_run)
    left = pane_run.outliving
    if left is not None:
        return _stop_left_question(pane_run, left)
    alive = pane_run.run.alive_count
    processes = f"its {alive} processes" if alive > 1 else "it"
    not_ours = " It was not started through mptui." if pane_run.is_attached else ""
    return Question(
        Content.assemble(
            ("Stop ", ""),
            (safe_text(pane_run.spec.title), "bold"),
            f"?{not_ours} What it has not saved is lost. What still runs of "
            f"{processes} {remaining_text(pane_run.spec.request.grace_seconds)} after it was asked "
            "to end is killed.",
        ),
        (
            Answer("escape", "keep it running", NOTHING),
            *([Answer("l", "stop watching; it goes on", LEAVE)] if pane_run.is_attached else ()),
            Answer("c", "as Ctrl-C does (SIGINT): it can save and clean up", INTERRUPT),
            Answer("y", "ask it to end (SIGTERM)", STOP),
            Answer("9", "kill it at once (SIGKILL): it can save nothing", KILL),
        ),
    )


def pause_question(pane_run: PaneRun) -> Question | None:
    """Before a program that was not started through mptui is halted; None: it has ended."""
    if not pane_run.is_live or pane_run.is_stopping:
        return None
    return Question(
        Content.assemble(
            "Halt ",
            (safe_text(pane_run.spec.title), "bold"),
            " and all below it (SIGSTOP)? It was not started through mptui, and whoever waits for "
            "it waits longer. X lets it go on.",
        ),
        (
            Answer("escape", "let it run", NOTHING),
            Answer("y", "yes, halt it", STOP),
        ),
    )


def _stop_watching_question(pane_run: PaneRun) -> Question:
    return Question(
        Content.assemble(
            "Stop watching ",
            (safe_text(pane_run.spec.title), "bold"),
            "? The cluster goes on, and the recording ends here.",
        ),
        (
            Answer("escape", "keep watching", NOTHING),
            Answer("y", "yes, stop watching", STOP),
        ),
    )


def _stop_lost_question(pane_run: PaneRun) -> Question:
    return Question(
        Content.assemble(
            "Stop what is left of ",
            (safe_text(pane_run.spec.title), "bold"),
            "? Its supervisor was killed, so nobody sees what it does. What it has not saved is "
            "lost: SIGTERM comes first, and half a second later SIGKILL.",
        ),
        (
            Answer("escape", "keep it running", NOTHING),
            Answer("y", "yes, stop it", STOP),
        ),
    )


def again_question(pane_run: PaneRun) -> Question | None:
    """Before a run that was opened makes place for one that is started here; None: it goes on."""
    if pane_run.is_live or not pane_run.is_opened or pane_run.recording is None:
        return None
    return Question(
        Content.assemble(
            "Run ",
            (safe_text(pane_run.shown_command, 200), "bold"),
            f" in {safe_text(pane_run.spec.request.cwd, 100)}? What is shown here was run before; "
            f"it stays in the list of runs (^O) as {safe_text(pane_run.recording.stem, 80)}.",
        ),
        (
            Answer("escape", "run nothing", NOTHING),
            Answer("y", "yes, run it anew", AGAIN),
        ),
    )


def kept_text(recording: Path) -> str:
    """Where the run is that has just made place for another."""
    return f"the run before is kept: ^O lists it, as {safe_text(recording.stem, 80)}"


def _stop_left_question(pane_run: PaneRun, left: Outliving) -> Question:
    count = counted(len(left.processes), "process", "processes")
    ending = ending_text(left.main.exitcode, left.main.signal)
    they, them = ("it has", "it") if len(left.processes) == 1 else ("they have", "them")
    return Question(
        Content.assemble(
            f"Stop the {count} that ",
            (safe_text(pane_run.spec.title), "bold"),
            f" has left, {_left_names(left)}? Its main process "
            f"{'was ' if left.main.signal else ''}{ending}. What {they} not saved is lost: SIGTERM "
            f"comes first, and half a second later SIGKILL.",
        ),
        (
            Answer("escape", f"keep {them} running", NOTHING),
            Answer("y", f"yes, stop {them}", STOP),
        ),
    )


def signal_question(pane_run: PaneRun, process: int, choice: SignalChoice) -> Question | None:
    """Before a process is sent a signal that may end it; None: there is nobody any more."""
    if not is_there(pane_run, process):
        return None
    name = signal_name(choice.number)
    target = target_text(pane_run, process, is_tree=choice.is_tree)
    return Question(
        Content.assemble(
            "Send ",
            (name, "bold"),
            f" to {target}? That {SIGNALS[choice.number]}. What is not saved may be lost.",
        ),
        (
            Answer("escape", "send nothing", NOTHING),
            Answer("y", f"yes, send {name}", STOP),
        ),
    )


def left_running_text(pane_run: PaneRun) -> str | None:
    """What a run that is over has left running, in one line made safe; None: nothing."""
    left = None if pane_run.is_live else pane_run.outliving
    if left is None:
        return None
    return f"{safe_text(pane_run.spec.title)} has left running: {_left_names(left)}"


def _left_names(left: Outliving) -> str:
    names = [f"{safe_text(state.name)} (pid {state.pid})" for state in left.processes]
    more = len(names) - _LEFT_NAMED
    return ", ".join(names if more <= 0 else [*names[:_LEFT_NAMED], f"{more} more"])


def way_back_text(pane_run: PaneRun) -> str | None:
    """How to come back to a run that goes on without the dashboard; None: it does not."""
    if pane_run.phase is not Phase.DETACHED or pane_run.recording is None:
        return None
    title, stem = safe_text(pane_run.spec.title), safe_text(pane_run.recording.stem)
    if pane_run.is_attached and not pane_run.is_opened:
        return f"{title} goes on, as before; mptui open {stem} shows what was seen of it"
    return f"{title} goes on: mptui attach {stem}"


def going_on_text(runs: Sequence[RunSummary]) -> str | None:
    """Which runs of a person's own go on, and how to see them; None: none does.

    Args:
        runs: those that are live, the newest first.
    """
    own = [run for run in runs if run.started.scenario is None]
    if not own:
        return None
    if len(own) == 1:
        name, since = safe_text(own[0].name, 30), own[0].seconds_text
        return f"{name} goes on, since {since}: ^O opens it, as does mptui attach {name}"
    names = [safe_text(run.name, 30) for run in own[:_NAMED]]
    more = f" and {len(own) - _NAMED} more" if len(own) > _NAMED else ""
    return f"{len(own)} runs go on: {', '.join(names)}{more}. ^O opens them, as does mptui attach"


def quit_question(panes: Sequence[PaneRun], *, is_read_only: bool = False) -> Question | None:
    """Before the dashboard is left while something runs; None: nothing does.

    What others have started goes on anyway.

    Args:
        panes: all of them.
        is_read_only: whether nothing may be stopped that can be left running.
    """
    live = [one for one in panes if one.is_live and not one.is_left_by_itself]
    if not live:
        return None
    kept = [pane_run for pane_run in live if pane_run.spec.request.on_disconnect == "keep"]
    answers = [Answer("escape", "stay", NOTHING)]
    if not (kept and is_read_only):
        answers.append(Answer("s", "stop and quit", STOP))
    if kept:
        others = ", stop the scenarios, quit" if len(kept) < len(live) else " and quit"
        answers.append(Answer("l", f"leave {_names(kept)} running{others}", LEAVE))
    if all(one.is_cluster for one in live):
        return _quit_watching_question(live, answers[:1])
    verb = "is" if len(live) == 1 else "are"
    outlived = "".join(map(_outlived, live))
    text = Content.assemble((_names(live), "bold"), f" {verb} still running.{outlived}")
    return Question(text, tuple(answers))


def _quit_watching_question(live: Sequence[PaneRun], stay: Sequence[Answer]) -> Question:
    """Where nothing but clusters is watched, which go on whatever is answered."""
    text = Content.assemble((_names(live), "bold"), " is watched, and goes on in any case.")
    return Question(
        text,
        (
            *stay,
            Answer("s", "end watching and quit", STOP),
            Answer("l", "quit, and go on recording what happens there", LEAVE),
        ),
    )


def _outlived(pane_run: PaneRun) -> str:
    left = pane_run.outliving
    if left is None:
        return ""
    was = "was " if left.main.signal is not None else ""
    ending = ending_text(left.main.exitcode, left.main.signal)
    count = counted(len(left.processes), "process", "processes")
    outlive = "outlives" if len(left.processes) == 1 else "outlive"
    title = safe_text(pane_run.spec.title, 30)
    return f" The main process of {title} {was}{ending}; {count} {outlive} it."


def _names(pane_runs: Sequence[PaneRun]) -> str:
    names = [safe_text(pane_run.spec.title, 30) for pane_run in pane_runs[:_NAMED]]
    if len(pane_runs) > _NAMED:
        names.append(f"{len(pane_runs) - _NAMED} more")
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
