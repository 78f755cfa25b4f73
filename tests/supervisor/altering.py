"""Change the supervisor of a test's runs; being another process, it is changed as it starts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

_DOOR = """
import sys
if "mptui.supervisor" in sys.orig_argv:
    from alteration import alter
    alter()
"""


def alter_supervisor(monkeypatch: pytest.MonkeyPatch, folder: Path, body: str) -> None:
    """Run `body` in each supervisor before anything else; the programs under it are not changed."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(_DOOR)
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    (folder / "alteration.py").write_text(f"def alter():\n{lines}\n")
    old = os.environ.get("PYTHONPATH")
    monkeypatch.setenv("PYTHONPATH", f"{folder}{os.pathsep}{old}" if old else str(folder))
