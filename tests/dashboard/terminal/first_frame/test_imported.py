from __future__ import annotations

import subprocess
import sys

_FIRST = """
import sys
from mptui.cli import main  # As the command does.
import mptui.cli.starting.gallery_start
from mptui.dashboard.terminal.first_frame.stand_ins import StandIns
with StandIns():
    import mptui.dashboard.terminal_session
import mptui.dashboard.session.gallery
import mptui.dashboard.session.inheritance
"""
_WITHOUT = """
kept = ("mptui.model", "mptui.recording", "mptui.events", "mptui.export", "mptui.replay",
        "mptui.dashboard.screens", "mptui.headless", "click", "textual.command", "pygments.lexers")
print(*[name for name in sys.modules if name.startswith(kept)])
"""
_REST = """
import pkgutil
from mptui.dashboard.app import import_rest
import_rest()
elsewhere = {"habits", "screen_text", "presentation.text.page"}
print(*[
    one.name
    for one in pkgutil.walk_packages(mptui.dashboard.__path__, "mptui.dashboard.")
    if one.name not in sys.modules and one.name.removeprefix("mptui.dashboard.") not in elsewhere
])
"""


def printed(program: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=100, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_a_gallery_begins_without_what_only_shows_runs() -> None:
    assert printed(_FIRST + _WITHOUT).split() == []


def test_the_rest_is_all_that_a_dashboard_may_need_later() -> None:
    assert printed(_FIRST + _REST).split() == []
