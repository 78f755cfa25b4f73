from __future__ import annotations

import subprocess
import sys

_USE = """
import asyncio, os, sys
from mptui.dashboard.terminal.first_frame.stand_ins import StandIns
with StandIns():
    from mptui.dashboard.app import Dashboard
assert "textual.command" not in sys.modules
from mptui.dashboard.session.gallery import gallery_panes
from mptui.settings import load

async def use():
    app = Dashboard(gallery_panes("/"), settings=load({}, {"MPTUI_CONFIG": os.devnull}))
    async with app.run_test(size=(80, 24)) as pilot:
        assert "textual.command" not in sys.modules
        await pilot.press("ctrl+p")
        from textual.command import CommandPalette, Provider
        assert isinstance(app.screen, CommandPalette)
        await pilot.press("escape")
        app.search_themes()
        await pilot.pause()
        assert isinstance(app.screen, CommandPalette)
        from textual.theme import ThemeProvider
        assert issubclass(ThemeProvider, Provider)
        assert "rich.tree" not in sys.modules
        assert app.screen.tree
        assert "rich.tree" in sys.modules

asyncio.run(use())
"""


def test_what_is_left_for_later_is_there_when_it_is_used() -> None:
    used = subprocess.run(
        [sys.executable, "-c", _USE], capture_output=True, text=True, timeout=100, check=False
    )
    assert used.returncode == 0, used.stderr
