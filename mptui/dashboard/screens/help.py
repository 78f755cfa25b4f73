"""Keys, columns and words, each generated from its table; nothing here names one by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from mptui.dashboard.presentation.processes.columns import COLUMNS
from mptui.dashboard.presentation.text.glyphs import glyphs
from mptui.dashboard.presentation.words.glossary import GLOSSARY
from mptui.dashboard.screens.details import facts_text
from mptui.dashboard.screens.key_table import key_sections

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import ComposeResult

_KEY_CELLS: Final = 11
"""How wide the keys are; a row with more of them has its meaning further right."""


_GLOSSARY_CELLS: Final = 74


class HelpSection(NamedTuple):
    """One part of the dashboard: its keys, or its columns, and what each means."""

    title: str
    rows: Iterable[tuple[str, str]]


class Help(ModalScreen[None]):
    """A page of keys and words; any of the keys that brought it takes it away.

    Args:
        keys: the keys that are in force everywhere.
    """

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1,h,f10,enter", "dismiss_help", show=False)
    ]

    def __init__(self, keys: Iterable[BindingType]) -> None:
        super().__init__()
        everywhere, workers, readers, pages, timeline, *overlays = (
            HelpSection(section.title, section.rows) for section in key_sections(keys)
        )
        columns = HelpSection("columns of the workers", [*column_rows(), _marks()])
        parts = ([everywhere], [workers, readers, pages, *overlays], [timeline, columns])
        self._texts = [help_text(part) for part in parts]

    def compose(self) -> ComposeResult:
        """Columns of keys, and below them what the signs mean."""
        first, second, third = self._texts
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "help"
            with VerticalScroll():
                with Horizontal():
                    yield Static(first)
                    with Container():
                        yield Static(second)
                        yield Static(third, classes="last")
                yield Static(Content.assemble(("words\n", "bold $accent"), glossary_text()))
            yield Static(_signs(), classes="signs")

    def on_resize(self) -> None:
        """Say whether there is more than fits."""
        self.call_after_refresh(self._say_whether_all_is_seen)

    def _say_whether_all_is_seen(self) -> None:
        more = "↓ more · " if self.query_one(VerticalScroll).max_scroll_y else ""
        self.query_one(".dialog").border_subtitle = f"{more}Esc closes"

    def action_dismiss_help(self) -> None:
        """Back to work."""
        self.dismiss()


def _marks() -> tuple[str, str]:
    """The signs beside a name, which have a column without a title."""
    signs = glyphs()
    marks = (signs.warning, signs.failed_tasks, signs.wrote_stderr)
    return " ".join(marks), "finding, failed, stderr"


def _signs() -> Content:
    signs = glyphs()
    return Content(
        f"{signs.running} running  {signs.succeeded} ended well  {signs.warning} warning  "
        f"{signs.failed} failed  {signs.asked} stopped  underlined: news"
    )


def help_text(sections: Iterable[HelpSection]) -> Content:
    """These parts as lines."""
    parts: list[Content | str | tuple[str, str]] = []
    for section in sections:
        parts.append((f"{section.title}\n", "bold $accent"))
        for keys, meaning in section.rows:
            parts += [(f" {f'{keys} ':<{_KEY_CELLS}}", "bold"), f"{meaning}\n"]
        parts.append("\n")
    return Content.assemble(*parts).rstrip("\n")


def glossary_text() -> Content:
    """What the words mean."""
    return facts_text(GLOSSARY, _GLOSSARY_CELLS)


def column_rows() -> list[tuple[str, str]]:
    """The title and the explanation of each column that has a title."""
    return [(column.title, column.explanation) for column in COLUMNS if column.title]
