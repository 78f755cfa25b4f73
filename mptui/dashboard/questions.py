"""What the dashboard asks before it ends something: the words and the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from textual.content import Content

from mptui.dashboard.screens.confirm import Answer
from mptui.terminal_text import safe_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mptui.dashboard.session.pane_run import PaneRun

NOTHING: Final = "nothing"
STOP: Final = "stop"
LEAVE: Final = "leave"

_NAMED: Final = 3


class Question(NamedTuple):
    """A question and its answers, the harmless one first."""

    text: Content
    answers: tuple[Answer, ...]


def stop_question(pane_run: PaneRun) -> Question:
    """Before a program of the user's is stopped."""
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
    text = Content.assemble((_names(live), "bold"), f" {verb} still running.")
    return Question(text, tuple(answers))


def _names(pane_runs: Sequence[PaneRun]) -> str:
    names = [safe_text(pane_run.spec.title, 30) for pane_run in pane_runs[:_NAMED]]
    if len(pane_runs) > _NAMED:
        names.append(f"{len(pane_runs) - _NAMED} more")
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
