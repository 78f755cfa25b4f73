"""Tools that come into a program as the probe does, or that measure its code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.programs.environments import python_with
from tests.programs.watching import as_written, run_alike

if TYPE_CHECKING:
    from pathlib import Path

    from tests.process_table import Mark

pytestmark = pytest.mark.timeout(400)

MEASURED = """\
import multiprocessing
import subprocess
import sys


def work():
    print("working", flush=True)


if __name__ == "__main__":
    process = multiprocessing.Process(target=work)
    process.start()
    process.join()
    subprocess.run([sys.executable, "child.py"], check=True)
"""
SETTINGS = "[run]\nconcurrency = multiprocessing\nparallel = true\n"


@pytest.mark.parametrize("settings", ["", "patch = subprocess\n"])
def test_coverage_counts_the_program_and_nothing_else(
    tmp_path: Path, mark: Mark, settings: str
) -> None:
    python = python_with(sys.executable, ("coverage",))
    (tmp_path / "program.py").write_text(MEASURED)
    (tmp_path / "child.py").write_text("import multiprocessing.pool\nprint('a child')\n")
    (tmp_path / ".coveragerc").write_text(SETTINGS + settings)
    coverage = f"{python} -m coverage"
    steps = f"{coverage} run program.py && {coverage} combine -q && {coverage} report"
    script = f"rm -f .coverage*[0-9]*; {steps} --fail-under=100"
    watched = run_alike(["/bin/sh", "-c", script], tmp_path, mark, normal=as_written)
    assert watched.main.exitcode == 0
    assert b"TOTAL" in watched.stream("stdout")
