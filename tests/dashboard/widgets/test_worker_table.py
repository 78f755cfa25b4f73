import pytest
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import Static

from mptui.dashboard.presentation.processes.column_choice import sorting_of
from mptui.dashboard.presentation.processes.selection import ALL, Selection
from mptui.dashboard.session.table_choice import TableChoice
from mptui.dashboard.widgets.worker_table import WorkerTable
from mptui.events import ProcessSample, Sampled, TaskStarted, ThreadsSampled, WaitStarted
from mptui.model import Run
from tests.dashboard.widgets.runs import ended_workers, run_of, run_with_workers, worker_started
from tests.dashboard.widgets.stage import Stage, line_of, lines_of, painted_lines

SIZE = (78, 12)


def sample(run: Run, process: int, cpu_percent: float) -> None:
    seen = ProcessSample(cpu_percent, 2**24, 0, "R", 1)
    run.apply([Sampled(t=run.now, cores=[cpu_percent], processes={process: seen})])


async def choose(pilot: Pilot[None], *keys: str) -> int | None:
    await pilot.press(*keys)
    await pilot.pause()
    table = pilot.app.query_one(WorkerTable)
    return table.selected.process


async def test_the_table_has_a_header_a_row_for_all_and_one_for_each_process() -> None:
    table, run = WorkerTable(), run_of("pool_live")
    async with Stage(table).run_test(size=SIZE) as pilot:
        table.show(run, run.now)
        await pilot.pause()
        lines = lines_of(table)
        assert lines[0].split()[:3] == ["NAME", "STATUS", "CPU"]
        assert lines[1].startswith("▸  all 6 processes")
        assert [line.split()[1] for line in lines[2:8]] == [
            "pool.py",
            *(f"ForkPoolWorker-{n}" for n in range(1, 6)),
        ]
        assert lines[8:] == [""] * 4


async def test_only_rows_whose_text_changed_are_painted_again() -> None:
    table, run = WorkerTable(), run_with_workers(6)
    async with Stage(table).run_test(size=SIZE) as pilot:
        sample(run, 3, 50.0)
        table.show(run, run.now)
        await pilot.pause()
        table.show(run, run.now)
        assert painted_lines(table) == set()
        sample(run, 3, 50.2)
        table.show(run, run.now)
        assert painted_lines(table) == set()
        sample(run, 3, 75.0)
        table.show(run, run.now)
        assert painted_lines(table) == {1, 5}


async def test_keys_move_the_choice_and_say_so() -> None:
    table, run = WorkerTable(), run_of("pool_live")
    stage = Stage(table)
    async with stage.run_test(size=SIZE) as pilot:
        table.focus()
        table.show(run, run.now)
        assert await choose(pilot, "down") == 0
        assert await choose(pilot, "j", "j") == 2
        assert await choose(pilot, "k") == 1
        assert await choose(pilot, "G") == 5
        assert await choose(pilot, "down") == 5
        assert await choose(pilot, "g") is None
        assert await choose(pilot, "up") is None
        assert await choose(pilot, "end", "escape") is None
    processes = [choice.process for choice in stage.choices]
    assert processes == [0, 1, 2, 1, 5, None, 5, None]


async def test_a_choice_made_elsewhere_posts_nothing_and_marks_the_row() -> None:
    table, run = WorkerTable(), run_of("pool_live")
    stage = Stage(table)
    async with stage.run_test(size=SIZE) as pilot:
        table.show(run, run.now)
        stage.selected = Selection(3)
        await pilot.pause()
        assert [line[0] for line in lines_of(table)[1:8]] == [" "] * 4 + ["▸"] + [" "] * 2
    assert stage.choices == []


async def test_a_click_chooses_the_process_under_the_pointer() -> None:
    table, run = WorkerTable(), run_of("pool_live")
    async with Stage(table).run_test(size=SIZE) as pilot:
        table.show(run, run.now)
        await pilot.click(table, offset=(10, 4))
        assert table.selected == Selection(2)
        await pilot.click(table, offset=(10, 0))
        await pilot.click(table, offset=(10, 11))
        assert table.selected == Selection(2)
        await pilot.click(table, offset=(10, 1))
        assert table.selected == ALL


async def test_five_hundred_processes_scroll_and_only_what_is_seen_is_made() -> None:
    table, run = WorkerTable(), run_with_workers(500)
    async with Stage(table).run_test(size=SIZE) as pilot:
        table.focus()
        table.show(run, run.now)
        await pilot.pause()
        assert len(table._cache) <= SIZE[1]
        await pilot.press("end")
        await pilot.pause()
        lines = lines_of(table)
        assert lines[0].split()[0] == "NAME"
        assert "Process-500" in lines[-1]
        assert lines[-1].startswith("▸")
        await pilot.press("pageup")
        await pilot.pause()
        assert table.selected == Selection(490)


