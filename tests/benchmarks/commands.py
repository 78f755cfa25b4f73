"""The commands that are compared, and the environment they run in."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import mptui

MPTUI = (sys.executable, "-m", "mptui")
BARE_APP = (sys.executable, str(Path(__file__).with_name("bare_app.py")))
FOUR_WRITERS = """
import multiprocessing, sys
if {by_line}:
    sys.stdout.reconfigure(line_buffering=True)
def write(worker):
    for number in range(250_000):
        print(worker, number)
workers = [multiprocessing.get_context("fork").Process(target=write, args=(w,)) for w in range(4)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
"""
"""A million lines; `by_line`: whether each is written by itself, as on a terminal."""
LINE_COUNT = 1_000_000
SCENARIOS = Path(mptui.__file__).parent / "scenarios"


def quiet_environment(state: Path) -> dict[str, str]:
    """Recordings go to this folder; nothing changes how Python writes or starts."""
    distorting = {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "MPTUI_RUN"}
    kept = {name: value for name, value in os.environ.items() if name not in distorting}
    return {**kept, "XDG_STATE_HOME": str(state)}
