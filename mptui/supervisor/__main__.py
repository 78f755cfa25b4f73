"""The supervisor process: `python -m mptui.supervisor LIFELINE NEWS [OVERFLOW]`.

All three are inherited descriptors.

Only `supervised_run` starts it. It leaves a process above it that can read stacks, makes the
recording, starts the program, and answers; from then on it is the loop of `supervisor`.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from mptui.imports import NOT_NEEDED, ImportingMuch

with ImportingMuch(*NOT_NEEDED):
    import msgspec

    from mptui.errors import EXIT_LIMIT, EXIT_OWN_FAILURE, MptuiError, exit_status_of
    from mptui.recording.overflow import Overflow
    from mptui.recording.runs_folder import create_recording
    from mptui.supervisor.attached.attachment import attach, executable_of, seconds_before
    from mptui.supervisor.beginning import (
        begin_recording,
        clock_since,
        given_descriptors,
        run_started,
    )
    from mptui.supervisor.fallback_loop import FallbackLoop
    from mptui.supervisor.front_ends.control import Control
    from mptui.supervisor.front_ends.door import open_door
    from mptui.supervisor.front_ends.present import FrontEnds
    from mptui.supervisor.launch import launch
    from mptui.supervisor.link.run_folder import RunFolder
    from mptui.supervisor.linux.inheritance import close_all, give_up_input, inherited_descriptors
    from mptui.supervisor.processes.endings import exitcode_and_signal
    from mptui.supervisor.request import RunAnswer, RunRequest
    from mptui.supervisor.samples.core_places import allowed_cores, numa_nodes
    from mptui.supervisor.samples.usable_cores import usable_cores
    from mptui.supervisor.stacks.reader_process import split_off_reader
    from mptui.supervisor.streams.keeper import split_off_keeper
    from mptui.supervisor.supervisor import Supervisor

if TYPE_CHECKING:
    from pathlib import Path

    from mptui import events
    from mptui.supervisor.launch import Launched
    from mptui.supervisor.stacks.reader_process import ReaderLink
    from mptui.supervisor.streams.keeper import KeeperLink


def main() -> None:
    """Serve one run."""
    lifeline, news, *overflow = given_descriptors()
    front_end = os.getppid()
    # Above this process, as what reads stacks: no process below it is anything but the program's.
    keeper = split_off_keeper()
    reader = split_off_reader()
    control = Control(lifeline, news)
    around = Overflow(overflow[0], control.report_overflow) if overflow else None
    try:
        request = control.read_request()
    except EOFError:  # Started to be ready, and not needed.
        if keeper is not None:
            keeper.dismiss()
        return
    try:
        folder = RunFolder()
        try:
            _run(_Run(request, control, folder, front_end), _Others(keeper, reader, around))
        finally:
            folder.remove()
            if keeper is not None:
                keeper.dismiss()
    except MptuiError as error:
        control.answer(RunAnswer(error=error.message, exit_status=error.exit_status))


class _Run(NamedTuple):
    """What is to be run, and for whom."""

    request: RunRequest
    control: Control
    folder: RunFolder
    front_end: int
    """Its pid."""


class _Others(NamedTuple):
    """What this process does not do by itself; None where it cannot be done."""

    keeper: KeeperLink | None
    reader: ReaderLink | None
    overflow: Overflow | None


def _run(run: _Run, others: _Others) -> None:
    request, control, folder, front_end = run
    started_at = datetime.now(UTC)
    path, descriptor = create_recording(request.name, started_at)
    began = time.monotonic()
    try:
        launched = _launch(request, folder, front_end)
    except MptuiError:
        path.unlink()
        raise
    front_ends = FrontEnds(control, open_door(path))
    try:
        try:
            started = _run_started(request, path, started_at, folder)
            recording = begin_recording(descriptor, started, others.overflow)
        finally:
            # Only now: whoever has the name may open the recording at once.
            control.answer(RunAnswer(recording=str(path)))
        clock = clock_since(began)
        supervisor = Supervisor(request, launched, clock, folder, recording, front_ends)
        _connect(supervisor, run, others)
        _watch(supervisor, run)
    except Exception as error:  # noqa: BLE001 - the program must not be the one to pay
        sys.excepthook(*sys.exc_info())
        front_ends.close_door()
        _carry_on(run, launched, began, error)
    finally:
        front_ends.close_door()
        launched.close()


def _connect(supervisor: Supervisor, run: _Run, others: _Others) -> None:
    if others.keeper is not None:
        others.keeper.tell_folder(run.folder.path)
        if run.request.on_disconnect == "stop" and run.request.attach is None:
            others.keeper.stop_if_killed()
        supervisor.keep_pipes_with(others.keeper)
    if others.reader is not None:
        supervisor.read_stacks_with(others.reader)


def _carry_on(run: _Run, launched: Launched, began: float, error: Exception) -> None:
    """Do without a supervisor that has failed."""
    request, control, folder, _ = run
    control.report_trouble(f"the supervisor failed: {type(error).__name__}: {error}")
    if request.attach is not None:
        # The program needs nobody.
        control.report_end(EXIT_OWN_FAILURE)
        return
    fallback = FallbackLoop(request, launched, folder, control, began)
    status = exit_status_of(*exitcode_and_signal(fallback.run()))
    control.report_end(EXIT_LIMIT if fallback.is_limited else status)
    fallback.drain_the_rest()


def _watch_from_inside(supervisor: Supervisor, folder: RunFolder) -> None:
    # Only now: hardly any run needs it.
    from mptui.supervisor.attached.injection import Injection  # noqa: PLC0415

    injection = Injection(folder.path)
    try:
        supervisor.bring_probe_by(injection)
        supervisor.run()
    finally:
        injection.end()


def _watch(supervisor: Supervisor, run: _Run) -> None:
    # After the program started with the limits it would have had. Four descriptors a process.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if run.request.attach is not None and run.request.attach.brings_probe:
        _watch_from_inside(supervisor, run.folder)
    else:
        supervisor.run()


def _launch(request: RunRequest, folder: RunFolder, front_end: int) -> Launched:
    inherited = inherited_descriptors()
    if request.attach is not None:
        close_all(inherited)
        give_up_input()
        return attach(request.attach)
    launched = launch(request, folder, inherited, front_end=front_end)
    # A copy kept here would keep the other end from noticing that the program closed its own.
    close_all(inherited)
    give_up_input()
    return launched


def _run_started(
    request: RunRequest, path: Path, started_at: datetime, folder: RunFolder
) -> events.RunStarted:
    started = run_started(
        request, path, started_at, python=request.command[0], cpu_count=os.cpu_count() or 1
    )
    if request.attach is not None:
        return msgspec.structs.replace(
            started,
            python=executable_of(request.attach),
            attached_after=seconds_before(request.attach),
            allowed_cores=allowed_cores(pid=request.attach.pid),
            numa_nodes=numa_nodes(),
        )
    return msgspec.structs.replace(
        started,
        folder=str(folder.path),
        scenario=request.scenario,
        usable_cores=usable_cores(),
        allowed_cores=allowed_cores(),
        numa_nodes=numa_nodes(),
    )


if __name__ == "__main__":
    main()
