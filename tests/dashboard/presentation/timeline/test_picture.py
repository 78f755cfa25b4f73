from typing import Final

import pytest

from mptui.dashboard.presentation.processes.selection import ALL, Selection
from mptui.dashboard.presentation.text import glyphs
from mptui.dashboard.presentation.timeline.cells import Pen
from mptui.dashboard.presentation.timeline.glyphs import ASCII, UNICODE
from mptui.dashboard.presentation.timeline.label_colours import LabelLooks
from mptui.dashboard.presentation.timeline.picture import TimelineLine, TimelinePicture
from mptui.dashboard.presentation.timeline.rows import TimelineRow, name_width
from mptui.events import CoreSeconds, Sampled
from mptui.model import Run
from tests.dashboard.timeline_runs import TaskStory, crowd_events, pool_events, thread_events, told
from tests.dashboard.widgets.runs import ended_workers
from tests.histories import HISTORIES

SIZE: Final = (116, 12)


def picture_of(run: Run, *, ascii_only: bool = False) -> TimelinePicture:
    signs = ASCII if ascii_only else UNICODE
    looks = LabelLooks(signs, has_colours=True)
    return TimelinePicture(run, Pen(signs, looks, glyphs.ASCII if ascii_only else glyphs.UNICODE))


def texts(lines: list[TimelineLine]) -> list[str]:
    return [
        f"{line.name.text} {''.join(span.text for span in line.cells)}"
        if isinstance(line, TimelineRow)
        else "".join(span.text for span in line).rstrip()
        for line in lines
    ]


def names(
    picture: TimelinePicture,
    now: float,
    size: tuple[int, int] = SIZE,
    selected: Selection = ALL,
) -> list[str]:
    lines = picture.draw(now, size, selected)
    return [line.name.text for line in lines if isinstance(line, TimelineRow)]


def test_there_is_a_scale_a_row_for_each_process_and_a_line_that_says_what_the_signs_mean() -> None:
    lines = texts(picture_of(told(pool_events())).draw(9.8, SIZE))
    assert lines[0].startswith("● live")
    assert lines[0].endswith("now")
    assert [line.split()[0] for line in lines[1:7]] == [
        "pool.py",
        *(f"ForkPoolWorker-{n}" for n in range(1, 6)),
    ]
    assert len(lines) == SIZE[1]
    assert lines[-1].startswith("█ square  █ shapes.cube  █ tiny  ━ running")


@pytest.mark.parametrize("height", range(1, 9))
@pytest.mark.parametrize("width", [1, 12, 60, 110])
def test_any_size_will_do(width: int, height: int) -> None:
    picture = picture_of(told(pool_events()))
    for _ in range(2):
        assert len(picture.draw(9.8, (width, height))) <= max(2, height)
        picture.move_cursor(-3)


def test_a_low_one_has_no_legend_but_still_says_what_the_cursor_is_on() -> None:
    picture = picture_of(told(pool_events()))
    assert [line for line in texts(picture.draw(9.8, (110, 4))) if "running" in line] == []
    picture.draw(9.8, (110, 4), Selection(1))
    picture.move_cursor(-1)
    assert texts(picture.draw(9.8, (110, 4), Selection(1)))[-1].startswith("square")


def test_a_helper_has_a_row_only_while_it_is_chosen() -> None:
    run = told(HISTORIES["fork_server"])
    picture = picture_of(run)
    assert names(picture, run.now) == ["served.py", *(f"ForkServerProcess-{n}" for n in (1, 2, 3))]
    assert names(picture, run.now, selected=Selection(1))[-1] == "resource_tracker"


def test_another_choice_moves_no_row_unless_it_is_a_helper() -> None:
    run = told(HISTORIES["fork_server"])
    picture = picture_of(run)
    picture.draw(run.now, SIZE)
    rows = picture.keys
    for process in (0, 3):
        picture.draw(run.now, SIZE, Selection(process))
        assert picture.keys is rows
    picture.draw(run.now, SIZE, Selection(1))
    assert picture.keys != rows


def test_threads_hang_from_their_process_by_their_names() -> None:
    run = told(thread_events())
    assert names(picture_of(run), 4.3) == ["threads.py", "└─pool_0", "└─pool_1"]


def test_where_not_all_fit_those_who_live_in_the_window_come_first() -> None:
    story = TaskStory("many.py")
    workers = [story.process(f"Process-{n}") for n in range(1, 21)]
    story.t = 5.0
    for worker in workers[:10]:
        story.exit(worker)
    story.t = 100.0
    picture = picture_of(told(story.events))
    assert names(picture, 100.0, (110, 6)) == ["many.py", "Process-11", "Process-12", "Process-13"]
    assert names(picture, 100.0, (110, 40))[1] == "Process-1", "where all fit nobody moves"


