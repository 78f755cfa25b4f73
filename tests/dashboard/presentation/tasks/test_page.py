import re

import pytest
from rich.cells import cell_len

from mptui.dashboard.presentation.tasks.page import task_page
from mptui.dashboard.presentation.tasks.rows import NO_TASKS, TaskWords
from mptui.dashboard.presentation.text.bars import stacked_cells
from mptui.dashboard.presentation.text.glyphs import ASCII, UNICODE, Glyphs
from mptui.dashboard.presentation.words.time_shares import SteadySplits, split_bar
from mptui.events import TaskFinished
from mptui.model import Run, TimeSplit
from tests.dashboard.widgets.runs import run_of, run_with_workers


def page(
    run: Run, width: int = 78, selected: int | None = None, glyphs: Glyphs = UNICODE
) -> list[str]:
    said = task_page(TaskWords(run, SteadySplits(run), selected, glyphs), width)
    lines = ["".join(span.text for span in said.line(n)) for n in range(said.line_count)]
    assert said.line(said.line_count) == ()
    return lines


def section(lines: list[str], head: str) -> list[str]:
    """The rows below a head, up to the next empty line."""
    start = next(n for n, line in enumerate(lines) if line.startswith(head)) + 1
    rows = lines[start:]
    return rows[: next((n for n, row in enumerate(rows) if not row.strip()), len(rows))]


def test_each_function_has_a_row_with_its_figures_and_who_took_longest_is_first() -> None:
    run = run_of("pool_tasks")
    rows = section(page(run), "FUNCTION")
    assert [row.split()[0] for row in rows] == ["images.shrink", "images.sharpen"]
    times = run.tasks.functions["images.shrink"]
    assert rows[0].split()[1:3] == [str(times.count), str(times.failed)]
    assert [row.split()[-1][-2:] for row in rows] == ["ms", "ms"]


def test_totals_of_tasks_that_were_only_counted_are_there_too() -> None:
    rows = section(page(run_of("tiny_tasks")), "FUNCTION")
    assert rows[0].split()[:3] == ["tiny.increment", "108k", "3"]
    assert re.search(r"\b4\dus\b", rows[0])


def test_failed_tasks_are_told_newest_first_with_their_error() -> None:
    rows = section(page(run_of("pool_tasks"), 120), "FAILED")
    began = [float(re.findall(r"([\d.]+)s\b", row)[-1]) for row in rows]
    assert began == sorted(began, reverse=True)
    assert all(row.endswith("ValueError: not an image") for row in map(str.rstrip, rows))


def test_task_that_was_lost_with_its_process_comes_first_among_the_failed() -> None:
    rows = section(page(run_of("killed_in_task")), "FAILED")
    assert rows[0].split()[:2] == ["shards.count(1)", "ForkPoolWorker-1"]
    assert "lost: its process ended" in rows[0]


def test_slowest_tasks_are_told_slowest_first() -> None:
    run = run_of("pool_tasks")
    rows = section(page(run), "SLOWEST")
    assert len(rows) == 8
    shown = [int(re.findall(r"(\d+)ms", row)[0]) for row in rows]
    assert shown == sorted(shown, reverse=True)


def test_every_process_has_its_time_as_a_bar_and_in_figures() -> None:
    lines = page(run_of("lock_wait"), 100)
    rows = section(lines, "TIME OF")
    assert [row.split()[0] for row in rows] == [
        "counter.py",
        "Process-1",
        "Process-2",
        "Process-3",
    ]
    assert "▒" in rows[2]
    assert "█" in rows[2]
    head = next(line for line in lines if line.startswith("TIME OF"))
    assert all(
        sign in head
        for sign in ("░ START-UP", "█ WORKING", "▓ NO CORE", "▒ WAITING", "─ ASLEEP", "· IDLE")
    )


def test_selection_narrows_everything_to_one_process() -> None:
    run = run_of("pool_tasks")
    lines = page(run, selected=3)
    [own] = section(lines, "FUNCTION")
    tasks = run.tasks.of_process[3]
    assert own.startswith("all its tasks")
    assert own.split()[3] == str(tasks.count)
    for head in ("SLOWEST", "TIME OF"):
        rows = section(lines, head)
        assert rows
        assert all("ForkPoolWorker-3" in row for row in rows)


def test_process_without_tasks_still_has_its_time() -> None:
    lines = page(run_of("pool_tasks"), selected=0)
    assert section(lines, "FUNCTION") == []
    assert len(section(lines, "TIME OF")) == 1


def test_run_without_tasks_says_so_and_still_tells_the_times() -> None:
    lines = page(run_of("deadlock"))
    assert lines[0] == NO_TASKS
    assert len(section(lines, "TIME OF")) == 3


def test_where_there_is_room_all_stands_in_two_columns() -> None:
    lines = page(run_of("pool_tasks"), 196)
    assert "FUNCTION" in lines[0]
    assert "FAILED" in lines[0][98:]
    assert len(lines) < len(page(run_of("pool_tasks"), 120)) + 40
    assert any("TIME OF" in line[:98] and "ForkPool" in line[98:] for line in lines)


@pytest.mark.parametrize("width", [20, 36, 60, 78, 110, 130, 196, 300])
@pytest.mark.parametrize("history", ["pool_tasks", "killed_in_task", "hostile_names"])
def test_no_line_is_wider_than_the_view_and_all_can_be_shown(width: int, history: str) -> None:
    for line in page(run_of(history), width):
        assert cell_len(line) <= width
        assert line.isprintable()


def test_ascii_terminal_gets_ascii() -> None:
    assert all(line.isascii() for line in page(run_of("lock_wait"), 100, glyphs=ASCII))


def test_thousand_functions_are_made_only_where_they_are_seen() -> None:
    run = run_with_workers(1)
    for number in range(900):
        run.apply(
            [
                TaskFinished(
                    t=1.0, process=1, label=f"module.function_{number}", ok=True, seconds=0.1
                )
            ]
        )
    made = []
    words = TaskWords(run, SteadySplits(run), None, UNICODE)
    original = words._function_row

    def note(times: object, table: object) -> object:
        made.append(times)
        return original(times, table)  # type: ignore[arg-type]

    words._function_row = note  # type: ignore[method-assign, assignment]
    said = task_page(words, 78)
    assert said.line_count > 900
    for number in range(10):
        said.line(number)
    assert len(made) <= 10


def test_life_that_goes_on_is_looked_at_once_a_second() -> None:
    run = run_of("deadlock")
    splits = SteadySplits(run)
    first = splits.of(1)
    run.now += 0.01
    assert splits.of(1) is first
    run.now += 1.0
    assert splits.of(1).waiting > first.waiting + 0.9


def test_stacked_bar_has_as_many_cells_as_there_are_and_nothing_for_nothing() -> None:
    for width in (1, 7, 20):
        cells = stacked_cells((0.1, 3.0, 1.4, 0.5), width)
        assert sum(cells) == width
        assert max(cells) == cells[1]
    assert stacked_cells((0.0, 0.0), 10) == [0, 0]
    assert split_bar(TimeSplit(0.0, 0.0, 0.0, 0.0, 0.0, 0.0), 10, UNICODE) == ()


def test_parts_of_a_bar_are_told_apart_without_colour() -> None:
    for glyphs in (UNICODE, ASCII):
        bar = split_bar(TimeSplit(1.0, 1.0, 1.0, 1.0, 1.0, 1.0), 6, glyphs)
        assert len({span.text for span in bar}) == 6
