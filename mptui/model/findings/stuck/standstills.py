"""What to say of processes that all wait, where it is known what for: a headline and an advice.

Who joins the others waits because they do; what these wait for is the trouble. Where they wait for
different things there is no more to say than that all of them do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.model.findings.stuck.places import proxy_call, waiting_frames
from mptui.model.findings.wording import cut, name_of, names_of
from mptui.model.processes.processes import MAIN
from mptui.wording.counts import counted
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mptui.events import WaitStarted
    from mptui.model.findings.deadlock_search import Standstill
    from mptui.model.run import Run

_END_MARK_ADVICE: Final = (
    "No process is left that would put anything there. Tell each worker when there is no more "
    "work, for example by putting one None for each, before waiting for its end."
)
_DROPPED_ADVICE: Final = (
    "More went in than came out. What cannot be pickled is dropped (the traceback is in the output "
    "of who put it), and so is what a process has not sent yet when it is killed or left by "
    "os._exit()."
)
_RESULTS_ADVICE: Final = (
    "Take no more results than are put: let each worker put one also where its work fails, or use "
    "a pool or an executor, which hand errors on to whoever waits for the result."
)
_DRAIN_ADVICE: Final = (
    "A process ends only when everything it put has been taken: take it out of the queue "
    "first, then join()."
)
_BARRIER_ADVICE: Final = (
    "As many must call wait() as the barrier was made for: count the processes that come, and let "
    "one that fails call abort(); wait(timeout=...) tells it sooner."
)
_SIGNAL_ADVICE: Final = (
    "Whoever was to do it has ended or waits itself: do it in a finally block, also where the work "
    "before it fails, or wait with a timeout and look whether the other one still lives."
)
_NOTIFY_ADVICE: Final = (
    "Whoever was to do it has ended, waits itself, or did it before anybody waited, when it wakes "
    "nobody: change and test what is waited for under the condition, with wait_for(...)."
)
PIPE_ADVICE: Final = (
    "A pipe ends only when every copy of its other end is closed, also those that processes "
    "inherited: close in each process the end that it does not use, first of all in the reader."
)
_TASK_DONE_ADVICE: Final = (
    "Call task_done() once for each item that get() gave, also where its work fails; and look "
    "whether the workers ended before they had taken all."
)
_SERVER_ADVICE: Final = (
    "A Manager answers once another process has released the lock, put an item, or done what else "
    "is asked for: do it in a finally block, so that it is done also where the work fails."
)
_JOIN_ADVICE: Final = (
    "Look at what it waits for: who only asks whether it has ended gives it nothing to go on with."
)
_FLUSHING: Final = ("_finalize_join", "join_thread")


class Told(NamedTuple):
    """What to say of a standstill."""

    headline: str
    advice: str
    evidence: str = ""
    """A sentence more."""


def told(run: Run, standstill: Standstill) -> Told | None:
    """What to say, if all of them wait for the same in the end."""
    joined = [one for one in standstill.repeated.values() if one.wait.kind == "join"]
    if joined:
        return _of_asking_for_end(run, standstill, joined[0].wait)
    roots = [wait for wait in standstill.waits if not _waits_for_others(wait)]
    things = {(wait.kind, wait.queue, wait.lock, wait.on) for wait in roots}
    if len(things) != 1:
        return None
    return _of_roots(run, standstill, roots)


def _waits_for_others(wait: WaitStarted) -> bool:
    is_for_queue = wait.kind == "join" and wait.queue is not None
    return wait.kind in ("join", "children", "result") and not is_for_queue


def _of_roots(run: Run, standstill: Standstill, roots: Sequence[WaitStarted]) -> Told | None:
    tell = _TELL_BY_KIND.get(roots[0].kind)
    return None if tell is None else tell(run, standstill, roots)


def _of_signal(run: Run, standstill: Standstill, roots: Sequence[WaitStarted]) -> Told:
    waiting = _they_wait(run, standstill, roots)
    advice = _NOTIFY_ADVICE if roots[0].kind == "condition" else _SIGNAL_ADVICE
    return Told(f"{waiting}, {_and_others(run, standstill, roots)}", advice)


def _of_pipe(run: Run, standstill: Standstill, roots: Sequence[WaitStarted]) -> Told | None:
    """A process that reads to the end of a pipe, which others keep open, or it does itself."""
    wait = roots[0]
    if wait.peers and (method := proxy_call(run, wait)) is not None:
        verb = "waits" if len(roots) == 1 else "wait"
        waiting = (
            f"{names_of(run, (wait.process for wait in roots))} {verb} for "
            f"{names_of(run, wait.peers)} to answer {cut(method)}()"
        )
        kept = "A Manager's lock stays taken when the process that took it has ended."
        return Told(
            f"{waiting}, {_and_others(run, standstill, roots)}",
            _SERVER_ADVICE,
            kept if method == "acquire" else "",
        )
    if len(roots) > 1 or not wait.peers:
        return None
    others = [peer for peer in wait.peers if peer != wait.process]
    who = f"only {names_of(run, others)} could write to" if others else "it keeps open itself"
    waiting = f"{name_of(run, wait.process)} waits to read from a pipe that {who}"
    return Told(f"{waiting}, {_and_others(run, standstill, [wait])}", PIPE_ADVICE)


def _of_joined_queue(run: Run, standstill: Standstill, roots: Sequence[WaitStarted]) -> Told | None:
    """A queue that is joined, but whose items nobody is left to mark as done."""
    queue = run.queues.get(roots[0].queue) if roots[0].queue is not None else None
    if queue is None:
        return None
    verb = "waits" if len(roots) == 1 else "wait"
    ended = _ended_workers(run, roots)
    rest = f"but {ended}" if ended else _and_others(run, standstill, roots)
    return Told(
        f"{names_of(run, (wait.process for wait in roots))} {verb} in join() of "
        f"{cut(queue.name) if queue.name else 'a queue'}, {rest}",
        _TASK_DONE_ADVICE,
        f"{counted(queue.put, 'item')} went in so far, {queue.got:,} came out.",
    )


def _they_wait(run: Run, standstill: Standstill, roots: Sequence[WaitStarted]) -> str:
    """``w0 and w1 wait for ready to be set``."""
    meaning = wait_kind(roots[0].kind)
    thing = cut(roots[0].on) if roots[0].on else meaning.thing
    clause = "for more from {}" if roots[0].kind == "get" else meaning.clause
    verb = "waits" if len(roots) == 1 else "wait"
    if roots[0].process in standstill.repeated:
        verb = "asks again and again" if len(roots) == 1 else "ask again and again"
    names = names_of(run, (wait.process for wait in roots))
    return f"{names} {verb} {clause.format(thing)}"


def _and_others(run: Run, standstill: Standstill, roots: Sequence[WaitStarted]) -> str:
    """``and letters.py only waits for their end``."""
    others = [wait for wait in standstill.waits if wait not in roots]
    if not others or any(wait.kind == "result" for wait in others):
        return "and no other process can end that"
    names = names_of(run, (wait.process for wait in others))
    whose = "its" if len(roots) == 1 else "their"
    return f"and {names} only {'waits' if len(others) == 1 else 'wait'} for {whose} end"


def _of_queue(run: Run, standstill: Standstill, roots: Sequence[WaitStarted]) -> Told:
    waiting = _they_wait(run, standstill, roots)
    state = run.queues.get(roots[0].queue) if roots[0].queue is not None else None
    evidence = ""
    if state is not None:
        evidence = f"{counted(state.put, 'item')} went in so far, {state.got:,} came out."
    ended = _ended_workers(run, roots)
    if ended:
        return Told(f"{waiting}, but {ended}", _RESULTS_ADVICE, evidence)
    headline = f"{waiting}, {_and_others(run, standstill, roots)}"
    is_lost = state is not None and state.put > state.got
    return Told(headline, _DROPPED_ADVICE if is_lost else _END_MARK_ADVICE, evidence)


def _ended_workers(run: Run, roots: Sequence[WaitStarted]) -> str:
    """``all 4 workers have ended``, where the main process waits alone."""
    ended = [
        state
        for state in run.processes.values()
        if not state.is_alive and state.parent == MAIN and state.role == "worker"
    ]
    is_any_left = any(state.role == "worker" for state in run.alive)
    if [wait.process for wait in roots] != [MAIN] or is_any_left or not ended:
        return ""
    if len(ended) == 1:
        return f"{name_of(run, ended[0].process)} has ended"
    return f"all {len(ended)} workers have ended"


def _of_barrier(run: Run, standstill: Standstill, roots: Sequence[WaitStarted]) -> Told:
    parties = roots[0].parties
    needed = ""
    if parties is not None and parties > len(roots):
        needed = f", made for {parties}"
    waiting = _they_wait(run, standstill, roots)
    return Told(f"{waiting}{needed}, {_and_others(run, standstill, roots)}", _BARRIER_ADVICE)


def _of_flushing(run: Run, standstill: Standstill, roots: Sequence[WaitStarted]) -> Told | None:
    """Processes that are about to end, and wait until what they put is taken."""
    if not all(is_flushing(run, wait) for wait in roots):
        return None
    names = names_of(run, (wait.process for wait in roots))
    what = "what it put into a queue" if len(roots) == 1 else "what they put into queues"
    headline = f"{names} cannot end: {what} is not taken, {_and_others(run, standstill, roots)}"
    return Told(headline, _DRAIN_ADVICE)


_TELL_BY_KIND: Final = {
    "get": _of_queue,
    "barrier": _of_barrier,
    "event": _of_signal,
    "condition": _of_signal,
    "semaphore": _of_signal,
    "thread": _of_flushing,
    "receive": _of_pipe,
    "join": _of_joined_queue,
}


def is_flushing(run: Run, wait: WaitStarted) -> bool:
    """Whether a process waits until its last items are in the pipe of a queue."""
    return any(frame.function.endswith(_FLUSHING) for frame in waiting_frames(run, wait))


def _of_asking_for_end(run: Run, standstill: Standstill, wait: WaitStarted) -> Told:
    asked = name_of(run, wait.joined) if wait.joined is not None else "a process"
    is_stuck = wait.joined in standstill.processes
    rest = "which waits itself" if is_stuck else "and no other process can end that"
    headline = (
        f"{name_of(run, wait.process)} asks again and again whether {asked} has ended, {rest}"
    )
    return Told(headline, _JOIN_ADVICE)
