"""What is on the terminal already when an app begins, until the app would show the same.

An app is drawn in steps: its parts come one by one. What it shows in between would take away what
is there, only to bring it back a moment later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mptui.dashboard.terminal.display_diff import PlacedStrip, ShownCells


class HeldFrame:
    """The cells on the terminal, and those that the app has drawn by now.

    Args:
        shown: what is on the terminal.
        drawn: the same size, and as yet unknown.
    """

    def __init__(self, shown: ShownCells, drawn: ShownCells) -> None:
        self.shown = shown
        self.drawn = drawn

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        return self.shown.size

    def is_drawn(self, strips: Iterable[PlacedStrip]) -> bool:
        """Whether with these strips the app shows what is on the terminal, cell for cell.

        Raises:
            UnknownCellsError: what it shows is not known.
        """
        self.drawn.show(strips)
        return self.drawn.shows_same_as(self.shown)
