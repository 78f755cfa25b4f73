"""The interpreters and environments in which programs are run, and a folder for each test."""

from __future__ import annotations

import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

from tests.interpreters import supported_interpreters
from tests.programs.environments import EVERYWHERE, HERE, python_with
from tests.programs.watching import in_any_order, run_alike

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.process_table import Mark
    from tests.programs.watching import Watched

INTERPRETERS = supported_interpreters()
MOSTLY_SLOW = [
    pytest.param(version, marks=() if path == sys.executable else pytest.mark.slow)
    for version, path in INTERPRETERS.items()
]
"""Every interpreter, but only that of the tests in a run that is to be quick."""
START_METHODS = ("fork", "spawn", "forkserver")


@pytest.fixture(params=INTERPRETERS)
def each_python(request: pytest.FixtureRequest) -> str:
    """One interpreter after the other, nothing installed."""
    return INTERPRETERS[request.param]


@pytest.fixture(params=MOSTLY_SLOW)
def each_python_slowly(request: pytest.FixtureRequest) -> str:
    """As `each_python`, for what takes long or differs little."""
    return INTERPRETERS[request.param]


@pytest.fixture(params=MOSTLY_SLOW)
def each_environment(request: pytest.FixtureRequest) -> str:
    """As `each_python_slowly`, with what is to run on every one of them."""
    return python_with(INTERPRETERS[request.param], EVERYWHERE)


@pytest.fixture
def environment() -> str:
    """The interpreter of the tests, with everything installed that is run."""
    return python_with(sys.executable, HERE)


@pytest.fixture
def run_script(tmp_path: Path, mark: Mark) -> Callable[..., Watched]:
    """Write a script to a file, run it plainly and watched, and give what was seen."""

    def run(
        python: str,
        code: str,
        *arguments: str,
        normal: Callable[[bytes], object] = in_any_order,
        stdin: bytes = b"",
        has_known_ends: bool = True,
    ) -> Watched:
        script = tmp_path / "program.py"
        script.write_text(textwrap.dedent(code))
        watched = run_alike(
            [python, script.name, *arguments], tmp_path, mark, normal=normal, stdin=stdin
        )
        if has_known_ends:
            assert watched.unknown_ends() == []
        return watched

    return run
