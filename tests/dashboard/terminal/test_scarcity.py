"""Where memory or threads run out, one line says so, and the terminal is as it was."""

from __future__ import annotations

import sys
import threading

import pytest

from mptui.dashboard.terminal.scarcity import check_threads, told_in_one_line
from mptui.errors import MptuiError
from tests.terminal import Terminal

TEXTUALS_DRIVER = "textual.drivers.linux_driver:LinuxDriver"
WITHOUT_A_THREAD = """
import sys, threading
from mptui.dashboard.terminal.terminal_input import TerminalInput
start = threading.Thread.start
def fail(*_):
    raise RuntimeError("can't start new thread")
threading.Thread.start = lambda one: fail() if one.name == "textual-input" else start(one)
TerminalInput.__init__ = fail
from mptui.cli.commands import main
sys.argv = ["mptui", "run", "-c", "print(1)"]
main()
"""


def test_enough_threads_is_no_trouble() -> None:
    before = threading.active_count()
    check_threads()
    assert threading.active_count() == before


def test_too_few_threads_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    start = threading.Thread.start
    left = [None]

    def start_one(thread: threading.Thread) -> None:
        if not left:
            raise RuntimeError("can't start new thread")
        left.pop()
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_one)
    with pytest.raises(MptuiError, match=r"no more than 1 thread can be .* needs 6") as error:
        check_threads()
    assert "mptui run --headless" in error.value.message


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (MemoryError(), "not enough memory"),
        (ImportError("x.so: failed to map segment from shared object"), "not enough memory"),
        (RuntimeError("can't start new thread"), "no more threads"),
    ],
)
def test_what_runs_out_is_said_in_one_line(trouble: Exception, said: str) -> None:
    with pytest.raises(MptuiError, match=said), told_in_one_line():
        raise trouble


@pytest.mark.parametrize("trouble", [ImportError("no module"), RuntimeError("a slip")])
def test_any_other_trouble_is_not_hidden(trouble: Exception) -> None:
    with pytest.raises(type(trouble)), told_in_one_line():
        raise trouble


@pytest.mark.parametrize("driver", [{}, {"TEXTUAL_DRIVER": TEXTUALS_DRIVER}], ids=["own", "other"])
def test_a_terminal_that_is_left_raw_is_put_right(driver: dict[str, str]) -> None:
    command = [sys.executable, "-c", WITHOUT_A_THREAD]
    with Terminal(command, environment=driver) as terminal:
        assert terminal.wait_for_exit() == 125
        assert terminal.left_behind() == []
        assert "no more threads can be started here" in terminal.text.replace("\n", "")
        assert "Traceback" not in terminal.text
