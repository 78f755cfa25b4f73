from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest
from textual.css.stylesheet import Stylesheet

from mptui.dashboard.terminal import quick_styles
from mptui.dashboard.terminal.quick_styles import parse_once

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TEXT = "Screen { color: $text; } .panel { padding: 0 1; &:focus { color: $accent; } }"
_DARK, _LIGHT = {"text": "white", "accent": "red"}, {"text": "black", "accent": "blue"}


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    parse_once()
    yield
    parse_once()


def sheet(variables: dict[str, str]) -> Stylesheet:
    made = Stylesheet(variables=variables)
    made.add_source(_TEXT, read_from=("a.tcss", ""))
    made.parse()
    return made


def test_the_rules_are_those_that_textual_makes_for_each_set_of_colours() -> None:
    ours = [sheet(_DARK).css, sheet(_LIGHT).css, sheet(dict(_DARK)).css]
    parse_once(is_wanted=False)
    assert ours == [sheet(_DARK).css, sheet(_LIGHT).css, sheet(_DARK).css]
    assert ours[0] != ours[1]


def test_the_same_text_is_parsed_once() -> None:
    before = sheet(_DARK).rules
    again = sheet(dict(_DARK))
    again.reparse()
    assert all(one is other for one, other in zip(before, again.rules, strict=True))


def test_what_was_kept_is_read_and_not_parsed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    first = parse_once()
    css = sheet(_DARK).css
    first.keep()
    second = parse_once()
    second.read()
    monkeypatch.setattr(quick_styles, "_textuals_parse_rules", None)
    assert sheet(_DARK).css == css


class _Foreign:
    def __reduce__(self) -> tuple[object, ...]:
        return (print, ("it acts",))


@pytest.mark.parametrize(
    "data", [b"", b"nothing", pickle.dumps([1]), pickle.dumps({"a": _Foreign()})]
)
def test_what_is_kept_can_do_nothing_but_be_rules(
    data: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert quick_styles._rules_in(data) == {}
    assert capsys.readouterr().out == ""


def test_other_colours_reach_what_was_parsed_before() -> None:
    changed = sheet(_DARK)
    changed.set_variables(_LIGHT)
    changed.reparse()
    assert changed.css == sheet(_LIGHT).css
