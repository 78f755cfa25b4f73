"""The keys of the dashboard, one row each; the key bar, the help and the palette read this table.

A row's tooltip is its sentence in the help and, by `make readme`, in the README; its id is its name
in the settings. ``k`` never kills, and what cannot be undone asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from textual.binding import Binding, BindingType

if TYPE_CHECKING:
    from collections.abc import Iterable

PANE_KEYS: Final = "1234567890"
"""Each brings one pane to the front; to any more lead the keys that go to the one beside."""

KEYS: Final[list[BindingType]] = [
    Binding("enter,r", "run", "run", id="run", tooltip="run what is in this pane"),
    Binding("x", "stop", "stop", id="stop", tooltip="stop it; x again: kill it"),
    Binding("X", "pause", "pause", id="pause", show=False, tooltip="halt it, or let go on"),
    Binding(
        "p",
        "change_parameters",
        "parameters",
        id="parameters",
        tooltip="change parameters, run",
    ),
    Binding(
        "s", "toggle_lower('source')", "source", id="source", tooltip="show or hide the source"
    ),
    Binding(
        "l",
        "toggle_lower('timeline')",
        "timeline",
        id="timeline",
        tooltip="what each process did",
    ),
    Binding("a", "toggle_lower('tasks')", "tasks", id="tasks", tooltip="tasks: how many, how long"),
    Binding(
        "w", "toggle_lower('findings')", "why", id="findings", tooltip="findings: what is wrong"
    ),
    Binding("o", "cycle_output", "output", id="output", tooltip="next view of the output"),
    Binding("f", "toggle_follow", "follow", id="follow", tooltip="follow output, or hold it"),
    Binding("S", "save_output", "save", id="save", show=False, tooltip="save outputs to files"),
    Binding("W", "toggle_wrap", "wrap", id="wrap", show=False, tooltip="wrap long lines, or cut"),
    Binding("T", "cycle_times", "times", id="times", show=False, tooltip="when lines were printed"),
    Binding(
        "ampersand",
        "filter_output",
        "only lines",
        id="only",
        show=False,
        tooltip="only matching lines",
    ),
    Binding("slash,f3", "find", "find", id="find", tooltip="find workers, or text"),
    Binding(
        "backslash,f4", "filter", "filter", id="filter", show=False, tooltip="only such workers"
    ),
    Binding("z", "zoom", "zoom", id="zoom", tooltip="this part alone, and back"),
    Binding("C", "zoom_cores", "cores", id="cores", show=False, tooltip="cores alone, and back"),
    Binding("t,f5", "toggle_tree", "tree", id="tree", tooltip="processes as a tree"),
    Binding("R", "toggle_replay", "replay", id="replay", show=False, tooltip="replay, or back"),
    Binding("f6", "sort", "sort", id="sort", show=False, tooltip="order, columns of workers"),
    Binding(
        "f2",
        "choose_columns",
        "columns",
        id="columns",
        show=False,
        tooltip="order, columns of workers",
    ),
    Binding("c", "show_stacks", "stacks", id="stacks", show=False, tooltip="where each process is"),
    Binding("f9", "send_signal", "signal", id="signal", show=False, tooltip="send it a signal"),
    Binding(
        "u",
        "show_shared_terminal",
        "as one terminal",
        id="shared-terminal",
        show=False,
        tooltip="output as in one terminal",
    ),
    Binding("i", "type_input", "input", id="input", tooltip="type for the program"),
    Binding(
        "ctrl+t", "type_keys", "keys", id="keys", show=False, tooltip="single keys, with --tty"
    ),
    Binding("question_mark,f1,h", "show_help", "help", id="help", tooltip="help: keys, words"),
    Binding("q,f10,ctrl+q,ctrl+c", "quit", "quit", id="quit", tooltip="quit; asks during a run"),
    Binding(
        "ctrl+z",
        "suspend_process",
        "suspend",
        id="suspend",
        show=False,
        tooltip="to the shell, back by fg",
    ),
    Binding("ctrl+p", "command_palette", "palette", id="palette", tooltip="panes, actions by name"),
    Binding("ctrl+o", "show_runs", "runs", id="runs", show=False, tooltip="open another run"),
    Binding("ctrl+l", "redraw", "redraw", id="redraw", show=False, tooltip="draw the screen anew"),
    Binding(
        "less_than_sign,ctrl+left",
        "move_divider(-1)",
        "narrower",
        id="divider-left",
        show=False,
        tooltip="move the divider",
    ),
    Binding(
        "greater_than_sign,ctrl+right",
        "move_divider(1)",
        "wider",
        id="divider-right",
        show=False,
        tooltip="move the divider",
    ),
    *(
        Binding(
            key,
            f"show_pane({index})",
            f"pane {key}",
            id=f"pane-{key}",
            show=False,
            tooltip=f"bring pane {key} to the front",
        )
        for index, key in enumerate(PANE_KEYS)
    ),
    Binding(
        "comma", "step_pane(-1)", "left", id="left", show=False, tooltip="pane to the left, right"
    ),
    Binding(
        "full_stop",
        "step_pane(1)",
        "right",
        id="right",
        show=False,
        tooltip="pane to the left, right",
    ),
]

FOCUS_KEYS: Final[list[BindingType]] = [
    Binding("tab", "app.focus_next", "next", show=False, tooltip="next part, part before"),
    Binding(
        "shift+tab", "app.focus_previous", "previous", show=False, tooltip="next part, part before"
    ),
]

_PANE_ACTIONS: Final = ("show_pane(", "step_pane(")


class NamedAction(NamedTuple):
    """An action as the palette names it."""

    name: str
    help: str
    action: str


_KEY_NAMES: Final = {
    "question_mark": "?",
    "slash": "/",
    "ampersand": "&",
    "colon": ":",
    "backslash": "\\",
    "comma": ",",
    "full_stop": ".",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "ctrl+left": "^←",
    "ctrl+right": "^→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "shift+tab": "Shift+Tab",
    "shift+left": "Shift+←",
    "shift+right": "Shift+→",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}


def key_name(key: str) -> str:
    """A key as it is printed on the keyboard: ``^C``, ``Enter``, ``?``."""
    if key in _KEY_NAMES:
        return _KEY_NAMES[key]
    if key.startswith("ctrl+"):
        return f"^{key.removeprefix('ctrl+').upper()}"
    return key if len(key) == 1 else key.capitalize()


def named_actions(bindings: Iterable[BindingType]) -> list[NamedAction]:
    """The actions behind the keys, those that only bring a pane to the front left out."""
    return [
        NamedAction(
            f"{binding.description} ({key_name(binding.key.split(',')[0])})",
            binding.tooltip,
            binding.action,
        )
        for binding in bindings
        if isinstance(binding, Binding) and not binding.action.startswith(_PANE_ACTIONS)
    ]
