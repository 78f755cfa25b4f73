"""What Textual does for each frame, done with less: the same cells, in less than half the time.

- What is covered wholly is not painted, and of what changed only the lines that did.
- A strip makes its seven caches when it needs them, which most strips never do.
- A line inside of a border is what the widget gives, without asking its styles once more for each.
- Of the styles of a widget that are set anew, those that are as before are left alone.
- What the style sheet says of a part that stands as another did is known by then.
- A new layout is found out once, not a second time for the map that it is.
- What a key sets off in several widgets is one frame, not one for each.
- To move the focus repaints what looks otherwise by it, not the whole screen.

Written against Textual 8.2.8, in which it replaces private parts: a test compares what they paint.
"""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from textual._compositor import Compositor
from textual._segment_tools import line_pad
from textual._styles_cache import StylesCache
from textual.cache import FIFOCache
from textual.css.stylesheet import Stylesheet
from textual.geometry import Region
from textual.screen import UPDATE_PERIOD, Screen
from textual.strip import Strip

from mptui.dashboard.terminal.quick_keys import kept_styles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from rich.segment import Segment
    from rich.style import Style
    from textual._compositor import ReflowResult
    from textual.css.styles import RulesMap, StylesBase
    from textual.dom import DOMNode
    from textual.geometry import Size, Spacing
    from textual.timer import Timer
    from textual.widget import Widget

_TURNS: Final = 4
"""From a widget to its screen a change goes through two queues, and may set off another there."""
_TIMER: Final = "_Screen__update_timer"
_CACHE_SIZES: Final = {
    "_divide_cache": 4,
    "_crop_cache": 16,
    "_style_cache": 16,
    "_filter_cache": 4,
    "_line_length_cache": 4,
    "_crop_extend_cache": 4,
    "_offsets_cache": 4,
}


def paint_quickly(*, is_wanted: bool = True) -> None:
    """Let Textual paint so from now on, or again as it does by itself."""
    for (owner, name), (ours, textuals) in _REPLACED.items():
        setattr(owner, name, ours if is_wanted else textuals)
    Screen.focused._repaint = not is_wanted  # noqa: SLF001


def _init_strip(strip: Strip, segments: Iterable[Segment], cell_length: int | None = None) -> None:
    strip._segments = list(segments)  # noqa: SLF001
    strip._cell_length = cell_length  # noqa: SLF001
    strip._render_cache = strip._link_ids = strip._cell_count = None  # noqa: SLF001


def _make_cache(strip: Strip, name: str) -> FIFOCache[Any, Any]:
    """Called for what a strip does not have yet."""
    size = _CACHE_SIZES.get(name)
    if size is None:
        raise AttributeError(name)
    cache: FIFOCache[Any, Any] = FIFOCache(size)
    setattr(strip, name, cache)
    return cache


def _update_timer(screen: Screen[Any]) -> Timer:
    """What paints a screen: once all that a key has set off has said what is to be painted."""

    async def update() -> None:
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        screen._on_timer_update()  # noqa: SLF001

    timer: Timer | None = vars(screen)[_TIMER]
    if timer is None:
        timer = screen.set_interval(UPDATE_PERIOD, update, name="screen_update", pause=True)
        setattr(screen, _TIMER, timer)
    return timer


def _replace_rules(node: DOMNode, rules: RulesMap, animate: bool = False) -> None:  # noqa: FBT001, FBT002
    """Give a node these styles; nothing here is animated."""
    base = node.styles.base
    before: dict[str, Any] = base._rules  # type: ignore[assignment]  # noqa: SLF001
    after: dict[str, Any] = rules  # type: ignore[assignment]
    changed = [
        name
        for name in before.keys() | after.keys()
        if name not in before or name not in after or before[name] != after[name]
    ]
    if changed or not animate:
        for name in changed:
            setattr(base, name, after.get(name))
        node.notify_style_update()


class _Inside(NamedTuple):
    """What surrounds the lines of a widget that have nothing but blanks beside them."""

    top: int
    bottom: int
    left: int
    right: int
    blank: Style


def _render_widget(cache: StylesCache, widget: Widget, crop: Region) -> list[Strip]:
    cache._inside = None  # type: ignore[attr-defined]  # noqa: SLF001
    return _textuals_render_widget(cache, widget, crop)


