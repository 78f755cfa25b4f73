"""Interpreters, start methods, programs, and the collector that listens to them."""

from __future__ import annotations

import functools
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.interpreters import SUPPORTED, supported_interpreters
from tests.probe.collector import Collector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

UNSUPPORTED = ("2.7", "3.6", "3.7", "3.8")


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.close()


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], str]:
    """Write a program's text to a file, and return the file's path."""

    def write(text: str) -> str:
        path = tmp_path / "program.py"
        path.write_text(text)
        return str(path)

    return write


@pytest.fixture(params=["fork", "spawn", "forkserver"])
def start_method(request: pytest.FixtureRequest) -> str:
    return str(request.param)


IN_BETWEEN = ("3.10", "3.11", "3.12")
"""Between versions that are tested each time; these are tested by `make programs`."""


@pytest.fixture(
    params=[
        pytest.param(version, marks=pytest.mark.slow if version in IN_BETWEEN else ())
        for version in SUPPORTED
    ]
)
def interpreter(request: pytest.FixtureRequest) -> str:
    """Each version of Python that the probe works in."""
    path = supported_interpreters().get(request.param)
    if path is None:
        pytest.skip(f"there is no Python {request.param} here")
    return path


@pytest.fixture(params=("3.9", pytest.param("3.11", marks=pytest.mark.slow), "3.13"))
def some_interpreter(request: pytest.FixtureRequest) -> str:
    """The oldest version, a middle one and a late one, for what costs more time."""
    path = supported_interpreters().get(request.param)
    if path is None:
        pytest.skip(f"there is no Python {request.param} here")
    return path


@pytest.fixture(params=UNSUPPORTED)
def old_interpreter(request: pytest.FixtureRequest) -> str:
    """Each version too old for the probe."""
    path = _find_old(request.param)
    if path is None:
        pytest.skip(f"there is no Python {request.param} here")
    return path


@functools.cache
def _find_old(version: str) -> str | None:
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates = list(pyenv.glob(f"versions/{version}.*/bin/python"))
    candidates += [Path(folder, f"python{version}") for folder in os.get_exec_path()]
    for path in candidates:
        if path.is_file() and subprocess.run([path, "-c", ""], check=False).returncode == 0:
            return str(path)
    return None
