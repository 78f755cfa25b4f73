"""Virtual environments with real programs in them, made once and kept outside the repository.

They lie in the user's cache, one for each interpreter and list of requirements, so that only the
first run of the tests needs the package index. One is marked when it is whole; without the mark it
is made anew.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

EVERYWHERE: Final = (
    "black",
    "flake8",
    "gunicorn",
    "joblib",
    "loky",
    "pytest",
    "pytest-xdist",
    "tqdm",
)
"""What is run on every interpreter at hand."""

HERE: Final = (
    *EVERYWHERE,
    "billiard",
    "invoke",
    "mpire",
    "multiprocess",
    "mypy",
    "nox",
    "pathos",
    "pebble",
    "pylint",
    "setuptools",
    "sh",
    "sphinx",
    "twisted",
    "uvicorn",
    "watchfiles",
    "wheel",
)
"""What is run on one interpreter only: libraries whose own work is the same on all of them."""

_LIMIT_SECONDS: Final = 240
_CACHE_VERSION: Final = 1
_WHOLE: Final = "whole"


def python_with(interpreter: str, requirements: tuple[str, ...]) -> str:
    """The Python of an environment that has the requirements; skips where there is no index."""
    wanted = "\n".join([str(_CACHE_VERSION), _describe(interpreter), *sorted(requirements)])
    key = hashlib.sha256(wanted.encode()).hexdigest()[:16]
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "mptui-programs")
    root.mkdir(parents=True, exist_ok=True)
    folder = root / key
    with (root / f"{key}.lock").open("w") as lock:
        # Two test runs at once make it once.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / _WHOLE).exists():
            _make(folder, interpreter, requirements)
    return str(folder / "bin" / "python")


def _describe(interpreter: str) -> str:
    code = "import sys; print(sys.version, sys.base_prefix)"
    asked = [interpreter, "-I", "-c", code]
    return subprocess.run(asked, capture_output=True, check=True, text=True).stdout


def _make(folder: Path, interpreter: str, requirements: tuple[str, ...]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    _run([interpreter, "-m", "venv", str(folder)])
    python = str(folder / "bin" / "python")
    _run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements])
    (folder / _WHOLE).touch()


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, capture_output=True, check=True, text=True, timeout=_LIMIT_SECONDS)
    except subprocess.CalledProcessError as error:
        _give_up(f"{command[1:4]} failed: {error.stderr.strip()[-300:]}")
    except (OSError, subprocess.TimeoutExpired) as error:
        _give_up(str(error))


def _give_up(reason: str) -> None:
    # Where nobody looks, a skipped test would be taken for a passed one.
    if os.environ.get("CI"):
        pytest.fail(f"the programs cannot be installed: {reason}", pytrace=False)
    pytest.skip(f"the programs cannot be installed: {reason}")
