from mptui.dashboard.presentation.output.highlights import highlights_of
from mptui.dashboard.presentation.output.line_marks import MOST_BOOKMARKS, Bookmarks, Stretch
from mptui.dashboard.presentation.output.lines import OutputCell, text_spans


def test_bookmarks_are_stepped_through_in_both_directions_and_around() -> None:
    marks = Bookmarks()
    assert marks.beside(3, 1) is None
    for line in (7, 2, 5):
        marks.toggle(line)
    assert [marks.beside(line, 1) for line in (0, 2, 6, 7)] == [2, 5, 7, 2]
    assert [marks.beside(line, -1) for line in (9, 7, 2)] == [7, 5, 7]
    marks.toggle(5)
    assert marks.lines == [2, 7]
    marks.forget_before(3)
    assert marks.lines == [7]


def test_bookmarks_are_bounded() -> None:
    marks = Bookmarks()
    for line in range(MOST_BOOKMARKS + 5):
        marks.toggle(line)
    assert marks.lines == list(range(5, MOST_BOOKMARKS + 5))


def test_a_stretch_reaches_up_and_down_from_where_it_began() -> None:
    stretch = Stretch(5)
    assert list(stretch.lines) == [5]
    stretch.move(2, 0, 9)
    assert list(stretch.lines) == [5, 6, 7]
    stretch.move(-4, 0, 9)
    assert list(stretch.lines) == [3, 4, 5]
    stretch.move(-40, 1, 9)
    assert (stretch.end, stretch.lines.stop) == (1, 6)
    stretch.move(40, 1, 9)
    assert list(stretch.lines) == [5, 6, 7, 8, 9]


def test_each_word_stands_out_in_a_style_of_its_own() -> None:
    cell = OutputCell(None, "stdout", "loss 0.5 at epoch 3, loss 0.4")
    spans = text_spans(cell, None, highlights_of(r"loss 'epoch \d'"))
    styles = {span.text: span.style for span in spans}
    assert "".join(span.text for span in spans) == cell.text
    assert styles["loss"] is not None
    assert styles["epoch 3"] is not None
    assert styles["loss"] != styles["epoch 3"]
    assert styles[" 0.5 at "] is None


def test_an_open_quote_is_a_letter_like_any_other() -> None:
    assert [one.pattern.search("don't") is not None for one in highlights_of("n't")] == [True]
    assert highlights_of("  ") == ()
