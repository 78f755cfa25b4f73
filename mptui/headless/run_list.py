"""`mptui ls` and `mptui rm`: the runs that there are, live and over, as lines or as JSON."""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mptui.errors import EXIT_USAGE, MptuiError, exit_status_of
from mptui.headless.standard_streams import StandardStreams, silence_standard_output
from mptui.model import Run
from mptui.model.findings import Findings
from mptui.recording import RecordingReader
from mptui.recording.run_facts import NOT_KNOWN, KeptFacts, RunFacts
from mptui.recording.run_summary import newest_runs, summary_of, summary_of_run
from mptui.recording.runs_folder import (
    KEPT_BYTES,
    KEPT_RECORDINGS,
    is_exactly,
    is_surely_live,
    path_of_run,
    recordings,
    recordings_called,
    remove_recording,
    runs_folder,
)
from mptui.terminal_text import cell_count, safe_text
from mptui.wording.counts import counted
from mptui.wording.sizes import bytes_text, size_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mptui.recording.run_summary import RecordedRuns, RunSummary

FOLDED_BYTES: Final = 8 * 1024 * 1024
"""What is wrong with a run is looked for only in recordings up to this size: it takes 0.5 s."""
_SMALL_BYTES: Final = 64 * 1024
_LOOK_SECONDS: Final = 0.25
"""After so much of a core only small recordings are looked into: the next list has the others."""
_DAY_SECONDS: Final = 24 * 3600
_HEAD: Final = ("NAME", "STATE", "TIME", "PROCESSES", "WORST", "SIZE", "STARTED", "ID")
_DISPENSABLE: Final = ((), ("STARTED",), ("STARTED", "NAME"))
"""What is left out on a narrow terminal: an id is the time, in UTC, and the name."""
_NAME_CELLS: Final = 24
_NAMED: Final = 5
_GAP: Final = "  "

_Fact: TypeAlias = "tuple[RunSummary, RunFacts]"


def print_runs(*, most: int, is_json: bool) -> int:
    """Print the runs, the newest first; returns the exit status.

    Args:
        most: so many at most.
        is_json: one JSON array instead of a table.
    """
    found = newest_runs(most)
    kept = KeptFacts()
    since = time.process_time()
    facts = [(run, _facts_of(run, kept, since)) for run in found.runs]
    streams = StandardStreams()
    try:
        if is_json:
            streams.write("stdout", _json_array(facts))
        else:
            columns = os.get_terminal_size(1).columns if streams.is_terminal("stdout") else 0
            lines = [*_table(facts, columns), *_notes(found)]
            streams.write("stdout", "".join(f"{line}\n" for line in lines).encode())
        streams.flush()
    except BrokenPipeError:
        silence_standard_output()
        return exit_status_of(None, signal.SIGPIPE)
    finally:
        kept.write()
    if streams.trouble is not None:
        raise MptuiError(streams.trouble)
    return 0


def remove_runs(names: Sequence[str], *, older_days: float | None) -> int:
    """Remove recordings of runs that are over; returns the exit status.

    Args:
        names: of runs, or files.
        older_days: all that ended so many days ago, too; None: none.

    Raises:
        MptuiError: one of them is not there, lives, or cannot be removed, or a name may mean
            several; the others are left then.
    """
    paths = dict.fromkeys(map(_meant, names))
    for path in paths:
        if is_surely_live(path) and not _is_over(path):
            raise MptuiError(f"{path.stem} is live: mptui stop {path.stem} ends it", EXIT_USAGE)
    if older_days is not None:
        oldest = time.time() - older_days * _DAY_SECONDS
        paths |= dict.fromkeys(path for path in recordings() if _ended_before(path, oldest))
    for path in paths:
        try:
            remove_recording(path)
        except OSError as error:
            raise MptuiError(f"cannot remove {path}: {error.strerror}") from error
    streams = StandardStreams()
    streams.write("stdout", f"removed {counted(len(paths), 'run')}\n".encode())
    streams.flush()
    return 0


def _meant(name: str) -> Path:
    """The one recording that is meant: what is removed for ever is not guessed."""
    path = path_of_run(name)
    called = recordings_called(name)
    if path not in called:
        return summary_of_run(name).path  # A file somewhere: it must be a recording.
    exact = [one for one in called if is_exactly(one, name)]
    candidates = exact or called
    if len(candidates) > 1 and path.stem != name:
        ids = ", ".join(one.stem for one in candidates[:_NAMED])
        more = f" and {len(candidates) - _NAMED} more" if len(candidates) > _NAMED else ""
        raise MptuiError(
            f"{name} may be any of {counted(len(candidates), 'run')}: {ids}{more}", EXIT_USAGE
        )
    return path


