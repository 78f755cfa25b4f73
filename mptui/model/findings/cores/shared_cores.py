"""Findings about processes that are ready but without a core.

- ``oversubscribed``: more of the program computes than there are cores for it.
- ``cpu-limit``: the CPU limit of a control group stops it again and again.
- ``cores-busy``: other programs are on the cores.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Finding
from mptui.model.findings.wording import listed
from mptui.wording.counts import counted
from mptui.wording.durations import span_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.model.findings.cores.crowding import Crowd, Crowding, Wanting
    from mptui.model.run import Run

_CROWDED_SECONDS: Final = 5.0
_RESTRICTED_SECONDS: Final = 3.0
"""Where the program may use fewer cores than there are: few people think of that."""
_LIMITED_SECONDS: Final = 3.0
_ELSEWHERE_SECONDS: Final = 15.0
_MUCH: Final = 2.0
"""When so many times more cores are wanted than there are, it costs much."""
_THREADS_A_PROCESS: Final = 1.5


def find_shared_cores(run: Run, crowding: Crowding) -> Iterator[Finding]:
    """Who had to wait for a core, and why."""
    is_limited = crowding.limited.stretch.seconds >= _LIMITED_SECONDS
    if is_limited:
        yield _of_limit(run, crowding.limited)
    for cores, crowd in crowding.crowds.items():
        restricted = bool(cores) or run.usable_cores < _core_count(run)
        least = _RESTRICTED_SECONDS if restricted else _CROWDED_SECONDS
        if crowd.stretch.seconds >= least and (cores or not is_limited):
            yield _of_crowd(run, crowd, cores, restricted=restricted)
    if crowding.elsewhere.stretch.seconds >= _ELSEWHERE_SECONDS:
        yield _of_elsewhere(run, crowding.elsewhere)


def _of_crowd(run: Run, crowd: Crowd, cores: tuple[int, ...], *, restricted: bool) -> Finding:
    count = len(cores) or run.usable_cores
    wanted, percent = crowd.stretch.figures
    who = _who(run, crowd.wanting, wanted)
    share = "share" if len(crowd.wanting.processes) > 1 else "shares"
    return Finding(
        kind="oversubscribed",
        severity="warning" if restricted and wanted >= _MUCH * count else "note",
        headline=f"{who} {share} {_cores_text(count)}",
        evidence=(
            f"They were ready but without a core for {percent:.0f} % of the time, "
            f"for {span_text(crowd.stretch.seconds)}.{_restriction(run, cores)}"
        ),
        advice=_crowd_advice(count, restricted=restricted),
        processes=crowd.wanting.processes,
        since=crowd.stretch.since,
        until=crowd.stretch.until(run.now),
    )


def _restriction(run: Run, cores: tuple[int, ...]) -> str:
    there = counted(_core_count(run), "core")
    if cores:
        named = listed((str(core) for core in cores[:4]), more=max(len(cores) - 4, 0))
        word = "core" if len(cores) == 1 else "cores"
        return f" The machine has {there}, they may run on {word} {named} only: a CPU affinity."
    if run.usable_cores < _core_count(run):
        return (
            f" The machine has {there}, the program may use {_cores_text(run.usable_cores)}: "
            "its CPU affinity, cpuset or CPU limit."
        )
    return ""


def _crowd_advice(count: float, *, restricted: bool) -> str:
    number = max(int(count), 1)
    at_a_time = "one" if number == 1 else str(number)
    turns = f"They only take turns: {at_a_time} at a time would be done as early"
    threads = (
        "Libraries for numbers start threads of their own besides: OMP_NUM_THREADS=1 keeps "
        "them from it."
    )
    if restricted:
        return (
            f"{turns}. Start as many as there are cores to use, len(os.sched_getaffinity(0)) and "
            "not os.cpu_count(), or give the program more: taskset, the cpuset or CPU limit of "
            f"its container. {threads}"
        )
    return f"{turns}, and take less memory. {threads}"


def _of_limit(run: Run, crowd: Crowd) -> Finding:
    wanted, percent = crowd.stretch.figures
    return Finding(
        kind="cpu-limit",
        severity="warning",
        headline=f"The CPU limit of {_cores_text(run.usable_cores)} stops the program all the time",
        evidence=(
            f"For {span_text(crowd.stretch.seconds)} the limit was reached in {percent:.0f} % of "
            f"its periods, while {_who(run, crowd.wanting, wanted)} wanted to run. "
            f"The machine has {counted(_core_count(run), 'core')}."
        ),
        advice=(
            "The limit is that of the control group, for instance of a container: raise it "
            "(docker run --cpus, limits.cpu of a pod), or let no more workers and threads than "
            f"{max(int(run.usable_cores), 1)} compute at a time."
        ),
        processes=crowd.wanting.processes,
        since=crowd.stretch.since,
        until=crowd.stretch.until(run.now),
    )


def _of_elsewhere(run: Run, crowd: Crowd) -> Finding:
    wanted, percent = crowd.stretch.figures
    return Finding(
        kind="cores-busy",
        severity="note",
        headline="Other programs keep the cores busy",
        evidence=(
            f"For {span_text(crowd.stretch.seconds)}, {_who(run, crowd.wanting, wanted)} had no "
            f"core for {percent:.0f} % of the time, though there are "
            f"{_cores_text(run.usable_cores)} for the program."
        ),
        advice="It would be done sooner on a machine with less to do; the program is not at fault.",
        processes=crowd.wanting.processes,
        since=crowd.stretch.since,
        until=crowd.stretch.until(run.now),
    )


def _who(run: Run, wanting: Wanting, wanted: float) -> str:
    """``6 workers``, or ``4 processes with 16 busy threads`` where threads want the cores."""
    roles = {state.role for process in wanting.processes if (state := run.processes.get(process))}
    noun, plural = ("worker", "") if roles == {"worker"} else ("process", "processes")
    said = counted(len(wanting.processes), noun, plural)
    if wanted >= _THREADS_A_PROCESS * len(wanting.processes):
        return f"{said} with {round(wanted)} busy threads"
    return said


def _cores_text(count: float) -> str:
    """``1 core``, ``1.5 cores``, ``0.25 of a core``."""
    if count == int(count):
        return counted(int(count), "core")
    return f"{count:.3g} cores" if count > 1 else f"{count:.2g} of a core"


def _core_count(run: Run) -> int:
    return run.started.cpu_count if run.started is not None else 0
