"""What the screen showed is kept as cells, and shown again where it is certain to be the same.

To bring back a part of the screen that was hidden takes Textual a new layout, new styles and a
painting of all lines. Where nothing has changed since it was last seen, what will come of that is
known: it is shown at once, and what Textual then paints is compared with it, as always.

Written against Textual 8.2.8: a test compares the screen with and without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from textual.app import ReturnType

from mptui.dashboard.terminal.display_diff import UnknownCellsError
from mptui.dashboard.terminal.first_frame.settling import has_nothing_to_do
from mptui.dashboard.terminal.own_write import OwnWrite

if TYPE_CHECKING:
    from collections.abc import Hashable

    from rich.console import RenderableType
    from textual.screen import Screen

    from mptui.dashboard.terminal.display_diff import ShownCells
    from mptui.dashboard.terminal.first_frame.picture import Picture


class Seen(NamedTuple):
    """What the screen shows, without a cell of it."""

    name: Hashable
    """Of this the picture seen last is kept."""
    look: object
    """All that every cell depends on beside the size and the theme; None: nobody can say."""


class _Kept(NamedTuple):
    look: object
    theme: str
    picture: Picture


class KeptPictures(OwnWrite[ReturnType]):
    """An app that can show again at once what it showed before."""

    shows_kept_pictures = True
    """The switch: without it nothing is shown before Textual has painted it."""

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)
        self._pictures: dict[Hashable, _Kept] = {}
        self._layout_behind: object = None
        """While the terminal shows a picture that Textual has yet to paint: its layout before."""

    def turn_pictures(self, left: Seen, come: Seen) -> None:
        """Something else is about to be shown: keep what is seen now, show what was seen then."""
        self._pictures.pop(left.name, None)
        shown = self._shown
        if shown is None or not (self.shows_kept_pictures and self._can_write and self._is_alone):
            return
        is_kept = left.look is not None and self._is_painted
        before = shown.copy() if is_kept else None
        kept = self._pictures.get(come.name)
        if kept is not None and (kept.look, kept.theme) == (come.look, self.theme):
            self._show_picture(shown, kept.picture)
        picture = None if before is None else before.picture()
        if picture is not None:
            self._pictures[left.name] = _Kept(left.look, self.theme, picture)

    @property
    def _is_alone(self) -> bool:
        """Whether nothing lies over what is shown."""
        return len(self.screen_stack) == 1 and not self._notifications

    @property
    def _is_painted(self) -> bool:
        """Whether what is shown is all that there is to show."""
        has_more = self._unwritten or self.message_queue_size
        return not has_more and has_nothing_to_do(self.screen)

    @property
    def _can_write(self) -> bool:
        # What belongs to what was left must not be written over the picture.
        return super()._can_write and self._layout_behind is None

    def _show_picture(self, shown: ShownCells, picture: Picture) -> None:
        if picture.size != shown.size or self._driver is None:
            return
        try:
            changes = shown.show_picture(picture)
        except UnknownCellsError:
            self.action_redraw()
            return
        self._layout_behind = self.screen._compositor.layers_visible  # noqa: SLF001
        self._send(self._driver, self._with_cursor(changes))

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if renderable is not None and self._layout_behind is not None:
            behind, self._layout_behind = self._layout_behind, None
            if screen._compositor.layers_visible is behind:  # noqa: SLF001
                # A part of what was left, that was about to be painted when the picture came.
                screen.refresh()
                return
        super()._display(screen, renderable)
