import random

import pytest
from msgspec.structs import replace

from mptui import events as ev
from mptui.dashboard.presentation.processes.column_choice import sorting_of
from mptui.dashboard.presentation.processes.columns import COLUMNS, Column
from mptui.dashboard.presentation.processes.order import (
    Place,
    ProcessOrder,
    ProcessRows,
    made_order,
    thread_numbers,
)
from mptui.dashboard.presentation.processes.sorting import (
    Measured,
    natural,
    sorted_processes,
)
from mptui.dashboard.presentation.text.glyphs import ASCII, UNICODE, Glyphs
from mptui.dashboard.session.table_choice import TableChoice
from mptui.model import ProcessState, Run
from tests.dashboard.widgets.runs import ended_workers, run_of, worker_started


def started(process: int, pid: int, parent: int | None, role: ev.Role = "worker") -> ev.Event:
    return ev.ProcessStarted(
        t=0.0,
        process=process,
        pid=pid,
        parent=parent,
        ppid=1,
        role=role,
        name=f"p{process}",
        instrumented=True,
    )


def run_after(*events: ev.Event) -> Run:
    run = Run()
    run.apply(events)
    return run


def numbers(run: Run, name_filter: str = "", *, is_crowded: bool = False) -> list[int | None]:
    """The processes in the rows of the list, below the row for all."""
    rows = ProcessRows(name_filter, UNICODE, is_tree=False)
    places = rows.places(run, is_crowded=is_crowded)
    assert places[0] == Place()
    return [place.process for place in places[1:]]


def tree(run: Run, name_filter: str = "", glyphs: Glyphs = UNICODE) -> list[Place]:
    return ProcessRows(name_filter, glyphs, is_tree=True).places(run, is_crowded=False)[1:]


def drawn(run: Run, name_filter: str = "", glyphs: Glyphs = UNICODE) -> list[str]:
    return [
        row.branch + run.processes[row.process].name
        for row in tree(run, name_filter, glyphs)
        if row.process is not None
    ]


def matching_count(run: Run, name_filter: str) -> int:
    rows = ProcessRows(name_filter, UNICODE, is_tree=False)
    rows.places(run, is_crowded=False)
    return rows.matching_count


ROLES: list[ev.Role] = ["main", "worker", "helper", "other"]
NESTED = run_after(
    started(0, 100, None, "main"),
    started(1, 103, 0),
    started(2, 102, 0),
    started(3, 101, 0, "helper"),
    started(4, 105, 2),
    started(5, 104, 2),
    started(6, 106, 1),
)


def test_workers_stand_in_the_order_they_were_made_though_discovered_in_another() -> None:
    assert numbers(NESTED) == [0, 2, 1, 6, 5, 4, 3]


def test_helpers_come_last() -> None:
    run = run_of("fork_server")
    roles = [run.processes[process or 0].role for process in numbers(run)]
    assert roles == ["main", "worker", "worker", "worker", "helper", "helper"]


def test_where_not_all_can_be_seen_the_living_come_first() -> None:
    run = run_of("hundred_processes")
    assert numbers(run) == list(range(101))
    crowded = numbers(run, is_crowded=True)
    assert crowded == [0, *range(31, 101), *range(1, 31)]


@pytest.mark.parametrize(
    ("glyphs", "lines"),
    [
        (UNICODE, ["p0", "├─p2", "│ ├─p5", "│ └─p4", "├─p1", "│ └─p6", "└─p3"]),
        (ASCII, ["p0", "|-p2", "| |-p5", "| `-p4", "|-p1", "| `-p6", "`-p3"]),
    ],
    ids=["unicode", "ascii"],
)
def test_tree_shows_children_below_their_parent_and_helpers_last(
    glyphs: Glyphs, lines: list[str]
) -> None:
    assert drawn(NESTED, glyphs=glyphs) == lines


def test_worker_of_a_fork_server_hangs_from_the_process_that_asked_for_it() -> None:
    assert drawn(run_of("fork_server")) == [
        "served.py",
        "├─ForkServerProcess-1",
        "├─ForkServerProcess-2",
        "├─ForkServerProcess-3",
        "├─resource_tracker",
        "└─forkserver",
    ]


def test_filter_keeps_what_matches_and_in_a_tree_what_leads_to_it() -> None:
    assert numbers(NESTED, "P4") == []
    assert numbers(NESTED, "p4") == [4]
    assert drawn(NESTED, "p4") == ["p0", "└─p2", "  └─p4"]
    assert matching_count(NESTED, "p4") == 1
    assert matching_count(NESTED, "") == 7


def test_capitals_count_only_where_they_were_typed() -> None:
    run = run_of("pool_live")
    assert len(numbers(run, "worker-")) == len(numbers(run, "Worker-")) == 5
    assert numbers(run, "WORKER") == []


def test_filter_is_text_and_no_pattern() -> None:
    run = run_of("hostile_names")
    assert len(numbers(run, "[/")) == 3
    assert numbers(run, ".*") == []


