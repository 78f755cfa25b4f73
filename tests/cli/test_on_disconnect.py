"""What becomes of the program when mptui itself is killed, as `--on-disconnect` says."""

from __future__ import annotations

import json
import os
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.commanding import LIMIT_SECONDS, command_line, environment_with

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CODE = """
import os, pathlib, sys, time
go = pathlib.Path(sys.argv[1])
print(os.getpid(), flush=True)
until = time.monotonic() + 60
while not go.exists() and time.monotonic() < until:
    time.sleep(0.02)
go.with_name("gone-on").touch()
"""


@contextmanager
def killed_under(choice: str, go: Path) -> Iterator[int]:
    """The pid of a program whose mptui was killed."""
    command = command_line("run", "--json", "--on-disconnect", choice, "-c", CODE, str(go))
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment_with()) as mptui:
        assert mptui.stdout is not None
        outputs = (json.loads(line) for line in mptui.stdout)
        pid = next(int(event["text"]) for event in outputs if event["event"] == "output")
        mptui.kill()
    try:
        yield pid
    finally:
        go.touch()


def until_gone(pid: int) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while os.path.exists(f"/proc/{pid}"):  # noqa: PTH110 - a path made of a number
        assert time.monotonic() < deadline, "it is still there"
        time.sleep(0.02)


@pytest.mark.parametrize(("choice", "goes_on"), [("keep", True), ("stop", False)])
def test_the_program_goes_on_or_is_stopped(tmp_path: Path, choice: str, goes_on: bool) -> None:
    go = tmp_path / "go"
    with killed_under(choice, go) as pid:
        if goes_on:
            go.touch()
        until_gone(pid)
        assert (tmp_path / "gone-on").exists() is goes_on
