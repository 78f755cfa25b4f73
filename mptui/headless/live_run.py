"""`mptui wait` and `mptui stop`: what scripts do with a run that goes on without a front end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from mptui.errors import EXIT_LIMIT, EXIT_OWN_FAILURE, EXIT_USAGE, MptuiError, exit_status_of
from mptui.recording.run_summary import summary_of_run
from mptui.supervisor.attached_run import AttachedRun

if TYPE_CHECKING:
    from mptui.recording.run_summary import RunSummary

Way: TypeAlias = Literal["stop", "interrupt", "kill"]


def wait_for_run(name: str) -> int:
    """Wait for the end of a run; returns its exit status.

    Args:
        name: of a run, or a recording.

    Raises:
        MptuiError: there is none, or nobody knows how it ended.
    """
    run = summary_of_run(name)
    if run.state == "live" and (attached := _attached(run)) is not None:
        status = attached.wait()
        attached.detach()
        if attached.trouble is None:
            return status
    return _status(summary_of_run(str(run.path)))


def stop_run(name: str, way: Way) -> int:
    """Stop a run and wait for its end; returns 0.

    Args:
        name: of a run, or a recording.
        way: SIGTERM, SIGINT, or SIGKILL at once.

    Raises:
        MptuiError: there is none, it is over, or it cannot be reached.
    """
    run = summary_of_run(name)
    if run.state != "live":
        raise MptuiError(f"{run.id} is over: there is nothing to stop", EXIT_USAGE)
    attached = _attached(run)
    if attached is None:
        raise MptuiError(
            f"{run.id} cannot be reached from here: it runs on {run.started.host}, under the "
            f"supervisor with pid {run.started.supervisor}"
        )
    ask = {"stop": attached.stop, "interrupt": attached.interrupt, "kill": attached.kill}[way]
    ask()
    attached.wait()
    attached.detach()
    return 0


def _attached(run: RunSummary) -> AttachedRun | None:
    try:
        return AttachedRun.attach(run.path)
    except OSError:
        return None


def _status(run: RunSummary) -> int:
    finished = run.finished
    if finished is None:
        said = "lives, but cannot be reached" if run.state == "live" else "was abandoned"
        raise MptuiError(f"how {run.id} ends is not known: it {said}", EXIT_OWN_FAILURE)
    if finished.stopped == "limit":
        return EXIT_LIMIT
    return exit_status_of(finished.exitcode, finished.signal)
