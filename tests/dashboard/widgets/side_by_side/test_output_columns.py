from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from mptui.dashboard.presentation.output.line_marks import RunBookmarks
from mptui.dashboard.presentation.processes.selection import ALL, Selection
from mptui.dashboard.widgets.side_by_side.output_columns import OutputColumns
from mptui.events import Output
from mptui.model import Run
from tests.dashboard.side_by_side_runs import training
from tests.dashboard.widgets.runs import (
    ended_workers,
    numbered,
    run_of,
    run_with_workers,
    said,
    worker_started,
)
from tests.dashboard.widgets.stage import Stage, line_of, lines_of, painted_lines


def trained(worker_count: int) -> Run:
    run = Run()
    run.apply(training(worker_count))
    return run


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


def cells_of(view: OutputColumns, y: int) -> list[str]:
    """What stands side by side in a line."""
    return [cell.strip() for cell in lines_of(view)[y].split("│")]


async def test_each_process_has_a_column_with_its_name_its_status_and_its_task() -> None:
    view, run = OutputColumns(), trained(3)
    async with Stage(view).run_test(size=(220, 16)):
        view.show(run)
        heads = cells_of(view, 0)
        assert heads[0].startswith("○ train.py")
        assert heads[1].startswith("● ForkPoolWorker-1 running train.fit(fold=2)")
        assert cells_of(view, 1)[1:] == [
            f"fold 0: reading shard {place:03} of 003" for place in range(3)
        ]


async def test_four_workers_are_read_whole_at_120_columns() -> None:
    view, run = OutputColumns(), run_of("gallery_finished")
    async with Stage(view).run_test(size=(118, 10)):
        view.show(run)
        assert [head.split()[1] for head in cells_of(view, 0)] == [
            f"Process-{number}" for number in range(1, 5)
        ]
        assert cells_of(view, 1) == [f"Processing task ;  {n}" for n in range(4)]
        assert "»" not in "".join(lines_of(view))


async def test_processes_of_one_name_are_told_apart_by_their_pids() -> None:
    view, run = OutputColumns(), Run()
    run.apply([worker_started(0), *(worker_started(n, "gunicorn: worker") for n in (1, 2))])
    run.apply([said(0, "listens\n"), said(1, "one\n"), said(2, "two\n")])
    async with Stage(view).run_test(size=(118, 6)):
        view.show(run)
        heads = cells_of(view, 0)
        assert [head.split()[-2] for head in heads[1:]] == ["4201", "4202"]
        assert "4200" not in heads[0]


async def test_columns_that_find_no_room_beside_each_other_stand_below() -> None:
    view, run = OutputColumns(), run_of("gallery_finished")
    async with Stage(view).run_test(size=(60, 20)):
        view.show(run)
        assert [cell.split()[1] for cell in cells_of(view, 0)] == ["Process-1", "Process-2"]
        assert [cell.split()[1] for cell in cells_of(view, 10)] == ["Process-3", "Process-4"]


async def test_long_lines_wrap_until_w_is_pressed_and_then_are_scrolled_sideways() -> None:
    view, run = OutputColumns(), run_with_workers(2)
    run.apply([said(1, "abcdefghij" * 10 + "\n"), said(2, "short\n")])
    async with Stage(view).run_test(size=(60, 8)) as pilot:
        view.focus()
        view.show(run)
        assert "".join(cells_of(view, y)[0].lstrip("↳") for y in range(1, 5)) == "abcdefghij" * 10
        await press(pilot, "W")
        assert not view.is_wrapped
        assert cells_of(view, 1)[0].endswith("»")
        assert cells_of(view, 2)[0] == ""
        await press(pilot, *["right"] * 20)
        assert cells_of(view, 1)[0].endswith("hij")
        await press(pilot, "W")
        assert cells_of(view, 1)[0].startswith("abc")


async def test_many_columns_are_turned_like_pages_and_the_place_is_said() -> None:
    view, run = OutputColumns(), Run()
    run.apply(ended_workers(64))
    async with Stage(view).run_test(size=(118, 36)) as pilot:
        view.focus()
        view.show(run)
        assert view.title == "side by side · 1-24 of 64, [ ] turn"
        assert cells_of(view, 0)[:2] == ["✓ Pool-1 exit 0", "✓ Pool-2 exit 0"]
        await press(pilot, "right_square_bracket", "right_square_bracket")
        assert view.title == "side by side · 49-64 of 64, [ ] turn"
        await press(pilot, "right_square_bracket")
        assert "49-64" in view.title
        await press(pilot, "left_square_bracket")
        assert "25-48" in view.title
        assert cells_of(view, 0)[0].split()[1] == "Pool-25"


