"""Run CPython's own tests, loky's and joblib's, plainly and under mptui, side by side.

The exit status is 1 if any test ends differently under mptui, else 0.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.conformance import report
from tests.conformance.comparison import compare
from tests.conformance.interpreter_under_test import Interpreter, examine
from tests.conformance.packages import CannotFetchError
from tests.conformance.stands import NotHereError, stand_for
from tests.conformance.suites import SAMPLE, SUITES
from tests.interpreters import supported_interpreters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.conformance.suites import Suite


def main() -> int:
    """Run what the command line asks for."""
    arguments = _parse()
    # A shell starts what it puts in the background with SIGINT ignored, and the tests would see it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    at_hand = [examine(python) for python in supported_interpreters().values()]
    wanted = [_interpreter(name, at_hand) for name in arguments.python] or at_hand
    named = [suite for suite in (*SUITES, *SAMPLE) if suite.name in arguments.suite]
    suites = named or (SAMPLE if arguments.sample else SUITES)
    keep = Path(arguments.logs) if arguments.logs else None
    outcomes = [_run_all(each, suites, at_hand, keep) for each in wanted]
    return 0 if all(outcomes) else 1


def _parse() -> argparse.Namespace:
    names = [suite.name for suite in (*SUITES, *SAMPLE)]
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument(
        "--python", action="append", default=[], help="a path or 3.N (default: all)"
    )
    parser.add_argument(
        "--suite", action="append", default=[], choices=names, metavar="NAME", help="only this"
    )
    parser.add_argument("--sample", action="store_true", help="only what takes seconds")
    parser.add_argument("--logs", metavar="FOLDER", help="keep what the suites printed")
    return parser.parse_args()


def _interpreter(name: str, at_hand: Sequence[Interpreter]) -> Interpreter:
    known = [
        interpreter for interpreter in at_hand if name in (interpreter.series, interpreter.version)
    ]
    return known[0] if known else examine(name)


def _run_all(
    interpreter: Interpreter,
    suites: Sequence[Suite],
    lenders: Sequence[Interpreter],
    logs: Path | None,
) -> bool:
    _say(report.header(interpreter.version))
    holds = True
    for suite in suites:
        with tempfile.TemporaryDirectory(prefix="mptui-", ignore_cleanup_errors=True) as folder:
            holds &= _run_one(interpreter, suite, lenders, Path(folder))
            if logs is not None:
                _keep_logs(Path(folder), logs / interpreter.version)
    return holds


def _run_one(
    interpreter: Interpreter, suite: Suite, lenders: Sequence[Interpreter], folder: Path
) -> bool:
    _say(report.title(suite.name))
    try:
        found, stand = stand_for(interpreter, suite, lenders, folder)
    except (NotHereError, CannotFetchError) as error:
        _say(report.left_out(str(error)))
        return not isinstance(error, CannotFetchError)
    both = compare(found, stand.run)
    _say(report.row(both))
    return both.holds


def _keep_logs(folder: Path, logs: Path) -> None:
    logs.mkdir(parents=True, exist_ok=True)
    for log in folder.glob("*.log"):
        shutil.copy(log, logs)


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
