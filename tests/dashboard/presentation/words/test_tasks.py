import pytest

from mptui.dashboard.presentation.text.glyphs import ASCII, UNICODE
from mptui.dashboard.presentation.words.tasks import (
    Doing,
    call_text,
    call_within,
    doing_in_thread,
    doing_of,
    doing_text,
    has_tasks,
)
from mptui.events import TaskStarted
from tests.dashboard.widgets.runs import run_of


def task(name: str = "square", item: str | None = "7", items: int = 1, since: float = 1.0) -> Doing:
    running = TaskStarted(t=since, process=1, label=name, item=item, items=items)
    return Doing(running=(running,))


def said(doing: Doing, width: int = 40, now: float = 1.4) -> str:
    return doing_text(doing, now, width, UNICODE)


def test_running_task_is_said_with_its_item_and_since_when() -> None:
    assert said(task()) == "square(7) 0.4 s"
    assert said(task(item=None)) == "square 0.4 s"
    assert said(task(items=8)) == "8 x square 0.4 s"


def test_who_runs_nothing_says_how_much_it_did() -> None:
    assert said(Doing(finished_count=12)) == "12 tasks"
    assert said(Doing(finished_count=1)) == "1 task"
    assert said(Doing()) == ""


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (30, "load_shard(7) 0.4 s"),
        (31, "train.steps.load_shard(7) 0.4 s"),
        (19, "load_shard(7) 0.4 s"),
        (18, "load_shard(7)"),
        (9, "load…d(7)"),
    ],
)
def test_module_goes_first_then_the_time_then_the_middle(width: int, text: str) -> None:
    assert said(task("train.steps.load_shard"), width) == text


def test_of_several_tasks_of_one_process_the_newest_is_named_and_the_others_counted() -> None:
    older, newer = task(item="1").running[0], task(item="2", since=1.2).running[0]
    assert said(Doing(running=(older, newer))) == "square(2) 0.2 s +1"
    assert said(Doing(running=(older, newer)), width=12) == "square(2) +1"


def test_nothing_brings_a_control_character_to_the_screen() -> None:
    hostile = task("\x1b]0;x\x07evil", "\x9b2J\n[/]")
    for width in range(1, 60):
        text = said(hostile, width)
        assert text.isprintable()
        assert len(text) <= width
    assert call_within(hostile.running[0], 6, ASCII).isascii()


def test_doing_of_a_process_is_read_from_its_run() -> None:
    run = run_of("killed_in_task")
    assert has_tasks(run)
    waiting = doing_of(run, 2)
    assert (waiting.running, waiting.finished_count) == ((), 2)
    assert waiting.wait is not None
    assert waiting.wait.kind == "task"


def test_doing_of_a_thread_is_its_own_task_alone() -> None:
    run = run_of("threads")
    natives = sorted(run.threads[0])[1:]
    calls = [[call_text(task) for task in doing_in_thread(run, 0, n).running] for n in natives]
    assert calls == [["fetch.page(6)"], ["fetch.page(6)"], []]
    assert len(doing_of(run, 0).running) == 2


def test_run_without_tasks_has_none() -> None:
    assert not has_tasks(run_of("pool_live"))
    assert doing_of(run_of("pool_live"), 1) == Doing()
