"""What the dashboard asks before it ends something: the words and the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from textual.content import Content

from mptui.dashboard.screens.confirm import Answer
from mptui.dashboard.session.pane_run import Phase
from mptui.terminal_text import safe_text
from mptui.wording.counts import counted
from mptui.wording.endings import ending_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mptui.dashboard.session.pane_run import PaneRun
    from mptui.model.outliving import Outliving

NOTHING: Final = "nothing"
STOP: Final = "stop"
LEAVE: Final = "leave"

_NAMED: Final = 3
_LEFT_NAMED: Final = 8


class Question(NamedTuple):
    """A question and its answers, the harmless one first."""

    text: Content
    answers: tuple[Answer, ...]


def stop_question(pane_run: PaneRun) -> Question:
    """Before a program of the user's is stopped, or what it has left."""
    left = pane_run.outliving
    if left is not None:
        return _stop_left_question(pane_run, left)
    alive = pane_run.run.alive_count
    processes = f"its {alive} processes" if alive > 1 else "it"
    return Question(
        Content.assemble(
            ("Stop ", ""),
            (safe_text(pane_run.spec.title), "bold"),
            "? What it has not saved is lost. The program gets SIGTERM; what still runs of "
            f"{processes} after 10 seconds is killed.",
        ),
        (
            Answer("escape", "keep it running", NOTHING),
            Answer("y", "yes, stop it", STOP),
        ),
    )


def _stop_left_question(pane_run: PaneRun, left: Outliving) -> Question:
    count = counted(len(left.processes), "process", "processes")
    ending = ending_text(left.main.exitcode, left.main.signal)
    return Question(
        Content.assemble(
            f"Stop the {count} that ",
            (safe_text(pane_run.spec.title), "bold"),
            f" has left? Its main process {'was ' if left.main.signal else ''}{ending}. What "
            "they have not saved is lost: they get SIGTERM, and half a second later SIGKILL.",
        ),
        (
            Answer("escape", "keep them running", NOTHING),
            Answer("y", "yes, stop them", STOP),
        ),
    )


def left_running_text(pane_run: PaneRun) -> str | None:
    """What a run that is over has left running, in one line made safe; None: nothing."""
    left = None if pane_run.is_live else pane_run.outliving
    if left is None:
        return None
    names = [f"{safe_text(state.name)} (pid {state.pid})" for state in left.processes]
    more = len(names) - _LEFT_NAMED
    shown = names if more <= 0 else [*names[:_LEFT_NAMED], f"{more} more"]
    return f"{safe_text(pane_run.spec.title)} has left running: {', '.join(shown)}"


def way_back_text(pane_run: PaneRun) -> str | None:
    """How to come back to a run that goes on without the dashboard; None: it does not."""
    if pane_run.phase is not Phase.DETACHED or pane_run.recording is None:
        return None
    title = safe_text(pane_run.spec.title)
    return f"{title} goes on: mptui attach {safe_text(pane_run.recording.stem)}"


def quit_question(live: Sequence[PaneRun]) -> Question:
    """Before the dashboard is left while something runs."""
    kept = [pane_run for pane_run in live if pane_run.spec.request.on_disconnect == "keep"]
    answers = [
        Answer("escape", "stay", NOTHING),
        Answer("s", "stop and quit", STOP),
    ]
    if kept:
        others = ", stop the scenarios, quit" if len(kept) < len(live) else " and quit"
        answers.append(Answer("l", f"leave {_names(kept)} running{others}", LEAVE))
    verb = "is" if len(live) == 1 else "are"
    outlived = "".join(map(_outlived, live))
    text = Content.assemble((_names(live), "bold"), f" {verb} still running.{outlived}")
    return Question(text, tuple(answers))


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
