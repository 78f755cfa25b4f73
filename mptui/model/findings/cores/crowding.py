"""For how long processes were ready but without a core, and who was on it instead.

Rests on what the kernel accounted; an older recording has no such accounts, and shows nothing here.
Processes that may run on the same cores are looked at together: those are the ones they share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from mptui.model.findings.sustained import UNSEEN_SECONDS, Stretch

if TYPE_CHECKING:
    from mptui.events import ProcessSample, Sampled
    from mptui.model.processes.process_state import ProcessState
    from mptui.model.run import Run

_Samples: TypeAlias = "dict[int, ProcessSample]"
"""The latest of each process."""

_ANY_CORES: Final = ()
_TIMES_CORES: Final = 1.4
"""When so many times more cores are wanted than there are, they are shared."""
_OWN_SHARE: Final = 0.7
"""Where the program uses less of the cores than this, others may be why it has to wait."""
_WANTING_PERCENT: Final = 50.0
"""Who is on a core, or ready for one, for so long, computes."""
_ALWAYS_WANTING_PERCENT: Final = 90.0
"""While others use the cores, only who never rests is known to want more than its share."""
_READY_SHARE: Final = 0.4
_BUSY_CORE_PERCENT: Final = 90.0
_THROTTLED_PERCENT: Final = 20.0
_GROUPS_KEPT: Final = 64


class Wanting(NamedTuple):
    """Processes that wanted to run, at one sample."""

    processes: tuple[int, ...]
    cores_wanted: float
    """How many cores they would have used, had there been enough."""
    ready_share: float
    """The part of the time that they wanted to run in which they had no core; 0 to 1."""


class Crowd:
    """Processes that want the same cores, or the CPU limit that keeps them from running."""

    __slots__ = ("_held_at", "stretch", "wanting")

    def __init__(self) -> None:
        self.stretch = Stretch()
        """Its figures are how many cores are wanted, and the share without one in percent."""
        self.wanting = Wanting((), 0.0, 0.0)
        """The most that wanted them at a time, as long as it lasted without a long break."""
        self._held_at = 0.0

    def hold(self, t: float, wanting: Wanting, second: float) -> None:
        """It is so now."""
        self.stretch.hold(t, wanting.cores_wanted, second)
        is_new = t - self._held_at >= UNSEEN_SECONDS
        if is_new or len(wanting.processes) >= len(self.wanting.processes):
            self.wanting = wanting
        self._held_at = t


class Crowding:
    """What samples show of processes without a core."""

    def __init__(self) -> None:
        self.crowds: dict[tuple[int, ...], Crowd] = {}
        """By the cores that they may run on; empty stands for all that the program may use."""
        self.elsewhere = Crowd()
        """Processes for which there would be cores enough, if others did not use them."""
        self.limited = Crowd()
        """Its second figure is in how many percent of the periods the CPU limit was reached."""

    def note(self, run: Run, event: Sampled) -> None:
        """Look at the processes, as they were sampled last."""
        if not run.core_times.are_known:
            return
        groups = _by_cores(run.alive)
        for cores in self.crowds.keys() - groups.keys():
            self.crowds[cores].stretch.miss(event.t)
        has_others = False
        for cores, samples in groups.items():
            has_others |= self._note_group(run, event, cores, samples)
        if not has_others:
            self.elsewhere.stretch.miss(event.t)
        self._note_limit(run, event)

    def _note_group(
        self, run: Run, event: Sampled, cores: tuple[int, ...], samples: _Samples
    ) -> bool:
        """Look at one group; gives whether others keep it from its cores."""
        count = len(cores) or run.usable_cores
        used = sum([sample.cpu_percent for sample in samples.values()]) / 100
        is_own = used >= _OWN_SHARE * count
        wanting = _wanting(samples, _WANTING_PERCENT if is_own else _ALWAYS_WANTING_PERCENT)
        crowd = self.crowds.get(cores)
        if count and wanting.cores_wanted >= _TIMES_CORES * count:
            if crowd is None and len(self.crowds) < _GROUPS_KEPT:
                crowd = self.crowds[cores] = Crowd()
            if crowd is not None:
                crowd.hold(event.t, wanting, 100 * wanting.ready_share)
            return False
        if crowd is not None:
            crowd.stretch.miss(event.t)
        if wanting.ready_share >= _READY_SHARE and not is_own and _are_busy(event.cores, cores):
            self.elsewhere.hold(event.t, wanting, 100 * wanting.ready_share)
            return True
        return False

    def _note_limit(self, run: Run, event: Sampled) -> None:
        percent = event.throttled_percent or 0.0
        if percent >= _THROTTLED_PERCENT:
            wanting = _wanting(_samples_of(run.alive), _WANTING_PERCENT)
            if wanting.processes:
                self.limited.hold(event.t, wanting, min(percent, 100.0))
                return
        self.limited.stretch.miss(event.t)


def _by_cores(states: list[ProcessState]) -> dict[tuple[int, ...], _Samples]:
    """Their samples, by the cores that they may run on; nearly all may run on any."""
    bound = [state for state in states if state.cores]
    anywhere = _samples_of([state for state in states if not state.cores] if bound else states)
    groups: dict[tuple[int, ...], _Samples] = {_ANY_CORES: anywhere} if anywhere else {}
    for state in bound:
        if state.cores and state.sample is not None:
            groups.setdefault(state.cores, {})[state.process] = state.sample
    return groups


def _samples_of(states: list[ProcessState]) -> _Samples:
    return {state.process: state.sample for state in states if state.sample is not None}


def _wanting(sampled: _Samples, least_percent: float) -> Wanting:
    """Those of the processes that wanted to run for at least so much of the time."""
    samples = {
        process: sample
        for process, sample in sampled.items()
        if sample.cpu_percent + sample.ready_percent >= least_percent
    }
    on_core = sum(sample.cpu_percent for sample in samples.values())
    ready = sum(sample.ready_percent for sample in samples.values())
    share = ready / (on_core + ready) if on_core + ready > 0 else 0.0
    return Wanting(tuple(sorted(samples)), (on_core + ready) / 100, share)


def _are_busy(loads: list[float], cores: tuple[int, ...]) -> bool:
    """Whether nothing was left of these cores; without any, of all that the machine has."""
    chosen = [load for core, load in enumerate(loads) if not cores or core in cores]
    return bool(chosen) and sum(chosen) >= _BUSY_CORE_PERCENT * len(chosen)
