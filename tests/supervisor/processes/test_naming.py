"""A command line says what a process is, for each library that the probe knows as well."""

from __future__ import annotations

import importlib
import os
import sys

import pytest

from mptui.probe._mptui_probe import LIBRARIES, modules_with
from mptui.supervisor.processes.naming import (
    FORK_SERVER,
    Description,
    changes_title,
    describe,
    describe_unreported_fork,
)

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


@pytest.mark.parametrize(
    "options",
    [
        ("-X", "dev", "-W", "error", "-bb"),
        ("-Xdev", "-Werror", "-bbsE", "-OO", "-X", "importtime=1", "-W", "ignore::UserWarning"),
        ("--check-hash-based-pycs", "always", "-I"),
        (),
    ],
)
def test_a_helper_is_known_behind_the_options_of_its_interpreter(options: tuple[str, ...]) -> None:
    tracker = "from multiprocessing.resource_tracker import main;main(5)"
    server = "from multiprocessing.forkserver import main; main(3, 5, ['__main__'])"
    assert describe(["python", *options, "-c", tracker]).name == "resource tracker"
    assert describe(["python", *options, "-c", server]) == FORK_SERVER
    worker = ("-m", "loky.backend.popen_loky_posix", "--process-name", "LokyProcess-1")
    assert describe(["python", *options, *worker]).role == "worker"


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["-X", "dev", "train.py", "-m", "fast"], "train.py"),
        (["-bb", "folder/train.py", "-c", "settings"], "train.py"),
        (["-Wc", "train.py"], "train.py"),
        (["-Im", "package.module"], "package.module"),
        (["-mpackage.module", "x"], "package.module"),
        (["-Bc", "pass"], "python -c"),
        (["-cpass"], "python -c"),
        (["-X", "dev"], "python3.13"),
        (["-"], "python3.13"),
        ([], "python3.13"),
        # What a program is given is no sign of what it is.
        (["say.py", "from multiprocessing.resource_tracker import main"], "say.py"),
    ],
)
def test_a_program_of_python_s_is_called_by_what_it_runs(arguments: list[str], name: str) -> None:
    assert describe(["/usr/bin/python3.13", *arguments]) == Description("other", name)


def test_forks_that_nobody_reports_are_told_apart_by_their_pids() -> None:
    main = Description("main", "train.py")
    assert describe_unreported_fork(main, 4711) == Description("worker", "process 4711")
    assert describe_unreported_fork(FORK_SERVER, 4711) == Description(
        "worker", "fork server's worker 4711"
    )


@pytest.mark.parametrize(
    ("argv", "name"),
    [
        ([sys.executable, "/usr/bin/dask", "worker", "tcp://10.0.0.1:8786"], "dask worker"),
        ([sys.executable, "-m", "dask", "scheduler"], "dask scheduler"),
        ([sys.executable, "/usr/bin/dask", "--version"], "dask"),
        ([sys.executable, "train.py", "worker"], "train.py"),
        ([sys.executable, "/lib/ray/_private/workers/default_worker.py", "--port=1"], "ray worker"),
        (["ray::square", "", ""], "ray::square"),
    ],
)
def test_a_program_of_several_parts_is_named_with_its_part(argv: list[str], name: str) -> None:
    assert describe(argv).name == name


def test_a_worker_of_ray_is_one_and_says_what_it_does() -> None:
    worker = [sys.executable, "/lib/ray/_private/workers/default_worker.py"]
    assert describe(worker).role == describe(["ray::Counter.add"]).role == "worker"
    assert changes_title(worker)
    assert changes_title(["ray::IDLE", ""])
    assert not changes_title([sys.executable, "train.py", "ray"])
