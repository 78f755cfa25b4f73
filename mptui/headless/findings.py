"""`mptui findings`: what is wrong with a run, read from its recording, also while it lives."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Final

import msgspec

from mptui.errors import MptuiError, exit_status_of
from mptui.export.recorded_events import whole_run
from mptui.headless.finding_lines import finding_lines
from mptui.headless.standard_streams import StandardStreams, silence_standard_output
from mptui.recording.run_facts import KeptFacts, RunFacts
from mptui.recording.runs_folder import path_of_run, runs_folder
from mptui.replay.known_whole import known_whole
from mptui.terminal_text import safe_text
from mptui.wording.counts import counted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mptui.model import Run
    from mptui.model.findings import Finding, Severity
    from mptui.recording.run_summary import RunSummary

EXIT_FOUND: Final = 3
"""Something was found that is as bad as what the user said."""
NOTHING_FOUND: Final = "nothing to report"


def print_findings(source: str, *, is_json: bool, fail_on: Severity | None) -> int:
    """Print what is found in a recording, worst first; returns the exit status.

    Args:
        source: a recording, the name of a run, or `-` for standard input.
        is_json: one JSON array instead of lines for a person.
        fail_on: the least severity that makes it `EXIT_FOUND`; None: nothing does.

    Raises:
        MptuiError: there is no such recording, or it cannot be read.
    """
    findings = _find(source)[1]
    try:
        _write(findings, is_json=is_json)
    except BrokenPipeError:
        silence_standard_output()
        return exit_status_of(None, signal.SIGPIPE)
    is_bad = fail_on is not None and any(one.is_at_least(fail_on) for one in findings)
    return EXIT_FOUND if is_bad else 0


def print_why(summary: RunSummary) -> int:
    """Print how a run fares, or ended, and what is found, worst first; returns 0.

    Args:
        summary: the run.

    Raises:
        MptuiError: its recording cannot be read.
    """
    run, findings = _find(str(summary.path))
    count = counted(run.process_count, "process", "processes")
    streams = StandardStreams()
    try:
        streams.write(
            "stdout",
            f"{safe_text(summary.id)}: {summary.state_text}, {summary.seconds_text}, "
            f"{count}\n".encode(),
        )
        _write(findings, is_json=False, streams=streams)
    except BrokenPipeError:
        silence_standard_output()
        return exit_status_of(None, signal.SIGPIPE)
    return 0


def _find(source: str) -> tuple[Run, tuple[Finding, ...]]:
    known = known_whole(path_of_run(source)) if source != "-" else None
    run, findings = known or whole_run(source)
    found = findings.find(run)
    if source != "-":
        _keep(path_of_run(source), run, found)
    return run, found


def _keep(recording: Path, run: Run, found: Sequence[Finding]) -> None:
    """Let the list of the runs know it too, if this is one of them."""
    if recording.parent == runs_folder():
        kept = KeptFacts()
        kept.keep(recording, RunFacts(run.process_count, found[0].severity if found else "none"))
        kept.write()


def _write(
    findings: Sequence[Finding], *, is_json: bool, streams: StandardStreams | None = None
) -> None:
    streams = streams or StandardStreams()
    if is_json:
        streams.write("stdout", _json_array(findings))
    elif findings:
        has_colour = streams.has_colour and streams.is_terminal("stdout")
        streams.write("stdout", finding_lines(findings, has_colour=has_colour))
    else:
        streams.write("stdout", f"{NOTHING_FOUND}\n".encode())
    streams.flush()
    if streams.trouble is not None:
        raise MptuiError(streams.trouble)


def _json_array(findings: Sequence[Finding]) -> bytes:
    """An object a line, all of it ASCII: what a program chose cannot act on a terminal."""
    objects = ",\n".join(json.dumps(msgspec.structs.asdict(one)) for one in findings)
    return f"[\n{objects}\n]\n".encode("ascii") if findings else b"[]\n"
