"""The keys, generated from the bindings that are in force; nothing here names a key by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from mptui.dashboard.keys import FOCUS_KEYS, key_name
from mptui.dashboard.presentation.text.glyphs import UNICODE
from mptui.dashboard.widgets.output_view import OutputView
from mptui.dashboard.widgets.timeline_view import TimelineView
from mptui.dashboard.widgets.worker_table import WorkerTable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import ComposeResult

_KEY_CELLS: Final = 11
"""Of the keys; a row with more of them has its meaning further right."""
_NUMBERED: Final = "show that pane"
_SIGNS: Final = Content(
    f"{UNICODE.running} running  {UNICODE.succeeded} ended well  {UNICODE.warning} warning  "
    f"{UNICODE.failed} failed  {UNICODE.asked} stopped  underlined: news"
)


class HelpSection(NamedTuple):
    """The keys of one part of the dashboard."""

    title: str
    bindings: Iterable[BindingType]


_PARTS: Final = (
    HelpSection("workers", WorkerTable.BINDINGS),
    HelpSection("output, source, tasks, findings", OutputView.BINDINGS),
)
_TIMELINE: Final = HelpSection("timeline", TimelineView.BINDINGS)


class Help(ModalScreen[None]):
    """A page of keys; any of the keys that brought it takes it away.

    Args:
        keys: the keys that are in force everywhere.
    """

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1,enter", "dismiss_help", show=False)
    ]

    def __init__(self, keys: Iterable[BindingType]) -> None:
        super().__init__()
        self._everywhere = HelpSection("everywhere", (*keys, *FOCUS_KEYS))

    def compose(self) -> ComposeResult:
        """Columns of keys, and what the signs mean below."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "help"
            with VerticalScroll(), Horizontal():
                yield Static(help_text([self._everywhere]))
                with Container():
                    yield Static(help_text(_PARTS))
                    yield Static(help_text([_TIMELINE]), classes="last")
            yield Static(_SIGNS, classes="signs")

    def on_resize(self) -> None:
        """Say whether there is more than fits."""
        self.call_after_refresh(self._say_whether_all_is_seen)

    def _say_whether_all_is_seen(self) -> None:
        more = "↓ more · " if self.query_one(VerticalScroll).max_scroll_y else ""
        self.query_one(".dialog").border_subtitle = f"{more}Esc closes"

    def action_dismiss_help(self) -> None:
        """Back to work."""
        self.dismiss()


def help_text(sections: Iterable[HelpSection]) -> Content:
    """The keys of these parts as lines."""
    parts: list[Content | str | tuple[str, str]] = []
    for section in sections:
        parts.append((f"{section.title}\n", "bold $accent"))
        for keys, meaning in help_rows(section.bindings):
            parts += [(f" {f'{keys} ':<{_KEY_CELLS}}", "bold"), f"{meaning}\n"]
        parts.append("\n")
    return Content.assemble(*parts).rstrip("\n")


def help_rows(bindings: Iterable[BindingType]) -> list[tuple[str, str]]:
    """The keys and the sentence of each binding; what is said twice is said once for all keys."""
    rows: dict[str, list[str]] = {}
    for binding in bindings:
        if not isinstance(binding, Binding) or not (binding.tooltip or binding.description):
            continue
        keys = [key_name(key) for key in binding.key.split(",")]
        is_numbered = binding.action.startswith("show_pane(")
        meaning = binding.tooltip or binding.description.lower()
        rows.setdefault(_NUMBERED if is_numbered else meaning, []).extend(keys)
    if _NUMBERED in rows:
        rows[_NUMBERED] = [rows[_NUMBERED][0], "…", rows[_NUMBERED][-1]]
    return [(" ".join(keys), meaning) for meaning, keys in rows.items()]
