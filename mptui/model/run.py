"""The state of a run: a pure fold of its events.

A recording may be torn, edited or of a later version, so no event may raise, whatever it says.
Must not conclude anything: what the state means is for findings and for the front ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec.structs import replace

from mptui import events as ev
from mptui.model.process_state import ProcessState
from mptui.model.program_output import MERGED_BYTES, PROCESS_BYTES, ProgramOutput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mptui.model.output_log import OutputLog

_Folds: TypeAlias = "dict[type[ev.Event], Callable[[Any], None]]"


class Run:
    """A run as its events tell it, so far.

    Args:
        merged_bytes: how much of the whole program's output is kept.
        process_bytes: how much of each process's output is kept.
    """

    def __init__(
        self, merged_bytes: int = MERGED_BYTES, process_bytes: int = PROCESS_BYTES
    ) -> None:
        self.started: ev.RunStarted | None = None
        self.finished: ev.RunFinished | None = None
        self.now = 0.0
        """The time of the latest event, in seconds since the run began."""
        self.processes: dict[int, ProcessState] = {}
        """In order of discovery."""
        self.cores: tuple[float, ...] = ()
        """Load of each core in percent."""
        self.peak_rss_bytes = 0
        """The most memory that all processes together were found to occupy at one look."""
        self.roster_changes = 0
        """Counts changes of who there is: starts, ends, names, roles, parents. As long as it stays,
        so does every order and every choice of processes that rests on these."""
        self.dropped: dict[str, int] = {}
        """How many things of each kind are missing from the recording."""
        self._output = ProgramOutput(merged_bytes, process_bytes)
        self._wrote: set[int] = set()
        self._alive: set[int] = set()
        self._folds: _Folds = {
            ev.RunStarted: self._on_run_started,
            ev.ProcessStarted: self._on_process_started,
            ev.ProcessChanged: self._on_process_changed,
            ev.Output: self._on_output,
            ev.Sampled: self._on_sampled,
            ev.ProcessExited: self._on_process_exited,
            ev.EventsDropped: self._on_events_dropped,
            ev.RunFinished: self._on_run_finished,
        }

    @property
    def merged(self) -> OutputLog:
        """The output of the whole program, in the order in which its lines became whole."""
        return self._output.merged

    @property
    def logs(self) -> dict[int, OutputLog]:
        """The output of each process; every process in `processes` has one."""
        return self._output.logs

    @property
    def line_count(self) -> int:
        """Lines written so far by the whole program."""
        return self._output.merged.end_line

    @property
    def byte_count(self) -> int:
        """Bytes written so far by the whole program."""
        return self._output.byte_count

    @property
    def speaker_count(self) -> int:
        """How many processes have written anything."""
        return self._output.speaker_count

    @property
    def is_live(self) -> bool:
        """Whether the run began and its end has not been seen."""
        return self.started is not None and self.finished is None

    @property
    def alive_count(self) -> int:
        """How many processes have not been seen to end."""
        return len(self._alive)

    @property
    def alive(self) -> list[ProcessState]:
        """The processes that have not been seen to end, in no particular order."""
        return [self.processes[process] for process in self._alive]

    @property
    def cpu_percent(self) -> float:
        """What the processes used of a core when last looked at, all together."""
        return sum(state.sample.cpu_percent for state in self.alive if state.sample)

    @property
    def rss_bytes(self) -> int:
        """What the processes occupied when last looked at; what they share counts for each."""
        return sum(state.sample.rss_bytes for state in self.alive if state.sample)

    def apply(self, events: Iterable[ev.Event]) -> None:
        """Fold these events into the state, in their order."""
        for event in events:
            self.now = max(self.now, event.t)
            self._folds[type(event)](event)
        # Once a batch, not once an event: a flood would make a new state for every line.
        for process in self._wrote:
            self._update_counts(process)
        self._wrote.clear()

    def _change(self, process: int, **changes: object) -> None:
        state = self.processes.get(process)
        if state is not None and changes:
            self.processes[process] = replace(state, **changes)

    def _update_counts(self, process: int) -> None:
        state = self.processes.get(process)
        if state is None:
            return
        line_count = self._output.logs[process].end_line
        byte_count = self._output.byte_counts[process]
        if (line_count, byte_count) != (state.line_count, state.byte_count):
            self._change(process, line_count=line_count, byte_count=byte_count)

    def _on_run_started(self, event: ev.RunStarted) -> None:
        self.started = event

    def _on_process_started(self, event: ev.ProcessStarted) -> None:
        self.processes[event.process] = ProcessState(
            process=event.process,
            pid=event.pid,
            parent=event.parent,
            ppid=event.ppid,
            role=event.role,
            name=event.name,
            start_method=event.start_method,
            target=event.target,
            argv=None if event.argv is None else tuple(event.argv),
            instrumented=event.instrumented,
            started_at=event.t,
        )
        self._output.open(event.process)
        self._wrote.add(event.process)
        self._alive.add(event.process)
        self.roster_changes += 1

    def _on_process_changed(self, event: ev.ProcessChanged) -> None:
        changes: dict[str, object] = {
            field: value
            for field in ("role", "name", "start_method", "target", "parent", "instrumented")
            if (value := getattr(event, field)) is not None
        }
        if event.argv is not None:
            changes["argv"] = tuple(event.argv)
        self._change(event.process, **changes)
        self.roster_changes += 1

    def _on_output(self, event: ev.Output) -> None:
        self._output.write(event)
        self._wrote.add(event.process)

    def _on_sampled(self, event: ev.Sampled) -> None:
        self.cores = tuple(event.cores)
        for process, sample in event.processes.items():
            state = self.processes.get(process)
            # A look taken just before an end may be told just after it.
            if state is not None and state.is_alive:
                peak = max(state.peak_rss_bytes, sample.rss_bytes)
                self.processes[process] = replace(state, sample=sample, peak_rss_bytes=peak)
        self.peak_rss_bytes = max(self.peak_rss_bytes, self.rss_bytes)

    def _on_process_exited(self, event: ev.ProcessExited) -> None:
        self._output.close(event.process)
        self._wrote.add(event.process)
        self._change(
            event.process,
            ended_at=event.t,
            exitcode=event.exitcode,
            signal=event.signal,
            asked_by=event.asked_by,
            oom=event.oom,
            sample=None,
        )
        self._alive.discard(event.process)
        self.roster_changes += 1

    def _on_events_dropped(self, event: ev.EventsDropped) -> None:
        self.dropped[event.what] = self.dropped.get(event.what, 0) + event.count

    def _on_run_finished(self, event: ev.RunFinished) -> None:
        self.finished = event
        self._output.close_all()
        self._wrote.update(self.processes)
