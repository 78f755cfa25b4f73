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

from mptui.dashboard.screens.answer_list import AnswerList

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.events import Key


class Answer(NamedTuple):
    """One answer: the key that gives it, what it says, and what it means to the caller."""

    key: str
    label: str
    meaning: str


class Confirm(ModalScreen["str | None"]):
    """Asks; the result is the meaning of the answer, that of the first one for Escape.

    Where there is nothing to ask any more it goes by itself, and the result is None.

    Args:
        ask: gives one or two sentences, and the answers, the harmless one first; it is asked again
            at each `show`, for another count maybe, and gives None when there is nothing to ask.
    """

    CSS_PATH = "confirm.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave_alone", show=False)]

    def __init__(self, ask: Callable[[], tuple[Content, Sequence[Answer]] | None]) -> None:
        super().__init__()
        self._ask = ask
        self._question, self._answers = ask() or (Content(), ())
        self._is_over = False

    def compose(self) -> ComposeResult:
        """The question and a line for each answer."""
        with Vertical(classes="dialog"):
            yield Static(self._question)
            yield AnswerList(*(Option(_line(answer)) for answer in self._answers), compact=True)

    def show(self) -> None:
        """Ask what is to be asked now."""
        if self._is_over or not self.is_mounted:
            return
        asked = self._ask()
        if asked is None:
            self._answer(None)
            return
        question, answers = asked
        if question != self._question:
            self._question = question
            self.query_one(Static).update(question)
        if answers != self._answers:
            self._answers = answers
            options = self.query_one(OptionList)
            at = options.highlighted
            options.set_options(Option(_line(answer)) for answer in answers)
            options.highlighted = at

    def on_key(self, event: Key) -> None:
        """Take the key of an answer."""
        for answer in self._answers:
            if event.key == answer.key:
                event.stop()
                self._answer(answer.meaning)
                return

    @on(OptionList.OptionSelected)
    def take_answer(self, message: OptionList.OptionSelected) -> None:
        """Take the answer under the cursor."""
        self._answer(self._answers[message.option_index].meaning)

    def action_leave_alone(self) -> None:
        """Change nothing."""
        self._answer(self._answers[0].meaning)

    def _answer(self, meaning: str | None) -> None:
        if not self._is_over:
            self._is_over = True
            self.dismiss(meaning)


def _line(answer: Answer) -> Content:
    key = "Esc" if answer.key == "escape" else answer.key
    return Content.assemble((f" {key:<4}", "bold"), answer.label)
