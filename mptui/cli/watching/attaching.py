"""`mptui attach --pid`: a program that runs already, in the same panes as one started here."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import msgspec

from mptui.cli.setting_options import given_settings
from mptui.cli.watching.watching_options import watch
from mptui.supervisor.attached.target import find_target
from mptui.supervisor.request import RunRequest

if TYPE_CHECKING:
    from mptui.cli.watching.watching_options import WithoutScreen
    from mptui.supervisor.request import AttachRequest


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
    watch(request, without_screen)


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
