"""Fetches the projects whose tests are run, from their source packages, into a cache folder.

Each interpreter gets a virtual environment with the newest releases that it can run.
"""

from __future__ import annotations

import os
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.conformance.interpreter_under_test import Interpreter

_PACKAGES: Final = ("loky", "joblib")
_NEEDED_BY_THE_TESTS: Final = ("pytest", "pytest-timeout", "psutil", "numpy", "setuptools")


class CannotFetchError(Exception):
    """The packages cannot be had here."""


@dataclass(frozen=True)
class PackageFolder:
    """What one interpreter needs for the tests of the packages."""

    folder: Path

    @property
    def python(self) -> Path:
        """The Python in whose environment the packages are."""
        return self.folder / "venv" / "bin" / "python"

    def sources_of(self, package: str) -> Path:
        """The unpacked source package."""
        return next((self.folder / "sources").glob(f"{package}-*/"))


def fetch(interpreter: Interpreter) -> PackageFolder:
    """Return the packages for an interpreter; made on first use."""
    fetched = PackageFolder(_cache_folder() / interpreter.version)
    done = fetched.folder / "done"
    if not done.exists():
        try:
            _make(fetched, interpreter.python)
        except subprocess.CalledProcessError as error:
            said = error.stderr or error.stdout
            raise CannotFetchError(said.strip().rpartition("\n")[2]) from error
        done.touch()
    return fetched


def _cache_folder() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "mptui-conformance"


def _make(fetched: PackageFolder, python: Path) -> None:
    sources = fetched.folder / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    _call(python, "-m", "venv", "--clear", fetched.folder / "venv")
    pip = (fetched.python, "-m", "pip", "--quiet", "--disable-pip-version-check")
    download = ("download", "--no-deps", "--no-binary", ",".join(_PACKAGES))
    _call(*pip, *download, "--dest", sources, *_PACKAGES)
    for archive in sources.glob("*.tar.gz"):
        with tarfile.open(archive) as file:
            file.extractall(sources, filter="data")
    unpacked = [fetched.sources_of(package) for package in _PACKAGES]
    _call(*pip, "install", *_NEEDED_BY_THE_TESTS, *unpacked)


def _call(*command: str | Path) -> None:
    subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True, text=True)
