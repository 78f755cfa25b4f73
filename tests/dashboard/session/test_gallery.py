"""The catalogue of scenarios against the scenarios themselves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mptui.dashboard.presentation.chrome.source import read_source
from mptui.dashboard.session.gallery import SCENARIOS, Scenario, gallery_panes
from mptui.dashboard.session.parameter import defaults, first_problem

each_scenario = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


def test_panes_are_the_scenarios_in_the_order_of_their_keys() -> None:
    panes = gallery_panes("/")
    assert [pane.request.scenario for pane in panes] == [
        "processes",
        "pool",
        "workers",
        "four_numbers",
        "speedup",
        "threads",
        "cluster",
        "killed_worker",
        "slow_consumer",
        "deadlock",
        "crash_loop",
        "chunk_sizes",
    ]
    assert all(pane.request.on_disconnect == "stop" and not pane.autostart for pane in panes)
    assert all(pane.request.command == (sys.executable, str(pane.source)) for pane in panes)


def test_every_program_of_the_gallery_has_a_pane() -> None:
    folder = SCENARIOS[0].path.parent
    files = {path.name for path in folder.glob("*.py")} - {"__init__.py"}
    assert files == {scenario.file for scenario in SCENARIOS}


@each_scenario
def test_scenario_explains_itself(scenario: Scenario) -> None:
    source = read_source(scenario.path)
    assert len(source.explanation) > 100
    assert source.lines


@each_scenario
def test_scenario_takes_every_parameter_of_its_form(scenario: Scenario) -> None:
    told = subprocess.run(
        [sys.executable, scenario.path, "--help"], capture_output=True, text=True, check=True
    )
    for parameter in scenario.parameters:
        assert f"--{parameter.name} " in told.stdout
    assert told.stdout.count("\n  --") == len(scenario.parameters)


@each_scenario
def test_defaults_of_the_form_are_right(scenario: Scenario) -> None:
    assert first_problem(scenario.parameters, defaults(scenario.parameters)) is None


def test_scenarios_run_where_mptui_was_started() -> None:
    assert {pane.request.cwd for pane in gallery_panes()} == {str(Path.cwd())}
