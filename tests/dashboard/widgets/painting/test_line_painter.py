from textual.strip import Strip

from mptui.dashboard.widgets.painting.line_painter import LinePainter
from mptui.terminal_text import Span
from tests.dashboard.widgets.stage import Stage, lines_of, painted_lines

SIZE = (20, 6)


class Counted(LinePainter):
    """Counts the strips that it makes."""

    made = 0

    def make_strip(self, line: object) -> Strip:
        self.made += 1
        return super().make_strip(line)


def line(text: str) -> tuple[Span, ...]:
    return (Span(text, None),)


async def test_only_lines_that_differ_are_painted_again() -> None:
    view = Counted()
    async with Stage(view).run_test(size=SIZE) as pilot:
        view.show_lines([line(text) for text in "abc"])
        await pilot.pause()
        assert lines_of(view) == ["a", "b", "c", "", "", ""]
        painted_lines(view)
        view.made = 0
        view.show_lines([line(text) for text in "abc"])
        assert painted_lines(view) == set()
        view.show_lines([line(text) for text in "aXc"])
        assert painted_lines(view) == {1}
        assert lines_of(view)[:3] == ["a", "X", "c"]
        assert view.made == 1
        view.show_lines([line("a")])
        assert painted_lines(view) == {1, 2}
        assert lines_of(view) == ["a", "", "", "", "", ""]


async def test_lines_that_only_moved_keep_their_strips() -> None:
    view = Counted()
    lines = [line(text) for text in "abcd"]
    async with Stage(view).run_test(size=SIZE) as pilot:
        view.show_lines(lines)
        await pilot.pause()
        before = lines_of(view)
        view.made = 0
        view.show_lines(lines[1:])
        assert painted_lines(view) == {0, 1, 2, 3}
        assert lines_of(view)[:3] == before[1:4]
        assert view.made == 1, "the place below the last line"


async def test_lines_that_look_different_though_they_are_equal_are_painted_on_request() -> None:
    view = Counted()
    async with Stage(view).run_test(size=SIZE) as pilot:
        view.show_lines([line("a"), line("b")])
        await pilot.pause()
        lines_of(view)
        painted_lines(view)
        view.made = 0
        view.paint_again([1])
        assert painted_lines(view) == {1}
        lines_of(view)
        assert view.made == 1
        view.paint_anew()
        assert painted_lines(view) == set(range(SIZE[1]))
