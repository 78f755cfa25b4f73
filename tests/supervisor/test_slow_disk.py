"""A disk that does not answer holds up nothing but what is written to it."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from mptui import events
from mptui.supervisor.supervised_run import SupervisedRun
from tests.process_table import wait_until
from tests.running import of_type, printed, read_recording, request_for
from tests.supervisor.altering import alter_supervisor

if TYPE_CHECKING:
    from pathlib import Path

    from tests.process_table import Mark

STALLED = """
import os, time
import mptui.recording.file_thread as file_thread
write, stall, stalled = os.write, {stall!r}, {stalled!r}
def write_all(descriptor, piece):
    if b"ready" in piece:
        open(stalled, "w").close()
    while os.path.exists(stalled) and os.path.exists(stall):
        time.sleep(0.01)
    return plainly(descriptor, piece)
plainly, file_thread.write_all = file_thread.write_all, write_all
"""
PROGRAM = """
import os, sys, time
print("ready", flush=True)
while not os.path.exists(sys.argv[1]): time.sleep(0.01)
for _ in range(3000): os.write(1, b"x" * 999 + b"\\n")  # More than any pipe holds.
open(sys.argv[2], "w").close()
if len(sys.argv) > 3: time.sleep(1000)
sys.exit(7)
"""


@pytest.fixture
def stall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file; while it is there, nothing is written once the program is ready."""
    stall = tmp_path / "stall"
    stall.touch()
    body = STALLED.format(stall=str(stall), stalled=str(tmp_path / "stalled"))
    alter_supervisor(monkeypatch, tmp_path / "altered", body)
    return stall


def start(tmp_path: Path, *more: str) -> SupervisedRun:
    paths = [str(tmp_path / name) for name in ("stalled", "done")]
    return SupervisedRun.start(request_for(sys.executable, "-c", PROGRAM, *paths, *more))


def test_the_program_goes_on_and_nothing_is_lost(tmp_path: Path, stall: Path) -> None:
    run = start(tmp_path)
    wait_until((tmp_path / "done").exists, "the program did not wait for the disk")
    stall.unlink()
    assert run.wait() == 7
    assert run.trouble is None
    run.detach()
    recorded = read_recording(run.recording)
    assert printed(recorded, 0).count(b"x") == 3000 * 999
    assert not of_type(events.EventsDropped, recorded)
    assert isinstance(recorded[-1], events.RunFinished)


def test_the_program_can_be_stopped_and_its_end_is_reported_in_time(
    tmp_path: Path, stall: Path, mark: Mark
) -> None:
    run = start(tmp_path, "stays")
    wait_until((tmp_path / "done").exists, "the program did not wait for the disk")
    run.stop()
    assert run.wait() == 128 + signal.SIGTERM
    assert stall.exists(), "nobody waited for the disk"
    assert run.trouble == "the disk does not answer"
    run.detach()
    wait_until(lambda: not mark.pids(), "nothing is left")
    assert os.path.exists(run.recording)  # noqa: PTH110
