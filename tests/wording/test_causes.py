"""What ends mean, where the name of a signal or a number does not say it."""

from __future__ import annotations

import signal

import pytest

from mptui.wording.causes import CRASHES, exit_code_meaning, signal_meaning


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (signal.SIGBUS, "/dev/shm is full"),
        (signal.SIGSEGV, "recursion"),
        (signal.SIGABRT, "assertion"),
        (signal.SIGXCPU, "CPU time"),
        (signal.SIGPIPE, "nobody reads"),
        (signal.SIGHUP, "connection"),
    ],
)
def test_a_signal_is_explained(number: int, word: str) -> None:
    meaning = signal_meaning(number)
    assert meaning is not None
    assert word in meaning
    assert meaning.startswith(signal.Signals(number).name)


def test_every_crash_is_explained() -> None:
    assert all(map(signal_meaning, CRASHES))


@pytest.mark.parametrize("number", [None, signal.SIGKILL, signal.SIGTERM, 64])
def test_what_is_sent_from_outside_has_no_meaning_of_its_own(number: int | None) -> None:
    assert signal_meaning(number) is None


@pytest.mark.parametrize(
    ("exitcode", "word"),
    [(127, "does not find"), (126, "cannot be executed"), (255, "sys.exit(-1)"),
     (137, "SIGKILL"), (139, "SIGSEGV"), (120, "streams")],
)  # fmt: skip
def test_an_exit_code_with_a_meaning_is_explained(exitcode: int, word: str) -> None:
    meaning = exit_code_meaning(exitcode)
    assert meaning is not None
    assert word in meaning


@pytest.mark.parametrize("exitcode", [None, 0, 1, 2, 42, 128, 200])
def test_an_exit_code_of_the_programs_own_has_none(exitcode: int | None) -> None:
    assert exit_code_meaning(exitcode) is None
