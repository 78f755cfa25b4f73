"""Only what changed on the screen is sent to the terminal, in one write for each frame.

Textual sends every region that a widget painted, changed or not. `DisplayDiff` stands between: it
knows what each cell of the terminal shows, and sends the cells that differ, grouped by style. Where
it cannot know (inline, in a browser, on anything that is no update of cells) it stands aside.

Written against Textual 8.2.8, of which it overrides a private method: a test compares the screen
with and without it.
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from rich.cells import cell_len, get_character_cell_size
from rich.color import ColorSystem
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App, ReturnType, ScreenStackError
from textual.strip import Strip

from mptui.dashboard.terminal.first_frame.picture import Picture, runs_of
from mptui.dashboard.terminal.first_frame.settling import Settling
from mptui.dashboard.terminal.terminal_driver import TerminalDriver, is_driver_behind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rich.console import RenderableType
    from rich.segment import Segment
    from rich.style import Style
    from textual.driver import Driver
    from textual.screen import Screen

    from mptui.dashboard.terminal.line_pace import LinePace

_RESET: Final = "\x1b[0m"
_LATER_SECONDS: Final = 0.02
_SMALL_FRAME: Final = 64
"""A frame of so many characters is one run of cells, or two short ones."""
_MAX_REPEATED: Final = 4
"""So many unchanged cells are sent again rather than jumped over: a jump is no shorter."""


class Cells(Protocol):
    """What makes the cells of a piece of a line."""

    @property
    def cell_length(self) -> int:
        """How many cells it takes."""

    def __iter__(self) -> Iterator[Segment]: ...


class PlacedStrip(NamedTuple):
    """A piece of a line, and where it belongs."""

    y: int
    x: int
    strip: Cells


class UnknownCellsError(Exception):
    """A strip holds something that is no plain styled text, so the cells it makes are not known."""


class _Row:
    """What one line of the terminal shows: for each cell its character and its look."""

    __slots__ = ("characters", "looks", "strips")

    def __init__(self, width: int) -> None:
        # None is a cell of which nothing is known. The second cell of a wide character is "".
        self.characters: list[str | None] = [None] * width
        self.looks: list[str | None] = [None] * width
        self.strips: dict[int, Cells] = {}
        """The strips that are shown whole, by where they begin: most of them come again."""

    def remember(self, x: int, strip: Cells) -> None:
        """This strip is shown now; those it overlaps are not any more."""
        end = x + strip.cell_length
        covered = [
            start
            for start, other in self.strips.items()
            if start < end and start + other.cell_length > x
        ]
        for start in covered:
            del self.strips[start]
        self.strips[x] = strip


class _Frame:
    """What one frame sends, grouped by look."""

    def __init__(self) -> None:
        self._groups: dict[str, list[str]] = {}
        self._cursors: dict[str, tuple[int, int]] = {}

    def add(self, y: int, x: int, look: str, text: str, width: int) -> None:
        """Cells that changed, side by side and of one look."""
        group = self._groups.setdefault(look, [])
        at_y, at_x = self._cursors.get(look, (-1, -1))
        if at_y == y and at_x <= x:
            group.append(f"\x1b[{x - at_x}C" if x > at_x else "")
        else:
            group.append(f"\x1b[{y + 1};{x + 1}H")
        group.append(text)
        self._cursors[look] = (y, x + width)

    def sequence(self) -> str:
        """All of it as one sequence for the terminal; empty where nothing changed."""
        if not self._groups:
            return ""
        parts = []
        for look, group in self._groups.items():
            parts.append(f"\x1b[0;{look}m" if look else _RESET)
            parts += group
        parts.append(_RESET)
        return "".join(parts)


class ShownCells:
    """What the terminal shows, as far as it is known.

    Args:
        width: cells in a line.
        height: lines.
        color_system: what the terminal can show of a style's colours.
    """

    def __init__(self, width: int, height: int, color_system: ColorSystem) -> None:
        self.size = (width, height)
        self._width = width
        self._rows = [_Row(width) for _ in range(height)]
        self._color_system = color_system
        self._looks: dict[Style | None, str] = {None: ""}

    def show(self, strips: Iterable[PlacedStrip]) -> str:
        """The sequence that makes the terminal show these strips too; empty if it does already.

        Raises:
            UnknownCellsError: what the terminal would show is not known; nothing here is any more.
        """
        frame = _Frame()
        for y, x, strip in strips:
            if not 0 <= y < len(self._rows):
                raise UnknownCellsError
            row = self._rows[y]
            if row.strips.get(x) is not strip:
                self._show_strip(frame, row, y, x, strip)
                row.remember(x, strip)
        return frame.sequence()

    def _show_strip(self, frame: _Frame, row: _Row, y: int, x: int, strip: Cells) -> None:
        for text, style, control in strip:
            if control:
                raise UnknownCellsError
            x = self._show_run(frame, row, y, x, self._look(style), _cells_of(text))

    def _show_run(
        self, frame: _Frame, row: _Row, y: int, x: int, look: str, characters: list[str]
    ) -> int:
        """Show cells of one look side by side; gives where they end."""
        end = x + len(characters)
        if end > self._width:
            raise UnknownCellsError
        looks: list[str | None] = [look] * len(characters)
        if row.characters[x:end] != characters or row.looks[x:end] != looks:
            self._add_changes(frame, row, y, x, look, characters)
            row.characters[x:end] = characters
            row.looks[x:end] = looks
        return end

    def _add_changes(
        self, frame: _Frame, row: _Row, y: int, x: int, look: str, characters: list[str]
    ) -> None:
        end = x + len(characters)
        changed = _changed(row.characters[x:end], row.looks[x:end], characters, look)
        for first, last in _runs(changed):
            start, end = _whole_characters(characters, first, last + 1)
            frame.add(y, x + start, look, "".join(characters[start:end]), end - start)

    def _look(self, style: Style | None) -> str:
        look = self._looks.get(style)
        if look is None:
            assert style is not None
            if style.link:
                raise UnknownCellsError
            look = self._looks[style] = Strip.render_ansi(style, self._color_system)
        return look

    def fill(self, picture: Picture) -> None:
        """The terminal shows this picture.

        Raises:
            UnknownCellsError: what the terminal makes of it is not known.
        """
        for row, runs in zip(self._rows, picture.rows, strict=True):
            row.characters = [cell for _, text in runs for cell in _cells_of(text)]
            row.looks = [look for look, text in runs for _ in _cells_of(text)]
            if len(row.characters) != self._width:
                raise UnknownCellsError

    def show_picture(self, picture: Picture) -> str:
        """The sequence that makes the terminal show this picture, which is as large.

        Raises:
            UnknownCellsError: what the terminal would show is not known; nothing here is any more.
        """
        frame = _Frame()
        for y, (row, runs) in enumerate(zip(self._rows, picture.rows, strict=True)):
            x = 0
            for look, text in runs:
                x = self._show_run(frame, row, y, x, look, _cells_of(text))
            if x != self._width:
                raise UnknownCellsError
            row.strips.clear()
        return frame.sequence()

    def copy(self) -> ShownCells:
        """The same cells, which stay as they are."""
        copied = ShownCells(*self.size, self._color_system)
        for ours, theirs in zip(self._rows, copied._rows, strict=True):
            theirs.characters[:], theirs.looks[:] = ours.characters, ours.looks
        return copied

    def picture(self) -> Picture | None:
        """What the terminal shows; None where not all of it is known."""
        rows = [runs_of(row.looks, row.characters) for row in self._rows]
        known = [runs for runs in rows if runs is not None]
        return Picture(self._width, known) if len(known) == len(rows) else None

    def shows_same_as(self, other: ShownCells) -> bool:
        """Whether every cell is the same."""
        return self.size == other.size and all(
            ours.characters == theirs.characters and ours.looks == theirs.looks
            for ours, theirs in zip(self._rows, other._rows, strict=True)
        )


class _HeldFrame:
    """The cells that are on the terminal when an app begins, and those it has drawn by now.

    An app is drawn in steps: its parts come one by one. What it shows in between would take away
    what is there, only to bring it back a moment later.

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


