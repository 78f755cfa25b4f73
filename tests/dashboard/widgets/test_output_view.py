import pytest
from textual.events import MouseScrollUp
from textual.pilot import Pilot

from mptui.dashboard.presentation.processes.selection import ALL, Selection
from mptui.dashboard.widgets.output_view import OutputView
from mptui.events import ProcessExited
from mptui.model import Run
from tests.dashboard.widgets.runs import numbered, run_of, run_with_workers, said
from tests.dashboard.widgets.stage import Stage, lines_of, painted_lines

SIZE = (60, 10)


def long_run() -> Run:
    run = run_with_workers(1)
    run.apply([numbered(1, 0, 100)])
    return run


def texts_of(view: OutputView) -> list[str]:
    """The lines without what stands before them."""
    return [line.partition("│ ")[2] if "│ " in line else line[2:] for line in lines_of(view)]


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


async def test_output_of_a_single_process_needs_no_prefix_until_another_one_prints() -> None:
    view, run = OutputView(), run_with_workers(2)
    async with Stage(view).run_test(size=SIZE) as pilot:
        run.apply([said(1, "one\n")])
        view.show(run)
        assert lines_of(view)[0] == "  one"
        await pilot.pause()
        run.apply([said(2, "two\n", "stderr")])
        view.show(run)
        assert lines_of(view)[:2] == ["Process-1 │ one", "Process-2 ! two"]


async def test_merged_output_is_prefixed_with_the_process_and_follows_the_end() -> None:
    view, run = OutputView(), long_run()
    run.apply([said(0, "main\n"), numbered(1, 100, 101)])
    async with Stage(view).run_test(size=SIZE):
        view.show(run)
        assert lines_of(view)[0] == "Process-1 │ 1: line 92"
        run.apply([numbered(1, 101, 150)])
        view.show(run)
        assert texts_of(view) == [f"1: line {n}" for n in range(140, 150)]


async def test_a_view_scrolled_back_does_not_jump_while_lines_arrive_and_are_dropped() -> None:
    view = OutputView()
    run = run_with_workers(1, merged_bytes=34_000, process_bytes=34_000)
    run.apply(numbered(1, first, first + 100) for first in range(0, 1000, 100))
    async with Stage(view).run_test(size=SIZE) as pilot:
        view.focus()
        view.show(run)
        await press(pilot, "pageup", "up")
        assert not view.is_following
        before = texts_of(view)
        assert before == [f"1: line {n}" for n in range(980, 990)]
        while not run.merged.first_line:
            end = run.merged.end_line
            run.apply([numbered(1, end, end + 100)])
            view.show(run)
            assert texts_of(view) == before
        await press(pilot, "G")
        assert view.is_following
        assert texts_of(view)[-1] == f"1: line {run.merged.end_line - 1}"


async def test_lines_no_longer_kept_are_counted_at_the_top() -> None:
    view, run = OutputView(), run_with_workers(1, process_bytes=4096)
    run.apply(numbered(1, first, first + 100) for first in range(0, 2000, 100))
    async with Stage(view).run_test(size=SIZE) as pilot:
        view.focus()
        view.mode = "chosen"
        view.selected = Selection(1)
        view.show(run)
        await press(pilot, "g")
        first = run.logs[1].first_line
        assert lines_of(view)[:2] == [
            f"… {first:,} older lines are no longer kept",
            f"  1: line {first}",
        ]


async def test_scrolling_up_stops_following_and_the_end_resumes_it() -> None:
    view, run = OutputView(), long_run()
    told: list[bool] = []

    def hear(message: object) -> None:
        if isinstance(message, OutputView.FollowChanged) and told[-1:] != [message.is_following]:
            told.append(message.is_following)

    async with Stage(view).run_test(size=SIZE, message_hook=hear) as pilot:
        view.focus()
        view.show(run)
        await press(pilot, "up")
        assert not view.is_following
        await press(pilot, "end")
        assert view.is_following
        await press(pilot, "k", "k")
        await press(pilot, "j", "j")
        assert view.is_following
        view.is_following = False
        run.apply([numbered(1, 100, 120)])
        view.show(run)
        assert texts_of(view)[-1] == "1: line 99"
    assert told == [False, True, False, True, False]


