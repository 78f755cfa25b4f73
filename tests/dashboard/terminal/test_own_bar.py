import pytest
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from mptui.dashboard.terminal.own_write import render_bar


class _Scrolled(App[None]):
    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Static("\n".join(map(str, range(300))))


@pytest.mark.parametrize("top", [0, 37, 280])
async def test_a_bar_has_the_lines_that_textual_gives_it(top: int) -> None:
    app = _Scrolled()
    async with app.run_test(size=(40, 20)) as pilot:
        view = app.query_one(VerticalScroll)
        view.scroll_to(y=top, animate=False, immediate=True)
        await pilot.pause()
        bar = view.vertical_scrollbar
        bar._render_content()
        textuals = [list(bar.render_line(y)) for y in range(bar.size.height)]
        bar._set_dirty()
        render_bar(bar)
        assert not bar._dirty_regions
        assert [list(bar.render_line(y)) for y in range(bar.size.height)] == textuals
