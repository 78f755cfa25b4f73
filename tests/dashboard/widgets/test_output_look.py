"""What a person can ask of the output: wrapped lines, some lines alone, times, marks, a copy."""

import pytest
from textual.pilot import Pilot

from mptui.dashboard.presentation.processes.selection import Selection
from mptui.dashboard.widgets.output_view import OutputView
from mptui.events import Output, RunStarted
from mptui.model import Run
from tests.dashboard.widgets.runs import numbered, run_with_workers, said
from tests.dashboard.widgets.stage import Stage, lines_of

SIZE = (30, 6)
LONG = "".join(f"{number:04}" for number in range(20))


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


def talking_run() -> Run:
    run = run_with_workers(2)
    run.apply([said(1, f"{LONG}\nshort\n"), said(2, "Error: no\n", "stderr"), said(1, "last\n")])
    return run


async def test_long_lines_are_wrapped_and_only_their_first_row_says_whose_they_are() -> None:
    view = OutputView()
    async with Stage(view).run_test(size=SIZE) as pilot:
        view.show(talking_run())
        view.is_wrapped = True
        await pilot.pause()
        assert lines_of(view) == [
            f"          │ {LONG[34:51]}",
            f"          │ {LONG[51:68]}",
            f"          │ {LONG[68:]}",
            "Process-1 │ short",
            "Process-2 ! Error: no",
            "Process-1 │ last",
        ]
        view.focus()
        await press(pilot, "up", "up")
        assert lines_of(view)[0] == f"Process-1 │ {LONG[:17]}"
        assert not view.is_following
        await press(pilot, "g", "G")
        assert lines_of(view)[-1] == "Process-1 │ last"
        assert view.is_following


async def test_a_held_view_stays_on_its_lines_when_wrapping_begins_and_ends() -> None:
    view, run = OutputView(), run_with_workers(1)
    run.apply([said(1, "".join(f"{n:02} {LONG}\n" for n in range(40)))])
    async with Stage(view).run_test(size=SIZE) as pilot:
        view.focus()
        view.show(run)
        await press(pilot, "pageup", "pageup")
        top = lines_of(view)[0][:5]
        view.is_wrapped = True
        await pilot.pause()
        assert lines_of(view)[0][:5] == top
        assert lines_of(view)[1].strip()[0] in LONG
        run.apply([said(1, "more\n" * 40)])
        view.show(run)
        assert lines_of(view)[0][:5] == top
        view.is_wrapped = False
        await pilot.pause()
        assert lines_of(view)[0][:5] == top


async def test_only_lines_that_are_asked_for_are_shown_and_escape_shows_all() -> None:
    view, run = OutputView(), talking_run()
    notes: list[str] = []

    def hear(message: object) -> None:
        if isinstance(message, OutputView.NotesChanged) and notes[-1:] != [message.notes]:
            notes.append(message.notes)

    async with Stage(view).run_test(size=SIZE, message_hook=hear) as pilot:
        view.focus()
        view.show(run)
        view.show_only("r")
        await pilot.pause()
        assert lines_of(view)[:3] == ["Process-1 │ short", "Process-2 ! Error: no", ""]
        run.apply([said(1, "more\nworse\n")])
        view.show(run)
        assert lines_of(view)[2:5] == ["Process-1 │ more", "Process-1 │ worse", ""]
        await press(pilot, "E")
        assert lines_of(view)[:2] == ["Process-2 ! Error: no", ""]
        await press(pilot, "escape")
        assert lines_of(view)[-1] == "Process-1 │ worse"
    assert [note.strip() for note in notes] == ["· &r 2", "· &r 4", "· &! r 1", ""]


async def test_a_filter_that_nothing_passes_says_so_and_one_goes_through_a_flood() -> None:
    view, run = OutputView(), run_with_workers(1)
    run.apply([numbered(1, 0, 30_000)])
    async with Stage(view).run_test(size=SIZE) as pilot:
        view.focus()
        view.show(run)
        view.show_only("nothing like it")
        assert lines_of(view)[0].startswith("No line is as")
        view.show_only("999$")
        while not view.reading.filter or not view.reading.filter.is_done:
            await pilot.pause(0.01)
        await pilot.pause()
        assert lines_of(view)[-1] == "  1: line 29999"
        assert lines_of(view)[0] == "  1: line 24999"
        await press(pilot, "up")
        view.show_only("")
        await pilot.pause()
        assert "  1: line 28999" in lines_of(view)


