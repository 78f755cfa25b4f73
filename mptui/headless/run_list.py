"""`mptui ls` and `mptui rm`: the runs that there are, live and over, as lines or as JSON."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final

from mptui.errors import EXIT_USAGE, MptuiError
from mptui.headless.standard_streams import StandardStreams, silence_standard_output
from mptui.model import Run
from mptui.model.findings import Findings
from mptui.recording import RecordingReader
from mptui.recording.run_summary import recorded_runs, summary_of_run
from mptui.recording.runs_folder import (
    KEPT_BYTES,
    KEPT_RECORDINGS,
    remove_recording,
    runs_folder,
)
from mptui.terminal_text import safe_text
from mptui.wording.counts import counted
from mptui.wording.sizes import bytes_text, size_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mptui.recording.run_summary import RunSummary

FOLDED_BYTES: Final = 512 * 1024
"""What is wrong with a run is looked for only in recordings up to this size: it takes 0.1 s."""
_DAY_SECONDS: Final = 24 * 3600
_HEAD: Final = ("NAME", "STATE", "TIME", "PROCESSES", "WORST", "SIZE", "STARTED", "ID")
_NAME_CELLS: Final = 24


def print_runs(*, most: int, is_json: bool) -> int:
    """Print the runs, the newest first; returns the exit status.

    Args:
        most: so many at most.
        is_json: one JSON array instead of a table.
    """
    runs = recorded_runs()
    try:
        _write(runs[:most], is_json=is_json, left_out=max(0, len(runs) - most))
    except BrokenPipeError:
        silence_standard_output()
    return 0


def remove_runs(names: Sequence[str], *, older_days: float | None) -> int:
    """Remove recordings of runs that are over; returns the exit status.

    Args:
        names: of runs, or files.
        older_days: all that ended so many days ago, too; None: none.

    Raises:
        MptuiError: one of them is not there, lives, or cannot be removed; the others are left then.
    """
    runs = {run.path: run for run in map(summary_of_run, names)}
    if older_days is not None:
        oldest = time.time() - older_days * _DAY_SECONDS
        runs |= {
            run.path: run
            for run in recorded_runs()
            if run.state != "live" and run.path.stat().st_mtime < oldest
        }
    for run in runs.values():
        if run.state == "live":
            raise MptuiError(f"{run.id} is live: mptui stop {run.id} ends it", EXIT_USAGE)
    for run in runs.values():
        try:
            remove_recording(run.path)
        except OSError as error:
            raise MptuiError(f"cannot remove {run.path}: {error.strerror}") from error
    streams = StandardStreams()
    streams.write("stdout", f"removed {counted(len(runs), 'run')}\n".encode())
    streams.flush()
    return 0


def _write(runs: Sequence[RunSummary], *, is_json: bool, left_out: int) -> None:
    streams = StandardStreams()
    facts = [(run, *_folded(run)) for run in runs]
    if is_json:
        objects = ",\n".join(json.dumps(_as_object(*one)) for one in facts)
        streams.write("stdout", (f"[\n{objects}\n]\n" if objects else "[]\n").encode("ascii"))
    elif not runs:
        streams.write("stdout", f"no runs in {runs_folder()}\n".encode())
    else:
        rows = [_HEAD, *(_row(*one) for one in facts)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            streams.write("stdout", f"{'  '.join(cells).rstrip()}\n".encode())
        more = f"{left_out} older not shown (-n); " if left_out else ""
        streams.write(
            "stdout",
            f"{more}kept are the newest {KEPT_RECORDINGS} or {size_text(KEPT_BYTES)}, in "
            f"{runs_folder()}\n".encode(),
        )
    streams.flush()


def _folded(run: RunSummary) -> tuple[int | None, str | None]:
    """How many processes a run made, and the severity of what is worst; None: not looked for."""
    if run.size_bytes > FOLDED_BYTES:
        return None, None
    state, findings = Run(), Findings()
    try:
        with RecordingReader(run.path) as reader:
            while batch := reader.read():
                state.apply(batch, before=findings.note)
    except (OSError, MptuiError):
        return None, None
    found = findings.find(state)
    return state.process_count, found[0].severity if found else "none"


def _row(run: RunSummary, processes: int | None, worst: str | None) -> tuple[str, ...]:
    return (
        safe_text(run.name, _NAME_CELLS),
        run.state_text,
        run.seconds_text,
        "?" if processes is None else str(processes),
        {None: "?", "none": "-"}.get(worst, worst or "?"),
        bytes_text(run.size_bytes),
        run.started_text,
        safe_text(run.id),
    )


def _as_object(run: RunSummary, processes: int | None, worst: str | None) -> dict[str, Any]:
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
        "processes": processes,
        "worst": worst,
        "size_bytes": run.size_bytes,
        "recording": str(run.path),
    }
