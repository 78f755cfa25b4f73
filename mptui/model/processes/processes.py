"""Who there is: the processes of a run, from the first sight of each to its end and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from mptui.model.number_history import NumberHistory
from mptui.model.processes.process_state import ProcessState

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mptui import events as ev

_CHANGEABLE = ("role", "name", "start_method", "target", "parent", "instrumented")


class Processes:
    """The processes of a run, what each occupies, and which of them live."""

    def __init__(self) -> None:
        self.states: dict[int, ProcessState] = {}
        """In order of discovery."""
        self.alive: set[int] = set()
        self.changes = 0
        """Counts changes of who there is: starts, ends, names, roles, parents."""
        self.peak_rss_bytes = 0
        """The most memory that all processes together were found to occupy at one look."""
        self._rss_histories: dict[int, NumberHistory] = {}

    @property
    def cpu_percent(self) -> float:
        """What the processes used of a core when last looked at, all together."""
        return sum(sample.cpu_percent for sample in self._samples())

    @property
    def rss_bytes(self) -> int:
        """What the processes occupied when last looked at; what they share counts for each."""
        return sum(sample.rss_bytes for sample in self._samples())

    def is_alive(self, process: int) -> bool:
        """Whether the process is known and was not seen to end."""
        return process in self.alive

    def rss_history(self, process: int) -> Sequence[tuple[float, ...]]:
        """Times, and the bytes it was found to occupy then, oldest first."""
        return self._rss_histories.get(process, ())

    def change(self, process: int, **changes: object) -> None:
        """Replace the state of a process; one that is not known stays unknown."""
        state = self.states.get(process)
        if state is not None and changes:
            self.states[process] = replace(state, **changes)

    def start(self, event: ev.ProcessStarted) -> None:
        """A process was found."""
        self.states[event.process] = ProcessState(
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
        self.alive.add(event.process)
        self.changes += 1

    def learn(self, event: ev.ProcessChanged) -> None:
        """Something became known of a process."""
        changes: dict[str, object] = {
            field: value for field in _CHANGEABLE if (value := getattr(event, field)) is not None
        }
        if event.argv is not None:
            changes["argv"] = tuple(event.argv)
        self.change(event.process, **changes)
        self.changes += 1

    def sample(self, event: ev.Sampled) -> None:
        """The machine was looked at."""
        for process, sample in event.processes.items():
            state = self.states.get(process)
            # A look taken just before an end may be told just after it.
            if state is not None and state.is_alive:
                peak = max(state.peak_rss_bytes, sample.rss_bytes)
                self.states[process] = replace(state, sample=sample, peak_rss_bytes=peak)
                history = self._rss_histories.setdefault(process, NumberHistory(1))
                history.append(event.t, sample.rss_bytes)
        self.peak_rss_bytes = max(self.peak_rss_bytes, self.rss_bytes)

    def end(self, event: ev.ProcessExited) -> None:
        """A process ended."""
        self.change(
            event.process,
            ended_at=event.t,
            exitcode=event.exitcode,
            signal=event.signal,
            terminated_by=event.terminated_by,
            oom=event.oom,
            stopping=event.stopping,
            sample=None,
        )
        self.alive.discard(event.process)
        self.changes += 1

    def _samples(self) -> Iterator[ev.ProcessSample]:
        for process in self.alive:
            sample = self.states[process].sample
            if sample is not None:
                yield sample
