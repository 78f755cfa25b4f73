from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from textual.events import MouseScrollDown, MouseScrollUp

from mptui.dashboard.presentation.processes.selection import ALL, Selection
from mptui.dashboard.widgets.timeline_view import TimelineView
from mptui.events import TaskFinished
from tests.dashboard.timeline_runs import TaskStory, crowd_events, pool_events, told
from tests.dashboard.widgets.stage import Stage, lines_of, painted_lines
from tests.histories import HISTORIES

if TYPE_CHECKING:
    from textual.pilot import Pilot

SIZE: Final = (117, 12)
NOW: Final = 9.75


def bottom_line(view: TimelineView) -> str:
    return lines_of(view)[-1]


async def shown(view: TimelineView, pilot: Pilot[Any], now: float = NOW) -> None:
    view.show(told(pool_events()), now)
    view.focus()
    await pilot.pause()


async def test_each_process_has_a_row_under_a_scale() -> None:
    view = TimelineView()
    async with Stage(view).run_test(size=SIZE) as pilot:
        await shown(view, pilot)
        lines = lines_of(view)
        assert lines[0].endswith("now")
        assert "pool.py" in lines[1]
        assert "square(2)" in lines[2]
        assert lines[5].strip().startswith("ForkPoolWorker-4")
        assert "shapes.cube" in bottom_line(view)


async def test_only_rows_that_changed_are_painted_again() -> None:
    view, run = TimelineView(), told(pool_events())
    async with Stage(view).run_test(size=SIZE) as pilot:
        view.show(run, NOW)
        await pilot.pause()
        view.show(run, NOW + 0.01)
        assert painted_lines(view) == set()
        run.apply([TaskFinished(t=9.75, process=2, label="square", ok=True, seconds=1.0)])
        view.show(run, NOW + 0.02)
        assert painted_lines(view) == {3}


async def test_a_held_view_paints_nothing_while_the_run_goes_on() -> None:
    view, run = TimelineView(), told(pool_events())
    async with Stage(view).run_test(size=SIZE) as pilot:
        view.show(run, NOW)
        view.focus()
        await pilot.press("space")
        await pilot.pause()
        assert lines_of(view)[0].startswith("‖ frozen")
        painted_lines(view)
        story = TaskStory("more")
        for second in range(10, 40):
            story.did(2, "square", float(second), 0.5)
        run.apply(story.events[2:])
        view.show(run, 40.0)
        assert painted_lines(view) == set()
        view.action_toggle_held()
        assert lines_of(view)[0].startswith("● live")
        assert painted_lines(view) >= {0, 3}


async def test_keys_choose_a_row_and_say_so() -> None:
    view = TimelineView()
    stage = Stage(view)
    async with stage.run_test(size=SIZE) as pilot:
        await shown(view, pilot)
        await pilot.press("down", "down")
        await pilot.pause()
        assert lines_of(view)[2].startswith("▸ForkPoolWorker-1")
        await pilot.press("up", "escape")
        await pilot.pause()
        assert stage.choices == [Selection(0), Selection(1), Selection(0), ALL]


async def test_a_row_chosen_elsewhere_is_marked_and_posted_to_no_one() -> None:
    view, run = TimelineView(), told(pool_events())
    stage = Stage(view)
    async with stage.run_test(size=SIZE) as pilot:
        view.show(run, NOW)
        stage.selected = Selection(4)
        await pilot.pause()
        assert lines_of(view)[5].startswith("▸ForkPoolWorker-4")
        stage.selected = ALL
        assert not any(line.startswith("▸") for line in lines_of(view))
        assert stage.choices == []


async def test_the_cursor_names_what_is_under_it_and_holds_the_view() -> None:
    view = TimelineView()
    async with Stage(view).run_test(size=SIZE) as pilot:
        await shown(view, pilot)
        await pilot.press("down", "down", "left", "shift+left", "right")
        await pilot.pause()
        assert lines_of(view)[0].startswith("‖ frozen")
        assert bottom_line(view).startswith("square(")
        assert "ForkPoolWorker-1" in bottom_line(view)
        await pilot.press("escape")
        assert "running" in bottom_line(view)


