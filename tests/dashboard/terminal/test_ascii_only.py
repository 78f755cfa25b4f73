"""Only ASCII goes to the terminal, and everything stays as wide as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mptui.dashboard.terminal.ascii_only import ascii_text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("plain [text]", "plain [text]"),
        ("héllo wörld", "hello world"),
        ("─ workers ─╮", "- workers -+"),
        ("█▌·…", "##.~"),
        ("漢字", "? ? "),
        ("ﬁ ½", "f 1"),
    ],
)
def test_what_stands_for_what(text: str, plain: str) -> None:
    assert ascii_text(text) == plain


@given(st.text(st.characters(exclude_categories=["C", "M", "Z"])))
def test_it_is_ascii_and_as_wide(text: str) -> None:
    assert ascii_text(text).isascii()
    assert cell_len(ascii_text(text)) == cell_len(text)
