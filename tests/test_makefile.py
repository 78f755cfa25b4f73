"""The Makefile finds its Python, says what is missing, and builds again only what is stale."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import mptui

REPOSITORY = Path(mptui.__file__).parents[1]
FOUND_WITHOUT_VENV = '#!/bin/sh\ncase "$*" in *ensurepip*) exit 1 ;; esac\n'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(REPOSITORY / name, tmp_path)
    return tmp_path


def make(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # A make around this one, as in `make test`, must not tell it anything.
    environment = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    return subprocess.run(
        ["make", "--directory", checkout, "--no-print-directory", *arguments],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
    )


def is_stale(checkout: Path, target: str) -> bool:
    """Whether making this would build the virtual environment, told without building it."""
    return "pip install" in make(checkout, "--dry-run", target).stdout


def test_help_is_the_default_and_explains_every_target(checkout: Path) -> None:
    phony = re.findall(r"^\.PHONY: (.*)$", (checkout / "Makefile").read_text(), re.MULTILINE)
    listed = [line.split()[1] for line in make(checkout).stdout.splitlines()]
    assert sorted(listed) == sorted(" ".join(phony).split())


def test_without_a_new_enough_python_one_line_says_so(checkout: Path) -> None:
    made = make(checkout, "run", "PYTHON=false no-such-python")
    assert made.returncode == 2
    assert made.stderr.startswith(
        "mptui needs Python 3.11 or newer, and none of these is: false no-such-python\nmake: "
    )


def test_without_the_venv_module_one_line_names_the_cure(checkout: Path) -> None:
    python = checkout / "python"
    python.write_text(FOUND_WITHOUT_VENV)
    python.chmod(0o755)
    made = make(checkout, "run", f"PYTHON={python}")
    assert made.returncode == 2
    assert made.stderr.startswith(
        f"{python} has no venv module (on Debian: apt-get install python3-venv)\nmake: "
    )


def test_virtual_environment_is_built_anew_only_when_the_project_file_changes(
    checkout: Path,
) -> None:
    assert is_stale(checkout, "run")
    (checkout / ".venv").mkdir()
    (checkout / ".venv" / "installed").touch()
    assert not is_stale(checkout, "run")
    assert is_stale(checkout, "test")
    (checkout / ".venv" / "installed-dev").touch()
    assert not is_stale(checkout, "test")
    now = (checkout / ".venv" / "installed-dev").stat().st_mtime
    os.utime(checkout / "pyproject.toml", (now + 1, now + 1))
    assert is_stale(checkout, "run")
    assert is_stale(checkout, "test")


def test_check_makes_everything_that_must_hold(checkout: Path) -> None:
    commands = make(checkout, "--dry-run", "check").stdout
    tools = ["ruff format --check", "ruff check", "mypy", "lint-imports", "pytest"]
    places = [commands.index(f".venv/bin/{tool}") for tool in tools]
    assert places == sorted(places)
