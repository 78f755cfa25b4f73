"""Times in words: in a column of six cells, in a sentence, and on a scale.

Each form has its reason. In a column the unit stands at the number, so that six cells are enough;
in a sentence it stands apart. What still goes on is said in steps that a person can follow, what is
over as exactly as it is worth; and only where bars are compared is a third digit worth reading.
"""

from __future__ import annotations

from typing import Final

_FEW_SECONDS: Final = 10
"""Below this tenths of a second matter."""
_SHORT_SECONDS: Final = 0.1
_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86400

# In a column


def duration_text(seconds: float) -> str:
    """A time that is over: ``0.52s``, ``12.3s``, ``3m05s``."""
    seconds = max(0.0, seconds)
    if seconds < _FEW_SECONDS - 0.005:
        return f"{seconds:.2f}s"
    if seconds < _MINUTE - 0.05:
        return f"{seconds:.1f}s"
    return running_time_text(round(seconds))


def precise_text(seconds: float) -> str:
    """The same for what may be very short, as tasks are: ``42us``, ``3.1ms``, ``0.24s``."""
    for unit_seconds, unit in ((1e-6, "us"), (1e-3, "ms")):
        units = max(0.0, seconds) / unit_seconds
        if units < 1000 - 0.5:
            return f"{units:.1f}{unit}" if 0 < units < 10 - 0.05 else f"{units:.0f}{unit}"
    return duration_text(seconds)


def running_time_text(seconds: float) -> str:
    """A time that still grows, in whole units, so that it changes once a second: ``12s``."""
    whole = max(0, int(seconds))
    if whole < _MINUTE:
        return f"{whole}s"
    if whole < _HOUR:
        return f"{whole // _MINUTE}m{whole % _MINUTE:02}s"
    if whole < _DAY:
        return f"{whole // _HOUR}h{whole % _HOUR // _MINUTE:02}m"
    return f"{whole // _DAY}d{whole % _DAY // _HOUR:02}h"


# In a sentence


def since_text(seconds: float) -> str:
    """A time that goes on, or a moment of the run: ``0.4 s``, ``12 s``, ``3m05s``."""
    seconds = max(0.0, seconds)
    if seconds < _FEW_SECONDS:
        # Never "10.0 s": what grows has as many digits as it keeps.
        return f"{min(seconds, _FEW_SECONDS - 0.1):.1f} s"
    return f"{int(seconds)} s" if seconds < _MINUTE else running_time_text(seconds)


def span_text(seconds: float) -> str:
    """How long something lasted, however short it was: ``85 µs``, ``3.2 ms``, ``12 s``."""
    if seconds >= _SHORT_SECONDS:
        return since_text(seconds)
    if seconds < 0.001:
        return f"{max(0.0, seconds) * 1e6:.0f} µs"
    return f"{seconds * 1e3:.1f} ms"


def remaining_text(seconds: float) -> str:
    """How long something will take yet, no more exact than an estimate is: ``5 s``, ``3m05s``."""
    if seconds < _MINUTE:
        return f"{max(1, round(seconds))} s"
    return running_time_text(seconds)


# On a scale, and beside it


def moment_text(t: float, precision_seconds: float) -> str:
    """A moment of the run, as exact as that: ``3.2 s``, ``1m05s``, ``1m05.25s``, ``2h00m05s``."""
    decimals = 0
    while decimals < 6 and round(precision_seconds * 10**decimals, 6) < 1:
        decimals += 1
    t = round(t, decimals)
    if t < _MINUTE:
        return f"{t:.{decimals}f} s"
    minutes, seconds = divmod(t, _MINUTE)
    width = decimals + 3 if decimals else 2
    rest = f"{int(minutes) % 60:02}m{seconds:0{width}.{decimals}f}s"
    hours = int(t) // _HOUR
    return f"{hours}h{rest}" if hours else rest.removeprefix("0")


def measured_text(seconds: float) -> str:
    """How long a bar lasts, in three digits: ``0.45 ms``, ``32 ms``, ``0.52 s``, ``1m05s``."""
    seconds = max(0.0, seconds)
    if seconds < _SHORT_SECONDS - 0.0005:
        milliseconds = seconds * 1e3
        decimals = next((count for count in (0, 1, 2) if milliseconds * 10**count >= 10), 3)
        return f"{milliseconds:.{decimals}f} ms"
    if seconds < _MINUTE - 0.05:
        return f"{seconds:.2f} s" if seconds < _FEW_SECONDS - 0.005 else f"{seconds:.1f} s"
    return moment_text(seconds, 1)
