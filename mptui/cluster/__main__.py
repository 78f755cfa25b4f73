"""The process that watches a cluster: `python -m mptui.cluster LIFELINE NEWS [OVERFLOW]`.

The same descriptors, request and news as those of the supervisor, in whose place it is started by
`supervised_run`: a front end need not know which of the two it is.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from mptui.cluster.cluster_watch import ClusterWatch
from mptui.cluster.scheduler_link import LinkLostError, SchedulerLink
from mptui.errors import EXIT_OWN_FAILURE, EXIT_USAGE, MptuiError
from mptui.recording.overflow import Overflow
from mptui.recording.runs_folder import create_recording
from mptui.supervisor.beginning import (
    begin_recording,
    clock_since,
    given_descriptors,
    run_started,
)
from mptui.supervisor.front_ends.control import Control
from mptui.supervisor.front_ends.door import open_door
from mptui.supervisor.front_ends.present import FrontEnds
from mptui.supervisor.request import RunAnswer, RunRequest

if TYPE_CHECKING:
    from pathlib import Path

    from mptui import events
    from mptui.cluster.batch import Batch
    from mptui.supervisor.request import ClusterRequest

_CONNECT_SECONDS = 10.0


def main() -> None:
    """Watch one cluster."""
    lifeline, news, *overflow = given_descriptors()
    control = Control(lifeline, news)
    around = Overflow(overflow[0], control.report_overflow) if overflow else None
    request = control.read_request()
    # What Dask says about lost connections is said by this process in its own way.
    logging.disable(logging.CRITICAL)
    try:
        asyncio.run(_watch(request, control, around))
    except MptuiError as error:
        control.answer(RunAnswer(error=error.message, exit_status=error.exit_status))


async def _watch(request: RunRequest, control: Control, overflow: Overflow | None) -> None:
    cluster = request.cluster
    assert cluster is not None
    link = await _connect(cluster)
    try:
        batch = await link.ask()
    except LinkLostError as error:
        raise _no_answer(cluster) from error
    started_at = datetime.now(UTC)
    path, descriptor = create_recording(request.name, started_at)
    clock = clock_since(time.monotonic())
    front_ends = FrontEnds(control, open_door(path))
    started = _run_started(request, path, started_at, batch)
    recording = begin_recording(descriptor, started, overflow)
    control.answer(RunAnswer(recording=str(path)))
    try:
        await ClusterWatch(request, link, clock, recording, front_ends).run(batch)
    except Exception as error:  # noqa: BLE001 - whoever watches has to know why it ends
        sys.excepthook(*sys.exc_info())
        control.report_trouble(f"watching failed: {type(error).__name__}: {error}")
        control.report_end(EXIT_OWN_FAILURE)
    finally:
        front_ends.close_door()


async def _connect(cluster: ClusterRequest) -> SchedulerLink:
    try:
        return await SchedulerLink.connect(cluster.address, _CONNECT_SECONDS)
    except LinkLostError as error:
        raise _no_answer(cluster) from error


def _no_answer(cluster: ClusterRequest) -> MptuiError:
    return MptuiError(
        f"no Dask scheduler answers at {cluster.address} within {_CONNECT_SECONDS:.0f} s; dask "
        "scheduler prints its address when it starts",
        EXIT_USAGE,
    )


def _run_started(
    request: RunRequest, path: Path, started_at: datetime, batch: Batch
) -> events.RunStarted:
    assert request.cluster is not None
    cpu_count = max(sum(worker.threads for worker in batch.workers), 1)
    started = run_started(request, path, started_at, python=sys.executable, cpu_count=cpu_count)
    return msgspec.structs.replace(started, cluster=request.cluster.address)


if __name__ == "__main__":
    main()
