"""The dashboard can be left, and left for a moment, whatever stands in the way."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.events import Paste
from textual.widgets import Input

from mptui.dashboard.screens.confirm import Confirm
from tests.dashboard.stage import own_program, stage
from tests.histories import HISTORIES
from tests.process_table import Mark, wait_until
from tests.terminal import Terminal

if TYPE_CHECKING:
    from mptui.dashboard.app import Dashboard

GALLERY = (sys.executable, "-m", "mptui")
BEGIN = HISTORIES["gallery_finished"][:2]


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def _supervisors() -> list[int]:
    """Those of the test that runs, by what it gave them."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if b"mptui.supervisor" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found


def test_a_key_leaves_a_terminal_that_takes_nothing(mark: Mark) -> None:
    with Terminal(GALLERY) as terminal:
        terminal.wait_for("Enter runs it")
        # Nothing is read from here on, as after Ctrl-S: the screens fill the line.
        for _ in range(40):
            terminal.send("s", "l", "2", "1")
        terminal.send("q")
        wait_until(lambda: mark.pids() == [], "the end of mptui")
        assert terminal.wait_for_exit() == 0
        assert terminal.left_behind() == []


def test_it_can_be_suspended_and_comes_back() -> None:
    with Terminal(GALLERY) as terminal:
        terminal.wait_for("Enter runs it")
        terminal.send("\x1a")
        terminal.wait_for(lambda there: not there.is_alternate)
        wait_until(lambda: _state(terminal.pid) == "T", "it is stopped")
        assert "settings of the line" not in terminal.left_behind()
        terminal.signal(signal.SIGCONT)
        terminal.wait_for(lambda there: there.is_alternate and "Enter runs it" in there.text)
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.left_behind() == []


async def test_where_there_is_no_shell_the_key_does_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path) as there:
        await there.press("ctrl+z")
        await there.sees("Enter runs it")


def test_a_supervisor_that_hangs_can_be_left_by_keys(mark: Mark, tmp_path: Path) -> None:
    program = tmp_path / "sleeper.py"
    program.write_text("import time\nprint('awake')\ntime.sleep(600)\n")
    with Terminal((*GALLERY, "run", str(program))) as terminal:
        terminal.wait_for("awake")
        hung = [pid for pid in _supervisors() if pid in mark.pids()]
        for pid in hung:
            os.kill(pid, signal.SIGSTOP)
        try:
            terminal.send("q")
            terminal.wait_for("still running")
            terminal.send("s")
            terminal.wait_for("q once more")
            terminal.send("q")
            while _state(terminal.pid) != "Z":
                terminal.read_for(0.3)
                with suppress(OSError):
                    terminal.send("q")
            assert terminal.wait_for_exit() == 125
            assert "does not answer" in terminal.text
            assert terminal.left_behind() == []
        finally:
            for pid in hung:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
    mark.kill_all()


@pytest.mark.parametrize("key", ["pagedown", "pageup"])
async def test_a_page_of_answers_is_no_trouble_in_a_tiny_terminal(tmp_path: Path, key: str) -> None:
    async with stage(tmp_path, own_program(), size=(20, 5)) as there:
        run = await there.run()
        run.tell(*BEGIN)
        await there.press("x")
        await there.until(lambda: isinstance(there.app.screen, Confirm), "the question")
        await there.press(key, key)
        await there.press("escape")
        await there.until(lambda: not isinstance(there.app.screen, Confirm), "no question")
        assert run.calls == []
        run.end()


@pytest.mark.parametrize("key", ["slash", "backslash", "ampersand", "ctrl+p"])
async def test_nothing_that_is_pasted_acts_on_the_terminal(tmp_path: Path, key: str) -> None:
    async with stage(tmp_path, own_program(), size=(120, 40)) as there:
        run = await there.run()
        run.tell(*BEGIN)
        await there.press(key)
        await there.until(lambda: isinstance(there.app.focused, Input), "a line to type in")
        there.app.post_message(Paste("evil\x1b[31m\x9b31m\x9d0;\u202ename"))
        await there.until(lambda: _typed(there.app) == "evil[31m31m0;name", "the harmless rest")
        await there.press("escape")
        run.end()


def _typed(app: Dashboard) -> str:
    assert isinstance(app.focused, Input)
    return app.focused.value