async def test_the_wheel_scrolls_and_is_never_animated() -> None:
    view, run = OutputView(), long_run()
    async with Stage(view).run_test(size=SIZE) as pilot:
        view.show(run)
        await pilot._post_mouse_events([MouseScrollUp], view)
        assert texts_of(view)[0] == "1: line 87"


async def test_only_lines_that_differ_are_painted_again() -> None:
    view, run = OutputView(), run_with_workers(1)
    async with Stage(view).run_test(size=SIZE) as pilot:
        run.apply([said(1, "first\nsecond\n")])
        view.show(run)
        await pilot.pause()
        view.show(run)
        assert painted_lines(view) == set()
        run.apply([said(1, "third\n 10 %")])
        view.show(run)
        assert painted_lines(view) == {2, 3}
        await pilot.pause()
        run.apply([said(1, "\r 20 %")])
        view.show(run)
        assert painted_lines(view) == {3}
        assert lines_of(view)[3] == "   20 %"


async def test_growing_output_never_lays_out_the_screen_anew() -> None:
    view, run = OutputView(), long_run()
    stage = Stage(view)
    async with stage.run_test(size=SIZE) as pilot:
        view.show(run)
        await pilot.pause()
        run.apply([numbered(1, 100, 300)])
        view.show(run)
        assert not stage.screen._layout_required
        assert not view._layout_required


async def test_the_chosen_process_is_shown_alone() -> None:
    view, run = OutputView(), run_of("killed_worker")
    async with Stage(view).run_test(size=SIZE):
        view.mode = "chosen"
        view.selected = Selection(3)
        view.show(run)
        assert lines_of(view)[:3] == ["  shard 3: loading", "  shard 3: 41 of 64 ba", ""]
        view.selected = Selection(0)
        view.show(run)
        assert lines_of(view)[0] == "! Traceback (most recent call last):"
        view.selected = ALL
        view.show(run)
        assert lines_of(view)[0].startswith("No process is chosen")


async def test_long_lines_are_scrolled_sideways_and_say_where_they_go_on() -> None:
    view, run = OutputView(), run_with_workers(1)
    run.apply([said(1, "abcdefghij" * 10 + "\nshort\n")])
    async with Stage(view).run_test(size=(40, 5)) as pilot:
        view.focus()
        view.show(run)
        assert texts_of(view)[0].endswith("»")
        await press(pilot, "right")
        assert texts_of(view)[0].startswith("«jab")
        assert texts_of(view)[1] == "«"
        await press(pilot, *["right"] * 20)
        assert texts_of(view)[0].endswith("hij")
        await press(pilot, *["left"] * 20)
        assert texts_of(view)[0].startswith("abc")


async def test_an_empty_view_says_why() -> None:
    view, run = OutputView(), run_of("just_started")
    async with Stage(view).run_test(size=SIZE):
        view.show(run)
        assert lines_of(view)[0] == "Nothing printed yet."
        run.apply([said(0, "now\n")])
        view.show(run)
        assert texts_of(view)[0] == "now"


async def test_an_unfinished_line_becomes_a_line_when_its_process_ends() -> None:
    view, run = OutputView(), run_with_workers(1)
    async with Stage(view).run_test(size=SIZE):
        run.apply([said(1, "half")])
        view.show(run)
        assert texts_of(view)[0] == "half"
        run.apply([ProcessExited(t=1.0, process=1, exitcode=None, signal=9)])
        view.show(run)
        assert texts_of(view)[:2] == ["half", ""]


async def test_another_run_starts_at_its_end_again() -> None:
    view = OutputView()
    async with Stage(view).run_test(size=SIZE) as pilot:
        view.focus()
        view.show(long_run())
        await press(pilot, "g")
        assert texts_of(view)[0] == "1: line 0"
        view.show(long_run())
        assert view.is_following
        assert texts_of(view)[-1] == "1: line 99"


