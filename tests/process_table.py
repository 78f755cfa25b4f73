"""An outside look at the process table: who is there that carries a mark in its environment."""

from __future__ import annotations

import os
import signal
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT_SECONDS = 20.0


class Mark:
    """A value in the environment that every process of a test inherits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._needle = f"MPTUI_TEST_MARK={uuid.uuid4().hex}".encode()
        name, _, value = self._needle.decode().partition("=")
        monkeypatch.setenv(name, value)

    def pids(self) -> list[int]:
        """The marked processes that are alive (zombies have no environment)."""
        return [int(folder.name) for folder in Path("/proc").glob("[0-9]*") if self._is_on(folder)]

    def kill_all(self) -> None:
        """Kill the marked processes, some of which may be ending by themselves."""
        for pid in self.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _is_on(self, folder: Path) -> bool:
        try:
            return self._needle in (folder / "environ").read_bytes()
        except OSError:
            return False


def wait_until(is_so: Callable[[], object], what: str, seconds: float = LIMIT_SECONDS) -> None:
    """Wait for a condition, and say what never came."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            pytest.fail(f"waited {seconds} s in vain: {what}")
        time.sleep(0.01)
