"""Run the command `mptui` as a user does, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LIMIT_SECONDS = 60


def mptui(
    *arguments: str, cwd: Path | None = None, stdin: bytes | None = None, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run to the end; the program's interpreter is the one that runs the tests."""
    return subprocess.run(
        command_line(*arguments),
        cwd=cwd,
        input=stdin if stdin is not None else b"",
        capture_output=True,
        timeout=LIMIT_SECONDS,
        env=environment_with(**environment),
        check=False,
    )


def command_line(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "mptui", *arguments]


def environment_with(**environment: str) -> dict[str, str]:
    folder = os.path.dirname(sys.executable)  # noqa: PTH120 - resolving would leave the environment
    path = os.pathsep.join([folder, os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, **environment}
