import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mptui.terminal_text import Span, TextStyle, safe_spans, safe_text
from mptui.terminal_text.glyphs import MAX_MARKS, SURELY_NARROW, SURELY_SAFE, glyph
from tests.histories import HISTORIES

ESC = "\x1b"
UNSAFE_CATEGORIES = {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}


def shown(line: str, max_characters: int = 4096) -> str:
    return "".join(span.text for span in safe_spans(line, max_characters))


def assert_safe(text: str) -> None:
    assert [char for char in text if unicodedata.category(char) in UNSAFE_CATEGORIES] == []


hostile_pieces = st.sampled_from(
    [
        ESC, "\x9b", "\x9d", "\x90", "\x9c", "\x8e", "\x07", "\r", "\b", "\t", "\n", "\x00", "\x7f",
        "[", "]", "P", "\\", "m", ";", ":", "38", "5", "2", "0", "255", "31", "999999", "H", "2J",
        "漢", "é", "e\u0301", "\u0301", "\u202e", "\u200b", "\ud800", "\u2028", "\ufe0f", "🎉", "x",
    ]
)  # fmt: skip
hostile_text = st.lists(hostile_pieces, max_size=40).map("".join)
any_text = st.text(st.characters(exclude_categories=())) | hostile_text


# What must hold for any text at all.


@given(any_text, st.integers(1, 60))
def test_no_line_comes_out_with_anything_but_printable_characters(line: str, limit: int) -> None:
    assert_safe(shown(line, limit))


@given(any_text, st.integers(1, 60))
def test_no_name_comes_out_with_anything_but_printable_characters(name: str, limit: int) -> None:
    text = safe_text(name, limit)
    assert_safe(text)
    assert len(text) <= limit


@given(any_text)
def test_no_character_comes_out_with_more_marks_than_are_allowed(text: str) -> None:
    for safe in (shown(text), safe_text(text)):
        marks = 0
        for char in safe:
            marks = marks + 1 if unicodedata.category(char).startswith("M") else 0
            assert marks <= MAX_MARKS


@given(any_text)
def test_a_line_never_begins_with_a_mark_that_would_join_what_stands_before_it(line: str) -> None:
    for safe in (shown(line), safe_text(line)):
        assert not safe or not unicodedata.category(safe[0]).startswith("M")


@given(any_text)
def test_a_safe_line_stays_as_it_is(line: str) -> None:
    once = shown(line)
    assert shown(once) == once


@given(st.lists(any_text.filter(lambda text: not text.endswith("\r")), max_size=3), st.text())
def test_spans_that_stand_side_by_side_differ_in_style(pieces: list[str], last: str) -> None:
    styled = "".join(f"{ESC}[3{n}m{piece}" for n, piece in enumerate(pieces)) + last
    spans = safe_spans(styled)
    assert all(span.text for span in spans)
    assert all(left.style != right.style for left, right in pairwise(spans))


def test_every_single_character_is_shown_by_safe_ones() -> None:
    for char in map(chr, range(0x110000)):
        text = glyph(char).text
        if text != char or not SURELY_SAFE.fullmatch(char):
            assert_safe(text)


def test_what_is_passed_without_a_closer_look_holds_no_mark_and_nothing_unsafe() -> None:
    for char in map(chr, range(0x110000)):
        if SURELY_SAFE.fullmatch(char):
            category = unicodedata.category(char)
            assert category not in UNSAFE_CATEGORIES
            assert not category.startswith("M")
        if SURELY_NARROW.fullmatch(char):
            assert unicodedata.east_asian_width(char) not in "WF"


def test_every_history_can_be_shown() -> None:
    for events in HISTORIES.values():
        for event in events[:200]:
            name = getattr(event, "name", None) or getattr(event, "text", None) or ""
            assert_safe(shown(name) + safe_text(name))


# The attacks.


