"""`mptui attach --pid`: a program that runs already, in the same panes as one started here."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NoReturn

import msgspec

from mptui.cli.dashboard_start import end_process, show_dashboard
from mptui.cli.setting_options import given_settings
from mptui.supervisor.attached.target import find_target
from mptui.supervisor.request import RunRequest

if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    from mptui.supervisor.request import AttachRequest

    WithoutScreen: TypeAlias = Literal["headless", "json", "detach"]


def attach_to_program(
    wanted: str,
    without_screen: WithoutScreen | None,
    limit: float | None,
    *,
    brings_probe: bool,
) -> NoReturn:
    """Watch a program that runs, and end with the exit status that follows.

    Args:
        wanted: its pid or its name.
        without_screen: what there is in place of the dashboard.
        limit: watch for so many seconds.
        brings_probe: whether it is to get the probe.

    Raises:
        MptuiError: there is no such program, or none that can be watched.
    """
    target = msgspec.structs.replace(find_target(wanted), brings_probe=brings_probe)
    request = _request(target, limit, is_kept=without_screen == "detach")
    if without_screen is None:
        end_process(show_dashboard([request], has_gallery=False))
    if without_screen == "detach":
        from mptui.cli.detached_run import start_detached  # noqa: PLC0415

        sys.exit(start_detached(request))
    # Only now: the dashboard needs none of it.
    from mptui.cli.starting.headless_start import run_without_screen  # noqa: PLC0415

    sys.exit(run_without_screen(request, is_json=without_screen == "json"))


def _request(target: AttachRequest, limit: float | None, *, is_kept: bool) -> RunRequest:
    return RunRequest(
        command=target.argv,
        cwd=target.cwd,
        name=target.name,
        # Of the watching: nothing that happens to mptui is the program's concern.
        on_disconnect="keep" if is_kept else "stop",
        left_on_purpose="keep",
        left_unwanted="wait",
        sample_seconds=given_settings().interval,
        limit_seconds=limit,
        attach=target,
    )
