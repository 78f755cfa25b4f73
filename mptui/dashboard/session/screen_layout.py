"""How a person arranged the screen: kept for the session, the same in every pane."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ScreenLayout:
    """Never changed, only replaced."""

    left_cells: int | None = None
    """How wide the workers and cores are, where they stand beside the output."""
    upper_lines: int | None = None
    """How high they are, where they stand above it."""
    are_columns_whole: bool = True
    """Whether columns of output take the place of the workers and cores too."""
    are_columns_wrapped: bool = True


DEFAULT_LAYOUT = ScreenLayout()