async def test_a_resize_changes_the_columns() -> None:
    table, run = WorkerTable(), run_of("pool_live")
    async with Stage(table).run_test(size=(110, 12)) as pilot:
        table.show(run, run.now)
        await pilot.pause()
        assert lines_of(table)[0].split()[-1] == "RUNS"
        await pilot.resize_terminal(36, 12)
        await pilot.pause()
        assert lines_of(table)[0].split() == ["NAME", "STATUS", "CPU"]
        assert len(line_of(table, 2)) == 36


async def test_the_chosen_row_under_the_cursor_wears_one_colour() -> None:
    table, run = WorkerTable(), run_of("pool_live")
    stage = Stage(table)
    async with stage.run_test(size=SIZE) as pilot:
        table.show(run, run.now)
        stage.selected = Selection(2)
        table.focus()
        await pilot.pause()
        assert len({segment.style and segment.style.color for segment in table.render_line(4)}) == 1
        table.blur()
        await pilot.pause()
        assert len({segment.style and segment.style.color for segment in table.render_line(4)}) > 1


async def test_names_are_never_read_as_markup() -> None:
    table, run = WorkerTable(), run_of("hostile_names")
    async with Stage(table).run_test(size=(78, 20)) as pilot:
        table.show(run, run.now)
        await pilot.pause()
        text = "\n".join(lines_of(table))
        assert "[@click=…" in text
        assert text.replace("\n", "").isprintable()
        for y in range(20):
            assert not any(segment.style and segment.style.meta for segment in table.render_line(y))


async def test_before_anything_is_shown_the_table_is_only_a_header() -> None:
    table = WorkerTable()
    async with Stage(table).run_test(size=SIZE) as pilot:
        await pilot.press("down", "end")
        assert table.selected == ALL
        assert lines_of(table)[1:] == [""] * 11
        assert not pilot.app.query(Static)


async def test_filter_shows_the_names_that_hold_it_and_escape_shows_all_again() -> None:
    table, run = WorkerTable(), run_of("pool_live")
    messages: list[object] = []
    stage = Stage(table)
    async with stage.run_test(size=SIZE, message_hook=messages.append) as pilot:
        table.focus()
        table.show(run, run.now)
        stage.selected = Selection(1)
        table.name_filter = "worker-3"
        await pilot.pause()
        assert [line.split()[1] for line in lines_of(table)[2:4] if line] == ["ForkPoolWorker-3"]
        assert table.matching_count == 1
        assert table.selected == ALL
        stage.selected = Selection(3)
        await pilot.press("escape")
        assert any(isinstance(said, WorkerTable.FilterDropped) for said in messages)
        assert table.selected == Selection(3)
        table.name_filter = ""
        await pilot.press("escape")
        assert table.selected == ALL


@pytest.mark.usefixtures("ascii_only")
async def test_tree_draws_who_made_whom_and_the_choice_moves_through_it() -> None:
    table, run = WorkerTable(), run_of("no_probe")
    async with Stage(table).run_test(size=SIZE) as pilot:
        table.focus()
        table.show(run, run.now)
        table.is_tree = True
        await pilot.pause()
        names = [line[5:19].rstrip() for line in lines_of(table)[2:6]]
        assert names == ["build.sh", "`-make", "  |-cc1", "  `-cc1"]
        assert await choose(pilot, "down", "down", "down") == 2


async def test_of_five_hundred_processes_that_all_changed_only_the_visible_rows_are_made() -> None:
    table, run = WorkerTable(), run_with_workers(500)
    async with Stage(table).run_test(size=SIZE) as pilot:
        table.show(run, run.now)
        await pilot.pause()
        for load in (10.0, 20.0, 30.0):
            seen = {process: ProcessSample(load, 2**24, 0, "R", 1) for process in range(501)}
            run.apply([Sampled(t=run.now, cores=[load], processes=seen)])
            table.show(run, run.now)
            assert painted_lines(table) == set(range(1, SIZE[1]))
            lines_of(table)
        assert len(table._cache) == SIZE[1] - 2
        assert len(table._strips) <= SIZE[1]


