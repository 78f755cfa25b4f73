"""The exercise on a cluster: made here, at an address, and where there is none to be had."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from mptui.dashboard.session.gallery import SCENARIOS
from tests.cluster.real_cluster import RealCluster
from tests.scenarios.running import run_scenario

if TYPE_CHECKING:
    from pathlib import Path

SQUARES = ["[1, 4, 9, 16]"]


@pytest.mark.slow
def test_squares_on_a_cluster_made_here() -> None:
    ran = run_scenario("cluster", "--workers=2", "--tasks=4", "--work=0.01")
    assert (ran.lines, ran.exit_status) == (SQUARES, 0)


@pytest.mark.slow
def test_squares_by_the_workers_of_an_address(tmp_path: Path) -> None:
    with RealCluster(tmp_path, 1) as cluster:
        address = f"--address={cluster.address}"
        ran = run_scenario("cluster", address, "--tasks=4", "--work=0.01")
    assert (ran.lines, ran.exit_status) == (SQUARES, 0)


def test_without_dask_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dask.py").write_text("raise ImportError('there is none')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    ran = run_scenario("cluster")
    said = f"Dask is not installed here: {sys.executable} -m pip install distributed\n"
    assert (ran.errors, ran.exit_status, ran.lines) == (said, 1, [])


def test_an_address_that_is_none_is_said_in_one_line() -> None:
    ran = run_scenario("cluster", "--address=nonsense")
    assert ran.errors.startswith("no scheduler answers at nonsense")
    assert (ran.errors.count("\n"), ran.exit_status) == (1, 1)


@pytest.mark.parametrize(
    ("address", "is_right"),
    [("", True), ("tcp://10.0.0.7:8786", True), ("--help", False), ("10.0.0.7 8786", False)],
)
def test_the_form_takes_an_address(address: str, is_right: bool) -> None:
    (scenario,) = (one for one in SCENARIOS if one.name == "cluster")
    (parameter,) = (one for one in scenario.parameters if one.name == "address")
    assert (parameter.problem(address) is None) is is_right
