"""A program's source, whoever wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mptui.dashboard.presentation.chrome.source import (
    MAX_LINES,
    explanation_of,
    read_source,
    source_text,
)
from mptui.dashboard.presentation.text.palette import DIM, STRONG

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = '''"""One sentence.

A paragraph that goes
on and on.

1. first
   goes on
2. second
"""

import os  # a comment

def answer():
    return 42
'''


def lines_of(text: str) -> list[str]:
    return ["".join(span.text for span in line) for line in source_text(text).lines]


def test_docstring_is_the_explanation_and_not_shown_twice() -> None:
    source = source_text(SOURCE)
    assert source.explanation == (
        "One sentence.\n\nA paragraph that goes on and on.\n\n1. first goes on\n2. second"
    )
    assert source.first_number == 11
    assert lines_of(SOURCE) == [
        "import os  # a comment",
        "",
        "def answer():",
        "    return 42",
    ]


def test_keywords_and_comments_have_their_styles() -> None:
    first = source_text(SOURCE).lines[0]
    assert (first[0].text, first[0].style) == ("import", STRONG)
    assert (first[-1].text, first[-1].style) == ("# a comment", DIM)


def test_program_without_a_docstring_begins_at_its_first_line() -> None:
    source = source_text("x = 1\n")
    assert source.explanation == ""
    assert source.first_number == 1


@pytest.mark.parametrize("broken", ["def (:\n", "\0", "(" * 5000, "'''", "if x:\n\tpass\n  y\n"])
def test_broken_source_is_shown_all_the_same(broken: str) -> None:
    source = source_text(broken)
    assert source.explanation == ""
    assert source.lines


def test_what_could_reach_the_terminal_is_made_visible() -> None:
    hostile = '"""\x1b]52;c;aGk=\x07 and \x9b2J"""\nx = "\x1b[2J\u202e"\ny = "\x85\x0c\u2028z"\n'
    source = source_text(hostile)
    shown = source.explanation + "".join(lines_of(hostile))
    assert all(character.isprintable() for character in shown.replace("\n", ""))
    assert len(source.lines) == 2


@given(st.text())
def test_any_text_gives_printable_lines_and_never_more_than_it_has(text: str) -> None:
    source = source_text(text)
    assert len(source.lines) <= text.count("\n") + 1
    shown = "".join(span.text for line in source.lines for span in line)
    assert not {category(character) for character in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_long_file_is_cut() -> None:
    assert len(source_text("x = 1\n" * (MAX_LINES * 3)).lines) <= MAX_LINES


def test_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    assert read_source(tmp_path / "gone.py").explanation == (
        "cannot read gone.py: No such file or directory"
    )


def test_bytes_that_are_no_text_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "raw.py"
    path.write_bytes(b"x = '\xff'\n")
    assert "".join(span.text for span in read_source(path).lines[0]) == "x = '\\xff'"


def test_explanation_of_nothing_is_empty() -> None:
    assert explanation_of("") == ""
