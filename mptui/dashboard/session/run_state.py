"""What the state of a run is made of: one door to it, for panes that may never need any of it."""

from __future__ import annotations

from mptui.dashboard.session.runs.feed import Feed
from mptui.dashboard.session.runs.lost_run import LostRun
from mptui.dashboard.session.runs.past import Past
from mptui.events import ProcessExited
from mptui.export.output_files import OutputFiles
from mptui.model import Run
from mptui.model.findings import Findings
from mptui.model.outliving import outliving
from mptui.model.processes.processes import MAIN

__all__ = [
    "MAIN",
    "Feed",
    "Findings",
    "LostRun",
    "OutputFiles",
    "Past",
    "ProcessExited",
    "Run",
    "outliving",
]
