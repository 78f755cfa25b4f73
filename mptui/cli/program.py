"""Turns the words after `mptui run` into the exact command to run.

Nothing is started here; what cannot be run for a reason that is plain to see is refused.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mptui.errors import EXIT_USAGE, MptuiError

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM_FORMS: Final = ("-m", "-c")


def program_command(
    program: Sequence[str], cwd: Path, python: str | None = None
) -> tuple[str, ...]:
    """The command for a program as it stands on the command line.

    Args:
        program: `FILE ARG ...`, `-m MODULE ARG ...`, `-c CODE ARG ...` or `-- COMMAND ARG ...`.
        cwd: where it will run.
        python: the interpreter for the first three; without it the active environment's.

    Raises:
        MptuiError: there is no program, or its file cannot be read.
    """
    if not program or (program[0] == "--" and len(program) == 1):
        raise MptuiError("no program: name a file, or -m, -c or -- and a command", EXIT_USAGE)
    if program[0] == "--":
        return tuple(program[1:])
    if program[0] in PROGRAM_FORMS:
        if len(program) == 1:
            raise MptuiError(f"{program[0]} needs {_NEEDS[program[0]]} after it", EXIT_USAGE)
    else:
        _check_file(program[0], cwd)
    return (python or active_python(), *program)


def program_title(program: Sequence[str]) -> str:
    """A short name for a program: its file's, its module's or its command's."""
    words = program[1:] if program[0] in ("--", "-m") else program
    return "python -c" if words[0] == "-c" else Path(words[0]).name


def active_python() -> str:
    """The interpreter `python` means here: the active environment's, else the path's, else ours."""
    environment = os.environ.get("VIRTUAL_ENV") or os.environ.get("CONDA_PREFIX")
    if environment and os.access(python := str(Path(environment, "bin", "python")), os.X_OK):
        return python
    return shutil.which("python") or shutil.which("python3") or sys.executable


_NEEDS: Final = {"-m": "a module", "-c": "code"}


def _check_file(name: str, cwd: Path) -> None:
    """Refuse what the interpreter would refuse, and name the cure."""
    path = cwd / name
    if not path.exists():
        cure = f"; to run a command, write: -- {name}" if shutil.which(name) else ""
        raise MptuiError(f"cannot open {name}: no such file{cure}", EXIT_USAGE)
    if not os.access(path, os.R_OK):
        raise MptuiError(f"cannot read {name}: permission denied", EXIT_USAGE)
    if path.is_dir() and not (path / "__main__.py").exists():
        raise MptuiError(f"cannot run {name}: a folder without a __main__.py", EXIT_USAGE)
