"""The form in which the parameters of a scenario are changed before a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from mptui.dashboard.session.parameter import first_problem
from mptui.dashboard.widgets.choice_row import ChoiceRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.app import ComposeResult

    from mptui.dashboard.session.parameter import Parameter


class ParametersForm(ModalScreen["dict[str, str] | None"]):
    """Asks for values; the result is the values to run with, None if it was cancelled.

    Args:
        title: whose parameters they are; made safe by the caller.
        parameters: what there is to change.
        values: the values to begin with.
    """

    CSS_PATH = "parameters.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "Run with these", show=False, priority=True),
        Binding("escape", "cancel", "Leave it, run nothing", show=False),
        Binding("up", "app.focus_previous", "Line above, below", show=False),
        Binding("down", "app.focus_next", "Line above, below", show=False),
    ]

    def __init__(
        self, title: str, parameters: Sequence[Parameter], values: Mapping[str, str]
    ) -> None:
        super().__init__()
        self._title = title
        self._parameters = parameters
        self._values = values

    def compose(self) -> ComposeResult:
        """A line for each parameter, and one for what is wrong."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(f"parameters of {self._title}")
            dialog.border_subtitle = "Enter runs · Esc cancels"
            for parameter in self._parameters:
                with Horizontal(classes="row"):
                    yield Static(Content(parameter.title), classes="title")
                    yield from self._field(parameter)
            yield Static(classes="problem")

    def on_mount(self) -> None:
        """Give the first field the keys at once: on a slow line people type ahead."""
        self.set_focus(self.query_one(f"#{self._parameters[0].name}"))

    def action_accept(self) -> None:
        """Hand the values over if they are right; say what is wrong if not."""
        values = self._read()
        wrong = first_problem(self._parameters, values)
        if wrong is None:
            self.dismiss(values)
            return
        parameter, problem = wrong
        self.query_one(".problem", Static).update(Content(problem))
        self.query_one(f"#{parameter.name}").focus()

    def action_cancel(self) -> None:
        """Change nothing, run nothing."""
        self.dismiss(None)

    @on(Input.Changed)
    def take_complaint_back(self) -> None:
        """The value is being corrected."""
        self.query_one(".problem", Static).update(Content(""))

    def _field(self, parameter: Parameter) -> ComposeResult:
        value = self._values[parameter.name]
        if parameter.choices:
            yield ChoiceRow(parameter.choices, value, id=parameter.name)
            return
        field = Input(value, id=parameter.name, compact=True, select_on_focus=True)
        field.cursor_blink = False
        yield field
        yield Static(Content(parameter.meaning), classes="meaning")

    def _read(self) -> dict[str, str]:
        fields = [*self.query(Input), *self.query(ChoiceRow)]
        return {field.id: field.value.strip() for field in fields if field.id is not None}
