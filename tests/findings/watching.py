"""A real program under the real supervisor, and what is found about it while it runs."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import mptui
from mptui.model import Run
from mptui.model.findings import Finding, Findings
from mptui.recording import RecordingReader
from mptui.supervisor.supervised_run import SupervisedRun
from tests.running import request_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.supervisor.request import RunRequest

LIMIT_SECONDS = 100.0
SCENARIOS = Path(mptui.__file__).parent / "scenarios"


class Watched:
    """A run, folded as its events come."""

    def __init__(self, run: SupervisedRun, reader: RecordingReader) -> None:
        self._run = run
        self._reader = reader
        self._deadline = time.monotonic() + LIMIT_SECONDS
        self._found: dict[str, Finding] = {}
        self.state, self._findings = Run(), Findings()

    def finds(self, rule: str) -> Finding:
        """What this rule finds, as soon as it finds anything."""
        while rule not in self._found and self._look():
            pass
        assert rule in self._found, self._found
        return self._found[rule]

    def ends(self) -> dict[str, Finding]:
        """All that was found at any time, by rule, when the program has ended."""
        while self._look():
            pass
        return self._found

    def becomes(self, rule: str, severity: str) -> Finding:
        """What this rule finds, as soon as it is so bad."""
        while (found := self.now().get(rule)) is None or found.severity != severity:
            assert self._look(), self._found
        return found

    def now(self) -> dict[str, Finding]:
        """What is found when one looks at the state as it is now."""
        return {finding.kind: finding for finding in self._findings.find(self.state)}

    def goes_on(self) -> bool:
        """Wait for news, after which everything may be found in other words; false at the end."""
        return self._look()

    def _look(self) -> bool:
        """Fold what is new and look what is found; false when there will be nothing new."""
        if time.monotonic() > self._deadline:
            pytest.fail(f"nothing of it in {LIMIT_SECONDS} s; found: {self._found}")
        is_over = not self._run.wait_for_news()
        while events := self._reader.read():
            self.state.apply(events, before=self._findings.note)
        self._found.update(self.now())
        return not is_over


@contextmanager
def watching(*command: str | RunRequest, stdin: int | None = None) -> Iterator[Watched]:
    """Start a program; whatever is left of it is killed in the end.

    Args:
        command: the program and its arguments, or what is requested of the supervisor.
        stdin: a descriptor that becomes its standard input.
    """
    (first, *rest) = command
    if isinstance(first, str):
        first = request_for(first, *map(str, rest))
    run = SupervisedRun.start(first, stdin)
    try:
        with RecordingReader(run.recording) as reader:
            yield Watched(run, reader)
    finally:
        run.kill()
        run.wait()
        run.detach()


@contextmanager
def watching_code(code: str) -> Iterator[Watched]:
    """Start what is a program of its own."""
    with watching(sys.executable, "-c", code) as watched:
        yield watched


@contextmanager
def watching_scenario(name: str, *options: str) -> Iterator[Watched]:
    """Start one of the gallery's programs."""
    with watching(sys.executable, str(SCENARIOS / f"{name}.py"), *options) as watched:
        yield watched