@pytest.mark.parametrize(
    "sequence",
    [
        pytest.param(f"{ESC}]52;c;cm0gLXJm\x07", id="clipboard ended by BEL"),
        pytest.param(f"{ESC}]52;c;cm0gLXJm{ESC}\\", id="clipboard ended by ST"),
        pytest.param("\x9d52;c;cm0gLXJm\x9c", id="clipboard in C1 controls"),
        pytest.param(f"{ESC}]0;title\x07", id="title set"),
        pytest.param(f"{ESC}[21t", id="title report"),
        pytest.param(f"{ESC}P$qm{ESC}\\", id="request for settings"),
        pytest.param(f"{ESC}[c{ESC}[>c{ESC}[=c{ESC}[6n{ESC}[?6n", id="device reports"),
        pytest.param(f"{ESC}Z{ESC}[0x", id="identification"),
        pytest.param(f"{ESC}[2J{ESC}[H{ESC}[1A{ESC}[2K", id="cursor and erasing"),
        pytest.param(f"{ESC}c", id="full reset"),
        pytest.param(f"{ESC}[?1049h{ESC}[?1049l", id="alternate screen"),
        pytest.param(f"{ESC}[?1000h{ESC}[?2004l", id="mouse and paste modes"),
        pytest.param("\x9b2J\x9b31m", id="C1 sequences"),
        pytest.param(
            f"{ESC}_private{ESC}\\{ESC}^message{ESC}\\{ESC}Xstring{ESC}\\", id="APC PM SOS"
        ),
        pytest.param("\x90q#0;2;0;0;0\x9c\x98s\x9c\x9ep\x9c\x9fa\x9c", id="C1 strings"),
        pytest.param(f"{ESC}NA{ESC}OB\x8eC\x8fD", id="single shifts"),
        pytest.param(f"{ESC}(0{ESC})B{ESC}#8{ESC} F{ESC}%G", id="character sets"),
        pytest.param(f"{ESC}7{ESC}8{ESC}D{ESC}M{ESC}=", id="plain escapes"),
        pytest.param(f"{ESC}]8;;https://evil.example{ESC}\\", id="link"),
        pytest.param(f"{ESC}]1337;File=inline=1:AAAA\x07", id="image"),
        pytest.param(f"{ESC}[>4;2m{ESC}[?25m", id="private sequences that end as a style does"),
    ],
)
def test_a_sequence_vanishes_whole_and_what_stands_around_it_stays(sequence: str) -> None:
    assert shown(f"before {sequence}after") == "before after"


def test_what_a_terminal_would_answer_leaves_nothing_that_could_be_answered() -> None:
    # A title report that reached the terminal came back as key presses.
    assert shown(f"{ESC}]0;lqk{ESC}\\{ESC}[21t") == ""


def test_brackets_of_markup_are_ordinary_characters() -> None:
    line = "[@click=app.boom]text[/] [/bold] [link=https://x]"
    assert safe_spans(line) == (Span(line, None),)
    assert safe_text(line) == line


def test_concealed_text_is_shown() -> None:
    assert safe_spans(f"{ESC}[8mrm -rf{ESC}[28m") == (Span("rm -rf", None),)


def test_the_text_of_a_link_stays_and_its_address_goes() -> None:
    line = f"{ESC}]8;id=1;https://evil.example{ESC}\\good.example{ESC}]8;;{ESC}\\ end"
    assert shown(line) == "good.example end"


def test_marks_of_direction_and_of_no_width_are_made_visible() -> None:
    line = "user\u202e\u2066 // \u2069\u200bnot\u200dhere\ufeff\u00ad"
    assert shown(line) == "user<202e><2066> // <2069><200b>not<200d>here<feff><ad>"
    assert safe_text(line) == shown(line)


