"""Sizes, times, shares and ends of processes in few characters, the way a person says them."""

from __future__ import annotations

from signal import Signals
from typing import Final

_BINARY_STEP: Final = 1024
_SHORT_BELOW: Final = 10
_SECONDS_A_MINUTE: Final = 60
_SECONDS_AN_HOUR: Final = 3600
_SECONDS_A_DAY: Final = 86400


def bytes_text(size_bytes: float) -> str:
    """A size in at most five characters: ``0B``, ``9.5M``, ``24M``, ``1.2G``."""
    size, unit = float(size_bytes), "B"
    for larger in "KMGTP":
        if size < _BINARY_STEP - 0.5:
            break
        size, unit = size / _BINARY_STEP, larger
    if unit != "B" and size < _SHORT_BELOW - 0.05:
        return f"{size:.1f}{unit}"
    return f"{size:.0f}{unit}"


def about_text(quantity: str) -> str:
    """A quantity that is not exact: ``~61M``."""
    return f"~{quantity}"


def percent_text(percent: float) -> str:
    """A share: ``98%``."""
    return f"{percent:.0f}%"


def count_text(count: int) -> str:
    """A number in at most five characters: ``12345``, ``123k``, ``12M``."""
    for limit, divisor, unit in ((100_000, 1, ""), (10**7, 10**3, "k"), (10**10, 10**6, "M")):
        if count < limit:
            return f"{count // divisor}{unit}"
    return f"{count // 10**9}G"


def duration_text(seconds: float) -> str:
    """A time that is over, with the precision worth reading: ``0.52s``, ``12.3s``, ``3m05s``."""
    seconds = max(0.0, seconds)
    if seconds < _SHORT_BELOW - 0.005:
        return f"{seconds:.2f}s"
    if seconds < _SECONDS_A_MINUTE - 0.05:
        return f"{seconds:.1f}s"
    return running_time_text(round(seconds))


def running_time_text(seconds: float) -> str:
    """A time that still grows, in whole units, so that it changes once a second: ``12s``."""
    whole = max(0, int(seconds))
    if whole < _SECONDS_A_MINUTE:
        return f"{whole}s"
    if whole < _SECONDS_AN_HOUR:
        return f"{whole // 60}m{whole % 60:02}s"
    if whole < _SECONDS_A_DAY:
        return f"{whole // 3600}h{whole // 60 % 60:02}m"
    return f"{whole // 86400}d{whole // 3600 % 24:02}h"


def signal_name(number: int) -> str:
    """``SIGKILL`` for 9; ``signal 99`` for one that has no name here."""
    try:
        return Signals(number).name
    except ValueError:
        return f"signal {number}"


def exit_text(exitcode: int | None, signal: int | None, *, is_asked: bool = False) -> str:
    """How a process ended: ``exit 0``, ``SIGKILL``, ``SIGTERM (asked)``, ``ended``."""
    if signal is not None:
        ending = signal_name(signal)
    elif exitcode is not None:
        ending = f"exit {exitcode}"
    else:
        ending = "ended"
    return f"{ending} (asked)" if is_asked else ending
