from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import pytest

from mptui.dashboard.presentation.processes.column_choice import (
    LEAD_WIDTH,
    known_of,
    placed_columns,
)
from mptui.dashboard.presentation.processes.columns import COLUMNS, AllSubject, Known, Subject
from mptui.dashboard.presentation.processes.order import Place
from mptui.dashboard.presentation.processes.row_cache import RowCache
from mptui.dashboard.presentation.processes.rows import WorkerRow, all_row, process_row
from mptui.dashboard.presentation.text.glyphs import ASCII, UNICODE, Glyphs
from mptui.dashboard.presentation.text.palette import BAD, DIM, PROCESS_COLOURS, process_style
from mptui.dashboard.presentation.words.tasks import doing_of
from mptui.dashboard.screens.help import column_rows
from mptui.events import Sampled, TaskStarted
from mptui.terminal_text import Span
from tests.dashboard.widgets.runs import run_of

if TYPE_CHECKING:
    from mptui.model import Run
    from mptui.model.findings import Severity

WIDE = 140


def rows_of(run: Run, width: int = WIDE, glyphs: Glyphs = UNICODE) -> dict[str, WorkerRow]:
    """The row of each process by its name."""
    columns = placed_columns(width)
    return {
        state.name: process_row(Subject(state, run.now), columns, glyphs)
        for state in run.processes.values()
    }


def cells_of(row: WorkerRow, width: int = WIDE) -> dict[str, str]:
    """What a row says in each column."""
    return {
        placed.column.key: "".join(span.text for span in cell)
        for placed, cell in zip(placed_columns(width), row.cells, strict=True)
    }


def cells_of_all(run: Run) -> dict[str, str]:
    return cells_of(all_row(AllSubject(run, run.now), placed_columns(WIDE), UNICODE))


def keys_at(width: int) -> list[str]:
    return [placed.column.key for placed in placed_columns(width)]


def test_every_way_to_end_has_its_own_word_and_sign() -> None:
    rows = rows_of(run_of("ends"))
    said = {name: (row.lead.text, cells_of(row)["status"]) for name, row in rows.items()}
    assert said == {
        "ends.py": (UNICODE.sleeping, "sleeping"),
        "well": (UNICODE.succeeded, "exit 0"),
        "code": (UNICODE.failed, "exit 3"),
        "signal": (UNICODE.failed, "SIGSEGV"),
        "asked": (UNICODE.asked, "SIGTERM (asked)"),
        "memory": (UNICODE.failed, "SIGKILL (memory)"),
        "unknown": (UNICODE.unknown, "ended"),
        "alive": (UNICODE.running, "running"),
    }


def test_where_the_long_word_does_not_fit_the_short_one_stands_whole() -> None:
    rows = rows_of(run_of("ends"), width=36)
    said = {name: cells_of(row, width=36)["status"] for name, row in rows.items()}
    assert said["asked"] == "SIGTERM"
    assert said["memory"] == "OOM kill"


def test_a_row_says_what_the_process_does_in_each_column() -> None:
    row = rows_of(run_of("pool_live"))["ForkPoolWorker-2"]
    cells = cells_of(row)
    assert cells | {"cpu": "", "bar": "", "time": ""} == {
        "name": "ForkPoolWorker-2",
        "status": "running",
        "cpu": "",
        "bar": "",
        "memory": "16M",
        "core": "2",
        "time": "",
        "pid": "4202",
        "lines": "",
        "threads": "1",
        "target": "multiprocessing.pool.worker",
    }
    assert 80 < int(cells["cpu"].removesuffix("%")) < 100
    assert cells["bar"].startswith("████")


@pytest.mark.parametrize(
    ("width", "keys"),
    [
        (36, ["name", "status", "cpu"]),
        (51, ["name", "status", "cpu", "memory", "core", "pid"]),
        (78, ["name", "status", "cpu", "bar", "memory", "core", "time", "pid", "lines", "threads"]),
    ],
)
def test_columns_are_left_out_until_the_rest_fits(width: int, keys: list[str]) -> None:
    assert keys_at(width) == keys


