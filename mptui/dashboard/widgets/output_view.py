"""What the processes print, all together or one alone: strips made only of what is seen.

However much arrives, a frame costs as many lines as the view is high. What is scrolled back stays
still while new lines arrive. Where the person stands in the log is for `Reading` to know; this is
what turns keys into it, and it into strips.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip

from mptui.dashboard.presentation.output.lines import OutputCell, notice, prefix_width
from mptui.dashboard.presentation.output.reading import Reading
from mptui.dashboard.presentation.output.window import OutputMode, empty_text
from mptui.dashboard.widgets.painting.line_reader import LineReader
from mptui.dashboard.widgets.painting.output_painter import Geometry, OutputPainter
from mptui.terminal_text import safe_text

if TYPE_CHECKING:
    from mptui.dashboard.presentation.output.line_wishes import LineWishes
    from mptui.dashboard.presentation.processes.selection import Selection
    from mptui.model import Run
    from mptui.replay.older_output import OlderOutput

_SIDEWAYS_CELLS: Final = 8


class OutputView(LineReader):
    """The output of a run: merged, or of the chosen process."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *LineReader.BINDINGS,
        Binding("left_square_bracket", "step_to_bookmark(-1)", "Bookmark above, below", show=False),
        Binding("right_square_bracket", "step_to_bookmark(1)", "Bookmark above, below", show=False),
    ]

    mode: var[OutputMode] = var("merged", init=False)
    is_wrapped: var[bool] = var(default=False, init=False)
    """Whether long lines take several rows, or are cut at the edge."""

    @dataclass
    class NotesChanged(Message):
        """What is to be known of what is shown: that lines are left out, or marked."""

        notes: str

    @dataclass
    class FollowChanged(Message):
        """The view began or ceased to follow the newest line."""

        is_following: bool

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._painter = OutputPainter(self._glyphs)
        self.reading = Reading(self._glyphs, self._painter.rows)
        self._run: Run | None = None
        self._cells_left = 0
        self._name_width = 0
        self._speakers: tuple[object, ...] = ()
        self._notes = ""
        self._printed: tuple[object, ...] = ()
        """What the lines rest on, as it was when they were shown."""

    def show(self, run: Run, older: OlderOutput | None = None) -> None:
        """Show this state of a run."""
        self.reading.older = older
        is_other_run = run is not self._run
        if is_other_run:
            self._run = run
            self.reading.begin(run)
            self._begin_at_end()
        # Lines are named for their processes, and one that is torn is whole at the end.
        printed = (run.byte_count, run.process_changes, run.finished is not None, older)
        if is_other_run or printed != self._printed:
            self._printed = printed
            self.look_on()
            self.update_lines()

    def watch_selected(self, old: Selection, new: Selection) -> None:
        """Show the output of another process, or let it stand out."""
        self.reading.selected = new.process
        if self.mode == "chosen" and old.process != new.process:
            self._turn()
        self.update_lines()

    def watch_mode(self) -> None:
        """Other logs are shown now."""
        self._turn()
        self.update_lines()

    def watch_wishes(self, old: LineWishes, new: LineWishes) -> None:
        """Show lines another way."""
        self.reading.want(new)
        self.take_wishes(old, new)

    def watch_is_wrapped(self) -> None:
        """Stay on the lines that are shown now."""
        self.reading.wrap(is_wrapped=self.is_wrapped)
        self._cells_left = 0
        self.update_lines()

    def watch_is_following(self, is_following: bool) -> None:  # noqa: FBT001  # Textual calls it
        """Go to the newest line, or stay where the view is."""
        if is_following:
            self.reading.follow()
        else:
            self.reading.hold()
        self.update_lines()
        self.post_message(self.FollowChanged(is_following))

    def notify_style_update(self) -> None:
        """The theme changed: nothing painted before is right."""
        super().notify_style_update()
        self._painter.forget()

    def make_strip(self, line: OutputCell | None) -> Strip:
        """The strip of a line."""
        base = self.visual_style.rich_style
        strip = self._painter.line(line, base) if line is not None else Strip([])
        return strip.adjust_cell_length(self.size.width, base)

    def action_scroll_lines(self, lines: int) -> None:
        """Scroll so many lines down, or up; while lines are marked: mark up to there."""
        self.reading.scroll(lines)
        self.come_after_reading()

    def action_scroll_to_oldest(self) -> None:
        """Go to the first line, or to the oldest that can be had."""
        self.action_scroll_lines(-self.reading.extent.end)

    def action_scroll_sideways(self, steps: int) -> None:
        """Show what is further right in long lines, or further left."""
        furthest = max(self._cells_left, self._painter.overhang)
        self._cells_left = max(0, min(self._cells_left + steps * _SIDEWAYS_CELLS, furthest))
        self.update_lines()

    def advance(self) -> bool:
        """Filter and search a piece of the log; whether there is more of it."""
        is_more = self.reading.advance()
        self.is_following = self.reading.is_following
        return is_more

    def come_after_reading(self) -> None:
        """Stand where the reading stands now."""
        self.is_following = self.reading.is_following
        self.update_lines()

    def _turn(self) -> None:
        """Read the log that mode and choice say now."""
        process = self.selected.process if self.mode == "chosen" else None
        self.reading.turn_to(process, has_log=self.mode == "merged" or process is not None)
        self._begin_at_end()
        self.look_on()

    def _begin_at_end(self) -> None:
        self._cells_left = 0
        self.is_following = True

    def update_lines(self) -> None:
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