@pytest.mark.parametrize(
    ("keys", "begins"),
    [
        (("plus", "plus"), "● live"),
        (("plus", "left_square_bracket"), "‖ frozen"),
        (("left_square_bracket", "backspace"), "● live"),
        (("left_square_bracket", "end"), "● live"),
        (("home",), "‖ frozen"),
        (("minus", "Z"), "● live"),
    ],
)
async def test_keys_zoom_pan_and_lead_back(keys: tuple[str, ...], begins: str) -> None:
    view = TimelineView()
    async with Stage(view).run_test(size=SIZE) as pilot:
        await shown(view, pilot)
        await pilot.press(*keys)
        assert lines_of(view)[0].startswith(begins)


async def test_panning_shows_what_was_earlier() -> None:
    view = TimelineView()
    async with Stage(view).run_test(size=SIZE) as pilot:
        await shown(view, pilot)
        await pilot.press("plus", "plus")
        before = lines_of(view)[2]
        await pilot.press("left_square_bracket")
        assert lines_of(view)[2] != before
        await pilot.press("right_square_bracket")
        assert lines_of(view)[2] == before


async def test_shift_moves_the_cursor_ten_times_as_far() -> None:
    view = TimelineView()
    async with Stage(view).run_test(size=SIZE) as pilot:
        await shown(view, pilot)
        await pilot.press("down", "down", "left", "shift+left")
        far = bottom_line(view)
        await pilot.press("shift+right", *["left"] * 10)
        assert bottom_line(view) == far


async def test_the_equals_sign_zooms_as_the_plus_above_it() -> None:
    view = TimelineView()
    async with Stage(view).run_test(size=SIZE) as pilot:
        await shown(view, pilot)
        await pilot.press("plus")
        closer = lines_of(view)[1:]
        await pilot.press("minus", "equals_sign")
        assert lines_of(view)[1:] == closer


async def test_a_click_chooses_the_row_and_names_the_bar() -> None:
    view = TimelineView()
    stage = Stage(view)
    async with stage.run_test(size=SIZE) as pilot:
        await shown(view, pilot)
        await pilot.click(offset=(40, 4))
        await pilot.pause()
        assert stage.choices == [Selection(3)]
        assert bottom_line(view).startswith("shapes.cube(8) · failed")
        await pilot.click(offset=(3, 2))
        await pilot.pause()
        assert stage.choices == [Selection(3), Selection(1)]
        assert lines_of(view)[0].startswith("● live"), "to choose holds nothing"


async def test_a_drag_pans_and_chooses_nothing() -> None:
    view = TimelineView()
    stage = Stage(view)
    async with stage.run_test(size=SIZE) as pilot:
        await shown(view, pilot)
        await pilot.press("plus", "plus")
        scale = lines_of(view)[0]
        await pilot.mouse_down(offset=(40, 2))
        await pilot.hover(offset=(60, 2))
        await pilot.mouse_up(offset=(60, 2))
        await pilot.pause()
        assert lines_of(view)[0][40:].startswith(scale[20:80])
        assert lines_of(view)[0].startswith("‖ frozen")
        assert stage.choices == []


def wheel(kind: type[MouseScrollDown | MouseScrollUp], **held: bool) -> Any:
    arguments = {"shift": False, "meta": False, "ctrl": False, **held}
    return kind(
        widget=None,
        x=60,
        y=3,
        delta_x=0,
        delta_y=0,
        button=0,
        screen_x=60,
        screen_y=3,
        style=None,
        **arguments,
    )


