"""How a person wants lines of output shown, in whatever view: some alone, marked words, times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from mptui.dashboard.presentation.output.line_times import Clock, TimeStyle
    from mptui.model import Run

_LONG_RUN_SECONDS: Final = 3600


class LineWishes(NamedTuple):
    """Never changed, only replaced."""

    only: str = ""
    """What lines are shown alone, as a person types it; empty where all are."""
    highlight: str = ""
    """The words that stand out."""
    time_style: TimeStyle = "none"


NO_WISHES: Final = LineWishes()


def clock_of(run: Run, time_style: TimeStyle) -> Clock:
    """How times of this run are said."""
    # Only now: what has printed nothing needs none of it.
    from mptui.dashboard.presentation.output.line_times import (  # noqa: PLC0415
        Clock,
        started_time,
    )

    started = started_time(run.started.started_at) if run.started is not None else None
    return Clock(time_style, started, None, is_long=run.now >= _LONG_RUN_SECONDS)
