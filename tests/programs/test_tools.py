"""Tools that developers run every day, each with two workers."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.programs.watching import as_written, in_any_order, run_alike, without_durations

if TYPE_CHECKING:
    from tests.process_table import Mark
    from tests.programs.watching import Watched

pytestmark = pytest.mark.timeout(400)

UNTIDY = """\
import os, sys
def total( values ):
  result = {  'sum': sum(values) }
  return result
"""

SUITE = """\
import subprocess
import sys

import pytest


@pytest.mark.parametrize("number", range(6))
def test_number(number):
    print("looking at", number)
    assert number != 4


def test_child(capfd):
    subprocess.run([sys.executable, "-c", "print('captured')"], check=True)
    assert capfd.readouterr().out == "captured\\n"
"""

EXTENSION = """\
#include <Python.h>
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "part%(number)d", 0, -1, 0};
PyMODINIT_FUNC PyInit_part%(number)d(void) { return PyModule_Create(&module); }
"""

SETUP = """\
from setuptools import Extension, setup

parts = [Extension(f"part{number}", [f"part{number}.c"]) for number in range(3)]
setup(name="parts", version="1", ext_modules=parts, py_modules=[])
"""


@pytest.fixture
def untidy(tmp_path: Path) -> Path:
    folder = tmp_path / "untidy"
    folder.mkdir()
    for number in range(6):
        (folder / f"module_{number}.py").write_text(UNTIDY)
    return folder


def worker_names(watched: Watched) -> list[str]:
    return sorted(process.name for process in watched.workers())


def codes(watched: Watched) -> set[int | None]:
    return {process.exitcode for process in watched.processes[1:]}


def tool(python: str, name: str) -> str:
    return str(Path(python).with_name(name))


def test_black_checks_a_folder_with_two_workers(
    each_environment: str, untidy: Path, mark: Mark
) -> None:
    command = [tool(each_environment, "black"), "--check", "-W", "2", "untidy"]
    watched = run_alike(command, untidy.parent, mark)
    assert watched.main.name == "black"
    assert watched.main.exitcode == 1
    assert worker_names(watched) == ["ForkProcess-1", "ForkProcess-2"]


def test_flake8_checks_a_folder_with_two_workers(
    each_environment: str, untidy: Path, mark: Mark
) -> None:
    command = [tool(each_environment, "flake8"), "-j", "2", "untidy"]
    watched = run_alike(command, untidy.parent, mark, normal=as_written)
    assert watched.main.exitcode == 1
    assert worker_names(watched) == ["ForkPoolWorker-1", "ForkPoolWorker-2"]


def test_pytest_runs_tests_on_two_workers(
    each_environment: str, tmp_path: Path, mark: Mark
) -> None:
    watched = _run_suite(each_environment, tmp_path, mark)
    assert watched.main.exitcode == 1
    below_main = [process for process in watched.processes if process.parent == 0]
    assert len(below_main) == 2
    # The child of the last test belongs to the worker that ran it, which kept its output.
    below_workers = [process for process in watched.processes if process.parent in (1, 2)]
    (child,) = [process for process in below_workers if process.name == "python -c"]
    assert child.exitcode == 0
    assert child.byte_count == 0


def test_workers_of_pytest_are_named_as_pytest_names_them(
    environment: str, tmp_path: Path, mark: Mark
) -> None:
    watched = _run_suite(environment, tmp_path, mark)
    assert worker_names(watched) == ["pytest gw0", "pytest gw1"]


def _run_suite(python: str, folder: Path, mark: Mark) -> Watched:
    (folder / "test_suite.py").write_text(SUITE)
    command = [python, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "test_suite.py"]
    return run_alike(command, folder, mark, normal=_without_chance)


def _without_chance(output: bytes) -> object:
    """The report of pytest, but for who ran which test and when."""
    output = re.sub(rb"\bgw\d\b", b"gw?", re.sub(rb" in \d+\.\d+s", b" in ?", output))
    return Counter(bytes(sorted(line)) for line in output.splitlines())


def test_compileall_compiles_a_folder_with_two_workers(
    each_python: str, untidy: Path, mark: Mark
) -> None:
    command = [each_python, "-m", "compileall", "-f", "-j", "2", "untidy"]
    watched = run_alike(command, untidy.parent, mark)
    assert watched.main.name == "compileall"
    # It takes a fork server since Python 3.12.
    names = [name.removeprefix("ForkServer").removeprefix("Fork") for name in worker_names(watched)]
    assert names == ["Process-1", "Process-2"]
    # Who compiled what is told by who printed it.
    assert watched.printed(watched.main) == b"Listing 'untidy'...\n"
    said = b"".join(watched.printed(worker) for worker in watched.workers())
    assert said.count(b"Compiling") == 6


@pytest.mark.slow
def test_pylint_checks_a_folder_with_two_workers(
    environment: str, untidy: Path, mark: Mark
) -> None:
    command = [tool(environment, "pylint"), "-j", "2", "--persistent=n", "untidy/module_0.py"]
    watched = run_alike([*command, "untidy/module_1.py"], untidy.parent, mark)
    assert len(watched.workers()) == 2
    assert codes(watched) == {0}


@pytest.mark.slow
def test_sphinx_builds_pages_with_two_workers(environment: str, tmp_path: Path, mark: Mark) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "conf.py").write_text('project = "pages"\n')
    (pages / "index.rst").write_text("Pages\n=====\n\n.. toctree::\n   :glob:\n\n   page*\n")
    for number in range(10):
        (pages / f"page{number}.rst").write_text(f"Page {number}\n=======\n\nText.\n")
    command = [tool(environment, "sphinx-build"), "-j", "2", "-E", "-a", "-q", "pages", "built"]
    watched = run_alike(command, tmp_path, mark)
    assert watched.main.exitcode == 0
    targets = {process.target for process in watched.workers()}
    assert targets == {"sphinx.util.parallel.ParallelTasks._process"}


def test_mypy_checks_a_folder(environment: str, untidy: Path, mark: Mark) -> None:
    command = [tool(environment, "mypy"), "--cache-dir=/dev/null", "--strict", "untidy/module_1.py"]
    watched = run_alike(command, untidy.parent, mark, normal=as_written)
    assert watched.main.exitcode == 1


@pytest.mark.slow
def test_nox_runs_its_sessions(environment: str, tmp_path: Path, mark: Mark) -> None:
    (tmp_path / "noxfile.py").write_text(
        "import nox\n\n\n"
        "@nox.session(venv_backend='none')\n"
        "def greet(session):\n"
        "    session.run('python', '-c', 'print(\"in a session\")', external=True)\n"
    )
    watched = run_alike([tool(environment, "nox")], tmp_path, mark, normal=without_durations)
    (session,) = [process for process in watched.processes if process.name == "python -c"]
    assert watched.printed(session) == b"in a session\n"


def test_venv_makes_an_environment(each_python_slowly: str, tmp_path: Path, mark: Mark) -> None:
    command = [each_python_slowly, "-m", "venv", "--clear", "--without-pip", "made"]
    assert run_alike(command, tmp_path, mark).main.exitcode == 0


@pytest.mark.slow
def test_venv_installs_pip_into_an_environment(
    each_python: str, tmp_path: Path, mark: Mark
) -> None:
    watched = run_alike([each_python, "-m", "venv", "--clear", "made"], tmp_path, mark)
    # It runs isolated, so the probe is not in there, and the process table tells.
    assert not watched.named("ensurepip").instrumented


@pytest.mark.slow
def test_pip_builds_a_package_with_extensions(environment: str, tmp_path: Path, mark: Mark) -> None:
    _write_extensions(tmp_path)
    options = ["--quiet", "--disable-pip-version-check", "--no-build-isolation", "--no-deps"]
    command = [environment, "-m", "pip", "wheel", *options, "-w", "wheels", "./source"]
    watched = run_alike(command, tmp_path, mark)
    assert watched.status == 0
    backends = {process.name for process in watched.processes[1:] if process.instrumented}
    assert "_in_process.py" in backends


@pytest.mark.slow
def test_setuptools_builds_extensions_with_two_jobs(
    environment: str, tmp_path: Path, mark: Mark
) -> None:
    _write_extensions(tmp_path)
    script = ["setup.py", "-q", "build_ext", "-j", "2", "--force", "--inplace"]
    watched = run_alike([environment, *script], tmp_path / "source", mark, normal=in_any_order)
    assert watched.status == 0
    assert len(list((tmp_path / "source").glob("*.so"))) == 3


def _write_extensions(folder: Path) -> None:
    source = folder / "source"
    source.mkdir()
    (source / "setup.py").write_text(SETUP)
    (source / "pyproject.toml").write_text('[build-system]\nrequires = ["setuptools", "wheel"]\n')
    for number in range(3):
        (source / f"part{number}.c").write_text(EXTENSION % {"number": number})
