"""The process that asks the driver, with a module in place of the driver's."""

from __future__ import annotations

import importlib.util
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from mptui.events import GpuSample
from mptui.supervisor.gpus import reader_line
from mptui.supervisor.gpus.gpu_reader import PidUse, read_gpus

if TYPE_CHECKING:
    from mptui.supervisor.gpus.gpu_reader import GpuReading
    from mptui.supervisor.gpus.reader_line import ReaderLine

FAKE: Final = Path(__file__).parent / "fake_driver"
LIMIT_SECONDS: Final = 30.0


def fake_driver() -> Any:
    spec = importlib.util.spec_from_file_location("fake_pynvml", FAKE / "pynvml.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def first_reading(line: ReaderLine) -> GpuReading | None:
    """The first reading, or None at the end of the reader."""
    deadline = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < deadline:
        reading = line.newest()
        if reading is not None or not line.is_open:
            return reading
        time.sleep(0.01)
    pytest.fail("no reading came")


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The module that stands for the driver's can be imported, here and in the reader."""
    monkeypatch.syspath_prepend(str(FAKE))
    arguments = ["-c", f"import sys; sys.path.insert(0, {str(FAKE)!r});"
                 "from mptui.supervisor.gpus.gpu_reader import main; main()"]  # fmt: skip
    monkeypatch.setattr(reader_line, "interpreter_arguments", lambda _: arguments)
    return monkeypatch


def reap() -> None:
    """Wait for the reader, as the supervisor does for whatever it has started."""
    deadline = time.monotonic() + LIMIT_SECONDS
    while os.waitpid(-1, os.WNOHANG)[0] == 0:
        assert time.monotonic() < deadline, "the reader never ended"
        time.sleep(0.01)


def test_what_the_driver_does_not_know_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_DRIVER_PID", "77")
    reading = read_gpus(fake_driver())
    assert reading.gpus == {
        0: GpuSample("NVIDIA H100", 42.0, 3 * 2**30, 80 * 2**30),
        1: GpuSample("NVIDIA H100 MIG", None, 4 * 2**30, 80 * 2**30),
    }
    assert reading.uses == [
        # The newest of its samples counts; who has none, though others have, did nothing.
        PidUse(77, 0, 2**30, 40.0),
        PidUse(999_999_999, 0, 2**30, 0.0),
        PidUse(77, 1, None, None),
        PidUse(999_999_999, 1, 2**30, None),
    ]


@pytest.mark.usefixtures("driver")
def test_reader_writes_readings_and_ends_with_its_line() -> None:
    line = reader_line.start_reader()
    assert line is not None
    reading = first_reading(line)
    assert reading is not None
    assert list(reading.gpus) == [0, 1]
    line.close()
    reap()


def test_reader_that_cannot_ask_the_driver_ends_and_says_nothing(
    driver: pytest.MonkeyPatch,
) -> None:
    driver.setenv("FAKE_DRIVER", "broken")
    line = reader_line.start_reader()
    assert line is not None
    assert first_reading(line) is None
    assert not line.is_open
    reap()


def test_without_the_extra_no_reader_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert reader_line.start_reader() is None