def test_the_columns_never_take_more_than_there_is() -> None:
    for width in range(19, 220):
        placed = placed_columns(width)
        taken = LEAD_WIDTH + sum(column.width for column in placed) + len(placed) - 1
        assert taken <= width
        assert all(column.width >= column.column.width for column in placed)


def test_narrow_and_wide_tables_agree_on_the_order_of_columns() -> None:
    widest = keys_at(200)
    for width in range(20, 200):
        keys = keys_at(width)
        assert keys == [key for key in widest if key in keys]


def test_helpers_are_faint() -> None:
    assert rows_of(run_of("fork_server"))["forkserver"].is_faint
    assert process_style(2, "helper") == DIM


def test_who_failed_is_not_faint_but_who_ended_well_is() -> None:
    rows = rows_of(run_of("ends"))
    faint = {name for name, row in rows.items() if row.is_faint}
    assert faint == {"well", "asked", "unknown"}


def test_a_row_is_the_same_value_as_long_as_nothing_it_says_changed() -> None:
    run = run_of("pool_live")
    columns = placed_columns(WIDE)
    state = run.processes[1]
    first = process_row(Subject(state, 2.1), columns, UNICODE)
    assert process_row(Subject(state, 2.9), columns, UNICODE) == first
    assert process_row(Subject(state, 4.1), columns, UNICODE) != first


def test_the_first_row_adds_up_what_can_be_added() -> None:
    run = run_of("hundred_processes")
    row = all_row(AllSubject(run, run.now), placed_columns(WIDE), UNICODE)
    cells = cells_of(row)
    assert row.process is None
    assert cells["name"] == "all 101 processes"
    assert cells["status"] == "71 alive"
    assert cells["lines"] == "30"
    assert re.fullmatch(r"~\d\.\dG", cells["memory"])


def test_memory_of_who_ended_is_the_most_that_was_seen() -> None:
    run = run_of("killed_worker")
    assert cells_of(rows_of(run)["ForkPoolWorker-3"])["memory"] == "917M"
    cells = cells_of_all(run)
    assert cells["memory"].startswith("~4.")
    assert cells["cpu"] == ""


def test_a_process_keeps_its_colour_wherever_it_appears() -> None:
    styles = [process_style(process, "worker") for process in range(1, 7)]
    assert [style and style.foreground for style in styles] == list(PROCESS_COLOURS)
    assert process_style(7, "worker") == styles[0]


def test_no_name_brings_a_control_character_into_the_table() -> None:
    for row in rows_of(run_of("hostile_names")).values():
        assert all(span.text.isprintable() for cell in row.cells for span in cell)


def test_a_process_without_a_name_is_called_by_its_pid() -> None:
    row = rows_of(run_of("hostile_names"))[""]
    assert cells_of(row)["name"] == "pid 4211"


def test_ascii_signs_say_the_same_without_other_characters() -> None:
    for row in rows_of(run_of("ends"), glyphs=ASCII).values():
        assert "".join([row.lead.text, *cells_of(row).values()]).isascii()


def test_a_branch_of_the_tree_stands_before_the_name_and_leaves_it_room() -> None:
    run = run_of("pool_live")
    columns = placed_columns(59)
    row = process_row(Subject(run.processes[3], 1.0, "│ │ │ │ │ └─"), columns, UNICODE)
    assert "".join(span.text for span in row.cells[0]) == "│ │ │ └─…Worker-3"


ALL_KNOWN = Known(has_tasks=True, has_waits=True)


def known_cells(history: str, width: int) -> dict[str, dict[str, str]]:
    """What the row of each process says, with everything that is known of its run."""
    run = run_of(history)
    columns = placed_columns(width, known_of(run))
    said = {}
    for state in run.processes.values():
        subject = Subject(state, run.now, doing=doing_of(run, state.process))
        row = process_row(subject, columns, UNICODE)
        said[state.name] = {
            placed.column.key: "".join(span.text for span in cell)
            for placed, cell in zip(columns, row.cells, strict=True)
        }
    return said


