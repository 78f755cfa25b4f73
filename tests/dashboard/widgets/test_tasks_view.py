from mptui.dashboard.presentation.processes.selection import ALL, Selection
from mptui.dashboard.widgets.tasks_view import TasksView
from mptui.events import Sampled, TaskFinished
from tests.dashboard.widgets.runs import run_of, run_with_workers
from tests.dashboard.widgets.stage import Stage, lines_of, painted_lines

SIZE = (78, 12)


async def test_functions_come_first_and_the_rest_is_scrolled_to() -> None:
    view, run = TasksView(), run_of("pool_tasks")
    async with Stage(view).run_test(size=SIZE) as pilot:
        view.focus()
        view.show(run)
        await pilot.pause()
        assert lines_of(view)[0].startswith("FUNCTION")
        await pilot.press("end")
        await pilot.pause()
        assert lines_of(view)[-1].startswith("ForkPoolWorker-4")
        await pilot.press("up", "pageup", "home")
        await pilot.pause()
        assert lines_of(view)[0].startswith("FUNCTION")
        await pilot.press("down", "j", "k", "pagedown")
        await pilot.pause()
        assert not lines_of(view)[0].startswith("FUNCTION")


async def test_wheel_scrolls() -> None:
    view, run = TasksView(), run_of("pool_tasks")
    async with Stage(view).run_test(size=SIZE) as pilot:
        view.show(run)
        await pilot.pause()
        first = lines_of(view)
        view.action_scroll_lines(3)
        assert lines_of(view)[:9] == first[3:]


async def test_only_lines_whose_text_changed_are_painted_again() -> None:
    view, run = TasksView(), run_of("tiny_tasks")
    async with Stage(view).run_test(size=(120, 30)) as pilot:
        view.show(run)
        await pilot.pause()
        lines_of(view)
        painted_lines(view)
        view.show(run)
        assert painted_lines(view) == set()
        run.apply([Sampled(t=run.now + 0.01, cores=[1.0], processes={})])
        view.show(run)
        assert painted_lines(view) == set()
        run.apply(
            [TaskFinished(t=run.now, process=1, label="tiny.increment", ok=True, seconds=0.001)]
        )
        view.show(run)
        changed = painted_lines(view)
        assert changed
        assert 0 not in changed
        assert len(changed) < 8


async def test_choice_of_a_process_narrows_and_begins_at_the_top() -> None:
    view, run = TasksView(), run_of("pool_tasks")
    stage = Stage(view)
    async with stage.run_test(size=SIZE) as pilot:
        view.focus()
        view.show(run)
        await pilot.press("end")
        stage.selected = Selection(2)
        view.show(run)
        await pilot.pause()
        assert lines_of(view)[1].startswith("all its tasks")
        await pilot.press("escape")
        assert stage.choices == [ALL]


async def test_another_run_begins_at_the_top_and_fewer_lines_leave_nothing_behind() -> None:
    view = TasksView()
    async with Stage(view).run_test(size=SIZE) as pilot:
        view.focus()
        view.show(run_of("pool_tasks"))
        await pilot.press("end")
        view.show(run_with_workers(1))
        await pilot.pause()
        lines = lines_of(view)
        assert lines[0].startswith("no tasks so far")
        assert lines[2].startswith("TIME OF")
        assert lines[5:] == [""] * 7


async def test_a_resize_lays_the_page_out_anew() -> None:
    view, run = TasksView(), run_of("pool_tasks")
    async with Stage(view).run_test(size=SIZE) as pilot:
        view.show(run)
        await pilot.resize_terminal(200, 20)
        await pilot.pause()
        assert "FAILED" in lines_of(view)[0][90:]
        await pilot.resize_terminal(30, 20)
        await pilot.pause()
        assert all(len(line) <= 30 for line in lines_of(view))


async def test_before_anything_is_shown_the_view_is_empty() -> None:
    view = TasksView()
    async with Stage(view).run_test(size=SIZE) as pilot:
        await pilot.press("end", "j")
        assert lines_of(view) == [""] * 12
