"""Runs without a supervisor: a named history, written to a recording when a test says so."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from mptui import events as ev

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mptui.errors import MptuiError
    from mptui.supervisor.request import RunRequest


class ToldRun:
    """A run whose recording grows as the test tells it."""

    def __init__(self, request: RunRequest, recording: Path, history: Sequence[ev.Event]) -> None:
        self.request = request
        self.recording = recording
        self.trouble: str | None = None
        self.has_ended = False
        self.exit_status: int | None = None
        self.is_lost = False
        self.calls: list[str] = []
        """What the dashboard asked of it."""
        self._history = list(history)
        self._has_news = threading.Condition()
        self._news_count = 0
        self._is_over = False
        recording.touch()

    def wait_for_news(self) -> bool:
        with self._has_news:
            self._has_news.wait_for(lambda: self._news_count or self._is_over)
            if self._news_count:
                self._news_count -= 1
                return True
            return False

    def stop(self) -> None:
        self.calls.append("stop")

    def interrupt(self) -> None:
        self.calls.append("interrupt")

    def kill(self) -> None:
        self.calls.append("kill")

    def leave(self) -> None:
        self.calls.append("leave")

    def send_signal(self, process: int, number: int, *, is_tree: bool) -> None:
        self.calls.append(f"signal {process} {number}{' tree' if is_tree else ''}")

    def read_stacks(self, process: int | None = None, *, native: bool = False) -> None:
        word = "native-stacks" if native else "stacks"
        self.calls.append(word if process is None else f"{word} {process}")

    def send_input(self, text: str) -> None:
        self.calls.append(f"input {text!r}")

    def end_input(self) -> None:
        self.calls.append("end-input")

    def detach(self) -> None:
        self.calls.append("detach")

    def tell(self, *events: ev.Event) -> None:
        """Let these happen; without any: the rest of the history."""
        told = events or self._history
        with self.recording.open("ab") as file:
            file.write(b"".join(ev.encode(event) for event in told))
        with self._has_news:
            self._news_count += 1
            self._has_news.notify()

    def end(self) -> None:
        """The supervisor ends."""
        with self._has_news:
            self._is_over = True
            self._has_news.notify()


class Teller:
    """Starts told runs; stands where the supervisor's client stands.

    Args:
        folder: where the recordings go.
        history: what each run will have to tell.
    """

    def __init__(self, folder: Path, history: Sequence[ev.Event]) -> None:
        self.runs: list[ToldRun] = []
        self.error: MptuiError | None = None
        """Raised instead of starting anything."""
        self.is_held = threading.Event()
        """Starting takes as long as this is not set."""
        self.is_held.set()
        self._folder = folder
        self.history = history

    def __call__(self, request: RunRequest) -> ToldRun:
        self.is_held.wait()
        if self.error is not None:
            raise self.error
        recording = self._folder / f"{len(self.runs)}.jsonl"
        self.runs.append(ToldRun(request, recording, self.history))
        return self.runs[-1]

    def end(self) -> None:
        """Let every thread that still waits go."""
        self.is_held.set()
        for run in self.runs:
            run.end()
