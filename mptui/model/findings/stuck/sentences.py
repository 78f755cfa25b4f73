"""What each process of a standstill does, in a sentence: ``Ada holds pen and waits for paper``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.model.findings.stuck.places import at_place, proxy_call
from mptui.model.findings.stuck.standstills import is_flushing
from mptui.model.findings.wording import cut, listed, name_of, names_of
from mptui.wording.durations import since_text
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from mptui.events import WaitStarted
    from mptui.model.findings.deadlock_search import Standstill
    from mptui.model.run import Run

_WRITING: Final = frozenset({"output", "send"})


def sentence(run: Run, standstill: Standstill, wait: WaitStarted) -> str:
    """``Ada holds pen and waits for paper``."""
    name = name_of(run, wait.process)
    what = _clause(run, wait)
    held = held_of(run, standstill, wait)
    holds = f"holds {listed(held)} and " if held else ""
    repeated = standstill.repeated.get(wait.process)
    verb = "waits"
    if repeated is not None:
        verb = f"has asked {repeated.rounds:,} times since {since_text(wait.started_at)}"
    return f"{name} {holds}{verb} {what}{at_place(run, wait)}"


def _clause(run: Run, wait: WaitStarted) -> str:
    """What it waits for, after the verb."""
    if wait.peers:
        return _clause_at_pipe(run, wait)
    if wait.kind == "join" and wait.queue is not None:
        return f"until every item of {thing_of(wait)} is marked as done"
    if wait.kind == "thread" and is_flushing(run, wait):
        return "until what it put into a queue is taken"
    return wait_kind(wait.kind).clause.format(thing_of(wait, run))


def _clause_at_pipe(run: Run, wait: WaitStarted) -> str:
    if wait.kind in _WRITING:
        whither = "its output, a full pipe" if wait.kind == "output" else "a full pipe"
        return f"to write to {whither} that only {_other_end(run, wait)} could read"
    if (method := proxy_call(run, wait)) is not None:
        return f"for {_other_end(run, wait)} to answer {cut(method)}()"
    return f"to read from a pipe that only {_other_end(run, wait)} could write to"


def _other_end(run: Run, wait: WaitStarted) -> str:
    others = [peer for peer in wait.peers if peer != wait.process]
    return names_of(run, others) if others else f"{name_of(run, wait.process)} itself"


def thing_of(wait: WaitStarted, run: Run | None = None) -> str:
    """What it waits for, by name if it has one."""
    if wait.joined is not None and run is not None:
        return name_of(run, wait.joined)
    return cut(wait.on) if wait.on else wait_kind(wait.kind).thing


def held_of(run: Run, standstill: Standstill, wait: WaitStarted) -> list[str]:
    """What a process holds that others of the standstill wait for, or it does itself."""
    held = {
        other.lock: thing_of(other)
        for other in standstill.waits
        if other.lock is not None and (other.lock in wait.holds or _holds_file(run, wait, other))
    }
    return list(held.values())


def _holds_file(run: Run, wait: WaitStarted, other: WaitStarted) -> bool:
    """Whether a process was seen to hold the file that another one waits for."""
    sample = run.locks.get(other.lock) if other.lock is not None else None
    return (
        other.kind == "file"
        and sample is not None
        and wait.process in sample.holders
        and sample.t >= max(wait.started_at, other.started_at)
    )
