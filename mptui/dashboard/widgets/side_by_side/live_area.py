"""The workers and cores on one side, the output on the other, and the divider between them.

Where the terminal is narrow they stand one above the other, and the divider moves up and down.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from textual.containers import Container
from textual.message import Message

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.events import MouseDown, MouseMove, MouseUp
    from textual.widget import Widget

    from mptui.dashboard.session.screen_layout import ScreenLayout

_STEP_CELLS: Final = 4
_STEP_LINES: Final = 2
_MIN_CELLS: Final = 24
_MIN_LINES: Final = 3
"""What each side keeps, however far the divider is moved."""


class LiveArea(Container):
    """Everything that moves during a run.

    Args:
        machine: what stands on the left, or above.
        outputs: what stands on the right, or below; one of them is in sight.
    """

    @dataclass
    class DividerMoved(Message):
        """The person wants the left side so many cells wide, or the upper side so many lines."""

        is_stacked: bool
        size: int

    def __init__(self, machine: tuple[Widget, ...], outputs: tuple[Widget, ...]) -> None:
        super().__init__(classes="live")
        self._machine = Container(*machine, classes="machine")
        self._outputs = outputs
        self._is_dragged = False
        self._shared: object = None
        """What the room was last shared by."""

    def compose(self) -> ComposeResult:
        """Both sides."""
        yield self._machine
        yield from self._outputs

    def share_room(self, layout: ScreenLayout, *, is_divided: bool) -> None:
        """Share the room as the person wants it; where one part has it all there is no divider."""
        is_stacked = self._is_stacked
        wish = (layout, is_divided, is_stacked, self.size)
        if wish == self._shared:
            return
        self._shared = wish
        width = layout.left_cells if is_divided and not is_stacked else None
        height = layout.upper_lines if is_divided and is_stacked else None
        styles = self._machine.styles
        styles.width = styles.min_width = styles.max_width = self._kept(width, _MIN_CELLS)
        styles.height = styles.max_height = self._kept(height, _MIN_LINES)

    def move_divider(self, steps: int) -> None:
        """Give the left side, or the upper one, more room, or less."""
        if self._is_divided:
            size = self._machine.outer_size
            if self._is_stacked:
                self._post(size.height + steps * _STEP_LINES)
            else:
                self._post(size.width + steps * _STEP_CELLS)

    def on_mouse_down(self, event: MouseDown) -> None:
        """Take hold of the divider."""
        if self._is_divided and self._place_in(event) == self._edge:
            self._is_dragged = True
            self.capture_mouse()
            event.stop()

    def on_mouse_move(self, event: MouseMove) -> None:
        """Move it along."""
        if self._is_dragged:
            start = self.region.y if self._is_stacked else self.region.x
            self._post(self._place_in(event) - start)

    def on_mouse_up(self, _event: MouseUp) -> None:
        """Let go of it."""
        if self._is_dragged:
            self._is_dragged = False
            self.release_mouse()

    @property
    def _is_stacked(self) -> bool:
        return self.is_attached and self.screen.has_class("-narrow")

    @property
    def _is_divided(self) -> bool:
        return bool(self._machine.display and self._edge is not None and self._machine.region)

    @property
    def _edge(self) -> int | None:
        """The line, or the cell, in which the output begins: there the divider is."""
        for output in self._outputs:
            if output.display:
                return output.region.y if self._is_stacked else output.region.x
        return None

    def _place_in(self, event: MouseDown | MouseMove) -> int:
        return event.screen_y if self._is_stacked else event.screen_x

    def _post(self, size: int) -> None:
        least = _MIN_LINES if self._is_stacked else _MIN_CELLS
        self.post_message(self.DividerMoved(self._is_stacked, self._kept(size, least) or size))

    def _kept(self, size: int | None, least: int) -> int | None:
        """The size as far as something is left of both sides."""
        if size is None:
            return None
        whole = self.size.height if self._is_stacked else self.size.width
        return max(least, min(size, whole - least))
