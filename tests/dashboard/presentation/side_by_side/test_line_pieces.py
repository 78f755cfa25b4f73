from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mptui.dashboard.presentation.output.lines import OutputCell
from mptui.dashboard.presentation.side_by_side.line_pieces import (
    LinePieces,
    Measure,
    filled,
    part_of,
    wrapped_spans,
)
from mptui.dashboard.presentation.text.glyphs import ASCII, UNICODE
from mptui.dashboard.presentation.text.palette import BAD, GOOD
from mptui.terminal_text import Span, safe_spans


def text_of(spans: tuple[Span, ...]) -> str:
    return "".join(span.text for span in spans)


def pieces_of(text: str, width: int, stream: str = "stdout", **more: object) -> list[str]:
    pieces = LinePieces(UNICODE)
    pieces.begin(Measure(width, **({"is_wrapped": True} | more)))  # type: ignore[arg-type]
    return [text_of(piece) for piece in pieces.of(OutputCell(None, stream, text))]


def test_a_line_that_is_longer_than_its_column_goes_on_below() -> None:
    assert pieces_of("Processing task ;  10", 14) == ["  Processing  ", " ↳task ;  10  "]
    assert pieces_of("x" * 25, 12) == [
        "  xxxxxxxxxx",
        " ↳xxxxxxxxxx",
        " ↳xxxxx     ",
    ]
    assert pieces_of("", 6) == ["      "]


def test_what_is_on_standard_error_says_so_on_every_row() -> None:
    assert pieces_of("no such file", 9, "stderr") == ["! no such", "!↳file   "]


def test_lines_that_are_not_wrapped_say_where_they_go_on() -> None:
    assert pieces_of("abcdefghij", 8, is_wrapped=False) == ["  abcde»"]
    assert pieces_of("abcdefghij", 8, is_wrapped=False, cells_left=3) == ["  «efgh»"]
    assert pieces_of("abcdefghij", 8, is_wrapped=False, cells_left=4) == ["  «fghij"]
    assert pieces_of("abc", 8, is_wrapped=False, cells_left=8) == ["  «     "]


def test_colours_stay_with_their_text() -> None:
    red, green = Span("aaaa", BAD), Span("bbbb", GOOD)
    assert wrapped_spans((red, green), 6) == [
        (red, Span("bb", GOOD)),
        (Span("bb", GOOD),),
    ]


@given(st.text(max_size=200), st.integers(min_value=2, max_value=40))
def test_every_piece_fits_and_nothing_but_blanks_is_lost(text: str, width: int) -> None:
    spans = safe_spans(text.replace("\n", ""))
    pieces = wrapped_spans(spans, width)
    assert all(cell_len(text_of(piece)) <= width for piece in pieces)
    assert "".join(map(text_of, pieces)).replace(" ", "") == text_of(spans).replace(" ", "")
    for piece in pieces:
        assert cell_len(text_of(filled(piece, width))) == width


@given(
    st.text(max_size=100),
    st.integers(min_value=2, max_value=40),
    st.integers(min_value=0, max_value=60),
)
def test_a_part_of_a_line_is_never_wider_than_its_room(text: str, width: int, left: int) -> None:
    spans = safe_spans(text.replace("\n", ""))
    for glyphs in (UNICODE, ASCII):
        assert cell_len(text_of(part_of(spans, left, width, glyphs))) <= width


def test_what_was_not_seen_in_the_last_look_is_forgotten() -> None:
    pieces = LinePieces(UNICODE)
    measure = Measure(20, is_wrapped=True)
    for number in range(10):
        pieces.begin(measure)
        pieces.of(OutputCell(None, "stdout", f"line {number}"))
    assert len(pieces._known) + len(pieces._seen) <= 2
