"""A command line says what a process is, for each library that the probe knows as well."""

from __future__ import annotations

import importlib
import os
import sys

import pytest

from mptui.probe._mptui_probe import LIBRARIES, modules_with
from mptui.supervisor.processes.naming import FORK_SERVER, Description, describe

SPAWNED = Description("worker", "spawned process")
LAUNCHED_BY_NAME = [name for name in modules_with("popen") if not name.endswith(".popen_fork")]
"""Modules that are run by `-m` in a new worker."""
LIKE_MULTIPROCESSING = [name for name, modules in LIBRARIES.items() if "popen_fork" in modules]


def of_code(code: str) -> Description:
    return describe([sys.executable, "-s", "-E", "-c", code, "--multiprocessing-fork"])


@pytest.mark.parametrize("library", LIKE_MULTIPROCESSING)
def test_processes_of_libraries_like_multiprocessing_are_known(library: str) -> None:
    assert of_code(f"from {library}.spawn import spawn_main; spawn_main(pipe_handle=5)") == SPAWNED
    code = f"from {library}.forkserver import main; main(3, 5, ['__main__'])"
    assert of_code(code) == FORK_SERVER
    for tracker in ("resource_tracker", "semaphore_tracker"):
        code = f"from {library}.{tracker} import main;main(5)"
        assert of_code(code) == Description("helper", "resource tracker")


@pytest.mark.parametrize("library", LIKE_MULTIPROCESSING)
def test_the_command_that_a_library_makes_itself_is_known(library: str) -> None:
    pytest.importorskip(library)
    spawn = importlib.import_module(f"{library}.spawn")
    command = [os.fsdecode(argument) for argument in spawn.get_command_line(pipe_handle=5)]
    assert describe(command) == SPAWNED


@pytest.mark.parametrize("module", LAUNCHED_BY_NAME)
def test_processes_that_are_launched_by_a_module_are_known(module: str) -> None:
    command = [sys.executable, "-m", module, "--process-name", "LokyProcess-1", "--pipe", "5"]
    assert describe(command) == Description("worker", "loky process")
    tracker = f"from {module.rpartition('.')[0]}.resource_tracker import main; main(5, False)"
    assert of_code(tracker) == Description("helper", "resource tracker")


def test_each_library_that_makes_processes_is_compared() -> None:
    compared = {f"{library}.popen_fork" for library in LIKE_MULTIPROCESSING} | {*LAUNCHED_BY_NAME}
    assert compared == set(modules_with("popen"))
    assert set(modules_with("process")) == {f"{name}.process" for name in LIKE_MULTIPROCESSING}
