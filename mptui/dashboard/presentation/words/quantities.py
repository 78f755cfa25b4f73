"""Sizes, times, shares and ends of processes in few characters, the way a person says them."""

from __future__ import annotations

from signal import Signals
from typing import Final

_BINARY_STEP: Final = 1024
_SHORT_BELOW: Final = 10
_UNITS_A_STEP: Final = 1000
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


def precise_text(seconds: float) -> str:
    """A time that may be very short, in at most six characters: ``42us``, ``3.1ms``, ``0.52s``."""
    for unit_seconds, unit in ((1e-6, "us"), (1e-3, "ms")):
        units = max(0.0, seconds) / unit_seconds
        if units < _UNITS_A_STEP - 0.5:
            return f"{units:.1f}{unit}" if 0 < units < _SHORT_BELOW - 0.05 else f"{units:.0f}{unit}"
    return duration_text(seconds)


def since_text(seconds: float) -> str:
    """For how long something goes on, within a sentence: ``0.4 s``, ``12 s``, ``3m05s``."""
    seconds = max(0.0, seconds)
    if seconds < _SHORT_BELOW - 0.05:
        return f"{seconds:.1f} s"
    if seconds < _SECONDS_A_MINUTE:
        return f"{int(seconds)} s"
    return running_time_text(seconds)


def rate_text(per_second: float) -> str:
    """How often a second, no more exact than it is steady: ``0.4/s``, ``12/s``, ``1200/s``."""
    if per_second < _SHORT_BELOW - 0.05:
        return f"{per_second:.1f}/s"
    magnitude = 10 ** max(0, len(str(int(per_second))) - 2)
    return f"{count_text(round(per_second / magnitude) * magnitude)}/s"


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
