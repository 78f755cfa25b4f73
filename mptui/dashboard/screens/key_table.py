"""Every key there is, by the part of the dashboard that takes it: for the help and the README.

A key is a row in `mptui.dashboard.keys`, or in the `BINDINGS` of the widget or screen that takes
it, with a sentence as its tooltip or description. What is in none of these sections is in no help.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from textual.binding import Binding, BindingType

from mptui.dashboard.keys import FOCUS_KEYS, KEYS, key_name
from mptui.dashboard.screens.details import StackDetails
from mptui.dashboard.screens.parameters import ParametersForm
from mptui.dashboard.screens.signal_menu import SignalMenu
from mptui.dashboard.widgets.chrome.prompt_line import PromptLine
from mptui.dashboard.widgets.output_view import OutputView
from mptui.dashboard.widgets.page_view import PageView
from mptui.dashboard.widgets.side_by_side.output_columns import COLUMN_KEYS
from mptui.dashboard.widgets.timeline_view import TimelineView
from mptui.dashboard.widgets.worker_table import WorkerTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NUMBERED: Final = "show that pane"


class KeySection(NamedTuple):
    """A part of the dashboard, and the keys that it takes while it is what the keys go to."""

    title: str
    bindings: Sequence[BindingType]

    @property
    def rows(self) -> list[tuple[str, str]]:
        """The keys and what they do, as a person reads them."""
        return key_rows(self.bindings)


def key_sections(everywhere: Iterable[BindingType] = KEYS) -> list[KeySection]:
    """All keys.

    Args:
        everywhere: the keys that are in force in every part.
    """
    return [
        KeySection("everywhere", [*everywhere, *FOCUS_KEYS]),
        KeySection("workers", WorkerTable.BINDINGS),
        KeySection("output, source", OutputView.BINDINGS),
        KeySection("tasks, findings", PageView.BINDINGS),
        KeySection("timeline", TimelineView.BINDINGS),
        KeySection("output side by side", COLUMN_KEYS),
        KeySection("details, stacks", StackDetails.BINDINGS),
        KeySection("menu of signals", SignalMenu.BINDINGS),
        KeySection("form", ParametersForm.BINDINGS),
        KeySection("line to type in", PromptLine.BINDINGS),
    ]


def key_rows(bindings: Iterable[BindingType]) -> list[tuple[str, str]]:
    """The keys and the sentence of each binding; keys with the same sentence share a row."""
    rows: dict[str, list[str]] = {}
    for binding in bindings:
        if not isinstance(binding, Binding) or not (binding.tooltip or binding.description):
            continue
        keys = [key_name(key) for key in binding.key.split(",")]
        is_numbered = binding.action.startswith("show_pane(")
        meaning = binding.tooltip or _lower_case(binding.description)
        rows.setdefault(_NUMBERED if is_numbered else meaning, []).extend(keys)
    if _NUMBERED in rows:
        rows[_NUMBERED] = [rows[_NUMBERED][0], "…", rows[_NUMBERED][-1]]
    return [(" ".join(keys), meaning) for meaning, keys in rows.items()]


def _lower_case(sentence: str) -> str:
    """The sentence as it stands within a line; what else has capitals keeps them."""
    return sentence[:1].lower() + sentence[1:]
