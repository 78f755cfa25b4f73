"""What a recording can truly say: anybody may have written it, and it says some things late.

A task or a wait with an impossible number is left out whole, for half of it is no better. A thread
does one task after the other and waits for one thing after the other. What began is recorded once
it has lasted for a moment, so the end of what came before it may be recorded after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from msgspec.structs import replace

from mptui.events import LARGEST_COUNT

if TYPE_CHECKING:
    from mptui.events import Event, WaitsCounted

_E = TypeVar("_E", bound="Event")

LATEST_SECONDS: Final = 1e9
"""Thirty years: what is said to be later or longer is not true."""
SLACK_SECONDS: Final = 1e-5
"""Times that lie so near together may be the same one, rounded differently."""

TEXT_CHARACTERS: Final = 1000
"""What is kept of a name or an argument: no more is ever shown, and there may be many."""


def is_possible(t: float, seconds: float = 0.0, items: int = 0) -> bool:
    """Whether so many items can have lasted so long and ended then; not, if not a number."""
    return (
        0.0 <= seconds <= LATEST_SECONDS
        and 0.0 <= t <= LATEST_SECONDS
        and 0 <= items <= LARGEST_COUNT
    )


def is_possible_wait_count(event: WaitsCounted) -> bool:
    """Whether so many waits of one process can have been over between two moments."""
    return (
        event.count > 0
        and is_possible(event.t, event.seconds_total, event.count)
        and is_possible(event.t, event.seconds_max)
        and 0.0 <= event.since <= event.t
    )


def possible_count(count: int) -> int:
    """The count, or the nearest to it that there can be."""
    return min(max(count, 0), LARGEST_COUNT)


def is_over(since: float, began: float, ended: float) -> bool:
    """Whether what goes on since then must be over, when something lasted from began to ended.

    Where that is the same thing, or one that came after it, most of it lies after ``since``.
    """
    return (began + ended) / 2 >= since - SLACK_SECONDS


def kept_text(text: str) -> str:
    """What is kept of a text."""
    return text if len(text) <= TEXT_CHARACTERS else text[:TEXT_CHARACTERS]


def kept_texts(event: _E) -> _E:
    """The event as it is kept: itself, or with every text in it cut that is too long."""
    cut: dict[str, str] | None = None
    for field in event.__struct_fields__:
        text = getattr(event, field)
        if type(text) is str and len(text) > TEXT_CHARACTERS:
            cut = {**(cut or {}), field: kept_text(text)}
    return replace(event, **cut) if cut else event
