"""What fingers know from other programs, and what becomes of it here: kept, or why not.

What a key of mptui does is never said here but looked up in the tables of keys, so that neither can
be changed without the other. Read by the README alone.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from textual.binding import Binding

from mptui.dashboard.keys import key_name
from mptui.dashboard.screens.key_table import key_rows, key_sections

EVERYWHERE: Final = "everywhere"
_WORKERS: Final = "workers"
_OUTPUT: Final = "output, source"
_COLUMNS: Final = "output side by side"


class Habit(NamedTuple):
    """What some keys do in another program."""

    program: str
    keys: tuple[str, ...]
    """As Textual calls them."""
    does: str
    """What they do there."""
    where: str = EVERYWHERE
    """The part of mptui in which the same is done."""
    instead: tuple[str, ...] | None = None
    """The keys that do it here; None: the same ones. Without any, it is not done here."""
    why: str = ""
    """Why these are not the same keys, or why there are none."""

    @property
    def is_kept(self) -> bool:
        """Whether the same keys do the same here."""
        return self.instead is None

    @property
    def keys_here(self) -> tuple[str, ...]:
        """The keys that do it here."""
        return self.keys if self.instead is None else self.instead


HABITS: Final = (
    Habit("htop", ("f1", "h", "question_mark"), "help"),
    Habit("htop", ("f2",), "setup: columns"),
    Habit("htop", ("f3", "slash"), "search"),
    Habit("htop", ("f4", "backslash"), "filter"),
    Habit("htop", ("f5", "t"), "tree"),
    Habit("htop", ("f6",), "sort by"),
    Habit("htop", ("P", "M"), "sort by CPU, by memory", _WORKERS),
    Habit("htop", ("I",), "invert the order", _WORKERS),
    Habit("htop", ("f9",), "send a signal"),
    Habit("htop", ("f10", "q"), "quit"),
    Habit("htop", ("k",), "kill", instead=("f9",), why="one key beside j must not end a worker"),
    Habit("htop", ("H",), "show threads", instead=("t",), why="the tree has them"),
    Habit("htop", ("T",), "sort by time", instead=("f6",), why="T times lines, wherever keys go"),
    Habit("htop", ("f7", "f8"), "nicer, less nice", instead=(), why="mptui changes no program"),
    Habit("htop", ("space",), "tag", instead=(), why="one selection leads every part"),
    Habit("less", ("slash",), "search"),
    Habit("less", ("n", "N"), "match below, above", _OUTPUT),
    Habit("less", ("ampersand",), "only matching lines"),
    Habit("less", ("g", "G"), "first, last line", _OUTPUT),
    Habit("less", ("b", "space"), "page up, down", _OUTPUT),
    Habit("less", ("k", "j"), "line up, down", _OUTPUT),
    Habit("less", ("m",), "mark a line", _OUTPUT),
    Habit(
        "less",
        ("'",),
        "go to a mark",
        _OUTPUT,
        ("left_curly_bracket", "right_curly_bracket"),
        "marks have no letters: one steps through them",
    ),
    Habit("less", ("F",), "follow", instead=("f",), why="f switches it on and off"),
    Habit("less", ("f",), "page down", _OUTPUT, ("space", "pagedown"), "f follows"),
    Habit("less", ("question_mark",), "search upwards", _OUTPUT, ("N",), "? is help"),
    Habit("less", ("colon",), "commands", _OUTPUT, (), "there are none; `:` goes to a time"),
    Habit("mprocs, dekit", ("k", "j"), "process above, below", _WORKERS),
    Habit("mprocs, dekit", ("x",), "SIGTERM"),
    Habit("mprocs, dekit", ("X",), "SIGKILL", instead=("x",), why="kill is the second answer"),
    Habit("mprocs, dekit", ("r",), "start again"),
    Habit("mprocs, dekit", ("s",), "start", instead=("enter",), why="s is the source"),
    Habit("mprocs, dekit", ("z",), "zoom"),
    Habit("mprocs, dekit", ("v",), "mark, to copy", _OUTPUT),
    Habit("mprocs, dekit", ("ctrl+a",), "other part", instead=("tab",), why="screen's own prefix"),
    Habit("mprocs, dekit", ("q",), "quit"),
    Habit("mprocs, dekit", ("Q",), "quit at once", instead=("q",), why="a run is asked about"),
    Habit("lazygit", ("question_mark",), "keys"),
    Habit("lazygit", ("1", "2", "3", "4", "5"), "that panel"),
    Habit("lazygit", ("tab",), "next panel"),
    Habit("lazygit", ("left_square_bracket", "right_square_bracket"), "turn", _COLUMNS),
    Habit("lazygit", ("slash",), "search, filter"),
    Habit("lazygit", ("escape",), "step back", _OUTPUT),
    Habit("lazygit", ("+", "_"), "larger, smaller", instead=("z",), why="+ is the timeline's"),
    Habit("lazygit", ("h", "l"), "panel beside", instead=("tab",), why="h is htop's help"),
    Habit("lazygit", ("comma", "full_stop"), "page up, down", _OUTPUT, ("b", "space"), "as less"),
    Habit("tmux", ("ctrl+b",), "prefix", instead=(), why="it stays tmux's: no key of mptui's"),
    Habit("tmux", ("z",), "zoom, after the prefix"),
    Habit("tmux", ("d",), "detach", instead=("q",), why="it asks: leave it running"),
    Habit("tmux", ("x",), "kill, asks first"),
)


def habit_table() -> str:
    """A row for each in Markdown: of which program, the keys, what they do there, and here."""
    rows = ["| of | key | there | here |", "| --- | --- | --- | --- |"]
    before = ""
    for habit in HABITS:
        title = habit.program if habit.program != before else ""
        rows.append(f"| {title} | {_shown(habit.keys)} | {habit.does} | {_here(habit)} |")
        before = habit.program
    return "\n".join(rows) + "\n"


def meaning_of(key: str, where: str) -> str | None:
    """What a key does in a part of the dashboard, by the tables of keys; None: nothing."""
    sections = {section.title: section for section in key_sections()}
    for binding in sections[where].bindings:
        if isinstance(binding, Binding) and key in binding.key.split(","):
            return key_rows([binding])[0][1]
    return None


def _here(habit: Habit) -> str:
    meanings = dict.fromkeys(meaning_of(key, habit.where) for key in habit.keys_here)
    meaning = "; ".join(filter(None, meanings))
    if habit.is_kept:
        return f"kept: {meaning}"
    if not habit.keys_here:
        return f"no: {habit.why}"
    return f"{_shown(habit.keys_here)}: {meaning} ({habit.why})"


def _shown(keys: tuple[str, ...]) -> str:
    return " ".join(f"`{key_name(key)}`" for key in keys)