def test_processes_that_made_each_other_or_themselves_are_shown_and_nothing_hangs() -> None:
    run = run_after(
        started(0, 1, None, "main"), started(1, 2, 2), started(2, 3, 1), started(3, 4, 3)
    )
    assert sorted(row.process or 0 for row in tree(run)) == [0, 1, 2, 3]
    assert sorted(row.process or 0 for row in tree(run, "p1")) == [1, 2]


def test_process_whose_parent_is_unknown_is_a_root() -> None:
    assert drawn(run_after(started(7, 8, 99))) == ["p7"]


def test_a_chain_of_a_thousand_generations_is_drawn() -> None:
    run = run_after(*(started(n, n + 1, n - 1 if n else None) for n in range(1000)))
    assert len(drawn(run)) == 1000


def test_an_order_stays_as_long_as_the_processes_do() -> None:
    run = run_of("pool_live")
    before = run.process_changes
    run.apply([ev.Output(t=9.0, process=1, stream="stdout", text="x")])
    assert run.process_changes == before
    run.apply([worker_started(9)])
    assert run.process_changes > before


def test_threads_stand_below_their_process_and_before_its_children() -> None:
    run = run_after(
        started(0, 100, None, "main"),
        started(1, 110, 0),
        ev.ThreadsSampled(
            t=0.1,
            process=0,
            threads={n: ev.ThreadSample(f"t{n}", 0.0, 0, "S") for n in (100, 103, 102)},
        ),
        ev.ThreadsSampled(
            t=0.1,
            process=1,
            threads={n: ev.ThreadSample(f"t{n}", 0.0, 0, "S") for n in (110, 111)},
        ),
    )
    assert thread_numbers(run, 0) == (102, 103)
    rows = [(row.branch, row.process, row.thread) for row in tree(run)]
    assert rows == [
        ("", 0, None),
        ("├─", 0, 102),
        ("├─", 0, 103),
        ("└─", 1, None),
        ("  └─", 1, 111),
    ]
    assert numbers(run) == [0, 1]


def test_a_process_that_comes_goes_or_changes_its_rank_moves_alone() -> None:
    order = ProcessOrder()
    states = dict(NESTED.processes)
    looked_at: list[int] = []

    def rank(state: ProcessState) -> tuple[int, ...]:
        looked_at.append(state.process)
        return made_order(state)

    order.update(states, rank)
    assert list(order) == [0, 2, 1, 6, 5, 4, 3]
    looked_at.clear()
    order.update(states, rank)
    assert looked_at == []
    gone = states.pop(1)
    states[3] = replace(states[3], role="worker")
    order.update(states, rank)
    assert list(order) == [0, 3, 2, 6, 5, 4]
    assert looked_at == [3]
    states[1] = gone
    order.update(states, rank)
    assert list(order) == [0, 3, 2, 1, 6, 5, 4]
    assert looked_at == [3, 1]


@pytest.mark.parametrize("seed", range(20))
def test_a_kept_order_is_the_one_that_sorting_gives(seed: int) -> None:
    chance = random.Random(seed)
    order, states = ProcessOrder(), {}
    is_crowded = False

    def rank(state: ProcessState) -> tuple[int, ...] | None:
        if state.role == "helper":
            return None
        return (int(is_crowded and not state.is_alive), *made_order(state))

    for number in range(300):
        run = run_after(started(number, chance.randrange(40), None, chance.choice(ROLES)))
        states[number] = run.processes[number]
        if chance.random() < 0.6:
            states.pop(chance.choice(list(states)))
        if states and chance.random() < 0.5:
            process = chance.choice(list(states))
            states[process] = replace(states[process], ended_at=1.0)
        is_crowded = chance.random() < 0.5
        order.update(states, rank, is_crowded)
        ranked = [(rank(state), process) for process, state in states.items()]
        assert list(order) == [
            process
            for kept, process in sorted(
                (kept, process) for kept, process in ranked if kept is not None
            )
        ]


def test_groups_of_ended_processes_stand_last_and_count_for_the_filter() -> None:
    run = run_after(*ended_workers(1000))
    ended = 1000 - 200
    rows = ProcessRows("", UNICODE, is_tree=False)
    places = rows.places(run, is_crowded=True)
    assert len(places) == 1 + 1 + 200 + 1
    assert places[-1] == Place(group="ForkPoolWorker")
    assert rows.matching_count == run.process_count == 1001
    assert matching_count(run, "Pool") == 1000
    assert matching_count(run, "main") == 1
    assert matching_count(run, "nothing") == 0
    assert tree(run)[-1] == Place(group="ForkPoolWorker")
    assert run.ended_groups["ForkPoolWorker"].count == ended


def test_group_whose_processes_may_match_is_shown_though_their_numbers_are_gone() -> None:
    run = run_after(*ended_workers(1000))
    rows = ProcessRows("worker-17", UNICODE, is_tree=False)
    assert rows.places(run, is_crowded=True) == [Place(), Place(group="ForkPoolWorker")]
    assert rows.matching_count == 0


