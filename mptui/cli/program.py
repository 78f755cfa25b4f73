"""Turns the words after `mptui run` into the exact command to run.

Nothing is started here; what cannot be run for a reason that is plain to see is refused.
"""

from __future__ import annotations

import os
import re
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
    if (command := _command_meant(program[0], cwd)) is not None:
        return (command, *program[1:])
    if program[0] in PROGRAM_FORMS:
        if len(program) == 1:
            raise MptuiError(f"{program[0]} needs {_NEEDS[program[0]]} after it", EXIT_USAGE)
    else:
        _check_file(program[0], cwd)
    return (python or active_python(), *program)


def program_title(program: Sequence[str]) -> str:
    """A short name for a program: its file's, its module's or its command's."""
    if _is_python(program[0]) and _names_program(program[1:]):
        program = program[1:]
    words = program[1:] if program[0] in ("--", "-m") else program
    return "python -c" if words[0] == "-c" else Path(words[0]).name


def active_python() -> str:
    """The interpreter `python` means here: the active environment's, else the path's, else ours."""
    environment = os.environ.get("VIRTUAL_ENV") or os.environ.get("CONDA_PREFIX")
    if environment and os.access(python := str(Path(environment, "bin", "python")), os.X_OK):
        return python
    return shutil.which("python") or shutil.which("python3") or sys.executable


_NEEDS: Final = {"-m": "a module", "-c": "code"}
_PYTHON: Final = re.compile(r"(?:python|pypy)[\d.]*t?")
_ELF: Final = b"\x7fELF"
_FIRST_LINE_BYTES: Final = 512


def _command_meant(word: str, cwd: Path) -> str | None:
    """The command, where what should be a file of Python's is one by itself; None where it is not.

    An interpreter before its script, anything else that was compiled, and what pip has made for
    the interpreter that lies beside it (``.venv/bin/pytest``).
    """
    path = cwd / word
    if not path.is_file():
        return shutil.which(word) if _is_python(word) and os.sep not in word else None
    if not os.access(path, os.X_OK | os.R_OK):
        return None
    with path.open("rb") as file:
        first = file.read(_FIRST_LINE_BYTES).partition(b"\n")[0]
    if not (first.startswith(_ELF) or _is_python(word) or _is_installed(first, path)):
        return None
    # What is run is looked for in PATH, unless it says that it is a path.
    return word if os.sep in word else f".{os.sep}{word}"


def _is_python(word: str) -> bool:
    return _PYTHON.fullmatch(Path(word).name) is not None


def _is_installed(first_line: bytes, path: Path) -> bool:
    """Whether a script is run by an interpreter that lies in the same folder."""
    if not first_line.startswith(b"#!/"):
        return False
    interpreter = Path(os.fsdecode(first_line[2:].split()[0]))
    return _is_python(interpreter.name) and interpreter.parent == path.absolute().parent


def _names_program(words: Sequence[str]) -> bool:
    """Whether what follows an interpreter begins with the program, not with an option of it."""
    if not words:
        return False
    return not words[0].startswith("-") or (words[0] in PROGRAM_FORMS and len(words) > 1)


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
