"""How a view lets its pane know what the person chose or wants; the pane alone decides.

A step is resolved by the pane, not by the view: one that counted from a choice of before would lose
steps. What is chosen is told at once, past the queues, so that the row that answers a key is seen
before anything else happens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from textual.message import Message

if TYPE_CHECKING:
    from mptui.dashboard.presentation.output.line_wishes import LineWishes
    from mptui.dashboard.presentation.processes.selection import Selection


class Rows(Protocol):
    """A view in which what can be chosen stands one below the other."""

    def choice_beside(self, rows: int) -> Selection:
        """What stands so many rows below what is chosen; the last, or the first, beyond the end."""


@dataclass
class Chosen(Message):
    """The person chose this."""

    selection: Selection


class SignalWanted(Message):
    """The person wants to send a signal to what is chosen.

    It goes the way that a choice goes, so that it comes after the last one.
    """


@dataclass
class Stepped(Message):
    """The person moved the choice."""

    view: Rows | None
    """Where it was moved; None: where no rows are to be chosen, so that the workers' count."""
    rows: int
    """So many below, or above."""


@dataclass
class Asked(Message):
    """The person wants to type something for a view of output."""

    purpose: Literal["highlight", "moment"]
    text: str


@dataclass
class WishesChanged(Message):
    """The person wants lines of output shown another way, in every view."""

    wishes: LineWishes


@dataclass
class MomentChosen(Message):
    """The person looks at a moment of the run; None: at how it is now."""

    t: float | None


@dataclass
class ReplayAsked(Message):
    """The person wants time to go on from the moment looked at, or to stand still."""


@dataclass
class PaceAsked(Message):
    """The person wants that faster, or slower (steps below 0)."""

    steps: int


@dataclass
class StopAsked(Message):
    """The person wants to see the next end of a process, or finding; or the one before (-1)."""

    direction: int
