from mptui.dashboard.presentation.processes.column_choice import known_of, placed_columns
from mptui.dashboard.presentation.processes.group_details import group_details, member_lines
from mptui.dashboard.presentation.processes.order import Place
from mptui.dashboard.presentation.processes.row_cache import RowCache
from mptui.dashboard.presentation.processes.selection import ALL, Selection, still_there
from mptui.dashboard.presentation.text.glyphs import UNICODE
from mptui.model import Run
from tests.dashboard.widgets.runs import ended_workers

GROUP = Place(group="ForkPoolWorker")


def run_of_ended(count: int) -> Run:
    run = Run()
    run.apply(ended_workers(count))
    return run


def cells_of(run: Run, width: int) -> dict[str, str]:
    columns = placed_columns(width, known_of(run))
    cache = RowCache(UNICODE)
    cache.set_columns(columns)
    (row,) = cache.rows(run, [GROUP], run.now)
    assert row is not None
    return {
        placed.column.key: "".join(span.text for span in cell)
        for placed, cell in zip(columns, row.cells, strict=True)
    }


def test_row_of_a_group_says_how_many_ended_and_what_they_did() -> None:
    said = cells_of(run_of_ended(1000), 140)
    assert {key: text for key, text in said.items() if text} == {
        "name": "800 x ForkPoolWorker",
        "status": "ended",
        "task": "800 tasks",
        "lines": "800",
    }
    assert cells_of(run_of_ended(3000), 58)["name"] == "2800 x Fork…rker"


def test_row_of_a_group_is_made_anew_only_when_it_grew() -> None:
    run = run_of_ended(300)
    cache = RowCache(UNICODE)
    cache.set_columns(placed_columns(100))
    (first,) = cache.rows(run, [GROUP], 1.0)
    assert cache.rows(run, [GROUP], 500.0)[0] is first
    run.apply(list(ended_workers(301))[-4:])
    assert cache.rows(run, [GROUP], 500.0)[0] != first


def test_rows_are_remembered_only_as_long_as_they_are_asked_for() -> None:
    run = run_of_ended(150)
    cache = RowCache(UNICODE)
    cache.set_columns(placed_columns(100))
    for top in range(100):
        cache.rows(run, [Place(process) for process in range(top, top + 20)], 1.0)
    assert len(cache) == 20
    assert cache.rows(run, [Place(9999), Place(group="nothing")], 1.0) == [None, None]


def test_the_count_of_all_is_that_of_all_ever_seen() -> None:
    run = run_of_ended(1000)
    cache = RowCache(UNICODE)
    cache.set_columns(placed_columns(140))
    (row,) = cache.rows(run, [Place()], 1.0)
    assert row is not None
    assert row.cells[0][0].text == "all 1001 processes"


def test_details_of_a_group_are_its_sums() -> None:
    details = dict(group_details(run_of_ended(1000).ended_groups["ForkPoolWorker"]))
    assert details["ended"] == "800 processes"
    assert details["done"] == "800 tasks"
    assert details["printed"].startswith("800 lines, ")
    assert details["when"] == "from 0.01s to 8.05s after the run began"


def test_its_processes_are_a_table_that_fits() -> None:
    run = run_of_ended(3)
    members = [(run.processes[process], process) for process in (1, 2)]
    for width in (30, 48, 76):
        head, *lines = member_lines(members, width, UNICODE)
        assert head.startswith("NAME")
        assert len(lines) == 2
        assert all(len(line) <= width for line in (head, *lines))
    assert lines[1].split() == ["ForkPoolWorker-2", "4202", "exit", "0", "0.05s", "2", "1"]


def test_choice_of_a_forgotten_process_becomes_that_of_its_group() -> None:
    run = run_of_ended(300)
    assert still_there(Selection(300), run) == Selection(300)
    assert still_there(Selection(1), run) == Selection(group="ForkPoolWorker")
    assert still_there(Selection(group="ForkPoolWorker"), run) == Selection(group="ForkPoolWorker")
    assert still_there(ALL, run) == ALL
    assert still_there(Selection(1), Run()) == ALL
    assert still_there(Selection(group="ForkPoolWorker"), Run()) == ALL