@pytest.mark.parametrize("invisible", "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
def test_letters_that_cannot_be_seen_are_made_visible(invisible: str) -> None:
    assert shown(f"a{invisible}b") == safe_text(f"a{invisible}b") == f"a<{ord(invisible):x}>b"


def test_parts_of_syllables_pile_up_no_more_than_marks() -> None:
    assert shown("\u1112" + "\u1161" * 50) == "\u1112" + "\u1161" * MAX_MARKS


def test_empty_braille_is_a_space_as_plots_mean_it() -> None:
    assert shown("⣿\u2800⣿") == safe_text("⣿\u2800⣿") == "⣿ ⣿"


def test_a_choice_between_two_looks_of_a_character_goes() -> None:
    assert shown("⚠\ufe0f!") == safe_text("⚠\ufe0f!") == "⚠!"
    assert shown("👍\U0001f3fd!") == safe_text("👍\U0001f3fd!") == "👍!"


def test_marks_that_pile_up_are_cut_to_a_few() -> None:
    assert shown("Z" + "\u0301" * 500 + "a") == "Z" + "\u0301" * MAX_MARKS + "a"
    assert safe_text("Z" + "\u0301" * 500 + "a") == "Z" + "\u0301" * MAX_MARKS + "a"


def test_marks_that_pile_up_are_cut_also_where_others_stand_between_them() -> None:
    pile = "Z" + "\u0301\ufe0f" * 50
    assert shown(pile) == safe_text(pile) == "Z" + "\u0301" * MAX_MARKS


def test_marks_of_another_style_still_count_for_their_letter() -> None:
    line = "e" + f"{ESC}[31m\u0301{ESC}[32m\u0301" * 10
    assert shown(line) == "e" + "\u0301" * MAX_MARKS


@pytest.mark.parametrize("introducer", [f"{ESC}]", f"{ESC}P", f"{ESC}_", f"{ESC}^", f"{ESC}X"])
def test_a_sequence_without_an_end_swallows_no_more_than_its_line(introducer: str) -> None:
    assert shown(f"seen {introducer}never ended") == "seen "
    assert shown("the next line") == "the next line"


@pytest.mark.parametrize("torn", [f"{ESC}[", f"{ESC}[31", f"{ESC}[1;2", f"{ESC}(", "\x9b3"])
def test_a_sequence_torn_at_the_end_of_a_line_vanishes(torn: str) -> None:
    assert shown(f"seen{torn}") == "seen"


def test_a_c1_control_without_an_end_is_shown_for_it_is_a_wrong_decoding() -> None:
    assert shown("â\x80\x9dquoted") == "â<80><9d>quoted"


def test_an_escape_in_a_string_ends_the_string() -> None:
    assert shown(f"{ESC}]0;title{ESC}[31mred") == "red"
    assert shown(f"{ESC}]0;title\x18text") == "text"


def test_a_line_of_twenty_million_characters_is_cut_and_says_so() -> None:
    spans = safe_spans("x" * 20_000_000, max_characters=100)
    assert spans[0] == Span("x" * 100, None)
    assert spans[1].text == "… 20,000,000 characters"


@pytest.mark.parametrize(
    "unit",
    ["x", ESC, f"{ESC}[", f"{ESC}[31m", f"{ESC}]", "\x9d", "\x9dab", "4:", "\r", "a\b", "\t", "\0",
     "\u0301", "漢", "\u202e", f"{ESC}[38;2;1;2;3mx"],
)  # fmt: skip
def test_no_long_line_is_more_work_than_its_limit_allows(unit: str) -> None:
    line = f"{ESC}[" + unit * 2_000_000
    assert len(shown(line, max_characters=100)) <= 100 * (1 + MAX_MARKS) + 30
    assert len(safe_text(line, max_characters=100)) <= 100


@pytest.mark.parametrize("separator", [";", ":"])
def test_endless_parameters_change_no_style(separator: str) -> None:
    line = f"{ESC}[" + separator.join(["31"] * 1000) + "mtext"
    assert safe_spans(line) == (Span("text", None),)


def test_a_parameter_of_many_digits_changes_no_style() -> None:
    assert safe_spans(f"{ESC}[{'9' * 200}mtext") == (Span("text", None),)
    assert safe_spans(f"{ESC}[38;5;{'9' * 200}mtext") == (Span("text", None),)


def test_controls_are_shown_in_caret_form() -> None:
    assert shown("a\x07b\x00c\x7fd\x0be\x1b") == "a^Gb^@c^?d^Ke^["
    assert shown("\x80\x85\x9c") == "<80><85><9c>"


def test_lone_surrogates_are_shown_by_their_number() -> None:
    assert shown("\udcff\ud800") == r"\udcff\ud800"
    assert safe_text("file\udce9") == r"file\udce9"


# What a terminal does, and stays.


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("10%\r20%\r30%", "30%"),
        ("longer text\rshort", "shortr text"),
        ("a Windows line\r", "a Windows line"),
        ("abc\b\bX", "aXc"),
        ("\b\bX", "X"),
        ("\b \b", " "),
        ("a\tb\tc", "a       b       c"),
        ("12345678\tb", "12345678        b"),
        ("abcdefghij\r\tX", "abcdefghXj"),
        ("\tX\rab", "ab      X"),
        ("text\t", "text"),
        ("漢字\rab", "ab字"),
        ("漢字\ra", "a 字"),
        ("漢字\b\b\bx", " x字"),
        ("漢\tx", "漢      x"),
        ("ab漢\ra漢", "a漢 "),
    ],
)
def test_a_line_is_written_over_as_in_a_terminal(line: str, expected: str) -> None:
    assert shown(line) == expected


