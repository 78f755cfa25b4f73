"""How many cores a program may use: its affinity, and the CPU limits of its control groups."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from mptui import events
from mptui.supervisor.samples import usable_cores
from mptui.supervisor.samples.usable_cores import CpuLimit, Throttling, limit_in
from tests.running import of_type, run_code

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({"cpu.max": "150000 100000\n"}, 1.5),
        ({"cpu.max": "max 100000\n"}, None),
        ({"cpu.cfs_quota_us": "50000\n", "cpu.cfs_period_us": "100000\n"}, 0.5),
        ({"cpu.cfs_quota_us": "-1\n", "cpu.cfs_period_us": "100000\n"}, None),
        ({"cpu.max": "what is this"}, None),
        ({"cpu.max": "1 0"}, None),
        ({}, None),
    ],
)
def test_the_limit_of_a_group_is_what_its_files_say(
    files: dict[str, str], cores: float | None, tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    limit = limit_in(tmp_path)
    assert (limit.cores if limit else None) == cores


def test_a_limit_leaves_fewer_cores_than_there_are(tmp_path: Path) -> None:
    own = len(os.sched_getaffinity(0))
    assert usable_cores.usable_cores(CpuLimit(0.5, tmp_path)) == 0.5
    assert usable_cores.usable_cores(CpuLimit(1000.0, tmp_path)) == own


def test_the_smallest_limit_around_a_process_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "outer" / "inner"
    inner.mkdir(parents=True)
    (inner.parent / "cpu.max").write_text("100000 100000")
    (inner / "cpu.max").write_text("300000 100000")
    folders = list(usable_cores._upwards(tmp_path, "/outer/inner", "/"))
    assert folders == [inner, inner.parent, tmp_path]
    monkeypatch.setattr(usable_cores, "_group_folders", lambda: iter(folders))
    limit = usable_cores.smallest_limit()
    assert limit is not None
    assert limit.cores == 1.0


def test_a_group_that_lies_outside_of_what_can_be_seen_is_the_outermost_one(tmp_path: Path) -> None:
    assert list(usable_cores._upwards(tmp_path, "/elsewhere", "/own")) == [tmp_path]
    assert list(usable_cores._upwards(tmp_path, "/own/inner", "/own"))[-1] == tmp_path


def test_both_versions_of_groups_are_found_by_their_controllers() -> None:
    groups = usable_cores._own_groups("3:cpu,cpuacct:/one\n0::/two\n")
    assert (groups["cpu"], groups[""]) == ("/one", "/two")


def test_throttling_is_the_part_of_the_periods_since_it_was_asked(tmp_path: Path) -> None:
    statistics = tmp_path / "cpu.stat"
    statistics.write_text("usage_usec 9\nnr_periods 10\nnr_throttled 5\nthrottled_usec 1\n")
    throttling = Throttling(CpuLimit(0.5, statistics))
    assert throttling.percent() == 0.0
    statistics.write_text("nr_periods 30\nnr_throttled 20\n")
    assert throttling.percent() == 75.0
    statistics.unlink()
    assert throttling.percent() == 0.0


def test_a_run_tells_how_many_cores_it_may_use() -> None:
    (started,) = of_type(events.RunStarted, run_code("pass"))
    assert started.usable_cores == usable_cores.usable_cores()
