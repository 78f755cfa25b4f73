"""What a program explains about itself, and its source beside or below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Static

from mptui.dashboard.presentation.chrome.source import SourceText, read_source
from mptui.dashboard.presentation.text.palette import DIM
from mptui.dashboard.widgets.painting.strips import segments_of, strip_of
from mptui.terminal_text import Span, safe_text

if TYPE_CHECKING:
    from rich.style import Style
    from textual.app import ComposeResult

    from mptui.dashboard.session.pane_spec import PaneSpec

_NOTHING = SourceText(explanation="", lines=())


def _width(line: tuple[Span, ...]) -> int:
    return sum(cell_len(span.text) for span in line)


class SourceCode(ScrollView, can_focus=True):
    """Numbered lines of source; only those that are seen are made into strips."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_up", "A line up", show=False),
        Binding("down,j", "scroll_down", "A line down", show=False),
        Binding("pageup,b", "page_up", "A page up", show=False),
        Binding("pagedown,space", "page_down", "A page down", show=False),
        Binding("home,g", "scroll_home", "First line", show=False),
        Binding("end,G", "scroll_end", "Last line", show=False),
        Binding("left", "scroll_left", "Left in long lines", show=False),
        Binding("right", "scroll_right", "Right in long lines", show=False),
    ]
    ALLOW_SELECT: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self._source = _NOTHING
        self._number_cells = 0
        self._strips: dict[int, Strip] = {}
        self._strips_for: tuple[int, int, Style] | None = None
        """How wide, from which column on and in which colours those were made."""

    def show(self, source: SourceText) -> None:
        """Show these lines."""
        self._source = source
        self._number_cells = len(str(source.first_number + len(source.lines)))
        longest = max((_width(line) for line in source.lines), default=0)
        self._strips.clear()
        self.virtual_size = Size(longest + self._number_cells + 1, len(source.lines))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line, its number before it."""
        width, base = self.scrollable_content_region.width, self._base
        scrolled = self.scroll_offset
        index = y + scrolled.y
        if index >= len(self._source.lines):
            return Strip.blank(width, base)
        if self._strips_for != (width, scrolled.x, base):
            self._strips_for = (width, scrolled.x, base)
            self._strips.clear()
        if index not in self._strips:
            self._strips[index] = self._strip(index, width, scrolled.x, base)
        return self._strips[index]

    def _strip(self, index: int, width: int, skipped: int, base: Style) -> Strip:
        number = f"{self._source.first_number + index:>{self._number_cells}} "
        line = self._source.lines[index]
        code = strip_of(segments_of(line, base), width, base).crop(skipped)
        gutter = Strip(segments_of((Span(number, DIM),), base))
        return Strip.join([gutter, code]).adjust_cell_length(width, base)

    @property
    def _base(self) -> Style:
        return self.visual_style.rich_style


class SourceView(Container):
    """The explanation and the source of one program, read in the background once it is shown.

    Args:
        spec: the program.
    """

    @dataclass
    class Read(Message):
        """The file was read."""

        source: SourceText

    way_back: var[str] = var("", init=False)
    """What the title says behind the name: how to see the other parts again."""

    def __init__(self, spec: PaneSpec) -> None:
        super().__init__()
        self._spec = spec
        self._code = SourceCode()

    @property
    def code(self) -> SourceCode:
        """The lines of the source."""
        return self._code

    def compose(self) -> ComposeResult:
        """The explanation first."""
        with VerticalScroll(classes="explanation panel") as explanation:
            explanation.border_title = " explanation "
            yield Static(Content(""))
        self._code.add_class("panel")
        self.watch_way_back()
        yield self._code

    def watch_way_back(self) -> None:
        """Name the file, and say the way back."""
        name = safe_text(self._spec.source.name) if self._spec.source else ""
        self._code.border_title = Content(f" {name}{self.way_back} ")

    def on_mount(self) -> None:
        """Read the file without holding anybody up: what is around it is seen first."""
        self.call_after_refresh(self._begin_reading)

    def _begin_reading(self) -> None:
        self.run_worker(self._read, thread=True, group="source")

    def on_source_view_read(self, message: Read) -> None:
        """Show what the file says."""
        source = message.source
        self.query_one(".explanation", VerticalScroll).display = bool(source.explanation)
        self.query_one(Static).update(Content(source.explanation))
        self._code.show(source)

    def _read(self) -> None:
        source = read_source(self._spec.source) if self._spec.source else _NOTHING
        self.post_message(self.Read(source))
