"""A view of output in which a person searches, marks, copies and goes to a time.

What the one output and the columns have in common: which key does what with a `Reading`. Where the
lines stand, and how they look, is for each of them to know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import var

from mptui.dashboard.presentation.output.highlights import highlights_of
from mptui.dashboard.presentation.output.line_filter import stderr_toggled
from mptui.dashboard.presentation.output.line_wishes import NO_WISHES, LineWishes
from mptui.dashboard.presentation.processes.selection import ALL, Selection
from mptui.dashboard.presentation.text.glyphs import glyphs
from mptui.dashboard.widgets.messages import Asked, WishesChanged
from mptui.dashboard.widgets.painting.line_painter import LinePainter
from mptui.dashboard.widgets.painting.line_scroller import LineScroller
from mptui.terminal_text import safe_text

if TYPE_CHECKING:
    from mptui.dashboard.presentation.output.lines import Highlight
    from mptui.dashboard.presentation.output.reading import Reading
    from mptui.model import Run
    from mptui.replay.older_output import OlderOutput

_PAUSE_SECONDS: Final = 0.02
"""Between two pieces of a search: keys come first."""


class LineReader(LineScroller, LinePainter):
    """The keys of a view of output; a subclass has a `Reading`, and shows what that says."""

    DEFAULT_CSS = """
    LineReader {
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        overflow-y: scroll;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *LineScroller.BINDINGS,
        Binding("home,g", "scroll_to_oldest", "First line", show=False),
        Binding("end,G", "follow", "Newest line, and follow", show=False),
        Binding("n", "step_to_match(1)", "Found line below, above", show=False),
        Binding("N", "step_to_match(-1)", "Found line below, above", show=False),
        Binding("E", "toggle_stderr", "Stderr alone, or all", show=False),
        Binding("H", "ask('highlight')", "Words to highlight", show=False),
        Binding("colon", "ask('moment')", "Go to a time: 1:30, -10", show=False),
        Binding("m", "toggle_bookmark", "Bookmark, or none", show=False),
        Binding("left_curly_bracket", "step_to_bookmark(-1)", "Bookmark above, below", show=False),
        Binding("right_curly_bracket", "step_to_bookmark(1)", "Bookmark above, below", show=False),
        Binding("v", "mark_lines", "Mark lines, then y", show=False),
        Binding("y", "copy", "Copy the marked lines", show=False),
        Binding("escape", "leave", "End mark, search, filter", show=False),
    ]

    selected: var[Selection] = var(ALL, init=False)
    """What is chosen in the pane; its output stands out, or alone."""
    is_following: var[bool] = var(default=True, init=False)
    """Whether the newest line is kept in view."""
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
    class Copied(Message):
        """Lines are on their way to the clipboard."""

        count: int
        is_cut: bool
        """Whether there was more than may be copied."""

    reading: Reading
    """Where the person stands in what log, what they look for and what they marked."""

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._glyphs = glyphs()
        self._highlights: tuple[Highlight, ...] = ()
        self._found = ("", "")
        self._is_coming_back = False

    def show(self, run: Run, older: OlderOutput | None = None) -> None:
        """Show this state of a run.

        Args:
            run: the state.
            older: has the lines that it does not keep any more.
        """
        raise NotImplementedError

    def update_lines(self) -> None:
        """Find the lines that are seen now."""
        raise NotImplementedError

    def advance(self) -> bool:
        """Filter and search a piece of what is there; whether there is more of it."""
        raise NotImplementedError

    def come_after_reading(self) -> None:
        """Stand where the reading stands now."""
        raise NotImplementedError

    @property
    def search_result(self) -> str:
        """How the search stands, in words."""
        return self.reading.search.result if self.reading.search is not None else ""

    @property
    def search_note(self) -> str:
        """What is looked for, and how that stands, for a title; empty without a search."""
        search = self.reading.search
        return f" · /{safe_text(search.text)} {self.search_result}" if search is not None else ""

    def search(self, text: str) -> None:
        """Look for this text, and go to the nearest line above the end of the view that has it."""
        self.reading.look_for(text)
        self.look_on()
        self.update_lines()

    def take_search_of(self, other: LineReader) -> None:
        """Look for what was looked for in another view, and stay where this one is."""
        search = other.reading.search
        self.reading.look_for(search.text if search is not None else "", goes=False)
        self.look_on()

    def take_wishes(self, old: LineWishes, new: LineWishes) -> None:
        """Let others know what lines are shown another way from now on, and show them."""
        self._highlights = highlights_of(new.highlight)
        if old.only != new.only:
            self.look_on()
        self.update_lines()
        self.post_message(WishesChanged(new))

    def show_only(self, text: str) -> None:
        """Show only lines as this says; all of them where it is empty."""
        self.wishes = self.wishes._replace(only=text.strip())

    def go_to_moment(self, text: str) -> bool:
        """Go to what was printed at this time; False where it says no time."""
        is_moment = self.reading.go_to_moment(text)
        self.come_after_reading()
        return is_moment

    def on_resize(self) -> None:
        """Show as much as there is room for now."""
        self.update_lines()

    def look_on(self) -> None:
        """Look through a piece of the log; as long as there are more, come back for them."""
        if self.advance() and not self._is_coming_back:
            self._is_coming_back = True
            self.set_timer(_PAUSE_SECONDS, self._come_back)
        self.say_search()

    def say_search(self) -> None:
        """Let the pane know how the search stands, where that changed."""
        search = self.reading.search
        found = (search.text, self.search_result) if search is not None else ("", "")
        if found != self._found:
            self._found = found
            self.post_message(self.SearchChanged(*found))

    def action_follow(self) -> None:
        """Go to the newest line, and keep it in view."""
        self.is_following = True

    def action_step_to_match(self, step: int) -> None:
        """Go to the next line that was found, below or above."""
        self.reading.step_to_match(step)
        self.come_after_reading()
        self.say_search()

    def action_toggle_stderr(self) -> None:
        """Show standard error alone, or both streams."""
        self.show_only(stderr_toggled(self.wishes.only))

    def action_ask(self, purpose: Literal["highlight", "moment"]) -> None:
        """Let the person type what this view is to do."""
        self.post_message(Asked(purpose, self.wishes.highlight if purpose == "highlight" else ""))

    def action_toggle_bookmark(self) -> None:
        """Mark the line that was found or is the lowest, or take its mark away."""
        self.reading.toggle_bookmark()
        self.update_lines()

    def action_step_to_bookmark(self, step: int) -> None:
        """Go to the next marked line, below or above."""
        self.reading.step_to_bookmark(step)
        self.come_after_reading()

    def action_mark_lines(self) -> None:
        """Begin to mark lines, or cease to."""
        self.reading.mark_lines()
        self.come_after_reading()

    def action_copy(self) -> None:
        """Copy the marked lines, or the one that was found or is the lowest.

        By OSC 52, which takes it through SSH to the terminal of the person. Nothing but this key
        ever copies, and what is copied is safe text.
        """
        copy = self.reading.copy()
        if copy is not None:
            self.app.copy_to_clipboard(copy.text)
            self.post_message(self.Copied(copy.line_count, copy.is_cut))
            self.update_lines()

    def action_leave(self) -> None:
        """End what stands out: marked lines, a search, a filter, words; one at a time."""
        self.left_something()

    def left_something(self) -> bool:
        """End one of these; gives whether there was any."""
        if self.reading.stretch is not None:
            self.reading.stretch = None
            self.update_lines()
        elif self.reading.search is not None:
            self.search("")
        elif self.wishes.only:
            self.show_only("")
        elif self.wishes.highlight:
            self.wishes = self.wishes._replace(highlight="")
        else:
            return False
        return True

    def _come_back(self) -> None:
        self._is_coming_back = False
        self.look_on()
        self.update_lines()
