"""What is on a terminal before Textual is imported; nothing of that is lost, nor what is typed."""

from __future__ import annotations

import binascii
import signal
import sys
from pathlib import Path

import pytest

from mptui.dashboard.terminal.first_frame import kept_pictures
from mptui.own_folders import state_folder
from tests.process_table import wait_until
from tests.terminal import Key, Terminal

WAIT = """
import os, sys, time
import mptui.cli
class Gate:
    def find_spec(self, name, path=None, target=None):
        if name == "textual":
            while not os.path.exists(sys.argv[0]):
                time.sleep(0.01)
            {then}
sys.argv = [{go!r}]
sys.meta_path.insert(0, Gate())
mptui.cli.main()
"""
"""The gallery, whose import of Textual waits for a file."""
DRIVEN = 2004
"""The mode of a terminal that Textual's driver sets, and nothing before it."""
PASTING_AND_MORE = 400
"""More bytes than a driver sends that sets up a terminal, and fewer than any screen."""


@pytest.fixture
def go(tmp_path: Path) -> Path:
    """When this file is there, Textual is imported."""
    return tmp_path / "go"


def gallery(
    go: Path, then: str = "pass", columns: int = 80, rows: int = 24, **environment: str
) -> Terminal:
    code = WAIT.format(go=str(go), then=then)
    command = [sys.executable, "-c", code]
    return Terminal(command, columns=columns, rows=rows, environment=environment)


def kept_files() -> list[Path]:
    return list(Path(state_folder(), "first-frames").glob("????????"))


def cells(terminal: Terminal) -> list[list[object]]:
    shown = terminal.cells
    return [[shown.buffer[y][x] for x in range(shown.columns)] for y in range(shown.lines)]


def open_once(go: Path, **options: object) -> list[list[object]]:
    """Show the gallery, until its picture is kept; gives the cells that Textual has drawn."""
    go.touch()
    with gallery(go, **options) as terminal:  # type: ignore[arg-type]
        terminal.wait_for("Enter runs it")
        wait_until(kept_files, "a picture that is kept")
        terminal.read_for(0)
        drawn = cells(terminal)
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
    go.unlink()
    return drawn


@pytest.mark.parametrize(
    "options",
    [
        {"columns": 80, "rows": 24},
        pytest.param(
            {"columns": 120, "rows": 40, "COLORTERM": "truecolor"}, marks=pytest.mark.slow
        ),
        pytest.param({"columns": 60, "rows": 15, "NO_COLOR": "1"}, marks=pytest.mark.slow),
        pytest.param({"columns": 90, "rows": 30, "MPTUI_ASCII": "true"}, marks=pytest.mark.slow),
    ],
    ids=lambda options: "-".join(map(str, options.values())),
)
def test_the_first_frame_is_what_textual_draws_cell_for_cell(
    go: Path, options: dict[str, object]
) -> None:
    drawn = open_once(go, **options)
    with gallery(go, **options) as terminal:  # type: ignore[arg-type]
        terminal.wait_for(lambda terminal: cells(terminal) == drawn)
        assert DRIVEN not in terminal._screen.modes
        assert terminal.is_alternate
        before = terminal.byte_count
        go.touch()
        # What Textual believes to be there is what is there: it brings back all that it changes.
        terminal.wait_for(lambda terminal: DRIVEN in terminal._screen.modes)
        assert terminal.byte_count - before < PASTING_AND_MORE
        terminal.send("2")
        terminal.wait_for("A pool of processes squares")
        assert cells(terminal) != drawn
        terminal.send("1")
        terminal.wait_for(lambda terminal: cells(terminal) == drawn)
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.left_behind() == []


def test_keys_that_are_typed_before_the_import_are_obeyed_in_their_order(go: Path) -> None:
    open_once(go)
    with gallery(go) as terminal:
        terminal.wait_for("Enter runs it")
        terminal.send("4", "2", "p")
        go.touch()
        terminal.wait_for("parameters of pool")
        terminal.send(Key.ESCAPE)
        # What is typed before the dialog has gone would make one key with the Escape.
        terminal.wait_for(lambda terminal: "parameters of pool" not in terminal.text)
        terminal.wait_for("A pool of processes squares")
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.left_behind() == []


def test_the_first_time_there_is_an_empty_screen_and_no_key_is_lost(go: Path) -> None:
    with gallery(go) as terminal:
        terminal.wait_for(lambda terminal: terminal.is_alternate)
        terminal.send("2")
        go.touch()
        terminal.wait_for("A pool of processes squares")
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.left_behind() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_before_the_import_gives_the_terminal_back(
    go: Path, number: signal.Signals
) -> None:
    # Whoever started the tests may ignore it, as a shell does for what runs in the background.
    before = signal.signal(number, signal.SIG_DFL)
    try:
        end_by(go, number)
    finally:
        signal.signal(number, before)


def end_by(go: Path, number: signal.Signals) -> None:
    with gallery(go) as terminal:
        terminal.wait_for(lambda terminal: terminal.is_alternate)
        terminal.signal(number)
        assert terminal.wait_for_exit() == 128 + number
        assert terminal.left_behind() == []


def test_ctrl_c_before_the_import_ends_it_at_once(go: Path) -> None:
    open_once(go)
    with gallery(go) as terminal:
        terminal.wait_for(lambda terminal: terminal.is_alternate)
        terminal.send("2", Key.CTRL_C)
        assert terminal.wait_for_exit() == 130
        assert terminal.left_behind() == []
        assert terminal.text.strip() == ""


def test_a_failure_in_the_import_is_said_on_the_terminal_as_it_was(go: Path) -> None:
    with gallery(go, then="raise ImportError('no such thing')") as terminal:
        terminal.wait_for(lambda terminal: terminal.is_alternate)
        go.touch()
        assert terminal.wait_for_exit() == 1
        assert terminal.left_behind() == []
        assert "ImportError: no such thing" in terminal.text


def test_a_picture_that_is_not_true_any_more_is_put_right(go: Path) -> None:
    """As after a change of what it depends on that nobody thought of."""
    drawn = open_once(go)
    (path,) = kept_files()
    data = path.read_bytes().partition(b"\n")[2].replace(b"Enter runs", b"Leave runs")
    path.write_bytes(b"%b %08x\n%b" % (kept_pictures._FORM, binascii.crc32(data), data))
    with gallery(go) as terminal:
        terminal.wait_for("Leave runs it")
        go.touch()
        terminal.wait_for(lambda terminal: cells(terminal) == drawn)
        terminal.send("q")
        assert terminal.wait_for_exit() == 0


def test_a_program_of_the_user_s_is_named_before_the_import(go: Path) -> None:
    code = WAIT.format(go=str(go), then="pass")
    code = code.replace("]\n", ", 'run', '-c', 'print(1)']\n", 1)
    with Terminal([sys.executable, "-c", code]) as terminal:
        terminal.wait_for("python -c  starting")
        assert DRIVEN not in terminal._screen.modes
        go.touch()
        terminal.wait_for("exit 0")
        assert "starting" not in terminal.text
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.left_behind() == []
