"""How busy the cores are, from what the kernel has counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mptui.supervisor.samples import core_loads
from mptui.supervisor.samples.core_loads import CoreLoads

if TYPE_CHECKING:
    from pathlib import Path

ALL = "cpu  9 9 9 9 9 9 9 9 9 9\n"
REST = "intr 5 5 5\nctxt 17\ncpux 1\n"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "stat"
    monkeypatch.setattr(core_loads, "_PATH", str(path))
    return path


def test_a_core_is_busy_when_it_is_not_idle(file: Path) -> None:
    loads = CoreLoads()
    # User, nice, system, idle, waiting for a device, two of interrupts, stolen, two of guests.
    file.write_text(f"{ALL}cpu0 10 0 10 100 10 0 0 0 5 0\ncpu1 0 0 0 50 0 0 0 0 0 0\n{REST}")
    assert loads.read() == []
    file.write_text(f"{ALL}cpu0 35 5 20 150 15 2 3 0 30 0\ncpu1 0 0 0 50 0 0 0 0 0 0\n{REST}")
    assert loads.read() == [45.0, 0.0]
    file.write_text(f"{ALL}cpu0 35 5 20 149 15 2 3 4 30 0\ncpu1 0 0 0 60 0 0 0 0 0 0\n{REST}")
    assert loads.read() == [100.0, 0.0]


def test_hundreds_of_cores_come_in_several_pieces(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core_loads, "_PIECE_BYTES", 37)
    loads = CoreLoads()
    for busy in (0, 30):
        cores = "".join(f"cpu{n} {busy} 0 0 {100 + busy} 0 0 0 0 0 0\n" for n in range(300))
        file.write_text(ALL + cores + REST)
        found = loads.read()
    assert found == [50.0] * 300


@pytest.mark.parametrize("text", ["", "cpu 1\ncpu0 1 2\n", "nothing\n", f"{ALL}cpu0 a b c d e\n"])
def test_what_makes_no_sense_says_nothing(file: Path, text: str) -> None:
    loads = CoreLoads()
    file.write_text(text)
    assert [loads.read() for _ in range(2)] == [[], []]
    file.unlink()
    assert loads.read() == []


def test_this_machine_has_cores() -> None:
    loads = CoreLoads()
    loads.read()
    found = loads.read()
    assert found
    assert all(0.0 <= load <= 100.0 for load in found)