def _ended_before(path: Path, oldest: float) -> bool:
    """Whether a recording was last written before that, and will not be again."""
    with suppress(OSError):
        return path.stat().st_mtime < oldest and not is_surely_live(path)
    return False


def _is_over(path: Path) -> bool:
    """Whether the end is recorded, though something that outlived it is still watched."""
    with suppress(OSError, MptuiError):
        summary = summary_of(path)
        return summary is not None and summary.state == "finished"
    return False


def _facts_of(run: RunSummary, kept: KeptFacts, since: float) -> RunFacts:
    known = kept.of(run.path) if run.state != "live" else None
    if known is not None:
        return known
    is_late = time.process_time() - since > _LOOK_SECONDS
    if run.size_bytes > (_SMALL_BYTES if is_late else FOLDED_BYTES):
        return NOT_KNOWN
    facts = _folded(run.path)
    if run.state != "live":
        kept.keep(run.path, facts)
    return facts


def _folded(recording: Path) -> RunFacts:
    """How many processes a run made, and the severity of what is worst."""
    state, findings = Run(), Findings()
    try:
        with RecordingReader(recording) as reader:
            while batch := reader.read():
                state.apply(batch, before=findings.note)
    except (OSError, MptuiError):
        return NOT_KNOWN
    found = findings.find(state)
    return RunFacts(state.process_count, found[0].severity if found else "none")


def _table(facts: Sequence[_Fact], columns: int) -> Iterator[str]:
    """The lines of the table, of as many of its columns as there is room for.

    Args:
        facts: the runs.
        columns: the width of the terminal; 0: there is room for all.
    """
    if not facts:
        yield f"no runs in {_shown_folder()}"
        return
    rows = [_HEAD, *(_row(*one) for one in facts)]
    widths = [max(cell_count(row[column]) for row in rows) for column in range(len(_HEAD))]
    for left_out in _DISPENSABLE:
        shown = [column for column, title in enumerate(_HEAD) if title not in left_out]
        width = sum(widths[column] + len(_GAP) for column in shown) - len(_GAP)
        if width <= columns or not columns:
            break
    for row in rows:
        cells = (f"{row[one]}{' ' * (widths[one] - cell_count(row[one]))}" for one in shown)
        yield _GAP.join(cells).rstrip()


def _notes(found: RecordedRuns) -> Iterator[str]:
    """What there is to know beside the table."""
    if found.unreadable:
        names = [safe_text(path.stem) for path in found.unreadable[:_NAMED]]
        more = len(found.unreadable) - len(names)
        names += [f"{more} more"] if more else []
        yield f"not listed, since mptui cannot read them: {', '.join(names)}"
    if found.runs:
        older = found.older_count
        more_text = f"{older} older not shown (-n); " if older else ""
        yield (
            f"{more_text}kept are the newest {KEPT_RECORDINGS} or {size_text(KEPT_BYTES)}, in "
            f"{_shown_folder()}"
        )


def _shown_folder() -> str:
    return safe_text(str(runs_folder()), 1000)


def _row(run: RunSummary, facts: RunFacts) -> tuple[str, ...]:
    return (
        safe_text(run.name, _NAME_CELLS),
        run.state_text,
        run.seconds_text,
        "?" if facts.processes is None else str(facts.processes),
        {None: "?", "none": "-"}.get(facts.worst, facts.worst or "?"),
        bytes_text(run.size_bytes),
        run.started_text,
        safe_text(run.id),
    )


def _json_array(facts: Sequence[_Fact]) -> bytes:
    objects = ",\n".join(json.dumps(_as_object(*one)) for one in facts)
    return (f"[\n{objects}\n]\n" if objects else "[]\n").encode("ascii")


def _as_object(run: RunSummary, facts: RunFacts) -> dict[str, Any]:
    finished = run.finished
    return {
        "id": run.id,
        "name": run.name,
        "state": run.state,
        "exitcode": finished.exitcode if finished is not None else None,
        "signal": finished.signal if finished is not None else None,
        "stopped": finished.stopped if finished is not None else None,
        "started_at": run.started.started_at,
        "seconds": round(run.seconds, 3),
        "command": run.started.command,
        "cwd": run.started.cwd,
        "host": run.started.host,
        "processes": facts.processes,
        "worst": facts.worst,
        "size_bytes": run.size_bytes,
        "recording": str(run.path),
    }
