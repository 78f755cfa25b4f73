"""Findings about a Manager's locks that are waited for for long: ``lock-held``.

Who holds such a lock is known to nobody, not even to the Manager: its thread lock has no owner. So
all that is said is who may have it, and what these do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.model.findings.finding import Finding
from mptui.model.findings.stuck.places import at_place, doing, proxy_call
from mptui.model.findings.wording import ending, listed, name_of, named, names_of
from mptui.wording.durations import since_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mptui.events import WaitStarted
    from mptui.model.findings.evidence import Evidence
    from mptui.model.run import Run

_LONG_SECONDS: Final = 5.0
_VERY_LONG_SECONDS: Final = 30.0
"""So long even a lock that is held on purpose makes others wait in vain."""
_NAMED: Final = 3
_ADVICE: Final = (
    "A Manager's lock stays taken until release() is called for it, also when the process that "
    "took it has ended: take it in a with statement, and do what is slow outside of it."
)


def find_managers_locks(run: Run, evidence: Evidence) -> Iterator[Finding]:
    """Processes that wait for long to get a lock from a Manager."""
    at_server: dict[int, list[WaitStarted]] = {}
    for wait in run.waits.current.values():
        if wait.kind == "receive" and len(wait.peers) == 1 and _asks_for_lock(run, wait):
            at_server.setdefault(wait.peers[0], []).append(wait)
    if not at_server:
        return
    standstills = evidence.standstills_at(run, run.now)
    stuck = {process for standstill in standstills for process in standstill.processes}
    for server, waits in at_server.items():
        if stuck.isdisjoint(wait.process for wait in waits):
            yield _of_waits(run, evidence, server, waits)


def _asks_for_lock(run: Run, wait: WaitStarted) -> bool:
    is_long = run.now - wait.started_at >= _LONG_SECONDS
    return is_long and not wait.timed and proxy_call(run, wait) == "acquire"


def _of_waits(run: Run, evidence: Evidence, server: int, waits: Sequence[WaitStarted]) -> Finding:
    waiting = [wait.process for wait in waits]
    names, verb = names_of(run, waiting), "waits" if len(waits) == 1 else "wait"
    since = min(wait.started_at for wait in waits)
    places = [f"{name_of(run, wait.process)}{at_place(run, wait)}" for wait in waits[:_NAMED]]
    others = [
        state.process
        for state in run.alive
        if state.process not in (*waiting, server) and state.role != "helper"
    ]
    may_have = [f"{name_of(run, other)} {doing(run, other)}" for other in others[:_NAMED]]
    may_have += [
        f"{named(state)} {'was' if state.signal is not None else 'has'} {ending(state)} at "
        f"{since_text(state.ended_at or 0.0)}"
        for state in evidence.ended_unasked[:_NAMED]
    ]
    is_very_long = run.now - since >= _VERY_LONG_SECONDS
    # Who has it may be another one by now, where others have begun to wait for something lately.
    others_wait = [wait for other in others if (wait := run.waits.current.get(other)) is not None]
    is_passed_on = any(run.now - wait.started_at < _LONG_SECONDS for wait in others_wait)
    rest = f": {'; '.join(may_have)}" if may_have else ""
    return Finding(
        kind="lock-held",
        severity="warning" if is_very_long and not is_passed_on else "note",
        headline=f"{names} {verb} for a lock of {name_of(run, server)}, which another one has",
        evidence=(
            f"{listed(places, len(waits) - len(places))} {verb} since {since_text(since)} into the "
            f"run. A Manager does not know who has taken its lock{rest}."
        ),
        advice=_ADVICE,
        processes=(*waiting, server),
        since=since,
    )
