"""`mptui findings`: what is wrong with a run, read from its recording, also while it lives."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Final

import msgspec

from mptui.errors import EXIT_USAGE, MptuiError, exit_status_of
from mptui.headless.finding_lines import finding_lines
from mptui.headless.standard_streams import StandardStreams, silence_standard_output
from mptui.model import Run
from mptui.model.findings import Findings
from mptui.recording import RecordingReader
from mptui.recording.runs_folder import path_of_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mptui.model.findings import Finding, Severity

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
    findings = _find(source)
    try:
        _write(findings, is_json=is_json)
    except BrokenPipeError:
        silence_standard_output()
        return exit_status_of(None, signal.SIGPIPE)
    is_bad = fail_on is not None and any(one.is_at_least(fail_on) for one in findings)
    return EXIT_FOUND if is_bad else 0


def _find(source: str) -> tuple[Finding, ...]:
    path = None if source == "-" else path_of_run(source)
    name = "standard input" if path is None else str(path)
    run, findings = Run(), Findings()
    is_recording = False
    try:
        with RecordingReader(path) as reader:
            while batch := reader.read():
                is_recording = True
                run.apply(batch, before=findings.note)
    except OSError as error:
        raise MptuiError(f"cannot read {name}: {error.strerror}", EXIT_USAGE) from error
    except MptuiError as error:
        # Of a later version: not a failure here, but another file than was asked for.
        raise MptuiError(error.message, EXIT_USAGE) from error
    if not is_recording:
        raise MptuiError(f"cannot read {name}: it is not a recording of mptui", EXIT_USAGE)
    return findings.find(run)


def _write(findings: Sequence[Finding], *, is_json: bool) -> None:
    streams = StandardStreams()
    if is_json:
        streams.write("stdout", _json_array(findings))
    elif findings:
        has_colour = streams.has_colour and streams.is_terminal("stdout")
        streams.write("stdout", finding_lines(findings, has_colour=has_colour))
    else:
        streams.write("stdout", f"{NOTHING_FOUND}\n".encode())
    streams.flush()


def _json_array(findings: Sequence[Finding]) -> bytes:
    """An object a line, all of it ASCII: what a program chose cannot act on a terminal."""
    objects = ",\n".join(json.dumps(msgspec.structs.asdict(one)) for one in findings)
    return f"[\n{objects}\n]\n".encode("ascii") if findings else b"[]\n"
