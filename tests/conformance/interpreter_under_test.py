"""An interpreter whose tests are run, and where these lie."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

_ASK = """
import os, sys
try:
    import test
    folder = os.path.dirname(test.__file__)
except (ImportError, TypeError):
    folder = ""
print("%d.%d.%d" % sys.version_info[:3])
print(folder)
"""


@dataclass(frozen=True)
class Interpreter:
    """A Python outside of any virtual environment."""

    python: Path
    version: str
    tests: Path | None
    """Its package `test`; some systems ship Python without it."""

    @property
    def series(self) -> str:
        """Its version without the last number."""
        return self.version.rpartition(".")[0]

    @property
    def minor(self) -> int:
        """The second number of its version."""
        return int(self.version.split(".")[1])

    def file_of(self, module: str) -> Path | None:
        """The file or folder of a module of its `test` package, None where it has none."""
        if self.tests is None:
            return None
        path = self.tests.parent.joinpath(*module.split("."))
        if path.is_dir():
            return path
        file = path.with_suffix(".py")
        return file if file.is_file() else None


def examine(python: str | Path) -> Interpreter:
    """Ask an interpreter what it is; one of a virtual environment is left for the one behind it."""
    path = Path(python).resolve()
    answer = subprocess.run([path, "-c", _ASK], stdout=subprocess.PIPE, check=True, text=True)
    version, tests = answer.stdout.splitlines()
    return Interpreter(path, version, Path(tests) if tests else None)