async def test_the_page_of_the_chosen_process_is_shown_and_a_click_chooses_one() -> None:
    view, run = OutputColumns(), Run()
    run.apply(ended_workers(64))
    stage = Stage(view)
    async with stage.run_test(size=(118, 36)) as pilot:
        view.focus()
        view.show(run)
        stage.selected = Selection(64)
        await pilot.pause()
        assert "49-64" in view.title
        await pilot.click(OutputColumns, offset=(40, 8))
        assert stage.choices == [Selection(54)]
        await press(pilot, "shift+left", "shift+left", "shift+right", "escape")
        assert stage.choices[1:] == [Selection(53), Selection(52), Selection(53), ALL]


async def test_columns_follow_their_ends_and_are_held_together() -> None:
    view, run = OutputColumns(), run_with_workers(2)
    run.apply([numbered(1, 0, 100), numbered(2, 0, 50)])
    async with Stage(view).run_test(size=(60, 11)) as pilot:
        view.focus()
        view.show(run)
        assert cells_of(view, 10) == ["1: line 99", "2: line 49"]
        await press(pilot, "up")
        assert not view.is_following
        run.apply([numbered(1, 100, 200), numbered(2, 50, 60)])
        view.show(run)
        assert cells_of(view, 10) == ["1: line 98", "2: line 48"]
        await press(pilot, "home")
        assert cells_of(view, 1) == ["1: line 0", "2: line 0"]
        assert cells_of(view, 10) == ["1: line 9", "2: line 9"]
        await press(pilot, "end")
        assert view.is_following
        assert cells_of(view, 10) == ["1: line 199", "2: line 59"]


async def test_the_end_of_a_log_of_wrapped_lines_is_in_sight_and_so_is_its_beginning() -> None:
    view, run = OutputColumns(), run_with_workers(2)
    run.apply([said(1, "".join(f"{n} {'x' * 60}\n" for n in range(20))), said(2, "one\n")])
    async with Stage(view).run_test(size=(60, 8)) as pilot:
        view.focus()
        view.show(run)
        assert any("19 x" in line for line in lines_of(view))
        assert cells_of(view, 1)[1] == "one"
        await press(pilot, "home")
        assert cells_of(view, 1)[0].startswith("0 x")
        seen = set()
        for _ in range(40):
            seen |= {line.split()[0] for line in lines_of(view) if line.strip()[:1].isdigit()}
            await press(pilot, "pagedown")
        assert seen >= {str(number) for number in range(20)}
        assert view.is_following


async def test_only_lines_that_differ_are_painted_again() -> None:
    view, run = OutputColumns(), run_with_workers(2)
    async with Stage(view).run_test(size=(60, 8)) as pilot:
        run.apply([said(1, "first\n"), said(2, "second\n")])
        view.show(run)
        await pilot.pause()
        view.show(run)
        assert painted_lines(view) == set()
        run.apply([said(2, "third\n")])
        view.show(run)
        assert painted_lines(view) == {2}


async def test_column_of_a_process_that_is_forgotten_goes_without_harm() -> None:
    view, run = OutputColumns(), Run()
    run.apply(ended_workers(2))
    async with Stage(view).run_test(size=(120, 6)) as pilot:
        view.focus()
        view.show(run)
        run.apply(list(ended_workers(300, first=3))[1:])
        assert 1 not in run.logs
        await press(pilot, "up", "down")
        view.show(run)
        assert "Worker-1 " not in lines_of(view)[0]


async def test_an_empty_view_says_why() -> None:
    view, run = OutputColumns(), run_of("just_started")
    async with Stage(view).run_test(size=(60, 8)):
        view.show(run)
        assert lines_of(view)[0] == "Nothing printed yet."


@pytest.mark.parametrize("width", [20, 60, 118])
async def test_hostile_output_reaches_the_screen_harmless(width: int) -> None:
    view, run = OutputColumns(), run_of("hostile_names")
    async with Stage(view).run_test(size=(width, 40)) as pilot:
        view.show(run)
        await pilot.pause()
        for y in range(40):
            strip = view.render_line(y)
            assert strip.text.isprintable()
            assert strip.cell_length == view.size.width
            assert not any(segment.style and segment.style.meta for segment in strip)


@pytest.mark.usefixtures("ascii_only")
async def test_ascii_only_draws_nothing_else() -> None:
    view, run = OutputColumns(), trained(12)
    async with Stage(view).run_test(size=(80, 30)):
        view.show(run)
        assert "".join(lines_of(view)).isascii()


