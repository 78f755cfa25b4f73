"""When a line was printed, as it stands before it: since the run began, or by the clock.

And the other way round: the moment that a person means by what they type. Must not ask for the time
or the time zone: both are handed over.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from datetime import tzinfo

TimeStyle: TypeAlias = Literal["none", "relative", "clock"]

NEXT_STYLE: Final[dict[TimeStyle, TimeStyle]] = {
    "none": "relative",
    "relative": "clock",
    "clock": "none",
}
_HOUR: Final = 3600
_MOMENT: Final = re.compile(r"(-)?(?:(?:(\d{1,6}):)?(\d{1,6}):)?(\d{1,9}(?:\.\d{1,9})?)\s*s?")


class Clock(NamedTuple):
    """What it takes to say when something was."""

    style: TimeStyle
    started_at: datetime | None
    """When the run began; None: unknown."""
    zone: tzinfo | None
    """Of whoever reads it."""
    is_long: bool
    """Whether the run has taken more than an hour."""

    @property
    def width(self) -> int:
        """How many cells a time takes; 0 where none is shown."""
        return {"none": 0, "relative": 11 if self.is_long else 9, "clock": 12}[self.style]


def started_time(text: str) -> datetime | None:
    """When a run began, as its recording says; None where that cannot be read."""
    try:
        started = datetime.fromisoformat(text)
    except ValueError:
        return None
    return started if started.tzinfo is not None else None


def line_time(t: float | None, clock: Clock) -> str:
    """A time in exactly as many cells as they all take; blank where it is not known."""
    if t is None or clock.style == "none":
        return " " * clock.width
    if clock.style == "clock":
        moment = _moment(t, clock)
        said = f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03}" if moment else ""
        return said.rjust(clock.width)
    milliseconds = int(max(0.0, t) * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    seconds = f"{rest // 1000:02}.{rest % 1000:03}"
    said = f"{minutes:02}:{seconds}"
    if clock.is_long:
        said = f"{minutes // 60}:{minutes % 60:02}:{seconds}"
    return said.rjust(clock.width)


def meant_moment(text: str, now: float, clock: Clock) -> float | None:
    """The moment that a person means, in seconds since the run began; None where that is unclear.

    ``90`` and ``1:30`` are since the run began, ``-10`` is ten seconds before now; where times are
    shown by the clock, ``14:05`` and ``14:05:30`` are times of the day.
    """
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        return None
    minus, hours, minutes, seconds = match.groups()
    if clock.style == "clock" and minutes is not None and not minus:
        if hours is None:
            hours, minutes, seconds = minutes, seconds, "0"
        return _since_start(float(hours), float(minutes), float(seconds), clock)
    said = int(hours or 0) * _HOUR + int(minutes or 0) * 60 + float(seconds)
    return now - said if minus else said


def _moment(t: float, clock: Clock) -> datetime | None:
    if clock.started_at is None:
        return None
    try:
        return (clock.started_at + timedelta(seconds=t)).astimezone(clock.zone)
    except (OverflowError, ValueError):
        return None


def _since_start(hours: float, minutes: float, seconds: float, clock: Clock) -> float | None:
    start = _moment(0.0, clock)
    if start is None:
        return None
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    said = hours * _HOUR + minutes * 60 + seconds - (start - midnight).total_seconds()
    # An earlier time of the day than that of the start is of the next day.
    return said if said > -1 else said + 24 * _HOUR