def test_where_not_all_fit_those_that_live_now_come_first_in_a_live_picture() -> None:
    story = TaskStory("many.py")
    workers = [story.process(f"Process-{n}") for n in range(1, 21)]
    story.t = 5.0
    for worker in workers[:10]:
        story.exit(worker)
    story.t = 6.0
    run = told(story.events)
    picture = picture_of(run)
    living = ["many.py", "Process-11", "Process-12", "Process-13"]
    assert names(picture, 6.0, (110, 6)) == living
    story.exit(workers[10])
    run.apply(story.events[-1:])
    assert names(picture, 6.2, (110, 6)) == [living[0], *living[2:], "Process-14"]
    assert names(picture, 6.2, (110, 40))[1] == "Process-1", "where all fit nobody moves"


def test_choosing_goes_through_the_rows_and_scrolls_where_it_must() -> None:
    picture, size = picture_of(told(crowd_events(30, 3))), (110, 8)
    selected = ALL
    for step, process in ((1, 0), (20, 20), (100, 30)):
        picture.draw(3.0, size, selected)
        selected = picture.choice_beside(step)
        assert selected == Selection(process)
        assert (f"ForkPoolWorker-{process}" if process else "crowd.py") in names(
            picture, 3.0, size, selected
        )
    selected = picture.choice_beside(-30)
    picture.draw(3.0, size, selected)
    selected = picture.choice_beside(-1)
    assert selected == ALL
    assert names(picture, 3.0, size, selected)[0] == "crowd.py"


def test_the_chosen_process_is_marked_and_brought_into_view() -> None:
    picture = picture_of(told(crowd_events(30, 3)))
    picture.draw(3.0, (110, 8))
    lines = picture.draw(3.0, (110, 8), Selection(25))
    assert [line.key for line in lines if isinstance(line, TimelineRow) and line.is_chosen] == [
        (25, None)
    ]


def test_a_thread_is_chosen_by_its_own_row() -> None:
    picture = picture_of(told(thread_events()))
    picture.draw(4.3, SIZE)
    selected = picture.choice_at(2)
    assert selected == Selection(0, 5002)
    lines = picture.draw(4.3, SIZE, selected)
    assert [line.is_chosen for line in lines if isinstance(line, TimelineRow)] == [
        False,
        False,
        True,
    ]


def test_rows_that_did_not_change_are_the_same_ones() -> None:
    run = told(pool_events())
    picture = picture_of(run)
    picture.draw(9.75, SIZE)
    before = picture.draw(9.75, SIZE)
    story = TaskStory("more")
    story.did(1, "square", 9.6, 0.1)
    run.apply(story.events[-1:])
    after = picture.draw(9.76, SIZE)
    is_same = [one is other for one, other in zip(before[1:7], after[1:7], strict=True)]
    assert is_same == [True, False, True, True, True, True]


def test_a_held_picture_is_the_same_however_the_run_goes_on() -> None:
    run = told(pool_events())
    picture = picture_of(run)
    picture.draw(9.8, SIZE)
    picture.window.hold()
    before = picture.draw(9.8, SIZE)
    story = TaskStory("more")
    story.t = 20.0
    story.did(2, "square", 15.0, 5.0)
    run.apply(story.events[-1:])
    assert picture.draw(25.0, SIZE) == before


def test_the_cursor_names_the_task_under_it() -> None:
    story = TaskStory("pool.py")
    worker = story.process("ForkPoolWorker-3")
    story.did(worker, "square", 3.21, 0.52, item="7")
    picture = picture_of(told(story.events))
    assert said(picture, 1, 3.5) == "square(7) · 0.52 s · ForkPoolWorker-3 · from 3.21 s"


@pytest.mark.parametrize(
    ("row", "at", "words"),
    [
        (0, 5.0, "waiting for results · 9.40 s so far · pool.py · from 0.35 s"),
        (2, 2.6, "waiting for print_lock · 0.50 s · ForkPoolWorker-2 · from 2.26 s"),
        (3, 2.0, "shapes.cube(8) · failed after 0.80 s · ForkPoolWorker-3 · from 1.61 s · "),
        (3, 5.0, "square((1, 2)) · lost after 2.49 s · ForkPoolWorker-3 · from 3.91 s · its"),
        (3, 8.0, "ended · ForkPoolWorker-3 · at 8."),
        (4, 1.0, "4,000 tasks of tiny, busy 90%"),
        (5, 8.0, "running, without tasks · ForkPoolWorker-5"),
        (1, 0.2, "no task · ForkPoolWorker-1 · at 0.2"),
        (1, 9.75, "square(99) · 0.25 s so far"),
    ],
)
def test_the_cursor_names_whatever_is_under_it(row: int, at: float, words: str) -> None:
    assert said(picture_of(told(pool_events())), row, at).startswith(words)


def test_the_cursor_tells_why_a_task_failed() -> None:
    assert said(picture_of(told(pool_events())), 3, 2.0).endswith("ValueError: no cube of 8")


def test_in_a_cell_of_short_tasks_the_cursor_says_how_busy_it_was() -> None:
    story = TaskStory("pool.py")
    worker = story.process("Process-1")
    story.did(worker, "f", 50.2, 0.02)
    story.t = 100.0
    picture = picture_of(told(story.events))
    picture.window.show_whole()
    assert said(picture, 1, 50.4).startswith("short tasks of f, busy ")