async def test_only_the_lines_that_are_asked_for_stand_in_each_column() -> None:
    view, run = OutputColumns(), run_with_workers(2)
    run.apply([numbered(1, 0, 100), numbered(2, 0, 50), said(2, "oh no\n", "stderr")])
    async with Stage(view).run_test(size=(60, 8)) as pilot:
        view.focus()
        view.show(run)
        view.wishes = view.wishes._replace(only="[37]$")
        assert view.title == "side by side · &[37]$"
        assert cells_of(view, 7) == ["1: line 97", "2: line 47"]
        assert cells_of(view, 6) == ["1: line 93", "2: line 43"]
        run.apply([said(1, "17\n18\n")])
        view.show(run)
        assert cells_of(view, 7) == ["17", "2: line 47"]
        await press(pilot, "up", "up")
        assert cells_of(view, 7) == ["1: line 93", "2: line 37"]
        await press(pilot, "escape", "E")
        assert cells_of(view, 1) == ["", "! oh no"]
        await press(pilot, "E")
        assert cells_of(view, 7) == ["18", "! oh no"]


async def test_a_worker_that_is_asked_for_has_the_only_column() -> None:
    view, run = OutputColumns(), run_with_workers(3)
    run.apply([numbered(process, 0, 9) for process in (1, 2, 3)])
    async with Stage(view).run_test(size=(90, 8)):
        view.show(run)
        view.wishes = view.wishes._replace(only="@2")
        assert cells_of(view, 0)[0].split()[1] == "Process-2"
        assert "Process-1" not in "".join(lines_of(view))
        view.wishes = view.wishes._replace(only="@nobody")
        assert lines_of(view)[0] == "Nobody who printed is as @nobody asks: Esc shows all."


async def test_a_filter_goes_through_a_flood_while_keys_are_taken() -> None:
    view, run = OutputColumns(), run_with_workers(1)
    run.apply([numbered(1, 0, 30_000)])
    async with Stage(view).run_test(size=(60, 8)) as pilot:
        view.show(run)
        view.wishes = view.wishes._replace(only="999$")
        for _ in range(500):
            if cells_of(view, 7) == ["1: line 29999"]:
                break
            await pilot.pause(0.01)
        assert cells_of(view, 7) == ["1: line 29999"]
        assert cells_of(view, 2) == ["1: line 24999"]


async def test_words_stand_out_and_times_are_said_in_columns_too() -> None:
    view, run = OutputColumns(), run_with_workers(2)
    run.apply([said(1, "one error here and more to come\n"), said(2, "fine\n")])
    async with Stage(view).run_test(size=(60, 8)):
        view.show(run)
        view.wishes = view.wishes._replace(highlight="error", time_style="relative")
        row, more = line_of(view, 1), line_of(view, 2)
        first = row.partition("│")[0]
        assert first[9:].startswith("   one error")
        assert first[:9].strip().startswith("00:0")
        assert more.startswith(" " * 11 + "↳")
        styles = {part.text.strip(): part.style for part in view.render_line(1)}
        assert styles["error"] != styles["one"]


async def test_rows_that_a_program_draws_over_show_their_latest_state() -> None:
    view, run = OutputColumns(), run_with_workers(2)
    run.apply([said(2, "plain\n"), said(1, "a: 10 %\r\nb: 10 %\x1b[A\ra: 90 %")])
    async with Stage(view).run_test(size=(60, 8)):
        view.show(run)
        assert [cells_of(view, y)[0] for y in (1, 2)] == ["a: 90 %", "b: 10 %"]


def in_turn(*lines: tuple[float, int, str]) -> Run:
    """Two workers that print these lines, each at its time."""
    run = run_with_workers(2)
    run.apply(Output(t=t, process=one, stream="stdout", text=f"{text}\n") for t, one, text in lines)
    return run


def by_turns() -> Run:
    """Two workers that print a line a second each, the second one half a second later."""
    return in_turn(
        *((n + one / 2, one, f"{one}: line {n:02}") for n in range(60) for one in (1, 2))
    )


@asynccontextmanager
async def second_of_two_chosen() -> AsyncIterator[tuple[Stage, OutputColumns, Pilot[None]]]:
    """Two columns that have the keys, with the second one chosen."""
    view = OutputColumns()
    stage = Stage(view)
    async with stage.run_test(size=(60, 6)) as pilot:
        view.focus()
        view.show(by_turns())
        stage.selected = Selection(2)
        yield stage, view, pilot