@pytest.mark.parametrize("mode", ["merged", "chosen"])
async def test_hostile_output_reaches_the_screen_harmless(mode: str) -> None:
    view, run = OutputView(), run_of("hostile_names")
    async with Stage(view).run_test(size=(120, 30)) as pilot:
        view.mode = "merged" if mode == "merged" else "chosen"
        view.selected = Selection(1)
        view.show(run)
        await pilot.pause()
        for y in range(30):
            strip = view.render_line(y)
            assert strip.text.isprintable()
            assert strip.cell_length == 120
            assert not any(segment.style and segment.style.meta for segment in strip)
        assert "[@click=app.quit]" in "".join(lines_of(view))


async def test_dragging_the_scroll_bar_moves_the_view() -> None:
    view, run = OutputView(), long_run()
    async with Stage(view).run_test(size=SIZE) as pilot:
        view.show(run)
        await pilot.pause()
        bar = view.vertical_scrollbar
        assert (bar.window_virtual_size, bar.window_size, bar.position) == (100, 10, 90)
        await pilot.mouse_down(bar, offset=(0, 9))
        await pilot.hover(bar, offset=(0, 0))
        await pilot.mouse_up(bar, offset=(0, 0))
        await pilot.pause()
        assert texts_of(view)[0] == "1: line 0"


async def test_a_search_goes_to_what_it_found_and_steps_through_it() -> None:
    view, run = OutputView(), long_run()
    told: list[str] = []

    def hear(message: object) -> None:
        if isinstance(message, OutputView.SearchChanged):
            told.append(message.result)

    async with Stage(view).run_test(size=SIZE, message_hook=hear) as pilot:
        view.focus()
        view.show(run)
        view.search("LINE")
        await pilot.pause()
        assert told[-1] == "not found"
        assert view.is_following
        view.search("line 5")
        await pilot.pause()
        assert told[-1] == "11 of 11"
        assert "1: line 59" in texts_of(view)
        assert not view.is_following
        await press(pilot, "n")
        assert told[-1] == "1 of 11"
        assert "1: line 5" in texts_of(view)
        await press(pilot, "N", "N")
        assert told[-1] == "10 of 11"
        assert "1: line 58" in texts_of(view)
        await press(pilot, "escape", "n")
        assert view.reading.search is None
        assert told[-1] == ""


async def test_what_is_found_stands_out_on_the_screen() -> None:
    view, run = OutputView(), long_run()
    async with Stage(view).run_test(size=SIZE) as pilot:
        view.show(run)
        view.search("9")
        await pilot.pause()
        segments = [segment for y in range(10) for segment in view.render_line(y)]
        found = [one for one in segments if one.style and one.style.underline]
        assert [segment.text for segment in found] == ["9"] * 9
        assert [one.text for one in segments if one.style and one.style.reverse] == ["99"]


async def test_a_search_through_a_flood_takes_several_frames_and_finds_the_end() -> None:
    view, run = OutputView(), run_of("flood")
    async with Stage(view).run_test(size=SIZE) as pilot:
        view.show(run)
        view.search("line 64999")
        assert view.reading.search is not None
        assert not view.reading.search.is_done
        while not view.reading.search.is_done:
            await pilot.pause(0.01)
        await pilot.pause()
        assert view.reading.search.result == "4 of 4"


async def test_a_search_follows_the_choice_of_another_process() -> None:
    view, run = OutputView(), run_of("gallery_finished")
    async with Stage(view).run_test(size=SIZE) as pilot:
        view.show(run)
        view.search("task")
        await pilot.pause()
        assert view.reading.search is not None
        assert view.reading.search.result == "10 of 10"
        view.mode = "chosen"
        view.selected = Selection(1)
        view.show(run)
        await pilot.pause()
        assert view.reading.search.result == "3 found"
        view.mode = "merged"
        await press(pilot, "tab", "n")
        assert lines_of(view)[0].startswith("Process-1 │ ")
