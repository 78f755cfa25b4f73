import sys
import unicodedata
from collections.abc import Iterator

import pytest
from rich.cells import cell_len
from textual.content import Content

from mptui.dashboard.presentation.text.glyphs import UNICODE
from mptui.dashboard.presentation.text.shortening import (
    short_name,
    shorten_keeping_number,
    shortened,
    shortened_at_end,
    wrapped,
)
from mptui.dashboard.presentation.text.text_table import TextColumn, TextTable
from mptui.terminal_text import Span, safe_text

REGULAR = ("CJK", "HANGUL SYLLABLE", "TANGUT", "NUSHU", "KHITAN")
"""Thousands of characters that are alike but for what they mean."""


def shown_characters() -> Iterator[str]:
    """Every character that can come out of the sanitiser, but for those that are all alike."""
    for number in range(sys.maxunicode + 1):
        char = chr(number)
        name = unicodedata.name(char, "")
        if name and not name.startswith(REGULAR) and char in safe_text(f"a{char}b"):
            yield char


def width_on_screen(text: str) -> int:
    return Content(text).cell_length


def test_every_character_that_is_shown_leaves_its_row_in_line() -> None:
    columns = (TextColumn("name", "NAME", 6, "left", 1), TextColumn("end", "", 1, "right", 1))
    table = TextTable(columns, (), 8, UNICODE)
    out_of_line = [
        char
        for char in shown_characters()
        for spans in [table.line({"name": (Span(f"a{char}b", None),), "end": (Span("|", None),)})]
        if width_on_screen("".join(span.text for span in spans)) != 8
    ]
    assert out_of_line == []


@pytest.mark.parametrize("name", ["कि" * 9, "☰" * 9, "👍🏽" * 9, "漢字" * 9, "é" * 9])
@pytest.mark.parametrize("width", range(1, 12))
def test_no_shortened_text_is_wider_on_the_screen_than_its_room(name: str, width: int) -> None:
    for text in (
        shortened(name, width, UNICODE),
        shortened_at_end(name, width, UNICODE),
        shorten_keeping_number(f"{name}-3", width, UNICODE),
    ):
        assert width_on_screen(text) <= width


def test_a_name_is_shortened_in_its_middle_to_the_cells_there_are() -> None:
    assert shortened("SpawnPoolWorker-12", 11, UNICODE) == "Spawn…er-12"
    assert shortened("short", 11, UNICODE) == "short"
    for width in range(12):
        assert cell_len(shortened("漢字" * 10, width, UNICODE)) <= width


@pytest.mark.parametrize(
    ("width", "short"),
    [
        (16, "ForkPoolWorker-3"),
        (15, "…PoolWorker-3"),
        (12, "…Worker-3"),
        (8, "-3"),
        (2, "-3"),
        (1, "…"),
        (0, ""),
    ],
)
def test_a_numbered_name_keeps_its_number_and_whole_words(width: int, short: str) -> None:
    assert shorten_keeping_number("ForkPoolWorker-3", width, UNICODE) == short


@pytest.mark.parametrize(
    ("width", "short"),
    [(17, "ForkPoolWorker-10"), (16, "PoolWorker-10"), (13, "PoolWorker-10"), (12, "…Worker-10")],
)
def test_names_that_stand_below_each_other_lose_the_start_method_first(
    width: int, short: str
) -> None:
    assert short_name("ForkPoolWorker-10", width, UNICODE) == short
    assert short_name("forklift-10", width, UNICODE) == "forklift-10"


def test_a_name_without_a_number_keeps_both_ends() -> None:
    assert shorten_keeping_number("resource_tracker", 9, UNICODE) == "reso…cker"
    assert shorten_keeping_number("pytest gw1", 6, UNICODE) == "…gw1"
    assert shorten_keeping_number("SpawnProcess-2:13", 8, UNICODE) == "-2:13"


def test_long_text_is_wrapped_at_blanks_and_cut_where_there_are_none() -> None:
    assert wrapped("python train.py --epochs 3", 16) == ["python train.py", "--epochs 3"]
    assert wrapped("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]
    assert wrapped("", 10) == [""]
    assert all(cell_len(line) <= 9 for line in wrapped("漢字" * 20, 9))