def test_a_bar_that_redrew_itself_a_thousand_times_shows_its_last_state() -> None:
    line = "".join(f"\r{ESC}[32m[{'#' * (n // 50):20}]{ESC}[0m {n / 10:5}%" for n in range(1001))
    assert shown(line, max_characters=80) == f"[{'#' * 20}] 100.0%"


def test_a_long_line_after_a_carriage_return_is_shown_from_there() -> None:
    assert shown("old\r" + "x" * 10_000, max_characters=10) == "x" * 10 + "… 10,004 characters"


def test_wide_characters_count_two_columns_of_the_limit() -> None:
    assert shown("漢" * 10, max_characters=5) == "漢漢… 10 characters"


def test_letters_of_all_the_world_stay() -> None:
    line = "Übergröße café кофе 漢字 かな 한국어 ελ עב عر हिन्दी 🎉 █▌⣿ \ue0b0"
    assert shown(line) == safe_text(line) == line


def test_an_empty_line_has_no_spans() -> None:
    assert safe_spans("") == ()
    assert safe_spans("\r\r") == ()
    assert safe_text("") == ""


@pytest.mark.parametrize(
    ("parameters", "style"),
    [
        ("31", TextStyle(foreground=1)),
        ("01;32", TextStyle(foreground=2, bold=True)),
        ("97;100", TextStyle(foreground=15, background=8)),
        ("38;5;208", TextStyle(foreground=208)),
        ("48;5;17;1", TextStyle(background=17, bold=True)),
        ("38:5:208", TextStyle(foreground=208)),
        ("38;2;255;128;0", TextStyle(foreground=(255, 128, 0))),
        ("38:2:255:128:0", TextStyle(foreground=(255, 128, 0))),
        ("38:2::255:128:0", TextStyle(foreground=(255, 128, 0))),
        ("48:2:1:255:128:0:9:9", TextStyle(background=(255, 128, 0))),
        ("48;2;;;7", TextStyle(background=(0, 0, 7))),
        ("2;3;4;7;9", TextStyle(dim=True, italic=True, underline=True, reverse=True, strike=True)),
        ("4:3", TextStyle(underline=True)),
        ("1;58;5;4;3", TextStyle(bold=True, italic=True)),
        ("58:2::1:2:3;3", TextStyle(italic=True)),
        ("38;5;256", None),
        ("38;2;1;2;999", None),
        ("38;5", None),
        ("38", None),
        ("38:", None),
        ("38;9;1", TextStyle(bold=True)),
        ("38;5;1:2", None),
        ("4;24", None),
        ("4;4:0", None),
        ("1;2;22", None),
        ("31;39", None),
        ("31;0", None),
        ("31;", None),
        ("5;6;8;10;11;73;99", None),
        ("3:1", None),
    ],
)
def test_a_style_is_read_as_terminals_read_it(parameters: str, style: TextStyle | None) -> None:
    assert safe_spans(f"{ESC}[{parameters}mtext") == (Span("text", style),)
    assert safe_spans(f"\x9b{parameters}mtext") == (Span("text", style),)


def test_a_style_lasts_until_it_is_taken_back() -> None:
    assert safe_spans(f"a{ESC}[31mb{ESC}[1mc{ESC}[md") == (
        Span("a", None),
        Span("b", TextStyle(foreground=1)),
        Span("c", TextStyle(foreground=1, bold=True)),
        Span("d", None),
    )


def test_written_over_text_has_the_style_of_the_last_writing() -> None:
    assert safe_spans(f"{ESC}[31mabc\r{ESC}[32mX") == (
        Span("X", TextStyle(foreground=2)),
        Span("bc", TextStyle(foreground=1)),
    )


# Names.


def test_a_name_shows_its_sequences_and_line_feeds() -> None:
    assert safe_text("a\nb\r\tc") == "a^Jb^M^Ic"
    assert safe_text(f"{ESC}]0;x\x07{ESC}[31mred") == "^[]0;x^G^[[31mred"


def test_a_long_name_ends_in_an_ellipsis() -> None:
    assert safe_text("x" * 300) == "x" * 199 + "…"
    assert safe_text("x" * 200) == "x" * 200
    assert safe_text("\x00" * 8, max_characters=5) == "^@^@…"
    assert safe_text("abc", max_characters=1) == "…"