async def test_the_wheel_scrolls_rows_and_zooms_with_ctrl_or_shift() -> None:
    view, run = TimelineView(), told(crowd_events(40, 30))
    async with Stage(view).run_test(size=SIZE) as pilot:
        view.show(run, 8.0)
        await pilot.pause()
        view.on_mouse_scroll_down(wheel(MouseScrollDown))
        assert "ForkPoolWorker-3" in lines_of(view)[1]
        scale = lines_of(view)[0]
        for held in ("ctrl", "shift"):
            view.on_mouse_scroll_up(wheel(MouseScrollUp, **{held: True}))
            assert lines_of(view)[0] != scale
            scale = lines_of(view)[0]
        view.on_mouse_scroll_up(wheel(MouseScrollUp))
        assert "crowd.py" in lines_of(view)[1]


async def test_rows_scroll_where_they_do_not_fit() -> None:
    view, run = TimelineView(), told(crowd_events(40, 3))
    async with Stage(view).run_test(size=SIZE) as pilot:
        view.show(run, 2.0)
        view.focus()
        await pilot.pause()
        assert view.show_vertical_scrollbar
        await pilot.press("down", "pagedown", "pagedown")
        await pilot.pause()
        assert any(line.startswith("▸") for line in lines_of(view))
        assert lines_of(view)[1].split()[0] != "crowd.py"
        assert view.vertical_scrollbar.position > 0


async def test_another_run_is_seen_from_its_own_beginning() -> None:
    view = TimelineView()
    stage = Stage(view)
    async with stage.run_test(size=SIZE) as pilot:
        await shown(view, pilot)
        await pilot.press("down", "down", "space")
        stage.selected = ALL
        run = told(HISTORIES["pool"])
        view.show(run, run.now)
        await pilot.pause()
        assert lines_of(view)[0].strip().startswith("ended")
        assert not any(line.startswith("▸") for line in lines_of(view))


@pytest.mark.parametrize("size", [(60, 6), (20, 3), (8, 2), (200, 50)])
async def test_it_works_at_any_size(size: tuple[int, int]) -> None:
    view = TimelineView(classes="panel")
    async with Stage(view).run_test(size=size) as pilot:
        await shown(view, pilot)
        await pilot.press("down", "left", "plus", "minus", "left_square_bracket", "Z")
        assert all(view.render_line(y).cell_length == view.size.width for y in range(size[1]))


@pytest.mark.usefixtures("ascii_only")
async def test_ascii_only_draws_nothing_else() -> None:
    view = TimelineView()
    async with Stage(view).run_test(size=SIZE) as pilot:
        await shown(view, pilot)
        await pilot.press("down", "down")
        assert "".join(lines_of(view)).isascii()
        await pilot.press("left")
        assert "".join(lines_of(view)).isascii()


async def test_without_colour_functions_are_told_apart_by_their_pattern(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    view = TimelineView()
    async with Stage(view).run_test(size=SIZE) as pilot:
        await shown(view, pilot)
        assert bottom_line(view).strip().startswith("█ square  ▓ shapes.cube  ▒ tiny")
        assert "▓" in lines_of(view)[3]


async def test_names_from_outside_reach_the_screen_only_made_safe() -> None:
    story = TaskStory("hostile.py")
    for name in ("\x1b]0;title\x07", "[bold]x[/]", "two\nlines", "漢字" * 40):
        worker = story.process(name)
        story.did(worker, name, 0.5, 3.0, item=name, error=name)
    story.t = 4.0
    view = TimelineView()
    async with Stage(view).run_test(size=SIZE) as pilot:
        view.show(told(story.events), 4.0)
        view.focus()
        await pilot.press("down", "down", *["left"] * 8)
        for _ in range(4):
            lines = lines_of(view)
            assert all(character.isprintable() for line in lines for character in line)
            assert all(view.render_line(y).cell_length == view.size.width for y in range(12))
            await pilot.press("down")
        assert "[bold]x[/]" in "".join(lines)
