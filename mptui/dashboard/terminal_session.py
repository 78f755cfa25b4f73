"""The dashboard on a terminal: from its panes at the start to what is said once it has gone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from mptui.dashboard.app import Dashboard
from mptui.dashboard.keys import PANE_KEYS
from mptui.dashboard.session.kept_choice import KeptChoice
from mptui.dashboard.session.pane_spec import program_pane
from mptui.dashboard.signals import LEAVING_SECONDS, ended_by_signals
from mptui.dashboard.terminal.calling import GIVE_TITLE_BACK, KEEP_TITLE
from mptui.dashboard.terminal.first_frame.early_screen import EarlyScreen, FirstFrame
from mptui.dashboard.terminal.first_frame.typed_ahead import (
    TypedAhead,
    read_typed,
    typed_ahead,
)
from mptui.dashboard.terminal.terminal_driver import TerminalDriver
from mptui.errors import EXIT_OWN_FAILURE
from mptui.own_folders import state_folder
from mptui.terminal_text import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mptui.dashboard.session.inheritance import Inheritance
    from mptui.dashboard.session.pane_run import PaneRun
    from mptui.dashboard.session.pane_spec import PaneSpec
    from mptui.dashboard.session.runs.feed import LiveRun
    from mptui.dashboard.session.runs.opened_run import OpenedRun
    from mptui.settings import Settings
    from mptui.supervisor.request import RunRequest

_LONGEST_WORDS: Final = 2000


def run_dashboard(
    programs: Sequence[RunRequest],
    *,
    has_gallery: bool,
    settings: Settings,
    inheritance: Inheritance,
    opened: Sequence[OpenedRun] = (),
) -> int:
    """Show the dashboard until it is left; the exit status of mptui, which is to end with it now.

    Args:
        programs: the user's own, each with a pane. A single one without the gallery is run at once,
            and its exit status is mptui's.
        has_gallery: whether the scenarios have panes too, behind the others.
        settings: what a person has set.
        inheritance: starts programs, with what they are to inherit.
        opened: runs that were started before, each with a pane after all others.

    Raises:
        MptuiError: a setting is not right.
    """
    gallery = _gallery() if has_gallery else ()
    own = tuple(program_pane(program, autostart=not has_gallery) for program in programs)

    def start_run(request: RunRequest) -> LiveRun:
        return inheritance.start_run(
            msgspec.structs.replace(request, sample_seconds=settings.interval)
        )

    panes = (*own, *gallery, *(one.spec for one in opened))
    early = EarlyScreen.current
    typed = _typed_ahead(early, settings, len(panes))
    app = Dashboard(
        panes,
        front=typed.pane or 0,
        start_run=start_run,
        settings=settings,
        says_what_goes_on=has_gallery,
    )
    app.remember_table(KeptChoice(Path(state_folder()) / "table.json"))
    for pane_run, one in zip(app.pane_runs[len(panes) - len(opened) :], opened, strict=True):
        pane_run.open(one)
    has_title = "title" in settings.notify
    sys.stdout.write(KEEP_TITLE if has_title else "")
    attributes = early.attributes if early is not None else None
    with ended_by_signals(app.exit_soon, attributes) as way_out:
        app.when_leaving = lambda status: way_out.begin(
            _status_of(app, status, has_gallery=has_gallery), LEAVING_SECONDS
        )
        _take_over(app, early, typed)
        try:
            status = app.run_last(mouse=settings.mouse)
        finally:
            was_left_raw = way_out.put_right()
        if was_left_raw and app.failure is not None:
            # Textual has not come so far that it would say so.
            raise app.failure
    sys.stdout.write(GIVE_TITLE_BACK if has_title else "")
    sys.stdout.flush()
    for said in _last_words(app.pane_runs):
        sys.stderr.write(f"mptui: {safe_text(said, _LONGEST_WORDS)}\n")
    for pane_run in app.given_up:
        title = safe_text(pane_run.spec.title)
        sys.stderr.write(f"mptui: {title} may go on: its supervisor does not answer\n")
    return _status_of(app, status, has_gallery=has_gallery)


def _gallery() -> Sequence[PaneSpec]:
    # Only now: who runs one program needs none of it.
    from mptui.dashboard.session.gallery import gallery_panes  # noqa: PLC0415

    return gallery_panes()


def _typed_ahead(early: EarlyScreen | None, settings: Settings, pane_count: int) -> TypedAhead:
    """What was typed since mptui began, as far as it says which pane comes first."""
    typed = read_typed() if early is not None else b""
    # Who has changed keys may have changed these.
    return typed_ahead(typed, "" if settings.keys else PANE_KEYS, pane_count)


def _take_over(app: Dashboard, early: EarlyScreen | None, typed: TypedAhead) -> None:
    """Let the app begin on the terminal as it is by now: taken already, or not."""
    first = FirstFrame.current
    picture = early.picture if early is not None else None
    # The picture is of the first pane: another comes in its place as soon as it can.
    keeps = first is not None and typed.pane is None
    app.begin_with(picture, first.keep if first is not None and keeps else None)
    if early is not None:
        TerminalDriver.attributes_at_start = early.attributes
        TerminalDriver.typed_at_start = typed.rest
        early.hand_over()


def _status_of(app: Dashboard, status: int | None, *, has_gallery: bool) -> int:
    """The exit status of mptui, where the app ended, or ends, with this one."""
    if status is not None:
        return status
    if app.return_code:
        return EXIT_OWN_FAILURE
    return 0 if has_gallery else app.pane_runs[0].exit_status


def _last_words(pane_runs: Sequence[PaneRun]) -> Iterator[str]:
    """What is to be known of the runs when the dashboard has gone."""
    for pane_run in pane_runs:
        if pane_run.files is not None:
            pane_run.files.close()
            if pane_run.files.trouble is not None:
                yield pane_run.files.trouble
    begun = [pane_run for pane_run in pane_runs if pane_run.has_begun]
    if not begun:
        return
    # Only now: where nothing ran, nothing is left.
    from mptui.dashboard.questions import left_running_text, way_back_text  # noqa: PLC0415

    for text in (left_running_text, way_back_text):
        yield from filter(None, map(text, begun))
