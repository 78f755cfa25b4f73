"""`mptui wait`, `stop` and `signal`: what scripts do with a run that goes on by itself."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from mptui.errors import EXIT_LIMIT, EXIT_OWN_FAILURE, EXIT_USAGE, MptuiError, exit_status_of
from mptui.events import SignalSent
from mptui.model import Run
from mptui.model.processes.processes import MAIN
from mptui.recording import RecordingReader
from mptui.recording.run_summary import summary_of_run
from mptui.supervisor.front_ends.attached_run import AttachedRun
from mptui.supervisor.launch import RUN_FOLDER_VARIABLE
from mptui.supervisor.processes.abandoned_program import AbandonedProgram
from mptui.terminal_text import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mptui.events import Event
    from mptui.recording.run_summary import RunSummary

Way: TypeAlias = Literal["stop", "interrupt", "kill"]
_NAMED: Final = 8


def wait_for_run(name: str) -> int:
    """Wait for the end of a run; returns its exit status.

    Args:
        name: of a run, or a recording.

    Raises:
        MptuiError: there is none, or nobody knows how it ended.
    """
    run = summary_of_run(name)
    if run.state == "live" and (attached := _attached(run)) is not None:
        status = attached.wait()
        attached.detach()
        if attached.trouble is None:
            return status
    return _status(summary_of_run(str(run.path)))


def stop_run(name: str, way: Way) -> int:
    """Stop a run and wait for its end; returns 0.

    Args:
        name: of a run, or a recording.
        way: SIGTERM, SIGINT, or SIGKILL at once.

    Raises:
        MptuiError: there is none, it is over, or it cannot be reached.
    """
    run = summary_of_run(name, prefers_live=True)
    if _end_abandoned(run, at_once=way == "kill"):
        return 0
    attached = _reached(run, "there is nothing to stop")
    ask = {"stop": attached.stop, "interrupt": attached.interrupt, "kill": attached.kill}[way]
    if run.started.attached_after is not None and way == "stop":
        # Others have started the program: it is only watched.
        ask = attached.leave
    ask()
    attached.wait()
    attached.detach()
    return 0


def send_signal(name: str, wanted: str, process: str | None, *, is_tree: bool) -> int:
    """Send a process of a live run a signal; returns 0 once it is recorded that it was sent.

    Args:
        name: of a run, or a recording.
        wanted: the signal, by its name or number.
        process: by its name or pid; None: the main process.
        is_tree: whether all below it get it too.

    Raises:
        MptuiError: there is no such run, process or signal, or it has ended.
    """
    number = _signal_number(wanted)
    summary = summary_of_run(name, prefers_live=True)
    attached = _reached(summary, "no process of it can be sent anything")
    run = Run()
    try:
        with RecordingReader(summary.path) as reader:
            _fold(reader, run)
            target = _living(run, process, summary)
            attached.send_signal(target, number, is_tree=is_tree)
            while not _is_sent(_fold(reader, run), target, number):
                if not run.is_alive(target) or attached.exit_status is not None:
                    raise MptuiError("it has ended meanwhile: nothing was sent")
                attached.wait_for_news()
    finally:
        attached.detach()
    return 0


def _signal_number(wanted: str) -> int:
    word = wanted.upper()
    if word.isdecimal() and 0 < int(word) < signal.NSIG:
        return int(word)
    try:
        return signal.Signals[word if word.startswith("SIG") else f"SIG{word}"]
    except KeyError:
        raise MptuiError(f"there is no signal {wanted}; kill -l lists them", EXIT_USAGE) from None


def _fold(reader: RecordingReader, run: Run) -> list[Event]:
    """Fold all that there is; gives the last of it."""
    last: list[Event] = []
    while batch := reader.read():
        run.apply(batch)
        last += batch
    return last


def _living(run: Run, wanted: str | None, summary: RunSummary) -> int:
    """The number of the process that is meant."""
    alive = run.alive
    meant = [
        one.process
        for one in alive
        if (wanted is None and one.process == MAIN) or wanted in {one.name, str(one.pid)}
    ]
    if len(meant) == 1:
        return meant[0]
    if meant:
        pids = ", ".join(str(one.pid) for one in alive if one.process in meant)
        raise MptuiError(f"{wanted} is the name of several processes: pid {pids}", EXIT_USAGE)
    said = "main process has ended" if wanted is None else f"process {wanted} is not there"
    there = ", ".join(f"{safe_text(one.name)} (pid {one.pid})" for one in alive[:_NAMED])
    more = f" and {len(alive) - _NAMED} more" if len(alive) > _NAMED else ""
    raise MptuiError(
        f"the {said} in {summary.id}; alive: {there or 'none'}{more}",
        EXIT_USAGE,
    )


def _is_sent(batch: Iterable[Event], process: int, number: int) -> bool:
    wanted = (process, number)
    sent = (event for event in batch if isinstance(event, SignalSent))
    return any((event.process, event.signal) == wanted for event in sent)


def _reached(run: RunSummary, nothing: str) -> AttachedRun:
    """The link to a run that goes on."""
    if run.state != "live":
        raise MptuiError(f"{run.id} is over: {nothing}", EXIT_USAGE)
    attached = _attached(run)
    if attached is None:
        raise MptuiError(
            f"{run.id} cannot be reached from here: it runs on {run.started.host}, under the "
            f"supervisor with pid {run.started.supervisor}"
        )
    return attached


def why_over(run: RunSummary) -> str:
    """Why a run cannot be attached to, and what can be done with it instead."""
    left = _left_of(run)
    count = len(left.pids()) if left is not None else 0
    if not count:
        return f"{run.id} is over: mptui open {run.id} shows it"
    goes, it = ("process goes", "it") if count == 1 else ("processes go", "them")
    return (
        f"the supervisor of {run.id} was killed, and {count} {goes} on without it: nothing more is "
        f"recorded; mptui stop {run.id} ends {it}, mptui open {run.id} shows what was recorded"
    )


def _left_of(run: RunSummary) -> AbandonedProgram | None:
    """What may be left of a run whose supervisor was killed; None where it was not."""
    if run.state != "abandoned" or run.started.folder is None:
        return None
    return AbandonedProgram(f"{RUN_FOLDER_VARIABLE}={run.started.folder}")


def _end_abandoned(run: RunSummary, *, at_once: bool) -> bool:
    """End what is left of a run whose supervisor was killed; False where nothing is."""
    program = _left_of(run)
    if program is None or not program.pids():
        return False
    program.end("user", at_once=at_once)
    return True


def _attached(run: RunSummary) -> AttachedRun | None:
    try:
        return AttachedRun.attach(run.path)
    except OSError:
        return None


def _status(run: RunSummary) -> int:
    finished = run.finished
    if finished is None:
        said = "lives, but cannot be reached" if run.state == "live" else "was abandoned"
        raise MptuiError(f"how {run.id} ends is not known: it {said}", EXIT_OWN_FAILURE)
    if finished.stopped == "limit":
        return EXIT_LIMIT
    if run.started.attached_after is not None and finished.exitcode is finished.signal is None:
        return 0
    return exit_status_of(finished.exitcode, finished.signal)