async def test_the_order_is_found_anew_only_when_somebody_came_or_went() -> None:
    table, run = WorkerTable(), run_with_workers(5)
    async with Stage(table).run_test(size=SIZE):
        table.show(run, run.now)
        rows = table._places
        sample(run, 3, 50.0)
        table.show(run, run.now)
        assert table._places is rows
        run.apply([worker_started(6)])
        table.show(run, run.now)
        assert len(table._places) == len(rows) + 1


@pytest.mark.usefixtures("ascii_only")
async def test_tree_has_a_row_for_each_thread_and_the_choice_passes_over_them() -> None:
    table, run = WorkerTable(), run_of("threads")
    run.apply([worker_started(1)])
    async with Stage(table).run_test(size=(110, 12)) as pilot:
        table.focus()
        table.show(run, run.now)
        table.is_tree = True
        await pilot.pause()
        names = [line.split()[1] for line in lines_of(table)[2:7]]
        assert (names[0], names[4]) == ("fetch.py", "`-Process-1")
        for number, name in enumerate(names[1:4]):
            assert name.startswith("|-Thr")
            assert name.endswith(f"-0_{number}")
        assert await choose(pilot, "down") == 0
        assert [line[0] for line in lines_of(table)[1:7]] == [" ", ">", " ", " ", " ", " "]
        assert await choose(pilot, "down") == 1
        assert await choose(pilot, "up", "up") is None
        await pilot.click(table, offset=(10, 4))
        assert table.selected == Selection(0)


async def test_threads_come_and_go_in_the_tree() -> None:
    table, run = WorkerTable(), run_of("threads")
    async with Stage(table).run_test(size=(110, 12)) as pilot:
        table.show(run, run.now)
        table.is_tree = True
        await pilot.pause()
        assert len(table._places) == 5
        gone = max(run.threads[0])
        run.apply([ThreadsSampled(t=run.now, process=0, threads={}, ended=[gone])])
        table.show(run, run.now)
        assert len(table._places) == 4
        table.is_tree = False
        assert len(table._places) == 2


async def test_column_for_tasks_appears_with_the_first_task() -> None:
    table, run = WorkerTable(), run_with_workers(2)
    async with Stage(table).run_test(size=(110, 12)) as pilot:
        table.show(run, run.now)
        await pilot.pause()
        assert "TASK" not in lines_of(table)[0]
        run.apply([TaskStarted(t=0.0, process=1, label="square", item="7")])
        table.show(run, 0.4)
        assert 0 in painted_lines(table)
        assert "TASK" in lines_of(table)[0]
        assert "square(7) 0.4 s" in lines_of(table)[3]


async def test_time_of_a_wait_grows_once_a_second() -> None:
    table, run = WorkerTable(), run_with_workers(2)
    run.apply([WaitStarted(t=0.0, process=1, kind="get", on="task_queue")])
    async with Stage(table).run_test(size=(110, 12)) as pilot:
        table.show(run, 3.2)
        await pilot.pause()
        assert "waiting for task_queue 3.2 s" in lines_of(table)[3]
        painted_lines(table)
        table.show(run, 3.9)
        assert painted_lines(table) == set()
        table.show(run, 4.0)
        assert 3 in painted_lines(table)
        assert "waiting for task_queue 4.0 s" in lines_of(table)[3]


async def test_ended_groups_stand_at_the_end_and_can_be_chosen() -> None:
    table, run = WorkerTable(), Run()
    run.apply(ended_workers(500))
    stage = Stage(table)
    async with stage.run_test(size=(110, 12)) as pilot:
        table.focus()
        table.show(run, run.now)
        await pilot.pause()
        await pilot.press("end")
        await pilot.pause()
        assert stage.selected == Selection(group="ForkPoolWorker")
        assert lines_of(table)[-1].split()[:5] == ["▸…", "300", "x", "ForkP…rker", "ended"]
        run.apply(list(ended_workers(501))[-4:])
        table.show(run, run.now)
        assert "301 x ForkP" in lines_of(table)[-1]
        await pilot.press("up", "home")
        await pilot.pause()
        assert stage.selected == ALL
        assert "all 502" in lines_of(table)[1]
        table.name_filter = "Worker"
        assert table.matching_count == 501
        table.name_filter = "main"
        assert table.matching_count == 1
        assert [place.process for place in table._places] == [None, 0]


async def test_a_filter_that_hides_the_chosen_group_chooses_all() -> None:
    table, run = WorkerTable(), Run()
    run.apply(ended_workers(300))
    stage = Stage(table)
    async with stage.run_test(size=(110, 12)) as pilot:
        table.show(run, run.now)
        stage.selected = Selection(group="ForkPoolWorker")
        table.name_filter = "main"
        await pilot.pause()
        assert stage.selected == ALL


