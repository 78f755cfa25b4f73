"""With mptui's own driver a terminal shows, takes and gets back what it does with Textual's."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.process_table import wait_until
from tests.terminal import LIMIT_SECONDS, Key, Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

GALLERY: Final = (sys.executable, "-m", "mptui")
TEXTUALS: Final = {"TEXTUAL_DRIVER": "textual.drivers.linux_driver:LinuxDriver"}

SLIP = """
import sys
from mptui.cli.commands import main
from mptui.dashboard.app import Dashboard
def slip(app):
    raise RuntimeError("a slip of the pen")
Dashboard.action_show_help = slip
sys.argv = ["mptui"]
main()
"""

CLOSED = """
import sys
from mptui.cli.commands import main
from mptui.dashboard.terminal.terminal_driver import TerminalDriver
TerminalDriver._opened_again = lambda driver: None
sys.argv = ["mptui"]
main()
"""


def _click(column: int, row: int) -> str:
    at = f"\x1b[<0;{column + 1};{row + 1}"
    return f"{at}M{at}m"


def _picture(terminal: Terminal) -> list[object]:
    cells = terminal.cells
    return [
        (cell.data, cell.bg, cell.fg if cell.data != " " else None, cell.bold, cell.reverse)
        for row in range(cells.lines)
        for cell in (cells.buffer[row][column] for column in range(cells.columns))
    ]


def _wake_ups(pid: int) -> int:
    """How often any of its threads has begun to run again, having waited."""
    return sum(
        int(line.split()[1])
        for status in Path(f"/proc/{pid}/task").glob("*/status")
        for line in status.read_text().splitlines()
        if line.startswith("voluntary_ctxt_switches")
    )


def _read_until_alike(*terminals: Terminal) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while len({tuple(_picture(terminal)) for terminal in terminals}) > 1:
        for terminal in terminals:
            terminal.read_for(0.05)
        texts = "\n\n".join(terminal.text for terminal in terminals)
        assert time.monotonic() < deadline, f"not alike:\n{texts}"


def _session(first: Terminal) -> Iterator[tuple[str, str]]:
    """What is typed, and what is to be seen then."""
    yield "", "squares a row of numbers"
    yield "?", "run what is in this pane"
    yield Key.ESCAPE, "squares a row of numbers"
    row = next(y for y, text in enumerate(first.rows) if "processes" in text)
    yield _click(first.rows[row].index("processes"), row), "Two processes at the same time"
    yield Key.CTRL_P, "Search for commands"
    yield "\x1b[200~theme\x1b[201~", "other colours"
    yield Key.ESCAPE, "Two processes at the same time"


def test_the_screen_the_keys_and_the_mouse_are_those_of_textuals_driver() -> None:
    with Terminal(GALLERY) as own, Terminal(GALLERY, environment=TEXTUALS) as other:
        both = (own, other)
        for terminal in both:
            terminal.send("2")  # Before it can be ready for it.
        for keys, shown in _session(own):
            for terminal in both:
                terminal.send(keys)
                terminal.wait_for(shown)
            _read_until_alike(own, other)
        for terminal in both:
            terminal.send("q")
            assert terminal.wait_for_exit() == 0
            assert terminal.left_behind() == []


def test_an_idle_gallery_neither_wakes_up_nor_writes() -> None:
    seconds = 1.0
    with Terminal(GALLERY) as terminal:
        terminal.wait_for("Enter runs it")
        for _ in range(int(LIMIT_SECONDS / seconds)):
            before = _wake_ups(terminal.pid), terminal.byte_count
            terminal.read_for(seconds)
            count = _wake_ups(terminal.pid) - before[0]
            # What the start has left to do may still have been done.
            if count <= seconds and terminal.byte_count == before[1]:
                break
        else:
            raise AssertionError(f"it wakes up {count} times in {seconds} s")
        terminal.send("q")
        assert terminal.wait_for_exit() == 0


def test_what_goes_wrong_is_said_on_the_terminal_as_it_was() -> None:
    with Terminal([sys.executable, "-c", SLIP], columns=120) as terminal:
        terminal.wait_for("Enter runs it")
        terminal.send("?")
        assert terminal.wait_for_exit() == 125
        assert "RuntimeError: a slip of the pen" in terminal.text
        assert terminal.left_behind() == []


def test_a_terminal_that_cannot_be_opened_once_more_is_driven_as_textual_does() -> None:
    with Terminal([sys.executable, "-c", CLOSED]) as terminal:
        terminal.wait_for("Enter runs it")
        terminal.send("2")
        terminal.wait_for("squares a row of numbers")
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.left_behind() == []


def test_a_screen_that_was_not_taken_is_shown_once_it_is() -> None:
    with Terminal(GALLERY) as terminal:
        terminal.wait_for("Enter runs it")
        # Nothing is read while these screens fill the line.
        for _ in range(40):
            terminal.send("s", "2", "1")
        terminal.send("2")
        terminal.wait_for("squares a row of numbers")
        terminal.send("?")
        terminal.wait_for("run what is in this pane")
        terminal.send(Key.ESCAPE)
        terminal.wait_for("squares a row of numbers")
        terminal.send("q")
        assert terminal.wait_for_exit() == 0


def test_it_draws_itself_anew_when_it_goes_on_after_being_stopped_unasked(tmp_path: Path) -> None:
    errors = tmp_path / "errors"
    command = ["/bin/sh", "-c", f'exec "$@" 2>{errors}', "sh", *GALLERY]
    with Terminal(command) as terminal:
        terminal.wait_for("Enter runs it")
        terminal.signal(signal.SIGSTOP)
        wait_until(lambda: _state(terminal.pid) == "T", "it is stopped")
        terminal.cells.reset()  # As another program leaves it.
        terminal.signal(signal.SIGCONT)
        terminal.wait_for("Enter runs it")
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.left_behind() == []
    assert errors.read_bytes() == b""


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