async def test_the_next_log_that_is_shown_has_the_same_filter() -> None:
    view, run = OutputView(), talking_run()
    async with Stage(view).run_test(size=SIZE) as pilot:
        view.show(run)
        view.show_only("o")
        view.mode = "chosen"
        view.selected = Selection(2)
        await pilot.pause()
        assert lines_of(view)[:2] == ["! Error: no", ""]
        view.mode = "merged"
        view.selected = Selection(1)
        await pilot.pause()
        assert lines_of(view)[:3] == ["Process-1 │ short", "Process-2 ! Error: no", ""]


async def test_search_steps_through_the_lines_that_are_left() -> None:
    view, run = OutputView(), run_with_workers(1)
    run.apply([numbered(1, 0, 500)])
    async with Stage(view).run_test(size=SIZE) as pilot:
        view.focus()
        view.show(run)
        view.show_only("0$")
        view.search("line 1")
        await pilot.pause()
        assert lines_of(view)[2:4] == ["  1: line 190", "  1: line 200"]
        await press(pilot, "N")
        assert "  1: line 180" in lines_of(view)


async def test_times_stand_before_lines_and_one_can_go_to_a_time() -> None:
    view, run = OutputView(), run_with_workers(1)
    run.apply(
        [
            RunStarted(
                t=0.0,
                schema=2,
                id="1",
                command=["x"],
                cwd="/",
                python="python",
                host="h",
                cpu_count=2,
                started_at="2026-03-01T12:00:00+00:00",
                mptui="0",
                supervisor=1,
            )
        ]
    )
    lines = [Output(t=n / 2, process=1, stream="stdout", text=f"n{n}\n") for n in range(100)]
    run.apply(lines)
    async with Stage(view).run_test(size=SIZE) as pilot:
        view.focus()
        view.show(run)
        view.wishes = view.wishes._replace(time_style="relative")
        await pilot.pause()
        assert lines_of(view)[-1] == "00:49.500   n99"
        assert view.go_to_moment("10.2")
        await pilot.pause()
        assert "00:10.500   n21" in lines_of(view)
        assert not view.is_following
        assert view.go_to_moment("-1:00")
        assert not view.go_to_moment("whenever")
        view.wishes = view.wishes._replace(time_style="clock")
        await pilot.pause()
        assert lines_of(view)[0].partition(" ")[0].count(":") == 2
        view.wishes = view.wishes._replace(time_style="none")
        await pilot.pause()
        assert lines_of(view)[0].strip().startswith("n")


async def test_bookmarks_are_set_and_found_again() -> None:
    view, run = OutputView(), run_with_workers(1)
    run.apply([numbered(1, 0, 200)])
    async with Stage(view).run_test(size=SIZE) as pilot:
        view.focus()
        view.show(run)
        await press(pilot, "m", "g", "m")
        assert lines_of(view)[-1] == " ◆1: line 5"
        await press(pilot, "left_square_bracket")
        assert lines_of(view)[-1] == " ◆1: line 199"
        await press(pilot, "right_square_bracket")
        assert lines_of(view)[-1] == " ◆1: line 5"
        await press(pilot, "m")
        assert lines_of(view)[-1] == "  1: line 5"


async def test_marked_lines_are_copied_as_they_are_read_and_nothing_else_is() -> None:
    view, run = OutputView(), run_with_workers(1)
    run.apply([said(1, "zero\none\x1b]52;c;ZXZpbA==\x07 \x1b[31mred\x1b[0m\ntwo\n\x07bell\n")])
    stage = Stage(view)
    async with stage.run_test(size=SIZE) as pilot:
        view.focus()
        view.show(run)
        await pilot.pause()
        assert stage.clipboard == ""
        await press(pilot, "y")
        assert stage.clipboard == "^Gbell"
        await press(pilot, "v", "up", "up", "y")
        assert stage.clipboard == "one red\ntwo\n^Gbell"
        await press(pilot, "v", "up", "escape", "y")
        assert stage.clipboard == "^Gbell"


async def test_what_is_copied_is_bounded() -> None:
    view, run = OutputView(), run_with_workers(1)
    run.apply([said(1, "x" * 999 + "\n")] * 300)
    stage = Stage(view)
    async with stage.run_test(size=SIZE) as pilot:
        view.focus()
        view.show(run)
        await press(pilot, "v", *["pageup"] * 70, "y")
        assert len(stage.clipboard) == 100_000


@pytest.mark.parametrize("is_wrapped", [False, True])
async def test_an_empty_view_bears_every_key(is_wrapped: bool) -> None:
    view = OutputView()
    async with Stage(view).run_test(size=SIZE) as pilot:
        view.focus()
        view.is_wrapped = is_wrapped
        keys = ("m", "v", "y", "E", "n", "[", "]", "g", "up", "pageup", "end", "escape")
        await press(pilot, *keys)
        view.show(run_with_workers(1))
        await press(pilot, *keys)
        view.show_only("x")
        await press(pilot, *keys)
        assert not view.go_to_moment("")
