"""What the commands have in common that watch what others have started."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal, NoReturn, TypeAlias, TypeVar

import click

from mptui.cli.dashboard_start import end_process, show_dashboard

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.supervisor.request import RunRequest

WithoutScreen: TypeAlias = Literal["headless", "json", "detach"]
"""What there is in place of the dashboard."""

_Command = TypeVar("_Command", bound="Callable[..., object]")


def watching_options(command: _Command) -> _Command:
    """Give a command the options that `without_screen` reads, and how long to watch."""
    options = (
        click.option(
            "--headless", is_flag=True, help="No screen: lines, each after its worker's name."
        ),
        click.option(
            "--json", "is_json", is_flag=True, help="No screen: events, one JSON object a line."
        ),
        click.option(
            "--detach", is_flag=True, help="No screen: print what the run is called, and end."
        ),
        click.option(
            "--limit",
            type=click.FloatRange(min=0, min_open=True),
            metavar="SECONDS",
            help="Watch for so long; the exit status is 124 then.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def without_screen(*, headless: bool, is_json: bool, detach: bool) -> WithoutScreen | None:
    """Which of these ways was asked for; None: the dashboard.

    Raises:
        UsageError: several were.
    """
    if headless + is_json + detach > 1:
        raise click.UsageError("--headless, --json and --detach exclude each other")
    if detach:
        return "detach"
    if is_json:
        return "json"
    return "headless" if headless else None


def watch(request: RunRequest, way: WithoutScreen | None) -> NoReturn:
    """Watch, and end with the exit status that follows.

    Raises:
        MptuiError: there is nothing that can be watched.
    """
    if way is None:
        end_process(show_dashboard([request], has_gallery=False))
    if way == "detach":
        from mptui.cli.detached_run import start_detached  # noqa: PLC0415

        sys.exit(start_detached(request))
    # Only now: the dashboard needs none of it.
    from mptui.cli.starting.headless_start import run_without_screen  # noqa: PLC0415

    sys.exit(run_without_screen(request, is_json=way == "json"))