async def test_chosen_row_stays_where_it_is_seen_while_others_come_and_go() -> None:
    table, run = WorkerTable(), Run()
    run.apply(ended_workers(500))
    stage = Stage(table)
    async with stage.run_test(size=(110, 12)) as pilot:
        table.show(run, run.now)
        await pilot.pause()
        stage.selected = Selection(group="ForkPoolWorker")
        await pilot.pause()
        assert lines_of(table)[-1].startswith("▸")
        for process in range(501, 507):
            run.apply(list(ended_workers(process + 1, first=process))[1:2])
            table.show(run, run.now)
            await pilot.pause()
            assert lines_of(table)[-1].startswith("▸")


async def asked_for(pilot: Pilot[None], said: list[Message], *keys: str) -> str:
    """What the table asks to be sorted by after these keys, when it gets what it asks for."""
    table = pilot.app.query_one(WorkerTable)
    for key in keys or ("f12",):
        await pilot.press(key)
        await pilot.pause()
        made = [one for one in said if isinstance(one, WorkerTable.ChoiceMade)]
        if made:
            table.choice = made[-1].choice
    sorting = sorting_of(table.choice)
    return table.choice.sort + ("" if sorting is None else "-+"[sorting.is_descending])


async def test_keys_step_and_turn_what_the_rows_are_sorted_by() -> None:
    table, run = WorkerTable(), run_of("pool_live")
    said: list[Message] = []
    async with Stage(table).run_test(size=SIZE, message_hook=said.append) as pilot:
        table.focus()
        table.show(run, run.now)
        await pilot.pause()
        assert await asked_for(pilot, said, "I") == ""
        assert await asked_for(pilot, said, "greater_than_sign") == "name-"
        assert await asked_for(pilot, said, "greater_than_sign", "greater_than_sign") == "cpu+"
        assert await asked_for(pilot, said, "I") == "cpu-"
        assert await asked_for(pilot, said, "less_than_sign") == "status+"
        assert await asked_for(pilot, said, *["less_than_sign"] * 4) == ""
        assert await asked_for(pilot, said, "M") == "memory+"


async def test_head_marks_the_column_and_a_click_on_it_sorts() -> None:
    table, run = WorkerTable(), run_of("pool_live")
    said: list[Message] = []
    async with Stage(table).run_test(size=SIZE, message_hook=said.append) as pilot:
        table.show(run, run.now)
        await pilot.pause()
        x = lines_of(table)[0].index("CPU")
        for expected in ("CPU▼", "CPU▲"):
            await pilot.click(table, offset=(x, 0))
            assert await asked_for(pilot, said) == "cpu" + "-+"[expected == "CPU▼"]
            await pilot.pause()
            assert expected in lines_of(table)[0]
        loads = [line_of(table, n).split() for n in range(2, 8)]
        assert len(loads) == 6
        # Before the first column there is nothing to sort by.
        await pilot.click(table, offset=(1, 0))
        assert await asked_for(pilot, said) == "cpu-"


async def test_sorted_rows_move_once_a_second_and_the_chosen_one_stays_chosen() -> None:
    table, run = WorkerTable(), run_with_workers(3)
    stage = Stage(table)
    async with stage.run_test(size=SIZE) as pilot:
        table.choice = TableChoice(sort="cpu")
        stage.selected = Selection(2)
        for process in range(4):
            sample(run, process, 10.0 * process)
        table.show(run, 1.0)
        await pilot.pause()
        assert [place.process for place in table._places] == [None, 3, 2, 1, 0]
        sample(run, 1, 99.0)
        table.show(run, 1.9)
        assert [place.process for place in table._places] == [None, 3, 2, 1, 0]
        table.show(run, 2.0)
        assert [place.process for place in table._places] == [None, 1, 3, 2, 0]
        assert table.selected == Selection(2)
        assert line_of(table, 4).startswith("▸")


async def test_chosen_columns_stand_in_their_order_as_far_as_they_fit() -> None:
    table, run = WorkerTable(), run_of("pool_live")
    async with Stage(table).run_test(size=SIZE) as pilot:
        table.choice = TableChoice(columns=("pid", "name", "gone", "target", "memory"))
        table.show(run, run.now)
        await pilot.pause()
        assert lines_of(table)[0].split() == ["PID", "NAME", "RUNS", "MEM"]
        assert table.column_keys == ("pid", "name", "target", "memory")
