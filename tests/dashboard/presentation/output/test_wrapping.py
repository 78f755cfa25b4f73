from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mptui.dashboard.presentation.output.scroll_position import Extent
from mptui.dashboard.presentation.output.wrapped_position import WrappedPosition
from mptui.dashboard.presentation.output.wrapping import wrapped
from mptui.terminal_text import Span, safe_spans

ROWS = (1, 3, 1, 2, 5, 1)
"""How many rows each line takes."""
EXTENT = Extent(0, len(ROWS))


def position() -> WrappedPosition:
    return WrappedPosition(lambda _, line: ROWS[line])


def seen(view: WrappedPosition, height: int, extent: Extent = EXTENT) -> list[tuple[int, int]]:
    """The rows in view, as line and row of it."""
    top = view.top(None, extent, height)
    rows = [(line, row) for line in range(top, extent.end) for row in range(ROWS[line])]
    return rows[view.rows_above : view.rows_above + height]


@given(st.text(st.sampled_from("ab 漢é\u0301😀\t\x1b[1m"), max_size=80), st.integers(1, 20))
def test_no_row_is_too_wide_and_nothing_is_lost(text: str, width: int) -> None:
    spans = safe_spans(text)
    rows = wrapped(spans, width)
    assert rows
    whole = "".join(span.text for row in rows for span in row)
    assert whole == "".join(span.text for span in spans)
    for row in rows:
        shown = "".join(span.text for span in row)
        assert cell_len(shown) <= width or (width == 1 and len(shown) == 1)


def test_rows_break_where_the_column_ends_and_keep_their_looks() -> None:
    red = safe_spans("\x1b[31mx")[0].style
    rows = wrapped((Span("abc", None), Span("defgh", red)), 4)
    assert rows == ((Span("abc", None), Span("d", red)), (Span("efgh", red),))
    assert wrapped((Span("abcd", None),), 4) == ((Span("abcd", None),),)
    assert wrapped((), 4) == ((),)
    assert wrapped((Span("a漢漢", None),), 4) == ((Span("a漢", None),), (Span("漢", None),))


def test_at_the_end_the_last_row_is_the_lowest() -> None:
    assert seen(position(), 4) == [(4, 2), (4, 3), (4, 4), (5, 0)]
    assert seen(position(), 99)[0] == (0, 0)


def test_a_long_line_is_scrolled_row_by_row() -> None:
    view = position()
    tops = []
    for _ in range(12):
        view.scroll(-1, {None: EXTENT}, 4)
        tops.append(seen(view, 4)[0])
    assert tops[:4] == [(4, 1), (4, 0), (3, 1), (3, 0)]
    assert tops[-1] == (0, 0)
    assert not view.is_following
    for _ in range(12):
        view.scroll(1, {None: EXTENT}, 4)
    assert view.is_following


def test_a_held_view_stays_while_lines_arrive_and_others_are_dropped() -> None:
    view = position()
    view.scroll(-4, {None: Extent(0, 5)}, 4)
    before = seen(view, 4, Extent(0, 5))
    assert seen(view, 4) == before
    assert seen(view, 4, Extent(2, 6)) == before
    assert seen(view, 4, Extent(4, 6)) == [(4, 0), (4, 1), (4, 2), (4, 3)]


def test_holding_a_view_that_follows_moves_nothing() -> None:
    view = position()
    before = seen(view, 4)
    view.hold({None: EXTENT})
    assert seen(view, 4) == before


def test_a_line_out_of_view_is_brought_into_it_and_one_in_view_moves_nothing() -> None:
    view = position()
    view.show_line(1, None, EXTENT, 6)
    assert (1, 0) in seen(view, 6)
    before = seen(view, 6)
    view.show_line(2, None, EXTENT, 6)
    assert seen(view, 6) == before
    view.show_line(5, None, EXTENT, 6)
    assert (5, 0) in seen(view, 6)


@given(st.lists(st.integers(-30, 30), max_size=20), st.integers(1, 12))
def test_wherever_it_is_scrolled_the_view_is_full_or_shows_all(
    steps: list[int], height: int
) -> None:
    view = position()
    for step in steps:
        view.scroll(step, {None: EXTENT}, height)
        assert len(seen(view, height)) == min(height, sum(ROWS))
