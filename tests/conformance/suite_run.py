"""Runs a suite in an interpreter, plainly or under mptui, with its output into pipes."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from tests.conformance.results import SuiteResult, read_outcomes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.conformance.suites import Suite

How = Literal["plainly", "under mptui"]

_INSIDE: Final = Path(__file__).parent / "inside"
_SECONDS_TO_STOP: Final = 20
_DISTORTING: Final = ("PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "MPTUI_RUN")


@dataclass(frozen=True)
class Stand:
    """Where a suite is run: by which Python, from which sources."""

    python: Path
    folder: Path
    """A temporary folder of this run's own."""
    sources: Path | None = None
    """What is copied to the current folder of the tests."""
    imports: Path | None = None
    """One more folder to import test modules from."""

    def run(self, suite: Suite, how: How, only: Sequence[str] = ()) -> SuiteResult:
        """Run a suite, or only some of its tests, to the end or to its limit."""
        results = self.folder / "results"
        results.unlink(missing_ok=True)
        current = self._fresh_current_folder()
        targets = ",".join(suite.targets)
        runner = [str(_INSIDE / suite.runner), str(results), str(self.imports or current), targets]
        command = [str(self.python), *runner, *only]
        if how == "under mptui":
            options = ["--headless", "--python", str(self.python), "--cwd", str(current)]
            command = [sys.executable, "-m", "mptui", "run", *options, *runner, *only]
        log = self.folder / f"{suite.name}.{how.replace(' ', '-')}.log"
        began = time.monotonic()
        ending = _run(command, current, self._environment(), log, suite.limit_seconds)
        return SuiteResult(read_outcomes(results), ending, time.monotonic() - began)

    def _fresh_current_folder(self) -> Path:
        """The same path for every run, because some tests' names and outcomes depend on it."""
        current = self.folder / "current"
        shutil.rmtree(current, ignore_errors=True)
        if self.sources is None:
            current.mkdir()
        else:
            shutil.copytree(self.sources, current)
        return current

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in _DISTORTING}
        return {**kept, "XDG_STATE_HOME": str(self.folder / "state")}


def _run(
    command: Sequence[str], current: Path, environment: dict[str, str], log: Path, limit: int
) -> str:
    # A session of its own, as mptui gives the program, and so without a terminal.
    process = subprocess.Popen(
        command,
        cwd=current,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        output, errors = process.communicate(timeout=limit)
        ending = f"exit status {_as_a_shell_gives_it(process.returncode)}"
    except subprocess.TimeoutExpired:
        ending = f"stopped after {limit} s"
        output, errors = _stop(process)
    except BaseException:
        _stop(process)
        raise
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    log.write_bytes(output + b"\n---- standard error\n" + errors)
    return ending


def _as_a_shell_gives_it(code: int) -> int:
    return code if code >= 0 else 128 - code


def _stop(process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    # mptui ends everything at once when it is asked twice.
    for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        try:
            return process.communicate(timeout=_SECONDS_TO_STOP / 4)
        except subprocess.TimeoutExpired:
            continue
    # Somebody who left the session still holds the pipes.
    return b"", b""