class DisplayDiff(App[ReturnType]):
    """An app that sends only what changed, and nothing that the terminal has no room for.

    A frame that comes while an earlier one still waits to be written is left out; when the terminal
    has taken that one, the screen as it is then is sent. So keys never wait behind old frames.
    """

    _shown: ShownCells | None = None
    _is_frame_missing = False
    pace: LinePace | None = None
    """Learns how much is sent."""
    _first_picture: Picture | None = None
    _held: _HeldFrame | None = None
    _keep: Callable[[Picture], None] | None = None
    _settling: Settling | None = None

    def begin_with(
        self, picture: Picture | None, keep: Callable[[Picture], None] | None = None
    ) -> None:
        """Begin on a terminal that shows something already.

        Args:
            picture: what it shows; None: nothing that matters.
            keep: given what the app shows once it is drawn, unless that is the same, or somebody
                has done something by then. With it the picture is left as it is until the app is
                drawn; without, it goes as soon as there is something else.
        """
        self._first_picture = picture
        self._keep = keep
        if keep is not None:
            self._settling = Settling(self, self._take_rest)

    def let_go_of_first_frame(self) -> None:
        """Show what the app has drawn by now, and keep nothing of it: somebody does something."""
        self._keep = self._settling = self._first_picture = None
        self._end_hold()

    def forget_display(self) -> None:
        """Nothing is known of what the terminal shows: the next frame sends whatever it holds."""
        self._shown = self._held = self._first_picture = None

    def action_redraw(self) -> None:
        """Send the whole screen again, for when something else wrote over it."""
        self.forget_display()
        self.screen.refresh()

    def on_resize(self) -> None:
        """The terminal may show something else now: another size, or back from suspension."""
        begins = self._first_picture or self._held
        if begins is not None and begins.size == (self.size.width, self.size.height):
            return
        self.forget_display()
        with suppress(ScreenStackError):
            self.screen.refresh()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        driver = self._driver
        if driver is None or driver.is_headless or renderable is None or self._batch_count:
            super()._display(screen, renderable)
            return
        if self.is_display_behind:
            self._send_later()
            return
        try:
            if self._is_held(renderable):
                return
            changes = self._changes(driver, renderable)
        except UnknownCellsError:
            self.forget_display()
            super()._display(screen, renderable)
            return
        self._send(driver, changes)
        self.post_display_hook()

    def _is_held(self, renderable: RenderableType) -> bool:
        """Whether the terminal is left as it is, since the app has yet to come to that."""
        if self._first_picture is not None:
            shown, drawn = self._unknown_cells(), self._unknown_cells()
            picture, self._first_picture = self._first_picture, None
            if picture.size == shown.size:
                shown.fill(picture)
                if self._settling is None:
                    self._shown = shown
                else:
                    self._held = _HeldFrame(shown, drawn)
        if self._settling is not None:
            self._settling.note_frame()
        if self._held is None:
            return False
        if self._held.is_drawn(_placed_strips(renderable)):
            self._shown = self._held.drawn
            self._held = self._keep = self._settling = None
        return True

    def _end_hold(self) -> None:
        if self._held is not None:
            self._shown, self._held = self._held.shown, None
            with suppress(ScreenStackError):
                self.screen.refresh()

    def _take_rest(self, is_settled: bool) -> None:  # noqa: FBT001 - as it is called
        """The app is drawn: what is there in its place is let go, and then it is kept."""
        if self._settling is None:
            return
        self._settling = None
        if self._held is not None:
            self._end_hold()
            self._settling = Settling(self, self._take_rest)
            return
        keep, self._keep = self._keep, None
        is_plain = is_settled and len(self.screen_stack) == 1 and not self._notifications
        if keep is not None and is_plain and self._shown is not None:
            picture = self._shown.picture()
            if picture is not None:
                keep(picture)

    def _send(self, driver: Driver, changes: str) -> None:
        """Write a frame, in one piece; nothing where nothing changed."""
        if not changes or not self._running or self._closed:
            return
        # What is so little is taken at once, and the terminal need not be asked to wait for it.
        is_apart = self._sync_available and len(changes) > _SMALL_FRAME
        frame = f"{SYNC_START}{changes}{SYNC_END}" if is_apart else changes
        if self.pace is not None:
            self.pace.spend(len(frame.encode(errors="replace")))
        driver.write(frame)
        driver.flush()

    @property
    def is_display_behind(self) -> bool:
        """Whether earlier frames still wait because the terminal does not take them."""
        return is_driver_behind(self._driver)

    def _send_later(self) -> None:
        if self._is_frame_missing:
            return
        self._is_frame_missing = True
        if isinstance(self._driver, TerminalDriver) and self._driver.is_own:
            self._driver.call_when_taken(lambda: self.call_later(self._send_missing))
        else:
            self.set_timer(_LATER_SECONDS, self._send_missing)

    def _send_missing(self) -> None:
        self._is_frame_missing = False
        if self.is_display_behind:
            self._send_later()
        else:
            with suppress(ScreenStackError):
                self.screen.refresh()

    def _changes(self, driver: Driver, renderable: RenderableType) -> str:
        if driver.is_inline or driver.is_web:
            raise UnknownCellsError
        if self._shown is None or self._shown.size != (self.size.width, self.size.height):
            self._shown = self._unknown_cells()
        return self._changes_of(self._shown, _placed_strips(renderable))

    def _changes_of(self, shown: ShownCells, strips: Iterable[PlacedStrip]) -> str:
        """What makes the terminal show these strips, and its cursor stand where it should.

        Raises:
            UnknownCellsError: what the terminal would show is not known.
        """
        return self._with_cursor(shown.show(strips))

    def _with_cursor(self, changes: str) -> str:
        cursor = self.screen.outer_size.clamp_offset(self.cursor_position)
        if changes or cursor != self._previous_cursor_position:
            changes += f"\x1b[{cursor.y + 1};{cursor.x + 1}H"
        self._previous_cursor_position = cursor
        return changes

    def _unknown_cells(self) -> ShownCells:
        color_system = self.console._color_system  # noqa: SLF001  # as Strip.render asks for it
        return ShownCells(self.size.width, self.size.height, color_system or ColorSystem.TRUECOLOR)


