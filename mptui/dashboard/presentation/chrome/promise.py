"""What the header and the tab say of a program that has not run yet: what Enter would do.

Apart from what is said of runs, so that a dashboard that begins need import nothing of those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mptui.dashboard.presentation.text.palette import STRONG
from mptui.dashboard.presentation.text.shortening import shortened_at_end
from mptui.dashboard.presentation.text.spans import shortened_spans
from mptui.terminal_text import Span, safe_text

if TYPE_CHECKING:
    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.dashboard.presentation.text.page import Spans
    from mptui.dashboard.session.pane_run import PaneRun

NO_MARK: Final = Span(" ", None)
COMMAND_CHARACTERS: Final = 500


def promise_lines(pane_run: PaneRun, size: tuple[int, int], glyphs: Glyphs) -> list[Spans]:
    """The header in one line or in two.

    Args:
        pane_run: a pane whose program has not run.
        size: how many cells and lines there are.
        glyphs: the signs.
    """
    width, height = size
    promise = f"Enter {pane_run.spec.in_words(pane_run.values)}"
    said: Spans = (Span(safe_text(promise, COMMAND_CHARACTERS), None),)
    return header_of(pane_run.shown_command, said, width, height, glyphs)


def header_of(command: str, facts: Spans, width: int, height: int, glyphs: Glyphs) -> list[Spans]:
    """The command above what there is to say; where there is one line, that alone."""
    said = shortened_spans(facts, width, glyphs)
    if height <= 1:
        return [said]
    shown = safe_text(command, COMMAND_CHARACTERS)
    return [(Span(shortened_at_end(shown, width, glyphs), STRONG),), said]
