"""Which cores the program may use, and on which NUMA node they are, as the kernel's files say."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from mptui import events
from mptui.supervisor.samples import core_places
from mptui.supervisor.samples.core_places import allowed_cores, numa_nodes
from tests.running import of_type, run_code

if TYPE_CHECKING:
    from pathlib import Path


def system(folder: Path, online: str, *nodes: str) -> Path:
    (folder / "cpu").mkdir()
    (folder / "cpu" / "online").write_text(f"{online}\n")
    for number, cores in enumerate(nodes):
        (folder / "node" / f"node{number}").mkdir(parents=True)
        (folder / "node" / f"node{number}" / "cpulist").write_text(f"{cores}\n")
    return folder


@pytest.fixture
def _eight_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 8)


@pytest.mark.usefixtures("_eight_cores")
def test_nodes_have_the_cores_that_the_kernel_lists(tmp_path: Path) -> None:
    there = system(tmp_path, "0-7", "0-2,6", "3-5,7", "")
    assert numa_nodes(there) == [[0, 1, 2, 6], [3, 4, 5, 7]]


@pytest.mark.parametrize(
    ("online", "nodes"),
    [
        ("0-7", ["0-7"]),
        ("0-7", []),
        ("0-7", ["what", "is this"]),
        ("0-3,5-8", ["0-3", "5-8"]),
        ("0-5", ["0-2", "3-5"]),
    ],
    ids=["one node", "no nodes", "nonsense", "a core is off", "not as many as Python counts"],
)
@pytest.mark.usefixtures("_eight_cores")
def test_nothing_is_said_of_nodes_where_it_is_not_known(
    online: str, nodes: list[str], tmp_path: Path
) -> None:
    assert numa_nodes(system(tmp_path, online, *nodes)) is None


@pytest.mark.usefixtures("_eight_cores")
def test_an_affinity_leaves_cores_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = system(tmp_path, "0-7")
    monkeypatch.setattr(core_places, "cores_of", lambda _: [2, 3])
    assert allowed_cores(there) == [2, 3]
    monkeypatch.setattr(core_places, "cores_of", lambda _: list(range(8)))
    assert allowed_cores(there) is None
    monkeypatch.setattr(core_places, "cores_of", lambda _: [])
    assert allowed_cores(there) is None
    assert allowed_cores(tmp_path / "nowhere") is None


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="has one core only")
def test_a_run_tells_which_cores_it_may_use() -> None:
    before = os.sched_getaffinity(0)
    first = min(before)
    os.sched_setaffinity(0, {first})
    try:
        (started,) = of_type(events.RunStarted, run_code("pass"))
    finally:
        os.sched_setaffinity(0, before)
    assert started.allowed_cores in ([first], None)
    # Where a core of the machine is switched off nothing is said.
    assert (started.allowed_cores is None) == (core_places._online(core_places.SYSTEM) == [])
