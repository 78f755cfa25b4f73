"""Every key and every option is in the README, in the help, and tried in a test."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.binding import Binding

import mptui
import tests
from mptui.cli.commands import COMMANDS
from mptui.cli.readme_tables import key_table, option_table, options_of, with_tables
from mptui.dashboard.habits import HABITS, meaning_of
from mptui.dashboard.keys import KEYS, key_name
from mptui.dashboard.screens.key_table import key_sections

if TYPE_CHECKING:
    from collections.abc import Iterator

README = Path(mptui.__file__).parents[1] / "README.md"
TESTS = Path(tests.__file__).parent
OPTIONS = [(name, option) for name, command in COMMANDS.items() for option in options_of(command)]
BINDINGS = [
    (section.title, binding)
    for section in key_sections()
    for binding in section.bindings
    if isinstance(binding, Binding)
]


def constants(folder: Path) -> Iterator[str]:
    for path in folder.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_the_readme_holds_exactly_the_tables_that_are_made() -> None:
    readme = README.read_text(encoding="utf-8")
    assert with_tables(readme) == readme, "make readme"


@pytest.mark.parametrize(
    "begin", ["tables of keys", "habits of other", "the commands", "from the settings"]
)
def test_a_readme_without_a_place_for_a_table_is_not_touched(begin: str) -> None:
    readme = README.read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="no place"):
        with_tables(readme.replace(begin, "nothing"))


def test_every_key_has_a_sentence_and_a_row() -> None:
    rows = key_table()
    for where, binding in BINDINGS:
        assert binding.tooltip or binding.description, (where, binding)
        for key in binding.key.split(","):
            if not binding.action.startswith("show_pane"):
                assert f"`{key_name(key)}`" in rows, (where, binding)


def test_every_key_that_holds_everywhere_has_a_name_of_its_own() -> None:
    names = [binding.id for binding in KEYS if isinstance(binding, Binding)]
    assert all(names)
    assert len(set(names)) == len(names) == len(KEYS)


def test_no_key_means_two_things_in_one_place() -> None:
    for section in key_sections():
        keys = [
            key
            for binding in section.bindings
            if isinstance(binding, Binding)
            for key in binding.key.split(",")
        ]
        assert len(set(keys)) == len(keys), section.title


def test_each_habit_is_kept_by_the_tables_of_keys_or_it_is_said_why_not() -> None:
    for habit in HABITS:
        assert habit.is_kept != bool(habit.why), habit
        for key in habit.keys_here:
            assert meaning_of(key, habit.where), habit
    keys = {key for _, binding in BINDINGS for key in binding.key.split(",")}
    assert "ctrl+b" not in keys


def test_every_key_is_pressed_in_a_test() -> None:
    pressed = set(constants(TESTS / "dashboard"))
    untried = {
        (where, key)
        for where, binding in BINDINGS
        for key in binding.key.split(",")
        if key not in pressed and not binding.action.startswith("show_pane")
    }
    assert untried == set()


def test_every_option_is_in_the_readme_and_given_in_a_test() -> None:
    given = {word for text in constants(TESTS) for word in text.replace("=", " ").split()}
    for name, option in OPTIONS:
        assert option.help, (name, option.name)
        for spelled in (*option.opts, *option.secondary_opts):
            assert f"`{spelled}" in option_table()
            assert spelled in given, (name, spelled)
