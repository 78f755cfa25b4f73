"""The processes of a run: main, all that live, those that ended last, and sums over the others.

What is known of a process costs memory as long as it is kept, so an ended one is forgotten when
enough others have ended after it. Must not know what else is kept of a process: the run sees to it
that this is forgotten too.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace

from mptui.model.number_history import NumberHistory
from mptui.model.processes.ended_groups import Done, EndedGroups
from mptui.model.processes.process_state import ProcessState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mptui import events as ev

MAIN: Final = 0
"""The main process is never forgotten."""
ENDED_KEPT: Final = 200
"""So many of those that ended well are known singly."""
FAILED_KEPT: Final = 200
"""So many of those that ended badly."""
LIVING_KEPT: Final = 8192
"""No more processes at a time are known singly; the others are counted."""
NAMES_KEPT: Final = 10_000
"""So many names of forgotten ones are known: lines and tasks still refer to them."""


class Forgotten(NamedTuple):
    """What is left of a process that is no longer known singly."""

    name: str
    """Not safe to show."""
    role: str


class Processes:
    """The processes of a run, what each occupies, and which of them live."""

    def __init__(self) -> None:
        self.states: dict[int, ProcessState] = {}
        """In order of discovery."""
        self.forgotten = OrderedDict[int, Forgotten]()
        """By number, in the order of being forgotten."""
        self.groups = EndedGroups()
        self.alive: set[int] = set()
        self.count = 0
        """How many have been found so far."""
        self.uncounted = 0
        """How many of them were too many to be known singly from the beginning."""
        self.changes = 0
        """Counts starts, ends and changes of names, roles and parents."""
        self.peak_rss_bytes = 0
        """The most memory that all processes together were found to occupy in one sample."""
        self._ended_well: dict[int, None] = {}
        self._ended_badly: dict[int, None] = {}
        self._rss_histories: dict[int, NumberHistory] = {}
        self._sums: tuple[float, int] | None = (0.0, 0)

    @property
    def cpu_percent(self) -> float:
        """What the processes used of a core when last sampled, all together."""
        return self._sampled()[0]

    @property
    def rss_bytes(self) -> int:
        """What the processes occupied when last sampled; what they share counts for each."""
        return self._sampled()[1]

    def is_alive(self, process: int) -> bool:
        """Whether the process is known and was not seen to end."""
        return process in self.alive

    def rss_history(self, process: int) -> Sequence[tuple[float, ...]]:
        """Times, and the bytes it was found to occupy then, oldest first."""
        return self._rss_histories.get(process, ())

    def rss_levels(self, process: int, times: Sequence[float]) -> list[float]:
        """The bytes it was last found to occupy at each of these times."""
        history = self._rss_histories.get(process)
        return [0.0] * len(times) if history is None else history.levels(1, times)

    def count_output(
        self, process: int, line_count: int, byte_count: int, *, wrote_stderr: bool
    ) -> None:
        """A known process has written so much so far, and any of it to standard error or not."""
        state = self.states[process]
        if (line_count, byte_count) != (state.line_count, state.byte_count):
            self.states[process] = replace(
                state, line_count=line_count, byte_count=byte_count, wrote_stderr=wrote_stderr
            )

    def start(self, event: ev.ProcessStarted) -> bool:
        """A process was found; gives whether it is known singly from now on."""
        process = event.process
        known = self.states.get(process)
        if known is None:
            self.count += process not in self.forgotten
            if process != MAIN and len(self.alive) >= LIVING_KEPT:
                self.uncounted += 1
                return False
        self.states[process] = ProcessState.at_start(event)
        for processes in (self.forgotten, self._ended_well, self._ended_badly):
            processes.pop(process, None)
        self.alive.add(process)
        self._sums = None
        self.changes += 1
        return True

    def learn(self, event: ev.ProcessChanged) -> None:
        """Something became known of a process."""
        state = self.states.get(event.process)
        if state is not None:
            self.states[event.process] = state.changed(event)
            self.changes += 1

    def sample(self, event: ev.Sampled) -> None:
        """The machine was sampled."""
        alive = self.alive
        for process, sample in event.processes.items():
            # A sample taken just before an end may be recorded just after it.
            if process in alive:
                state = self.states[process]
                peak = max(state.peak_rss_bytes, sample.rss_bytes)
                self.states[process] = replace(state, sample=sample, peak_rss_bytes=peak)
                history = self._rss_histories.get(process)
                if history is None:
                    history = self._rss_histories[process] = NumberHistory(1)
                history.append(event.t, sample.rss_bytes)
                self._sums = None
        self.peak_rss_bytes = max(self.peak_rss_bytes, self.rss_bytes)

    def end(self, event: ev.ProcessExited) -> int | None:
        """A process ended; gives the one that is to be forgotten because of that, if any."""
        process = event.process
        state = self.states.get(process)
        if state is None:
            return None
        state = self.states[process] = state.ended(event)
        self.alive.discard(process)
        self._sums = None
        self.changes += 1
        if process == MAIN:
            return None
        self._ended_well.pop(process, None)
        self._ended_badly.pop(process, None)
        ended = self._ended_badly if state.ended_badly else self._ended_well
        ended[process] = None
        kept = FAILED_KEPT if state.ended_badly else ENDED_KEPT
        return next(iter(ended)) if len(ended) > kept else None

    def forget(self, process: int, done: Done) -> None:
        """Count a process that ended in its group, and know it no longer singly."""
        state = self.states.pop(process)
        self.groups.add(state, done)
        self._ended_well.pop(process, None)
        self._ended_badly.pop(process, None)
        self._rss_histories.pop(process, None)
        self.forgotten[process] = Forgotten(state.name, state.role)
        if len(self.forgotten) > NAMES_KEPT:
            # A plain dict would search ever longer for its oldest key.
            self.forgotten.popitem(last=False)
        self.changes += 1

    def count_late(self, process: int, done: Done) -> None:
        """A forgotten process did more than was known."""
        self.groups.add_late(self.forgotten[process].name, done)

    def _sampled(self) -> tuple[float, int]:
        """The sums over the living, made once for each change."""
        if self._sums is None:
            samples = [
                sample
                for process in self.alive
                if (sample := self.states[process].sample) is not None
            ]
            self._sums = (
                sum([sample.cpu_percent for sample in samples]),
                sum([sample.rss_bytes for sample in samples]),
            )
        return self._sums
