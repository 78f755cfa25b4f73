"""How a process ended, in words: in a column, and in a sentence."""

from __future__ import annotations

from signal import Signals


def signal_name(number: int) -> str:
    """``SIGKILL`` for 9; ``signal 99`` for one that has no name here."""
    try:
        return Signals(number).name
    except ValueError:
        return f"signal {number}"


def exit_text(exitcode: int | None, signal: int | None, *, is_asked: bool = False) -> str:
    """In a column: ``exit 0``, ``SIGKILL``, ``SIGTERM (asked)``, ``ended``."""
    if signal is not None:
        ending = signal_name(signal)
    elif exitcode is not None:
        ending = f"exit {exitcode}"
    else:
        ending = "ended"
    return f"{ending} (asked)" if is_asked else ending


def ending_text(exitcode: int | None, signal: int | None) -> str:
    """In a sentence: ``killed by SIGKILL``, ``ended with exit code 1``."""
    if signal is not None:
        return f"killed by {signal_name(signal)}"
    return "ended, it is not known how" if exitcode is None else f"ended with exit code {exitcode}"
