"""Change the supervisor of a test's runs; being another process, it is changed as it starts."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import mptui

if TYPE_CHECKING:
    import pytest

_DOOR = """
import sys
if "mptui.supervisor" in sys.orig_argv:
    from alteration import alter
    alter()
"""


def alter_supervisor(monkeypatch: pytest.MonkeyPatch, folder: Path, body: str) -> None:
    """Run `body` in each supervisor before anything else; the programs under it are not changed.

    The door is in a virtual environment that has all that this one has: a supervisor does not look
    at PYTHONPATH.
    """
    packages = folder / Path(sysconfig.get_path("purelib")).relative_to(sys.prefix)
    packages.mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text(f"home = {Path(sys.base_prefix, 'bin')}\n")
    python = folder / "bin" / "python"
    python.parent.mkdir()
    python.symlink_to(Path(sys.executable).resolve())
    ours = (sysconfig.get_path("purelib"), str(Path(mptui.__file__).parent.parent))
    (packages / "ours.pth").write_text("".join(f"{path}\n" for path in ours))
    (packages / "sitecustomize.py").write_text(_DOOR)
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    (packages / "alteration.py").write_text(f"def alter():\n{lines}\n")
    monkeypatch.setattr(sys, "executable", str(python))
