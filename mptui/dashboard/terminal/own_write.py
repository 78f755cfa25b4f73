"""Lines that changed go to the terminal as they are, past Textual's layout of the whole screen.

Where a few lines of a widget change several times a second, finding out what stands on the screen
costs more than these lines: `OwnWrite` takes the lines alone, cut to what is seen of them, and
sends what differs of them as `DisplayDiff` does. Textual is told that it has painted these lines
before they changed, so what it paints later is right. Where anything is unusual (another screen in
front, a new layout on its way, a style that changes what a widget painted) Textual does it.

Written against Textual 8.2.8: a test compares the screen with and without it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, NamedTuple

from textual.app import ReturnType, ScreenStackError
from textual.geometry import Offset, Region, Size
from textual.widget import Widget

from mptui.dashboard.terminal.display_diff import DisplayDiff, PlacedStrip, UnknownCellsError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from rich.segment import Segment
    from textual.content import Content
    from textual.screen import Screen
    from textual.strip import Strip

_TITLE: Final = -1
"""The place of the line above the first, in the border."""
_CHANGES_CELLS: Final = ("tint", "text_opacity", "hatch")
"""What a style sheet may do to cells that a widget has painted."""


class Written(Widget):
    """A widget whose lines are written so: its strips are as wide as it is."""

    size_now: Size | None = None
    """Its size while its lines are written: to find it out again for each costs more than they."""

    @property
    def size(self) -> Size:
        """The size of what it paints, without border and padding."""
        return super().size if self.size_now is None else self.size_now


class _Piece:
    """A part of a line, in the place of a strip: what a strip remembers is needed only once."""

    __slots__ = ("cell_length", "segments")

    def __init__(self, segments: list[Segment], cell_length: int) -> None:
        self.segments = segments
        self.cell_length = cell_length

    def __iter__(self) -> Iterator[Segment]:
        return iter(self.segments)


class _Seen(NamedTuple):
    """Where a widget's lines stand, and what is seen of each."""

    x: int
    y: int
    size: Size
    offset: Offset
    """Of the lines, from the corner of the widget."""
    spans: Sequence[Sequence[tuple[int, int]]]
    """For each line of the widget the columns of the screen that it has: begin and end."""
    outer: Region
    """All of the widget, with its border."""
    title_spans: Sequence[tuple[int, int]]
    """Of the first line of that, which has the title in it."""


class OwnWrite(DisplayDiff[ReturnType]):
    """An app in which a widget may hand over lines that changed instead of asking for a refresh."""

    writes_lines_itself = True
    """The switch: without it Textual paints everything."""

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        self._unwritten: dict[Widget, set[int]] = {}
        self._layers_seen: object = None
        self._seen: dict[Widget, _Seen | None] = {}

    def write_lines(self, widget: Widget, places: Iterable[int]) -> None:
        """Let the terminal show these lines of a widget as they are, with all that change now.

        Args:
            widget: what they belong to; the strip of a line is what its `render_line` gives.
            places: which lines, from 0 at the top of what the widget paints inside its border.
        """
        if not self._unwritten:
            asyncio.get_running_loop().call_soon(self._write_own)
        self._unwritten.setdefault(widget, set()).update(places)

    def write_title(self, widget: Widget, title: Content) -> None:
        """Give a widget another title, and let the terminal show it: one line, not all of it."""
        widget._border_title = title  # noqa: SLF001
        self.write_lines(widget, [_TITLE])

    def write_now(self) -> None:
        """Write what was handed over in this turn at once, before anything else is done in it."""
        if self._unwritten:
            self._write_own()

    def write_widget(self, widget: Widget) -> None:
        """Let the terminal show all of a small widget of Textual's own, which looks different."""
        forget_rendered(widget)
        widget._set_dirty()  # noqa: SLF001
        widget._exchange_repaint_regions()  # noqa: SLF001  # Else Textual would paint it too.
        self.write_lines(widget, range(widget.size.height))

    def _write_own(self) -> None:
        unwritten, self._unwritten = self._unwritten, {}
        try:
            if not self._can_write:
                for widget, places in unwritten.items():
                    _refresh(widget, places)
                return
            strips = [
                strip for widget, places in unwritten.items() for strip in self._own(widget, places)
            ]
            self._send_strips(strips)
        except Exception as error:  # noqa: BLE001  # as Textual does with what fails in a timer
            self._handle_exception(error)

    @property
    def _can_write(self) -> bool:
        """Whether what the terminal shows is known, and nothing is about to change all of it."""
        driver = self._driver
        if driver is None or driver.is_headless or driver.is_inline or driver.is_web:
            return False
        is_known = self._shown is not None and self._shown.size == tuple(self.size)
        if not (is_known and self.writes_lines_itself) or self._batch_count:
            return False
        try:
            screen = self.screen
        except ScreenStackError:
            return False
        is_moving = screen._layout_required or screen._scroll_required  # noqa: SLF001
        return not is_moving and not self.is_display_behind

    def _own(self, widget: Widget, places: Collection[int]) -> Iterator[PlacedStrip]:
        """What is seen of these lines; what cannot be said is left to Textual."""
        seen = self._place_of(widget)
        if seen is None:
            _refresh(widget, places)
            return
        shown = [y for y in places if 0 <= y < seen.size.height]
        widget._styles_cache.set_dirty(  # noqa: SLF001
            *(Region(0, y, seen.size.width, 1).translate(seen.offset) for y in shown)
        )
        if _TITLE in places:
            yield from _title_of(widget, seen)
        filters = widget.get_line_filters()
        background = widget.background_colors[1]
        strips = _strips(widget, shown, seen.size)
        for y, strip in zip(shown, strips, strict=True):
            for start, end in seen.spans[y]:
                segments = _cut(strip, start - seen.x, end - seen.x)
                for one in filters:
                    segments = one.apply(segments, background)
                yield PlacedStrip(seen.y + y, start, _Piece(segments, end - start))

    def _place_of(self, widget: Widget) -> _Seen | None:
        """Where it stands; None where Textual has to say what is seen of it."""
        if not widget.is_attached or widget.screen is not self.screen:
            return None
        layers = self.screen._compositor.layers_visible  # noqa: SLF001
        if layers is not self._layers_seen:
            self._layers_seen = layers
            self._seen.clear()
        if widget not in self._seen:
            self._seen[widget] = _seen_of(widget, self.screen)
        return self._seen[widget]

    def _send_strips(self, strips: list[PlacedStrip]) -> None:
        if not strips or self._shown is None or self._driver is None:
            return
        try:
            changes = self._changes_of(self._shown, strips)
        except UnknownCellsError:
            self.action_redraw()
            return
        self._send(self._driver, changes)