async def test_a_search_is_in_the_chosen_column_and_the_others_come_to_its_time() -> None:
    async with second_of_two_chosen() as (stage, view, pilot):
        view.search("line .5")
        assert view.search_result == "6 of 6 in Process-2"
        assert view.search_note == " · /line .5 6 of 6 in Process-2"
        await press(pilot, "N")
        assert view.search_result.startswith("5 of 6")
        assert cells_of(view, 5) == ["1: line 45", "2: line 45"]
        assert not view.is_following
        await press(pilot, "n")
        assert cells_of(view, 5) == ["1: line 55", "2: line 55"]
        await press(pilot, "n", "shift+left")
        assert stage.choices == [Selection(1)]
        assert cells_of(view, 5) == ["1: line 05", "2: line 05"]
        assert view.search_result == "6 found in Process-1"
        await press(pilot, "n")
        assert cells_of(view, 5) == ["1: line 15", "2: line 14"]
        await press(pilot, "escape")
        assert view.search_note == ""
        await press(pilot, "escape")
        assert stage.choices[-1] == ALL


async def test_a_key_about_a_column_chooses_the_first_in_sight_where_none_is_chosen() -> None:
    for key in ("slash", "m", "left_curly_bracket", "v", "y"):
        view, run = OutputColumns(), by_turns()
        stage = Stage(view)
        async with stage.run_test(size=(60, 6)) as pilot:
            view.focus()
            view.show(run)
            if key == "slash":
                view.search("line 2")
                assert view.search_result == "10 of 10 in Process-1"
            await press(pilot, key)
            assert stage.choices == [Selection(1)], key


async def test_a_search_begins_in_the_first_column_that_has_it_where_none_is_chosen() -> None:
    view, run = OutputColumns(), by_turns()
    stage = Stage(view)
    async with stage.run_test(size=(60, 6)) as pilot:
        view.show(run)
        view.search("2: line")
        await pilot.pause()
        assert stage.choices == [Selection(2)]
        assert view.search_result == "60 of 60 in Process-2"


async def test_bookmarks_are_those_of_the_log_wherever_it_is_read() -> None:
    marks, run = RunBookmarks(), by_turns()
    view = OutputColumns(marks)
    stage = Stage(view)
    async with stage.run_test(size=(60, 6)) as pilot:
        view.focus()
        view.show(run)
        stage.selected = Selection(1)
        view.search("line 20")
        await press(pilot, "m")
        assert cells_of(view, 5) == ["◆1: line 20", "2: line 19"]
        assert marks.lines_of(1) == {20}
        await press(pilot, "escape", "end", "m", "up", "left_curly_bracket")
        assert cells_of(view, 5) == ["◆1: line 20", "2: line 19"]
        await press(pilot, "right_curly_bracket")
        assert cells_of(view, 5) == ["◆1: line 59", "2: line 58"]
        view.show(by_turns())
        assert not marks.lines_of(1)


async def test_every_column_goes_to_a_time_and_follows_again() -> None:
    view, run = OutputColumns(), by_turns()
    async with Stage(view).run_test(size=(60, 6)) as pilot:
        view.focus()
        view.show(run)
        assert view.go_to_moment("0:30")
        assert cells_of(view, 5) == ["1: line 29", "2: line 29"]
        assert not view.is_following
        await press(pilot, "up")
        assert cells_of(view, 5) == ["1: line 28", "2: line 28"]
        assert not view.go_to_moment("soon")
        await press(pilot, "end")
        assert cells_of(view, 5) == ["1: line 59", "2: line 59"]


async def test_lines_of_one_column_are_marked_and_copied() -> None:
    async with second_of_two_chosen() as (stage, view, pilot):
        await press(pilot, "v", "up", "up")
        assert view.title == "side by side · 3 lines, y copies"
        assert cells_of(view, 3) == ["1: line 57", "2: line 57"]
        styles = {part.text.strip(): part.style for part in view.render_line(3)}
        assert styles["1: line 57"] != styles["2: line 57"]
        await press(pilot, "y")
        assert stage.clipboard == "2: line 57\n2: line 58\n2: line 59"
        assert view.title == "side by side"


async def test_a_search_goes_through_what_the_filter_leaves() -> None:
    view, run = OutputColumns(), by_turns()
    stage = Stage(view)
    async with stage.run_test(size=(60, 6)):
        view.show(run)
        stage.selected = Selection(2)
        view.wishes = view.wishes._replace(only="[05]$")
        view.search("line 3")
        assert view.search_result == "2 of 2 in Process-2"
        assert cells_of(view, 5) == ["1: line 35", "2: line 35"]
        view.wishes = view.wishes._replace(only="@1")
        assert view.search_result == "in no column"
