"""What a shell completes: commands, options, runs, signals, and files where files are meant."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from mptui.recording.runs_folder import runs_folder
from tests.commanding import command_line, environment_with

if TYPE_CHECKING:
    from pathlib import Path

RUNS = ("20250314T091500-pool.py", "20250314T091600-train.py")


@pytest.fixture(autouse=True)
def _runs() -> None:
    runs_folder().mkdir(parents=True)
    for run in RUNS:
        (runs_folder() / f"{run}.jsonl").touch()


def answered(shell: str, *words: str) -> str:
    """What mptui says to the script of a shell; the last word is still being typed."""
    environment = environment_with(
        _MPTUI_COMPLETE=f"{shell}_complete",
        COMP_WORDS=" ".join(words),
        COMP_CWORD=words[-1] if shell == "fish" else str(len(words) - 1),
    )
    answer = subprocess.run(command_line(), env=environment, capture_output=True, check=True)
    assert answer.stderr == b""
    return answer.stdout.decode()


@pytest.mark.parametrize(
    ("line", "candidates"),
    [
        ("mptui att", ["plain,attach"]),
        ("mptui attach tr", ["plain,train.py"]),
        ("mptui why 20250314T0915", ["plain,20250314T091500-pool.py"]),
        ("mptui stacks po", ["plain,pool.py"]),
        ("mptui findings po", ["plain,pool.py"]),
        ("mptui findings /tm", ["file,/tm"]),
        ("mptui wait /tm", []),
        ("mptui signal pool.py US", ["plain,USR1", "plain,USR2"]),
        ("mptui tra", ["file,tra"]),
        ("mptui run --on", ["plain,--on-disconnect"]),
        ("mptui run --on-disconnect k", ["plain,keep"]),
        ("mptui run --cwd /t", ["dir,/t"]),
        ("mptui run --detach tra", ["file,tra"]),
        ("mptui run train.py --he", ["file,--he"]),
    ],
)
def test_what_begins_so_is_offered(line: str, candidates: list[str]) -> None:
    assert answered("bash", *line.split(" ")).split() == candidates


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_are_answered_too(shell: str) -> None:
    assert "train.py" in answered(shell, "mptui", "attach", "tr")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_line_of_the_readme_defines_the_completion(shell: str) -> None:
    environment = environment_with(_MPTUI_COMPLETE=f"{shell}_source")
    script = subprocess.run(command_line(), env=environment, capture_output=True, check=True)
    assert b"_mptui_completion" in script.stdout


def test_bash_completes_with_it(tmp_path: Path) -> None:
    name = tmp_path / "mptui"
    name.write_text(f'#!/bin/sh\nexec {sys.executable} -m mptui "$@"\n')
    name.chmod(0o700)
    script = """
        eval "$(_MPTUI_COMPLETE=bash_source mptui)"
        complete -p mptui
        COMP_WORDS=(mptui attach tr) COMP_CWORD=2
        _mptui_completion mptui tr attach
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    environment = environment_with(PATH=f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    done = subprocess.run(
        ["bash", "--norc", "-c", script], env=environment, capture_output=True, check=True
    )
    *_, defined, completed = done.stdout.decode().splitlines()
    assert defined.startswith("complete ")
    assert completed == "train.py"