def _render_line(cache: StylesCache, *arguments: Any) -> Strip:
    styles, y, size, content, padding, *colours, render_content, _, _, opacity, _, _ = arguments
    inside = cache._inside  # type: ignore[attr-defined]  # noqa: SLF001
    if inside is None:
        is_plain = opacity == 1.0 and _has_nothing_beside(styles)
        inside = is_plain and _inside_of(styles, padding, cache.get_inner_outer(*colours)[0])
        cache._inside = inside  # type: ignore[attr-defined]  # noqa: SLF001
    if not inside:
        return _textuals_render_line(cache, *arguments)
    line = y - inside.top
    if not 0 <= line < min(content.height, size.height - inside.top - inside.bottom):
        return _textuals_render_line(cache, *arguments)
    strip: Strip = render_content(line).adjust_cell_length(content.width, inside.blank)
    if inside.left or inside.right:
        return Strip(line_pad(strip, inside.left, inside.right, inside.blank), size.width)
    return strip if strip.cell_length == size.width else Strip(strip, size.width)


def _has_nothing_beside(styles: StylesBase) -> bool:
    """Whether nothing is drawn left or right of the lines of a widget, nor over them."""
    (_, (right, _), _, (left, _)) = styles.border
    has_outline = any(kind for kind, _ in styles.outline)
    is_changed = styles.tint.a or styles.text_opacity != 1.0 or styles.has_rule("hatch")
    return not (left or right or has_outline or is_changed)


def _inside_of(styles: StylesBase, padding: Spacing, inner: Any) -> _Inside:
    gutter = styles.gutter
    return _Inside(gutter.top, gutter.bottom, padding.left, padding.right, inner.rich_style)


def _reflow(compositor: Compositor, parent: Widget, size: Size) -> ReflowResult:
    result = _textuals_reflow(compositor, parent, size)
    compositor._full_map_invalidated = False  # noqa: SLF001
    return result


def _render_chops(
    compositor: Compositor, crop: Region, is_rendered_line: Callable[[int], bool]
) -> Sequence[Mapping[int, Strip | None]]:
    """What is seen in each line of a part of the screen: by where it begins, front to back."""
    painting = _Painting(compositor.cuts, crop, is_rendered_line)
    for widget, (region, clip) in compositor.visible_widgets.items():
        painting.add(widget, region, region.intersection(clip))
        if not painting.open:
            break
    return painting.chops


class _Painting:
    """The pieces of lines that are seen, and those that nothing was painted on yet."""

    def __init__(
        self, cuts: Sequence[list[int]], crop: Region, is_rendered_line: Callable[[int], bool]
    ) -> None:
        self._cuts = cuts
        self.chops: list[dict[int, Strip | None]] = [dict.fromkeys(line[:-1]) for line in cuts]
        start, end = crop.column_span
        self.open: dict[int, set[int]] = {
            y: {x for x, after in pairwise(line) if x < end and after > start}
            for y, line in enumerate(cuts[: crop.bottom])
            if y >= crop.y and is_rendered_line(y)
        }
        """For each line that is wanted where its open pieces begin."""

    def add(self, widget: Widget, region: Region, seen: Region) -> None:
        """Paint what is seen of a widget behind all that were painted before."""
        start, end = seen.column_span
        wanted = [
            y
            for y in seen.line_range
            if y in self.open and any(start <= x < end for x in self.open[y])
        ]
        if not wanted:
            return
        first, last = wanted[0], wanted[-1]
        lines = Region(seen.x - region.x, first - region.y, seen.width, last - first + 1)
        strips = widget.render_lines(lines)
        for y in wanted:
            if y - first < len(strips):
                self._add_line(y, start, end, strips[y - first])

    def _add_line(self, y: int, start: int, end: int, strip: Strip) -> None:
        places = [x for x in self._cuts[y] if start <= x <= end]
        pieces = strip.divide([x - start for x in places[1:]])
        line, open_ = self.chops[y], self.open[y]
        for x, piece in zip(places, pieces, strict=False):
            if line.get(x) is None:
                line[x] = piece
                open_.discard(x)
        if not open_:
            del self.open[y]


_REPLACED: Final[dict[tuple[type, str], tuple[Any, Any]]] = {
    (owner, name): (ours, vars(owner).get(name, ours))
    for owner, name, ours in (
        (Strip, "__init__", _init_strip),
        (Strip, "__getattr__", _make_cache),
        (Screen, "_update_timer", property(_update_timer)),
        (Stylesheet, "replace_rules", staticmethod(_replace_rules)),
        (Stylesheet, "apply", kept_styles.apply),
        (StylesCache, "render_widget", _render_widget),
        (StylesCache, "render_line", _render_line),
        (Compositor, "reflow", _reflow),
        (Compositor, "_render_chops", _render_chops),
    )
}
_textuals_render_widget: Final = StylesCache.render_widget
_textuals_render_line: Final = StylesCache.render_line
_textuals_reflow: Final = Compositor.reflow