def _placed_strips(update: RenderableType) -> Iterator[PlacedStrip]:
    """The pieces of lines that an update of the screen is made of."""
    if isinstance(update, LayoutUpdate):
        yield from _strips_of_layout(update)
    elif isinstance(update, ChopsUpdate):
        yield from _strips_of_chops(update)
    else:
        raise UnknownCellsError


def _strips_of_layout(update: LayoutUpdate) -> Iterator[PlacedStrip]:
    for y, strips in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in strips:
            yield PlacedStrip(y, x, strip)
            x += strip.cell_length


def _strips_of_chops(update: ChopsUpdate) -> Iterator[PlacedStrip]:
    # Whole strips, also where only a part of them was asked for: the rest is as new.
    for y, first, last in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and x < last and end > first:
                yield PlacedStrip(y, x, strip)


def _changed(
    old_characters: list[str | None], old_looks: list[str | None], characters: list[str], look: str
) -> Sequence[int]:
    """Which cells are others than they were; at least one is."""
    same_look_count = old_looks.count(look)
    if not same_look_count:
        return range(len(characters))
    if same_look_count == len(old_looks):
        pairs = zip(old_characters, characters, strict=True)
        return [at for at, (old, new) in enumerate(pairs) if old != new]
    cells = zip(old_characters, old_looks, characters, strict=True)
    return [at for at, (old, old_look, new) in enumerate(cells) if old != new or old_look != look]


