"""The way from a command to the dashboard: the settings, the terminal, and only then Textual."""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from mptui.cli.screen import check_screen, shows_unicode
from mptui.dashboard.terminal.first_frame.early_screen import give_terminal_back, take_terminal
from mptui.dashboard.terminal.first_frame.picture import starting_picture
from mptui.dashboard.terminal.first_frame.stand_ins import StandIns
from mptui.dashboard.terminal.scarcity import check_threads, told_in_one_line
from mptui.imports import NOT_NEEDED_ON_SCREEN, ImportingMuch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    from mptui.dashboard.session.runs.opened_run import OpenedRun
    from mptui.dashboard.terminal.first_frame.picture import Picture
    from mptui.recording.run_summary import RunSummary
    from mptui.settings import Settings
    from mptui.supervisor.request import RunRequest


def show_dashboard(
    requests: Sequence[RunRequest] = (),
    *,
    has_gallery: bool = False,
    runs: Sequence[RunSummary] = (),
    settings: Settings | None = None,
) -> int:
    """Show the dashboard until it is left; the exit status of mptui, to be given to `end_process`.

    Args:
        requests: programs of the user's, each with a pane.
        has_gallery: whether the scenarios have panes too.
        runs: runs that were started before, each with a pane.
        settings: what holds; without them, what the command that is being run was given.

    Raises:
        MptuiError: there is no terminal, a setting is not right, or memory or threads run out.
    """
    settings = settings or _given_settings()
    check_screen(is_ascii=settings.ascii)
    settings = settings.resolved(shows_unicode=shows_unicode())
    take_terminal(_starting(requests[0].name) if requests and not has_gallery else None)
    try:
        return _show(requests, runs, settings, has_gallery=has_gallery)
    except BaseException:
        give_terminal_back()
        raise


def _show(
    requests: Sequence[RunRequest],
    runs: Sequence[RunSummary],
    settings: Settings,
    *,
    has_gallery: bool,
) -> int:
    # Only now: no command without a screen needs it.
    from mptui.dashboard.session.inheritance import Inheritance  # noqa: PLC0415

    inheritance = Inheritance()
    with told_in_one_line():
        if requests and not has_gallery:
            # It starts while this process imports what it needs.
            inheritance.make_ready(requests[0])
        # Only now: Textual takes 300 ms to import.
        with ImportingMuch(*NOT_NEEDED_ON_SCREEN), StandIns():
            from mptui.dashboard.terminal_session import run_dashboard  # noqa: PLC0415

        # After that, since it takes most of the memory.
        check_threads()
        return run_dashboard(
            requests,
            has_gallery=has_gallery,
            settings=settings,
            inheritance=inheritance,
            opened=_opened(runs) if runs else (),
        )


def _opened(runs: Sequence[RunSummary]) -> Sequence[OpenedRun]:
    # Only now: a dashboard that begins with none needs nothing of it.
    from mptui.dashboard.session.runs.opened_run import open_run  # noqa: PLC0415

    return tuple(map(open_run, runs))


def _given_settings() -> Settings:
    # Only now: the gallery begins without a command line.
    from mptui.cli.setting_options import given_settings  # noqa: PLC0415

    return given_settings()


def _starting(name: str) -> Picture | None:
    try:
        return starting_picture(name, *os.get_terminal_size(1))
    except OSError:
        return None


def end_process(status: int) -> NoReturn:
    """End mptui after its dashboard, all at once.

    To take apart what a dashboard is made of would take ten times as long as all else at its end.
    Whatever must be said or saved has been by now; what was registered for the end is still called.
    """
    atexit._run_exitfuncs()  # noqa: SLF001 - as the interpreter does; there is no public way
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(status)