def test_column_for_tasks_is_there_once_there_are_tasks() -> None:
    assert known_of(run_of("pool_live")) == Known()
    assert known_of(run_of("pool_tasks")) == ALL_KNOWN._replace(has_failed_tasks=True)
    assert "task" not in keys_at(300)
    assert "task" in [placed.column.key for placed in placed_columns(67, ALL_KNOWN)]


@pytest.mark.parametrize(
    "known",
    [Known(True, False), Known(False, True), ALL_KNOWN, ALL_KNOWN._replace(has_findings=True)],
)
def test_columns_fit_whatever_is_known(known: Known) -> None:
    for width in range(19, 220):
        placed = placed_columns(width, known)
        taken = LEAD_WIDTH + sum(column.width for column in placed) + len(placed) - 1
        assert taken <= width
        assert all(column.width >= column.column.width for column in placed)


def test_status_says_for_what_a_process_waits_with_the_time_where_there_is_room() -> None:
    wide, narrow = known_cells("deadlock", 90), known_cells("deadlock", 55)
    assert wide["Process-1"]["status"] == "waiting for lock_b 4.1 s"
    assert narrow["Process-1"]["status"] == "waits lock_b"
    assert known_cells("deadlock", 26)["Process-1"]["status"] == "waiting"


def test_task_column_says_what_a_worker_runs_or_how_much_it_did() -> None:
    run = run_of("killed_in_task")
    run.apply([TaskStarted(t=run.now - 0.4, process=2, label="shards.count", item="9")])
    columns = placed_columns(150, known_of(run))
    rows = {
        process: process_row(
            Subject(run.processes[process], run.now, doing=doing_of(run, process)), columns, UNICODE
        )
        for process in (2, 3)
    }
    place = [placed.column.key for placed in columns].index("task")
    said = {process: row.cells[place][0].text for process, row in rows.items()}
    assert said == {2: "shards.count(9) 0.4 s", 3: "2 tasks"}


def test_first_row_counts_all_tasks_and_stays_readable_where_names_are_cut() -> None:
    run = run_of("pool_tasks")
    columns = placed_columns(140, known_of(run))
    said = {
        placed.column.key: "".join(span.text for span in cell)
        for placed, cell in zip(
            columns, all_row(AllSubject(run, run.now), columns, UNICODE).cells, strict=True
        )
    }
    assert said["task"] == "60 tasks"
    narrow = all_row(AllSubject(run, run.now), placed_columns(51, ALL_KNOWN), UNICODE)
    assert narrow.cells[0][0].text == "all 5"


def test_row_of_a_thread_says_its_name_its_number_and_its_load() -> None:
    run = run_of("threads")
    columns = placed_columns(160, known_of(run))
    rows = RowCache(UNICODE)
    rows.set_columns(columns)
    thread = sorted(run.threads[0])[1]
    row = rows.rows(run, [Place(0, "└─", thread)], run.now)[0]
    assert row is not None
    assert (row.process, row.thread) == (0, thread)
    said = {
        placed.column.key: "".join(span.text for span in cell)
        for placed, cell in zip(columns, row.cells, strict=True)
    }
    assert said["name"] == "└─ThreadPoolExecutor-0_0"
    assert said["pid"] == str(thread)
    assert said["cpu"] == "30%"
    assert said["task"] == "fetch.page(6) 0.0 s"
    assert rows.rows(run, [Place(0, "└─", 1)], run.now)[0] is None


def test_row_is_made_anew_only_when_something_or_the_second_changed() -> None:
    run = run_of("deadlock")
    rows = RowCache(UNICODE)
    rows.set_columns(placed_columns(120, known_of(run)))
    place = Place(1)
    started_at = run.processes[1].started_at
    first = rows.rows(run, [place], started_at + 5.1)[0]
    assert rows.rows(run, [place], started_at + 5.9)[0] is first
    assert rows.rows(run, [place], started_at + 6.0)[0] != first
    run.apply([TaskStarted(t=run.now, process=1, label="transfer")])
    assert len(rows) == 1
    assert rows.rows(run, [place], started_at + 6.1)[0] is not first


