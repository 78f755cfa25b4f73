"""What holds for every test: recordings of its own, and an environment that distorts nothing."""

from __future__ import annotations

import gc
import os
import signal
from typing import TYPE_CHECKING

import pytest

from mptui.settings import SETTINGS
from tests.process_table import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator

WORKERS_A_CORE = 2
"""Most tests wait for a process, a terminal or a condition."""

# Everything that was imported is looked through again and again, for a fifth of the whole time.
gc.set_threshold(100_000, 50, 100)

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Who was started in the background ignores Ctrl-C, and so would all that the tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:  # noqa: ARG001  # the hook's
    """How many workers `-n auto` makes."""
    return WORKERS_A_CORE * len(os.sched_getaffinity(0))


@pytest.fixture(autouse=True)
def _own_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
    for name in (*(setting.variable for setting in SETTINGS), "MPTUI_CONFIG", "COLORFGBG"):
        monkeypatch.delenv(name, raising=False)
    # Both change what a program writes and when by factors; NO_COLOR changes every picture.
    for name in ("PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "NO_COLOR", "MPTUI_RUN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def mark(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mark]:
    """A mark on every process that the test starts; none of them outlives it."""
    mark = Mark(monkeypatch)
    yield mark
    mark.kill_all()
