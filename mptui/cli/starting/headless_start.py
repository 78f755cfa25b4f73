"""The way from a command to a run without a screen: the supervisor starts during the imports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mptui.imports import ImportingMuch
from mptui.supervisor.supervised_run import ReadySupervisor

if TYPE_CHECKING:
    from mptui.supervisor.request import RunRequest


def run_without_screen(request: RunRequest, *, is_json: bool, has_findings: bool = True) -> int:
    """Run a program and print it as lines or as events; returns its exit status.

    Args:
        request: the program.
        is_json: whether events are printed, not lines.
        has_findings: whether lines end with what is wrong with the program.

    Raises:
        MptuiError: it cannot be started.
    """
    supervisor = ReadySupervisor.with_all(is_of_cluster=request.cluster is not None)
    # Only now, while that one starts.
    with ImportingMuch():
        from mptui.headless.front_end import run_json, run_prefixed  # noqa: PLC0415
    if is_json:
        return run_json(request, supervisor)
    return run_prefixed(request, supervisor, has_findings=has_findings)
