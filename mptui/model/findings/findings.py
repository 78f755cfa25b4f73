"""All rules together, and the evidence that they share.

A rule is a pure function of the run and the evidence, so that a better rule serves old recordings
as well. Rules rather say nothing than something wrong: a healthy program has no findings.

When mptui is asked to stop the program, conclusions are drawn for the last time: what comes after
that comes of it, and would say nothing true about the program.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final, TypeAlias

import msgspec

from mptui.events import ProcessExited, StopRequested
from mptui.model.findings.cluster.loads import ClusterLoads
from mptui.model.findings.cluster.rules import find_cluster
from mptui.model.findings.cores.gpu_feeding import GpuLoads, find_gpu_feeding
from mptui.model.findings.cores.shared_cores import find_shared_cores
from mptui.model.findings.deadlocks import find_deadlocks
from mptui.model.findings.deaths import find_deaths
from mptui.model.findings.ended.programs import find_ended_programs
from mptui.model.findings.ended.restarts import find_restarts
from mptui.model.findings.ended.unanswered import find_unanswered_requests
from mptui.model.findings.evidence import Evidence
from mptui.model.findings.finding import LASTING, SEVERITIES, Finding
from mptui.model.findings.load import find_load
from mptui.model.findings.piles.piled import Piled
from mptui.model.findings.piles.rules import find_piles
from mptui.model.findings.printed.half_failures import find_half_failures, without_told
from mptui.model.findings.queues import find_queues
from mptui.model.findings.results.cut_off import find_cut_off
from mptui.model.findings.results.discarded import find_discarded
from mptui.model.findings.results.unasked import find_unasked
from mptui.model.findings.sharing import find_sharing
from mptui.model.findings.slow.rules import find_slow
from mptui.model.findings.stuck.end_waits import find_waits_at_end
from mptui.model.findings.stuck.event_loops import find_blocked_loops
from mptui.model.findings.stuck.held_locks import find_held_locks
from mptui.model.findings.stuck.left_pools import find_left_pools
from mptui.model.findings.stuck.links import linked
from mptui.model.findings.stuck.manager_locks import find_managers_locks
from mptui.model.findings.stuck.own_tasks import find_own_tasks
from mptui.model.findings.stuck.pools import find_stuck_pools
from mptui.model.findings.stuck.standing_still import find_no_progress
from mptui.model.findings.stuck.unjoined import find_unjoined_queues
from mptui.model.findings.survivors.kept_pipes import find_kept_pipes
from mptui.model.findings.survivors.outliving_main import find_outliving
from mptui.model.findings.zombies import find_zombies

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.events import Event
    from mptui.model.run import Run

_Note: TypeAlias = "Callable[[Run, Event], None]"

_OF_A_STOP: Final = (StopRequested, ProcessExited)

_RULES: Final = (
    find_deaths,
    find_restarts,
    find_ended_programs,
    find_unanswered_requests,
    find_outliving,
    find_kept_pipes,
    find_zombies,
    find_deadlocks,
    find_held_locks,
    find_managers_locks,
    find_stuck_pools,
    find_own_tasks,
    find_left_pools,
    find_unjoined_queues,
    find_no_progress,
    find_waits_at_end,
    find_blocked_loops,
    find_queues,
    find_sharing,
    find_load,
)


class Findings:
    """What there is to say about one run: ``run.apply(events, before=findings.note)``."""

    def __init__(self) -> None:
        self._evidence = Evidence()
        self._piled = Piled()
        self._gpu_loads = GpuLoads()
        self._cluster = ClusterLoads()
        self._notes: dict[type[Event], tuple[_Note, ...]] = {}
        self._stopped_at: float | None = None
        self._held: tuple[Finding, ...] = ()
        """What there was to say when the program was asked to stop."""

    def note(self, run: Run, event: Event) -> None:
        """Take note of an event that the run is about to fold."""
        if self._stopped_at is not None:
            return
        kind = type(event)
        if kind in _OF_A_STOP and _is_of_a_stop(event):
            self._held = self._draw(run)
            self._stopped_at = event.t
            return
        # Most events concern few of them, and a recording may hold millions.
        notes = self._notes.get(kind)
        if notes is None:
            notes = self._notes[kind] = self._noting(kind)
        for note in notes:
            note(run, event)

    def _noting(self, kind: type[Event]) -> tuple[_Note, ...]:
        """Who takes note of events of this kind."""
        parts = (self._evidence, self._piled, self._gpu_loads, self._cluster)
        return tuple(part.note for part in parts if kind in part.noted)

    def find(self, run: Run) -> tuple[Finding, ...]:
        """All findings about the run so far, worst first, then in order of time.

        Of a run that was stopped: those from before, dated by the stop where it put an end to them.
        """
        drawn = self._draw(run)
        if self._stopped_at is None:
            return tuple(_dated(finding, run) for finding in drawn)
        until = {_identity(finding): finding.until for finding in drawn}
        return tuple(
            finding
            if finding.until is not None
            else msgspec.structs.replace(
                finding, until=until.get(_identity(finding), self._stopped_at)
            )
            for finding in self._held
        )

    def _draw(self, run: Run) -> tuple[Finding, ...]:
        drawn = linked(
            chain(
                chain.from_iterable(rule(run, self._evidence) for rule in _RULES),
                find_shared_cores(run, self._evidence.crowding),
                find_gpu_feeding(run, self._gpu_loads),
                find_unasked(run, self._evidence.lost_results),
                find_discarded(run, self._evidence.lost_results),
                find_cut_off(run, self._evidence.cut_off),
                find_piles(run, self._piled),
                find_slow(run),
                find_cluster(run, self._cluster),
                find_half_failures(run, self._evidence.printed),
            )
        )
        findings = without_told(drawn)
        return tuple(
            sorted(findings, key=lambda one: (SEVERITIES.index(one.severity), one.since, one.kind))
        )


def _dated(finding: Finding, run: Run) -> Finding:
    """The finding, over at the end of the program where it tells of how something is."""
    if run.finished is None or finding.until is not None or finding.kind not in LASTING:
        return finding
    return msgspec.structs.replace(finding, until=max(run.finished.seconds, finding.since))


def _is_of_a_stop(event: Event) -> bool:
    """Whether it comes of a stop; the first versions of schema 2 did not record the stop itself."""
    return isinstance(event, StopRequested) or (isinstance(event, ProcessExited) and event.stopping)


def _identity(finding: Finding) -> tuple[object, ...]:
    """The same as long as it is about the same, whatever became of its figures."""
    return finding.kind, finding.processes, finding.since