def sorted_numbers(run: Run, key: str, *, is_reversed: bool = False) -> list[int | None]:
    """The processes from top to bottom, sorted by the column with this key."""
    sorting = sorting_of(TableChoice(sort=key, is_reversed=is_reversed))
    assert sorting is not None
    rows = ProcessRows("", UNICODE, is_tree=False, sorting=sorting)
    return [place.process for place in rows.places(run, is_crowded=True)[1:]]


def sampled(t: float, loads: dict[int, tuple[float, int]]) -> ev.Event:
    samples = {
        process: ev.ProcessSample(percent, rss, process, "R", 1)
        for process, (percent, rss) in loads.items()
    }
    return ev.Sampled(t=t, cores=[], processes=samples)


def test_sorted_rows_stand_by_their_figure_and_equal_ones_as_they_were_made() -> None:
    run = run_after(
        *(started(process, 100 + process, 0 if process else None) for process in range(5)),
        sampled(1.0, {0: (2.0, 50), 1: (90.2, 10), 2: (99.0, 30), 3: (89.8, 20)}),
    )
    # What is shown as 90 is no more than what is shown as 90; the last was not sampled.
    assert sorted_numbers(run, "cpu") == [2, 1, 3, 0, 4]
    assert sorted_numbers(run, "cpu", is_reversed=True) == [0, 1, 3, 2, 4]
    assert sorted_numbers(run, "memory") == [0, 2, 3, 1, 4]
    assert sorted_numbers(run, "pid", is_reversed=True) == [4, 3, 2, 1, 0]


def test_who_ended_stands_last_by_what_only_the_living_have() -> None:
    run = run_after(
        *(started(process, 100 + process, 0 if process else None) for process in range(3)),
        sampled(1.0, {0: (2.0, 50), 1: (90.0, 10), 2: (50.0, 30)}),
        ev.ProcessExited(t=2.0, process=1, exitcode=0, signal=None),
    )
    assert sorted_numbers(run, "cpu") == [2, 0, 1]
    assert sorted_numbers(run, "cpu", is_reversed=True) == [0, 2, 1]
    assert sorted_numbers(run, "memory") == [0, 2, 1]


def test_names_are_sorted_with_their_numbers_as_numbers() -> None:
    run = run_after(*(started(process, 200 - process, None) for process in (0, 10, 9, 1)))
    assert sorted_numbers(run, "name") == [0, 1, 9, 10]
    assert natural("a" + "9" * 5000) > natural("a1")


def test_workers_can_be_sorted_by_waits_tasks_output_and_signs() -> None:
    deadlocked = run_of("deadlock")
    waits = [deadlocked.waits.current.get(n or 0) for n in sorted_numbers(deadlocked, "status")]
    since = [wait.started_at for wait in waits if wait is not None]
    assert since == sorted(since)
    assert len(since) >= 2
    killed = run_of("killed_in_task")
    done = [killed.tasks.of_process.get(n or 0) for n in sorted_numbers(killed, "task")]
    counts = [one.count for one in done if one is not None]
    assert counts == sorted(counts, reverse=True)
    run = run_of("gallery_finished")
    lines = [run.processes[n or 0].line_count for n in sorted_numbers(run, "lines")]
    assert lines == sorted(lines, reverse=True)
    sorting = sorting_of(TableChoice(sort="marks"))
    assert sorting is not None
    measured = Measured(run, run.now, {2: "warning", 3: "error"})
    assert sorted_processes(run.processes, measured, sorting)[:2] == [3, 2]


@pytest.mark.parametrize("column", [one for one in COLUMNS if one.measure], ids=lambda one: one.key)
@pytest.mark.parametrize("history", ["deadlock", "hostile_names", "threads", "ends", "pool_tasks"])
def test_whatever_they_are_sorted_by_all_are_there_once(column: Column, history: str) -> None:
    run = run_of(history)
    for is_reversed in (False, True):
        rows = sorted_numbers(run, column.key, is_reversed=is_reversed)
        assert sorted(row or 0 for row in rows) == sorted(run.processes)


def test_in_the_tree_children_of_one_parent_are_sorted_among_themselves() -> None:
    run = run_after(
        *(started(process, 100 + process, 0 if process else None) for process in range(3)),
        started(3, 110, 1),
        started(4, 111, 1),
        sampled(1.0, {0: (9.0, 1), 1: (1.0, 1), 2: (5.0, 1), 3: (50.0, 1), 4: (70.0, 1)}),
    )
    sorting = sorting_of(TableChoice(sort="cpu"))
    rows = ProcessRows("", UNICODE, is_tree=True, sorting=sorting)
    places = rows.places(run, is_crowded=False)[1:]
    assert [place.process for place in places] == [0, 2, 1, 4, 3]
