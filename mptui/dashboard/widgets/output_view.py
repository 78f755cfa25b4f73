"""What the processes print, all together or one alone: strips made only of what is seen.

However much arrives, a frame costs as many lines as the view is high. What is scrolled back stays
still while new lines arrive. Where the person stands in the log is for `Reading` to know; this is
what turns keys into it, and it into strips.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip

from mptui.dashboard.presentation.output.highlights import highlights_of
from mptui.dashboard.presentation.output.line_filter import stderr_toggled
from mptui.dashboard.presentation.output.line_times import NEXT_STYLE
from mptui.dashboard.presentation.output.line_wishes import NO_WISHES, LineWishes
from mptui.dashboard.presentation.output.lines import OutputCell, notice, prefix_width
from mptui.dashboard.presentation.output.reading import Reading
from mptui.dashboard.presentation.output.window import OutputMode, empty_text
from mptui.dashboard.presentation.processes.selection import ALL, Selection
from mptui.dashboard.presentation.text.glyphs import glyphs
from mptui.dashboard.widgets.messages import Asked, WishesChanged
from mptui.dashboard.widgets.painting.line_painter import LinePainter
from mptui.dashboard.widgets.painting.line_scroller import LineScroller
from mptui.dashboard.widgets.painting.output_painter import Geometry, OutputPainter
from mptui.terminal_text import safe_text

if TYPE_CHECKING:
    from mptui.dashboard.presentation.output.lines import Highlight
    from mptui.model import Run

_PAUSE_SECONDS: Final = 0.02
"""Between two pieces of a search: keys come first."""
_SIDEWAYS_CELLS: Final = 8


class OutputView(LineScroller, LinePainter):
    """The output of a run: merged, or of the chosen process."""

    DEFAULT_CSS = """
    OutputView {
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        overflow-y: scroll;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *LineScroller.BINDINGS,
        Binding("home,g", "scroll_to_oldest", "Oldest line", show=False),
        Binding("end,G", "follow", "Newest line, and follow", show=False),
        Binding("n", "step_to_match(1)", "Found line below, above", show=False),
        Binding("N", "step_to_match(-1)", "Found line below, above", show=False),
        Binding("E", "toggle_stderr", "Stderr alone, or all", show=False),
        Binding("H", "ask('highlight')", "Words to highlight", show=False),
        Binding("colon", "ask('moment')", "Go to a time: 1:30, -10", show=False),
        Binding("m", "toggle_bookmark", "Bookmark, or none", show=False),
        Binding("left_square_bracket", "step_to_bookmark(-1)", "Bookmark above, below", show=False),
        Binding("right_square_bracket", "step_to_bookmark(1)", "Bookmark above, below", show=False),
        Binding("v", "mark_lines", "Mark lines, then y", show=False),
        Binding("y", "copy", "Copy the marked lines", show=False),
        Binding("escape", "end_search", "End mark, search, filter", show=False),
    ]

    selected: var[Selection] = var(ALL, init=False)
    """What is chosen in the pane; its output stands out, or alone."""
    mode: var[OutputMode] = var("merged", init=False)
    is_following: var[bool] = var(default=True, init=False)
    """Whether the newest line is kept in view."""
    is_wrapped: var[bool] = var(default=False, init=False)
    """Whether long lines take several rows, or are cut at the edge."""
    wishes: var[LineWishes] = var(NO_WISHES, init=False)
    """What lines are shown, and how."""

    @dataclass
    class SearchChanged(Message):
        """A search began, came further or ended."""

        text: str
        """What is looked for; empty when that ended."""
        result: str
        """How it stands, in words."""

    @dataclass
    class NotesChanged(Message):
        """What is to be known of what is shown: that lines are left out, or marked."""

        notes: str

    @dataclass
    class Copied(Message):
        """Lines are on their way to the clipboard."""

        count: int
        is_cut: bool
        """Whether there was more than may be copied."""

    @dataclass
    class FollowChanged(Message):
        """The view began or ceased to follow the newest line."""

        is_following: bool

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._glyphs = glyphs()
        self._painter = OutputPainter(self._glyphs)
        self.reading = Reading(self._glyphs, self._painter.rows)
        """Where the person stands in what log, what they look for and what they marked."""
        self._run: Run | None = None
        self._highlights: tuple[Highlight, ...] = ()
        self._cells_left = 0
        self._name_width = 0
        self._speakers: tuple[object, ...] = ()
        self._notes = ""
        self._found = ""
        self._is_coming_back = False

    def show(self, run: Run) -> None:
        """Show this state of a run."""
        if run is not self._run:
            self._run = run
            self.reading.begin(run)
            self._begin_at_end()
        self._look_on()
        self._update()

    def watch_selected(self, old: Selection, new: Selection) -> None:
        """Show the output of another process, or let it stand out."""
        self.reading.selected = new.process
        if self.mode == "chosen" and old.process != new.process:
            self._turn()
        self._update()

    def watch_mode(self) -> None:
        """Other logs are shown now."""
        self._turn()
        self._update()

    def watch_wishes(self, old: LineWishes, new: LineWishes) -> None:
        """Show lines another way."""
        self.reading.want(new)
        self._highlights = highlights_of(new.highlight)
        if old.only != new.only:
            self._look_on()
        self._update()
        self.post_message(WishesChanged(new))

    def watch_is_wrapped(self) -> None:
        """Stay on the lines that are shown now."""
        self.reading.wrap(is_wrapped=self.is_wrapped)
        self._cells_left = 0
        self._update()

    def watch_is_following(self, is_following: bool) -> None:  # noqa: FBT001  # Textual calls it
        """Go to the newest line, or stay where the view is."""
        if is_following:
            self.reading.follow()
        else:
            self.reading.hold()
        self._update()
        self.post_message(self.FollowChanged(is_following))

    def search(self, text: str) -> None:
        """Look for this text, and go to the nearest line above the end of the view that has it."""
        self.reading.look_for(text)
        self._look_on()
        self._update()

    def show_only(self, text: str) -> None:
        """Show only lines as this says; all of them where it is empty."""
        self.wishes = self.wishes._replace(only=text.strip())

    def highlight(self, text: str) -> None:
        """Let these words stand out, each in its own way; none where there are none."""
        self.wishes = self.wishes._replace(highlight=text)

    def cycle_times(self) -> None:
        """Times since the run began, by the clock, or none."""
        self.wishes = self.wishes._replace(time_style=NEXT_STYLE[self.wishes.time_style])

    def go_to_moment(self, text: str) -> bool:
        """Go to what was printed at this time; False where it says no time."""
        is_moment = self.reading.go_to_moment(text)
        self._moved()
        return is_moment

    def notify_style_update(self) -> None:
        """The theme changed: nothing painted before is right."""
        super().notify_style_update()
        self._painter.forget()

    def on_resize(self) -> None:
        """Show as much as there is room for now."""
        self._update()

    def make_strip(self, line: OutputCell | None) -> Strip:
        """The strip of a line."""
        base = self.visual_style.rich_style
        strip = self._painter.line(line, base) if line is not None else Strip([])
        return strip.adjust_cell_length(self.size.width, base)

    def action_scroll_lines(self, lines: int) -> None:
        """Scroll so many lines down, or up; while lines are marked: mark up to there."""
        self.reading.scroll(lines)
        self._moved()

    def action_scroll_to_oldest(self) -> None:
        """Go to the oldest line that is kept."""
        self.action_scroll_lines(-self.reading.extent.end)

    def action_follow(self) -> None:
        """Go to the newest line, and keep it in view."""
        self.is_following = True

    def action_scroll_sideways(self, steps: int) -> None:
        """Show what is further right in long lines, or further left."""
        furthest = max(self._cells_left, self._painter.overhang)
        self._cells_left = max(0, min(self._cells_left + steps * _SIDEWAYS_CELLS, furthest))
        self._update()

    def action_step_to_match(self, step: int) -> None:
        """Go to the next line that was found, below or above."""
        self.reading.step_to_match(step)
        self._moved()
        self._post_search()

    def action_end_search(self) -> None:
        """Mark nothing any more; or look for nothing; or show all lines again."""
        if self.reading.stretch is not None:
            self.reading.stretch = None
            self._update()
        elif self.reading.search is not None:
            self.search("")
        elif self.wishes.only:
            self.show_only("")
        elif self.wishes.highlight:
            self.highlight("")

    def action_ask(self, purpose: Literal["highlight", "moment"]) -> None:
        """Let the person type what this view is to do."""
        self.post_message(Asked(purpose, self.wishes.highlight if purpose == "highlight" else ""))

    def action_toggle_stderr(self) -> None:
        """Show standard error alone, or both streams."""
        self.show_only(stderr_toggled(self.wishes.only))

    def action_toggle_bookmark(self) -> None:
        """Mark the line that was found or is the lowest, or take its mark away."""
        self.reading.toggle_bookmark()
        self._update()

    def action_step_to_bookmark(self, step: int) -> None:
        """Go to the next marked line, below or above."""
        self.reading.step_to_bookmark(step)
        self._moved()

    def action_mark_lines(self) -> None:
        """Begin to mark lines, or cease to."""
        self.reading.mark_lines()
        self._moved()

    def action_copy(self) -> None:
        """Copy the marked lines, or the one that was found or is the lowest.

        By OSC 52, which takes it through SSH to the terminal of the person. Nothing but this key
        ever copies, and what is copied is safe text.
        """
        copy = self.reading.copy()
        if copy is not None:
            self.app.copy_to_clipboard(copy.text)
            self.post_message(self.Copied(copy.line_count, copy.is_cut))
            self._update()

    def _turn(self) -> None:
        """Read the log that mode and choice say now."""
        process = self.selected.process if self.mode == "chosen" else None
        self.reading.turn_to(process, has_log=self.mode == "merged" or process is not None)
        self._begin_at_end()
        self._look_on()

    def _begin_at_end(self) -> None:
        self._cells_left = 0
        self.is_following = True

    def _moved(self) -> None:
        self.is_following = self.reading.is_following
        self._update()

    def _look_on(self) -> None:
        """Look through a piece of the log; as long as there are more, come back for them."""
        is_more = self.reading.advance()
        self.is_following = self.reading.is_following
        if is_more and not self._is_coming_back:
            self._is_coming_back = True
            self.set_timer(_PAUSE_SECONDS, self._come_back)
        self._post_search()

    def _come_back(self) -> None:
        self._is_coming_back = False
        self._look_on()
        self._update()

    def _post_search(self) -> None:
        search = self.reading.search
        text, result = (search.text, search.result) if search is not None else ("", "")
        if f"{text}\n{result}" != self._found:
            self._found = f"{text}\n{result}"
            self.post_message(self.SearchChanged(text, result))

    def _update(self) -> None:
        """Find the lines that are seen now."""
        region = self.scrollable_content_region
        if not region or not self.is_mounted:
            return
        self.reading.height = self.page_height
        is_other_geometry = self._lay_out(region.width)
        lines = self._lines_in_view()
        self._painter.keep(lines)
        extent = self.reading.extent
        self.place_scrollbar(extent.end - extent.first, self.reading.top - extent.first)
        self.show_lines(lines)
        if is_other_geometry:
            self.paint_anew()
        self._post_notes()

    def _lay_out(self, width: int) -> bool:
        """Find out what all lines have in common; whether that is something else now."""
        run = self._run
        speakers = (run, run and run.process_changes, run and run.speaker_count, width)
        if run is not None and speakers != self._speakers:
            self._speakers = speakers
            self._name_width = prefix_width(run, width)
        search = self.reading.search
        pattern = search.pattern if search is not None else None
        geometry = Geometry(width, self._name_width, self._cells_left, pattern, self._highlights)
        return self._painter.arrange(geometry)

    def _lines_in_view(self) -> list[OutputCell]:
        if self._run is None:
            return []
        if not self.reading.extents:
            why = empty_text(self._run, self.mode, self.selected.process)
            return [notice(safe_text(why))]
        return self.reading.cells_in_view()

    def _post_notes(self) -> None:
        notes = self.reading.notes
        if notes != self._notes:
            self._notes = notes
            self.post_message(self.NotesChanged(notes))