def entitle(widget: Widget, title: Content) -> None:
    """Give a widget another title in its border; in the cheapest way that there is."""
    if widget.is_mounted and isinstance(app := widget.app, OwnWrite):
        app.write_title(widget, title)
    else:
        widget.border_title = title


def write_now(widget: Widget) -> None:
    """Write at once what its app was handed over, where the app writes itself."""
    if isinstance(app := widget.app, OwnWrite):
        app.write_now()


def forget_rendered(widget: Widget) -> None:
    """Let a widget of Textual's own render anew when it is painted, whenever that is."""
    widget._layout_cache.clear()  # noqa: SLF001
    widget._rich_style_cache.clear()  # noqa: SLF001


def _seen_of(widget: Widget, screen: Screen[object]) -> _Seen | None:
    compositor = screen._compositor  # noqa: SLF001
    place = compositor.visible_widgets.get(widget)
    if place is None or not _is_plain(widget):
        return None
    region, clip = place
    content = widget.content_region
    if region.size != widget.outer_size or content.size != widget.size:
        return None
    x, y = region.offset + widget.content_offset
    shown = region.intersection(clip)
    spans = [
        _spans_of(widget, compositor.layers_visible[at], x, x + content.width)
        if shown.y <= at < shown.bottom and at < len(compositor.layers_visible)
        else []
        for at in range(y, y + content.height)
    ]
    first = compositor.layers_visible[region.y] if region.y == shown.y else []
    title_spans = _spans_of(widget, first, region.x, region.right)
    return _Seen(x, y, content.size, widget.content_offset, spans, region, title_spans)


def _title_of(widget: Widget, seen: _Seen) -> Iterator[PlacedStrip]:
    """What is seen of the line that has the title in it."""
    line = Region(0, 0, seen.outer.width, 1)
    widget._styles_cache.set_dirty(line)  # noqa: SLF001
    strip = widget.render_lines(line)[0]
    for start, end in seen.title_spans:
        cut = _cut(strip, start - seen.outer.x, end - seen.outer.x)
        yield PlacedStrip(seen.outer.y, start, _Piece(cut, end - start))


def _spans_of(
    widget: Widget, layer: Iterable[tuple[Widget, Region, Region]], start: int, end: int
) -> list[tuple[int, int]]:
    """What is left of a line of a widget by all that stands in front of it."""
    spans = [(start, end)]
    for other, shown, _ in layer:
        if other is widget:
            return [
                (max(first, shown.x), min(last, shown.right))
                for first, last in spans
                if max(first, shown.x) < min(last, shown.right)
            ]
        spans = [part for span in spans for part in _without(span, shown.x, shown.right)]
    return []


def _without(span: tuple[int, int], start: int, end: int) -> Iterator[tuple[int, int]]:
    first, last = span
    if first < min(last, start):
        yield first, min(last, start)
    if max(first, end) < last:
        yield max(first, end), last


def _is_plain(widget: Widget) -> bool:
    """Whether the cells of a widget are as it paints them."""
    styles = widget.styles
    changes = any(styles.has_rule(rule) for rule in _CHANGES_CELLS)
    return not (changes or any(edge for edge, _ in styles.outline) or widget.opacity != 1.0)


def _strips(widget: Widget, places: Iterable[int], size: Size) -> list[Strip]:
    if not isinstance(widget, Written):
        return [widget.render_line(y) for y in places]
    widget.size_now = size
    try:
        return [widget.render_line(y) for y in places]
    finally:
        widget.size_now = None


def _cut(strip: Strip, start: int, end: int) -> list[Segment]:
    is_whole = start == 0 and end == strip.cell_length
    return list(strip if is_whole else strip.crop(start, end))


def _refresh(widget: Widget, places: Collection[int]) -> None:
    width, height = widget.size
    regions = [Region(0, y, width, 1) for y in places if 0 <= y < height]
    if _TITLE in places:
        left_top = widget.content_offset
        regions.append(Region(-left_top.x, -left_top.y, widget.outer_size.width, 1))
    if regions:
        widget.refresh(*regions)