@pytest.mark.parametrize("width", [24, 48, 80, WIDE])
def test_row_that_is_kept_while_time_passes_says_what_a_new_one_says(width: int) -> None:
    for history in ("pool_live", "deadlock", "shared_core", "ends"):
        run = run_of(history)
        columns, kept = placed_columns(width, known_of(run)), RowCache(UNICODE)
        kept.set_columns(columns)
        places = [Place(process) for process in run.processes]
        for now in (run.now, run.now + 1.0, run.now + 7.3, run.now + 75.0):
            new = RowCache(UNICODE)
            new.set_columns(columns)
            second = float(int(now))
            assert kept.rows(run, places, second) == new.rows(run, places, second)


def test_row_in_which_no_time_is_told_is_not_made_anew_as_time_passes() -> None:
    run = run_of("pool_live")
    columns, rows = placed_columns(30, known_of(run)), RowCache(UNICODE)
    rows.set_columns(columns)
    assert "time" not in {column.key for column, _ in columns}
    place = Place(0)
    (row,) = rows.rows(run, [place], run.now)
    assert rows.rests
    assert rows.rows(run, [place], run.now + 60.0)[0] is row
    rows.set_columns(placed_columns(90, known_of(run_of("deadlock"))))
    rows.rows(run_of("deadlock"), [Place(1)], run.processes[1].started_at)
    assert not rows.rests


def test_row_has_the_sign_of_the_worst_that_was_found_about_its_process() -> None:
    run = run_of("deadlock")
    known = known_of(run, has_findings=True)
    rows = RowCache(UNICODE)
    rows.set_columns(placed_columns(80, known))
    places = [Place(0), Place(1), Place(2)]
    severities: dict[int, Severity] = {1: "error", 2: "note"}
    made = rows.rows(run, places, run.now, severities)
    assert [row.cells[0] for row in made if row is not None] == [
        (),
        (Span("✗", BAD),),
        (Span("•", None),),
    ]
    refuted = rows.rows(run, places, run.now, {})
    assert [row.cells[0] for row in refuted if row is not None] == [(), (), ()]


def test_room_for_those_signs_is_made_with_the_first_finding_and_stays() -> None:
    run = run_of("deadlock")
    without = known_of(run)
    assert "marks" not in [placed.column.key for placed in placed_columns(80, without)]
    known = known_of(run, without, has_findings=True)
    assert placed_columns(20, known)[0].column.key == "marks"
    assert known_of(run, known) == known


def test_column_of_those_without_a_core_is_there_once_one_has_to_wait_for_it() -> None:
    run = run_of("pool_live")
    assert not known_of(run).has_ready
    sample = run.processes[1].sample
    assert sample is not None
    crowded = msgspec.structs.replace(sample, cpu_percent=12.0, ready_percent=87.4)
    run.apply([Sampled(t=0.9, cores=[], processes={1: crowded})])
    assert not known_of(run).has_ready, "whoever starts may have to wait a moment"
    run.apply([Sampled(t=2.0, cores=[], processes={1: crowded})])
    known = known_of(run)
    columns = placed_columns(80, known)
    said = {
        process: {
            placed.column.title: "".join(span.text for span in cell)
            for placed, cell in zip(columns, row.cells, strict=True)
        }["NO CORE"]
        for process in (1, 2)
        for row in [process_row(Subject(run.processes[process], run.now), columns, UNICODE)]
    }
    assert said == {1: "87%", 2: ""}
    run.apply([Sampled(t=2.5, cores=[], processes={1: sample})])
    assert known_of(run, known).has_ready, "it stays: the others would jump to and fro"


def test_every_column_is_one_entry_that_the_help_explains_in_a_line() -> None:
    assert len({column.key for column in COLUMNS}) == len(COLUMNS)
    assert all(0 < len(column.explanation) <= 24 for column in COLUMNS)
    assert column_rows() == [
        (column.title, column.explanation) for column in COLUMNS if column.title
    ]


def test_who_is_ready_but_without_a_core_does_not_run() -> None:
    run = run_of("shared_core")
    said = {name: cells_of(row)["status"] for name, row in rows_of(run).items()}
    assert (said["Process-1"], said["Process-5"]) == ("ready, no core", "sleeping")
    narrow = rows_of(run, width=36)["Process-1"]
    assert cells_of(narrow, width=36)["status"] == "no core"