def _runs(changed: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The first and the last of each run of numbers, small gaps included."""
    if isinstance(changed, range):
        yield changed[0], changed[-1]
        return
    first = last = changed[0]
    for at in changed[1:]:
        if at - last > _MAX_REPEATED:
            yield first, last
            first = at
        last = at
    yield first, last


def _whole_characters(characters: list[str], start: int, end: int) -> tuple[int, int]:
    """The cells from start up to end, and the other cells of what is cut by either."""
    while start and not characters[start]:
        start -= 1
    while end < len(characters) and not characters[end]:
        end += 1
    return start, end


def _cells_of(text: str) -> list[str]:
    """What each cell shows; the second cell of a wide character shows nothing of its own."""
    return list(text) if text.isascii() else list(_other_cells_of(text))


@lru_cache(maxsize=4096)
def _other_cells_of(text: str) -> tuple[str, ...]:
    cells: list[str] = []
    for character in text:
        width = get_character_cell_size(character)
        if width:
            cells += [character, *[""] * (width - 1)]
        elif cells:
            base = len(cells) - 1 if cells[-1] else len(cells) - 2
            cells[base] += character
    width = cell_len(text)
    if len(cells) != width:
        # Characters that are shown together, as one picture: all or nothing.
        return (text, *[""] * (width - 1)) if width else ()
    return tuple(cells)
