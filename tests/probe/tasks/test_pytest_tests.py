"""Each test of pytest's is a task of the process that runs it, under its node id."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from tests.probe.plain_runs import run_plainly
from tests.probe.tasks.rings import rings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.probe.collector import Collector, Outcome
    from tests.probe.tasks.rings import Ring

TESTS = """
import os, pytest, signal, traceback

@pytest.mark.parametrize("number", [1, "x"])
def test_good(number):
    assert not any("_mptui_probe" in frame.filename for frame in traceback.extract_stack())

def test_bad():
    assert 1 == 2

@pytest.mark.xfail
def test_expected():
    assert 0

@pytest.mark.skip
def test_skipped():
    pass

@pytest.fixture
def early():
    raise KeyError("early")

@pytest.fixture
def late():
    yield
    raise ValueError("late")

def test_setup(early):
    pass

def test_teardown(late):
    pass

class TestClass:
    def test_method(self):
        pass
"""
EXPECTED = {
    ("test_it.py::test_good", "1", None),
    ("test_it.py::test_good", "x", None),
    ("test_it.py::test_bad", "", "failed"),
    ("test_it.py::test_expected", "", None),
    ("test_it.py::test_setup", "", "failed"),
    ("test_it.py::test_teardown", "", "failed"),
    ("test_it.py::TestClass::test_method", "", None),
}
NODE_IDS_OF_PYTEST_9_2 = """
from _pytest.reports import BaseReport

def keep(report, node):
    report.__dict__["_id"] = node

BaseReport.nodeid = property(lambda report: report.__dict__["_id"], keep)
"""
PYTEST = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly", "-q")


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    (tmp_path / "test_it.py").write_text(TESTS)
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("PYTEST")]:
        monkeypatch.delenv(name)
    return (*PYTEST, "test_it.py")


def seen_in(collector: Collector, outcome: Outcome) -> set[tuple[str | None, str, str | None]]:
    found = found_rings(collector, outcome)
    assert all(ring.begun == ring.finished for ring in found)
    tasks = [task for ring in found for task in ring.tasks]
    assert len(tasks) == len(EXPECTED)
    return {(task.label, task.texts.item if task.texts else "", task.error) for task in tasks}


def found_rings(collector: Collector, outcome: Outcome) -> list[Ring]:
    assert not outcome.of("fault")
    assert {record["by"] for record in outcome.of("ring")} == {"pytest"}
    return rings(collector, outcome, "pytest")


def test_tests_are_tasks_and_fail_as_pytest_says(
    collector: Collector, command: tuple[str, ...]
) -> None:
    outcome = collector.run(command)
    plain = run_plainly(command)
    assert outcome.exit_status == plain.returncode == 1
    assert without_times(outcome.text()) == without_times(plain.stdout)
    assert seen_in(collector, outcome) == EXPECTED


def test_reports_that_have_their_node_id_as_a_property(
    collector: Collector, command: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "conftest.py").write_text(NODE_IDS_OF_PYTEST_9_2)
    outcome = collector.run(command)
    assert outcome.exit_status == 1
    assert seen_in(collector, outcome) == EXPECTED


def test_workers_of_xdist_run_them_and_their_master_does_not(
    collector: Collector, command: tuple[str, ...]
) -> None:
    pytest.importorskip("xdist")
    outcome = collector.run((*command, "-n2"))
    assert outcome.exit_status == 1
    assert seen_in(collector, outcome) == EXPECTED
    assert outcome.pid not in {record["pid"] for record in outcome.of("ring")}


def test_more_tests_than_a_ring_has_names_for_go_into_several(
    collector: Collector, command: tuple[str, ...], tmp_path: Path
) -> None:
    name = "x" * 150
    text = "".join(f"def test_{name}_{number}(): pass\n" for number in range(400))
    (tmp_path / "test_it.py").write_text(text)
    outcome = collector.run(command)
    assert outcome.exit_status == 0
    found = found_rings(collector, outcome)
    assert len(found) > 1
    labels = {task.label for ring in found for task in ring.tasks}
    assert len(labels) == 400
    assert None not in labels


def without_times(text: str) -> str:
    return text.rpartition(" in ")[0]
