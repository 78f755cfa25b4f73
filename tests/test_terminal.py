"""The terminal that other tests look through shows what is there."""

import os
import signal
import sys

import pytest

from tests.terminal import Key, Terminal, has_ended
from tests.terminal_screen import TerminalScreen

FULL_SCREEN = """
import sys, termios, tty
settings = termios.tcgetattr(0)
tty.setraw(0)
print(end="\\x1b[?1049h\\x1b[?25l\\x1b[?2026$p\\x1b[>1u\\x1b[2J\\x1b[5;3Hdrawn here", flush=True)
answer = sys.stdin.read(11)
print(end="\\x1b[6;3Hanswered " + repr(answer), flush=True)
while sys.stdin.read(1) != "q":
    pass
if sys.argv[1] == "restore":
    print(end="\\x1b[<u\\x1b[?25h\\x1b[?1049l", flush=True)
    termios.tcsetattr(0, termios.TCSANOW, settings)
"""

WATCH_SIZE = """
import os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGWINCH])
print("ready", flush=True)
signal.sigwait([signal.SIGWINCH])
print(*os.get_terminal_size())
"""


def test_program_has_a_terminal_of_the_given_size() -> None:
    with Terminal(["stty", "size"], columns=97, rows=31) as terminal:
        assert terminal.wait_for_exit() == 0
        assert terminal.rows[0] == "31 97"
        assert len(terminal.rows) == 31


def test_keys_reach_the_program_and_its_answer_the_screen() -> None:
    with Terminal([sys.executable, "-q", "-I"]) as terminal:
        terminal.wait_for(">>>")
        terminal.send("6 * 7", Key.ENTER)
        terminal.wait_for("\n42\n>>>")
        terminal.send("exit(3)", Key.ENTER)
        assert terminal.wait_for_exit() == 3


def test_ctrl_c_interrupts_as_on_a_terminal_of_ones_own() -> None:
    with Terminal(["cat"]) as terminal:
        terminal.send("hello", Key.ENTER)
        terminal.wait_for("hello\nhello")
        terminal.send(Key.CTRL_C)
        assert terminal.wait_for_exit() == -signal.SIGINT


def test_program_learns_of_a_new_size() -> None:
    with Terminal([sys.executable, "-c", WATCH_SIZE]) as terminal:
        terminal.wait_for("ready")
        terminal.resize(100, 30)
        terminal.wait_for("100 30")


@pytest.mark.parametrize(
    ("manner", "left"),
    [("restore", []), ("forget", ["mode 25", "mode 1049", "settings of the line"])],
)
def test_what_a_full_screen_program_leaves_behind_is_seen(manner: str, left: list[str]) -> None:
    with Terminal([sys.executable, "-c", FULL_SCREEN, manner]) as terminal:
        terminal.wait_for("answered '\\x1b[?2026;2$y'")
        assert terminal.is_alternate
        assert terminal.rows[4] == "  drawn here"
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.left_behind() == left
        assert terminal.is_alternate == bool(left)


def test_waiting_has_a_limit_and_shows_the_screen() -> None:
    with Terminal(["sh", "-c", "echo something else; exec cat"]) as terminal:
        terminal.wait_for("something")
        with pytest.raises(AssertionError, match=r"limit reached before 'never'(?s:.*)something"):
            terminal.wait_for("never", limit_seconds=0)


def test_waiting_ends_when_the_program_is_gone() -> None:
    with (
        Terminal(["echo", "bye"]) as terminal,
        pytest.raises(AssertionError, match="program gone"),
    ):
        terminal.wait_for("never")


def test_closing_ends_even_a_program_that_ignores_it_and_its_children() -> None:
    program = "trap '' HUP; sleep 100 & echo $!; wait"
    terminal = Terminal(["sh", "-c", program])
    terminal.wait_for(lambda terminal: terminal.rows[0].isdigit())
    child = os.pidfd_open(int(terminal.rows[0]))
    terminal.close()
    assert has_ended(child)
    os.close(child)


def test_sequences_cut_anywhere_draw_the_same_screen() -> None:
    sent = (
        "a\x1b[?1049h\x1b[>1u\x1b[2;3Hé\x1b[1mß\x1b[?25l\x1b]0;title\x07\x1bP+q\x1b\\漢x".encode()
    )
    whole, pieces = TerminalScreen(20, 5), TerminalScreen(20, 5)
    whole.feed(sent)
    for byte in sent:
        pieces.feed(bytes([byte]))
    assert whole.rows == pieces.rows == ["", "  éß漢x", "", "", ""]
    assert whole.modes == pieces.modes == {7, 1049}
