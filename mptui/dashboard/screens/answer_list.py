"""A short list of answers to choose from, at any size of the terminal."""

from __future__ import annotations

from textual.widgets import OptionList


class AnswerList(OptionList):
    """A page of it is all of it.

    Textual's own looks for the line that is a page away, which there is not where the terminal has
    become so small that nothing of the list is left.
    """

    def action_page_down(self) -> None:
        """Go to the last answer."""
        self.action_last()

    def action_page_up(self) -> None:
        """Go to the first answer."""
        self.action_first()