def said(picture: TimelinePicture, row: int, at: float) -> str:
    picture.draw(9.8 if at < 20 else 100.0, SIZE)
    selected = picture.choice_at(row)
    picture.window.hold()
    column = picture.window.column_of(at)
    assert column is not None
    picture.point_at(column)
    return texts(picture.draw(9.8, SIZE, selected))[-1]


def test_a_cursor_that_the_run_left_behind_is_gone() -> None:
    run = told(pool_events())
    picture = picture_of(run)
    picture.draw(9.8, SIZE)
    picture.point_at(0)
    assert picture.has_cursor
    picture.draw(300.0, SIZE)
    assert not picture.has_cursor


def test_moving_the_cursor_beyond_the_window_moves_the_window() -> None:
    picture = picture_of(told(crowd_events(2, 500)))
    picture.draw(100.0, SIZE)
    picture.move_cursor(-1)
    first = picture.window.first_cell
    for _ in range(200):
        picture.move_cursor(-1)
    assert picture.window.first_cell < first
    assert not picture.window.is_live


def test_a_legend_without_room_says_how_many_functions_there_are_more() -> None:
    story = TaskStory("pool.py")
    worker = story.process("Process-1")
    for number in range(30):
        story.did(worker, f"module.function_{number}", number / 4, 0.2)
    lines = texts(picture_of(told(story.events)).draw(8.0, SIZE))
    assert lines[-1].startswith("█ module.function_0  ")
    assert "more" in lines[-1]
    assert len(lines[-1]) <= SIZE[0]


def test_names_take_no_more_than_their_share() -> None:
    run = told(HISTORIES["hostile_names"])
    keys = list(run.timeline.lanes)
    assert name_width(run, keys, 60) == 15
    assert name_width(run, keys, 200) == 20
    picture = picture_of(run)
    assert all(len(name) <= 20 for name in names(picture, run.now, (200, 20)))


@pytest.mark.parametrize("history", HISTORIES)
def test_every_history_can_be_drawn_and_ascii_stays_ascii(history: str) -> None:
    run = told(HISTORIES[history])
    picture = picture_of(run, ascii_only=True)
    for _ in range(2):
        lines = texts(picture.draw(run.now, (90, 14)))
        picture.move_cursor(-5)
        if history != "hostile_names":
            assert "".join(lines).isascii()


def test_a_process_that_died_is_marked_where_it_did() -> None:
    story = TaskStory("pool.py")
    worker = story.process("Process-1")
    story.t = 3.05
    story.exit(worker, signal=11)
    story.t = 6.0
    row = texts(picture_of(told(story.events)).draw(6.0, SIZE))[2]
    assert row.rstrip().endswith(f"{UNICODE.running}{UNICODE.failed}")


def test_chosen_row_stays_where_it_is_seen_while_others_come_and_go() -> None:
    run = Run()
    run.apply(ended_workers(230))
    picture, selected, size = picture_of(run), Selection(180), (110, 10)

    def place() -> int:
        lines = picture.draw(run.now, size, selected)
        return next(
            y for y, line in enumerate(lines) if isinstance(line, TimelineRow) and line.is_chosen
        )

    before = place()
    for first in range(231, 300, 7):
        run.apply(list(ended_workers(7, first=first))[1:])
        assert place() == before


def test_processes_that_are_forgotten_have_no_row() -> None:
    run = Run()
    run.apply(ended_workers(1000))
    picture = picture_of(run)
    picture.draw(run.now, SIZE)
    assert len(picture.keys) == 1 + 200
    assert (1, None) not in picture.keys


def test_who_has_no_core_and_who_sleeps_are_told_from_who_runs() -> None:
    run = told(HISTORIES["shared_core"])
    for ascii_only, signs in ((False, UNICODE), (True, ASCII)):
        picture = picture_of(run, ascii_only=ascii_only)
        lines = texts(picture.draw(run.now, SIZE))
        rows = {line.split()[0]: line for line in lines[1:-1] if line.strip()}
        assert rows["Process-1"].count(signs.no_core) > rows["Process-1"].count(signs.running)
        assert signs.asleep * 5 in rows["Process-5"]
        assert "no core" in lines[-1]
        assert "asleep" in lines[-1]


def test_the_cursor_says_how_long_it_was_on_a_core() -> None:
    picture = picture_of(told(HISTORIES["shared_core"]))
    picture.draw(6.0, SIZE, Selection(1))
    picture.move_cursor(-8)
    said = texts(picture.draw(6.0, SIZE, Selection(1)))[-1]
    assert said.startswith("on a core 24%, without one 75%")


def test_threads_that_are_on_a_core_while_the_main_one_waits_run() -> None:
    run = told(HISTORIES["shared_core"])
    busy = [
        Sampled(t=6.0 + n, cores=[], processes={}, core_seconds={0: CoreSeconds(float(n), 0.0)})
        for n in range(1, 9)
    ]
    run.apply([Sampled(t=6.1, cores=[], processes={}, core_seconds={0: CoreSeconds(0.1, 0.0)})])
    run.apply(busy)
    main = texts(picture_of(run).draw(run.now, SIZE))[1]
    assert UNICODE.running * 5 in main
    assert UNICODE.waiting * 5 in main
