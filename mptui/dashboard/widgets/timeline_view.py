"""The timeline: a row for each process, in which its tasks and waits are bars.

It is live, and moves along with the run a cell at a time, or it is held and stands still. A frame
costs as much as the rows that are seen and that changed, however many bars there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.reactive import var

from mptui.dashboard.presentation.processes.selection import ALL, Selection
from mptui.dashboard.presentation.text.glyphs import glyphs
from mptui.dashboard.presentation.text.palette import MARKED
from mptui.dashboard.presentation.timeline.cells import Pen
from mptui.dashboard.presentation.timeline.glyphs import timeline_glyphs
from mptui.dashboard.presentation.timeline.label_colours import LabelLooks
from mptui.dashboard.presentation.timeline.picture import TimelinePicture
from mptui.dashboard.presentation.timeline.rows import TimelineRow
from mptui.dashboard.terminal.quick_keys.telling import tell_above
from mptui.dashboard.widgets.messages import (
    Chosen,
    MomentChosen,
    PaceAsked,
    ReplayAsked,
    Stepped,
    StopAsked,
)
from mptui.dashboard.widgets.painting.line_painter import LinePainter
from mptui.dashboard.widgets.painting.line_scroller import LineScroller
from mptui.dashboard.widgets.painting.scroll_bars import place_bar, set_line_count
from mptui.dashboard.widgets.painting.strips import fitted, segments_of, strip_of, styled
from mptui.model import Run

if TYPE_CHECKING:
    from rich.style import Style
    from textual.events import (
        Click,
        MouseDown,
        MouseEvent,
        MouseMove,
        MouseScrollDown,
        MouseScrollLeft,
        MouseScrollRight,
        MouseScrollUp,
    )
    from textual.strip import Strip

    from mptui.dashboard.presentation.timeline.picture import TimelineLine

_STEP_CELLS: Final = 10
_PAN_SHARE: Final = 4
_WHEEL_ROWS: Final = 3
_WHEEL_CELLS: Final = 5


class TimelineView(LineScroller, LinePainter, inherit_bindings=False):
    """What each process did when."""

    # A drag moves the bars.
    ALLOW_SELECT: ClassVar[bool] = False

    COMPONENT_CLASSES: ClassVar[set[str]] = {"timeline-view--cursor", "timeline-view--chosen"}

    DEFAULT_CSS = """
    TimelineView {
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        & > .timeline-view--chosen { text-style: bold; }
        & > .timeline-view--cursor {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
        }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "choose(-1)", "Row above, below", show=False),
        Binding("down,j", "choose(1)", "Row above, below", show=False),
        Binding("pageup", "choose_page(-1)", "A page up, down", show=False),
        Binding("pagedown", "choose_page(1)", "A page up, down", show=False),
        Binding("left", "move_cursor(-1)", "Cursor: names the bar", show=False),
        Binding("right", "move_cursor(1)", "Cursor: names the bar", show=False),
        Binding("shift+left", f"move_cursor(-{_STEP_CELLS})", "Cursor: ten cells", show=False),
        Binding("shift+right", f"move_cursor({_STEP_CELLS})", "Cursor: ten cells", show=False),
        Binding("plus,equals_sign", "zoom(-1)", "Closer, further away", show=False),
        Binding("minus", "zoom(1)", "Closer, further away", show=False),
        Binding("left_square_bracket", "pan(-1)", "Earlier, later", show=False),
        Binding("right_square_bracket", "pan(1)", "Earlier, later", show=False),
        Binding("space", "toggle_held", "Freeze; replay from here", show=False),
        Binding("less_than_sign", "change_pace(-1)", "Replay slower, faster", show=False),
        Binding("greater_than_sign", "change_pace(1)", "Replay slower, faster", show=False),
        Binding("n", "step(1)", "Next end or finding, last", show=False),
        Binding("N", "step(-1)", "Next end or finding, last", show=False),
        Binding("home,g", "go_to_beginning", "The beginning", show=False),
        Binding("end,G", "go_live", "Back to live", show=False),
        Binding("backspace", "go_live_anew", "Back to live, zoom too", show=False),
        Binding("Z", "show_whole", "The whole run", show=False),
        Binding("escape", "step_back", "No cursor; then no row", show=False),
    ]

    selected: var[Selection] = var(ALL, init=False)
    """What is chosen in the pane; its row is marked."""

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._glyphs = glyphs()
        self._run = Run()
        self._now = 0.0
        self._picture = self._new_picture(has_colours=True)
        self._names_width = 0
        self._moment: float | None = None
        """The moment that the pane looks back at."""
        self._dragged_from: int | None = None
        self._has_dragged = False

    def show(
        self, run: Run, now: float, moment: float | None = None, *, is_over: bool = False
    ) -> None:
        """Show this state of a run, and a moment that the pane looks back at.

        Args:
            run: the run.
            now: the time of the run, in its seconds.
            moment: what is looked back at; None: the run is seen as it is.
            is_over: whether nothing more will come of it, though its end was never told.
        """
        if run is not self._run:
            self._run = run
            self._picture = self._new_picture(has_colours=not self.app.no_color)
        self._now = now
        self._picture.is_over = is_over
        if moment != self._moment:
            self._look_at(moment)
        self._update()

    @property
    def rests_seconds(self) -> float:
        """How long it stays as it is if nothing happens."""
        return self._picture.window.rests_seconds

    @property
    def can_replay(self) -> bool:
        """Whether there is something to look back at: a run that is over, or one looked back at."""
        return self._run.finished is not None or self._moment is not None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Whether a key does something here; else it is for the whole dashboard."""
        return action != "change_pace" or self.can_replay

    def watch_selected(self) -> None:
        """Mark another row, and bring it to sight."""
        self._update()

    @property
    def page_height(self) -> int:
        """How many rows are seen at once."""
        return self._picture.page_height

    def on_focus(self) -> None:
        """The chosen row is the cursor now."""
        self.paint_anew()

    def on_blur(self) -> None:
        """The chosen row is the cursor no longer."""
        self.paint_anew()

    def on_resize(self) -> None:
        """Show as much as there is room for now."""
        self._update()

    def choice_beside(self, rows: int) -> Selection:
        """The lane so many rows below the chosen one; the last, or all, beyond the end."""
        return self._picture.choice_beside(rows)

    def action_choose(self, step: int) -> None:
        """Choose the row so many below."""
        tell_above(self, Stepped(self, step))

    def action_choose_page(self, pages: int) -> None:
        """Choose the row a page below or above."""
        self.action_choose(pages * max(1, self.page_height - 1))

    def action_move_cursor(self, cells: int) -> None:
        """Look at a moment so many cells later, or earlier."""
        self._picture.move_cursor(cells)
        self._choose_moment()
        self._update()

    def action_zoom(self, steps: int) -> None:
        """See more of it, or less more closely (steps below 0)."""
        self._picture.zoom(steps)
        self._update()

    def action_pan(self, quarters: int) -> None:
        """See what was earlier, or later, by so many quarters of what is seen."""
        self._pan(quarters * max(1, self._picture.window.width // _PAN_SHARE))

    def action_change_pace(self, steps: int) -> None:
        """Replay faster, or slower."""
        self.post_message(PaceAsked(steps))

    def action_step(self, direction: int) -> None:
        """Look at the next end of a process or finding, or at the one before."""
        self.post_message(StopAsked(direction))

    def action_toggle_held(self) -> None:
        """Stand still, or be live again; of a run that is over: replay it, or stand still."""
        if self.can_replay:
            self.post_message(ReplayAsked())
            return
        window = self._picture.window
        if window.is_live:
            window.hold()
        else:
            window.go_live()
        self._update()

    def action_go_live(self) -> None:
        """Show the newest moment, and move along with it."""
        self._picture.window.go_live()
        self._look_at_now()
        self._update()

    def action_go_live_anew(self) -> None:
        """The same, at the zoom it had at first."""
        self._picture.window.go_live_anew()
        self._look_at_now()
        self._update()

    def action_go_to_beginning(self) -> None:
        """Show how the run began."""
        self._picture.window.go_to_beginning()
        if self._moment is not None:
            self._picture.point_at(0)
            self._choose_moment()
        self._update()

    def action_show_whole(self) -> None:
        """Show the run from its beginning to its end."""
        self._picture.window.show_whole()
        self._update()

    def action_step_back(self) -> None:
        """Take the cursor away; where there is none, choose no row."""
        if self._picture.has_cursor:
            self._picture.drop_cursor()
            self._choose_moment()
            self._update()
        else:
            self._choose(ALL)

    def action_scroll_lines(self, lines: int) -> None:
        """Show the rows further down, or up."""
        self._picture.scroll(lines)
        self._update()

    def action_scroll_sideways(self, steps: int) -> None:
        """Show what was later, or earlier."""
        self._pan(steps * _WHEEL_CELLS)

    def on_mouse_scroll_left(self, event: MouseScrollLeft) -> None:
        """Show what was earlier."""
        event.stop()
        self.action_scroll_sideways(-1)

    def on_mouse_scroll_right(self, event: MouseScrollRight) -> None:
        """Show what was later."""
        event.stop()
        self.action_scroll_sideways(1)

    def on_mouse_down(self, event: MouseDown) -> None:
        """A drag may begin."""
        self._has_dragged = False
        if self._column_of(event) is not None and event.button == 1:
            self._dragged_from = event.x
            self.capture_mouse()

    def on_mouse_move(self, event: MouseMove) -> None:
        """The bars move with the pointer that holds them."""
        if self._dragged_from is None:
            return
        cells = self._dragged_from - event.x
        if cells:
            self._has_dragged = True
            self._dragged_from = event.x
            self._pan(cells)

    def on_mouse_up(self) -> None:
        """The drag is over."""
        if self._dragged_from is not None:
            self._dragged_from = None
            self.release_mouse()

    def on_click(self, event: Click) -> None:
        """Choose the row under the pointer, and the moment if it is in the bars."""
        picture, offset = self._picture, event.get_content_offset(self)
        if offset is None or self._has_dragged:
            return
        row, column = picture.row_at(offset.y), self._column_of(event)
        if column is not None:
            picture.point_at(column)
            self._choose_moment()
            self._update()
        if row is not None:
            self._choose(picture.choice_at(row))

    def _turn_wheel(self, event: MouseScrollDown | MouseScrollUp, direction: int) -> None:
        """Zoom with Ctrl or Shift held, and where there is nothing to scroll; else scroll."""
        event.stop()
        event.prevent_default()
        picture = self._picture
        if event.shift or event.ctrl or len(picture.keys) <= picture.page_height:
            picture.zoom(direction, self._column_of(event))
        else:
            picture.scroll(direction * _WHEEL_ROWS)
        self._update()

    def _column_of(self, event: MouseEvent) -> int | None:
        """Which column of the bars the pointer is in."""
        offset = event.get_content_offset(self)
        if offset is None:
            return None
        column = offset.x - self._picture.bars_left
        return column if 0 <= column < self._picture.window.width else None

    def _pan(self, cells: int) -> None:
        self._picture.window.pan(cells)
        self._update()

    def _choose_moment(self) -> None:
        """The cursor was moved, or taken away."""
        self.post_message(MomentChosen(self._picture.cursor))

    def _look_at_now(self) -> None:
        """Look back at nothing any more."""
        if self._moment is not None:
            self._picture.drop_cursor()
            self._choose_moment()

    def _look_at(self, moment: float | None) -> None:
        """The pane looks back at another moment."""
        self._moment = moment
        if moment is None:
            self._picture.drop_cursor()
        elif moment != self._picture.cursor:
            self._picture.look_at(moment)

    def _new_picture(self, *, has_colours: bool) -> TimelinePicture:
        signs = timeline_glyphs()
        looks = LabelLooks(signs, has_colours=has_colours)
        return TimelinePicture(self._run, Pen(signs, looks, self._glyphs))

    def _choose(self, selection: Selection) -> None:
        if selection != self.selected:
            tell_above(self, Chosen(selection))

    def _update(self) -> None:
        """Draw what is seen now."""
        region = self.scrollable_content_region
        picture = self._picture
        if not region or not self.is_mounted or not self.display:
            return
        lines = picture.draw(self._now, region.size, self.selected)
        self._place_scrollbar(picture)
        self.show_lines(lines)
        if picture.name_width != self._names_width:
            self._names_width = picture.name_width
            self.paint_anew()

    def _place_scrollbar(self, picture: TimelinePicture) -> None:
        height = len(picture.keys) + picture.chrome_height
        set_line_count(self, height)
        if self.show_vertical_scrollbar:
            page_height = self.container_size.height
            place_bar(self.vertical_scrollbar, height, page_height, picture.top)

    def make_strip(self, line: TimelineLine | None) -> Strip:
        """The strip of a row, or of a line of text."""
        if not isinstance(line, TimelineRow):
            return super().make_strip(line)
        base, width = self.visual_style.rich_style, self.size.width
        head = self._head_style(is_chosen=line.is_chosen)
        is_plain = line.is_chosen and self.has_focus
        marker = Segment(self._glyphs.chosen if line.is_chosen else " ", head)
        name = fitted((line.name,), self._picture.name_width, head, is_plain=is_plain)
        cells = segments_of(line.cells, base)
        strip = strip_of([marker, *name, Segment(" ", base), *cells], width, base)
        return strip.adjust_cell_length(width, base)

    def _head_style(self, *, is_chosen: bool) -> Style:
        """The style of a row's name."""
        base = self.visual_style.rich_style
        if not is_chosen:
            return base
        if not self.has_focus:
            return self.get_visual_style("timeline-view--chosen").rich_style
        if self.app.no_color:
            # Of a style sheet's text style Textual 8.2.8 does not hand on that it is reversed.
            return styled(base, MARKED)
        return self.get_visual_style("timeline-view--cursor").rich_style
