"""A question before something that cannot be undone. The first answer changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.events import Key


class Answer(NamedTuple):
    """One answer: the key that gives it, what it says, and what it means to the caller."""

    key: str
    label: str
    meaning: str


class Confirm(ModalScreen[str]):
    """Asks; the result is the meaning of the answer, that of the first one for Escape.

    Args:
        question: one or two sentences.
        answers: the harmless one first.
    """

    CSS_PATH = "confirm.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave_alone", show=False)]

    def __init__(self, question: Content, answers: Sequence[Answer]) -> None:
        super().__init__()
        self._question = question
        self._answers = answers

    def compose(self) -> ComposeResult:
        """The question and a line for each answer."""
        with Vertical(classes="dialog"):
            yield Static(self._question)
            yield OptionList(*(Option(_line(answer)) for answer in self._answers), compact=True)

    def on_key(self, event: Key) -> None:
        """Take the key of an answer."""
        for answer in self._answers:
            if event.key == answer.key:
                event.stop()
                self.dismiss(answer.meaning)
                return

    @on(OptionList.OptionSelected)
    def take_answer(self, message: OptionList.OptionSelected) -> None:
        """Take the answer under the cursor."""
        self.dismiss(self._answers[message.option_index].meaning)

    def action_leave_alone(self) -> None:
        """Change nothing."""
        self.dismiss(self._answers[0].meaning)


def _line(answer: Answer) -> Content:
    key = "Esc" if answer.key == "escape" else answer.key
    return Content.assemble((f" {key:<4}", "bold"), answer.label)
