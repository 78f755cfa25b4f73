import pytest

from mptui import events as ev
from mptui.dashboard.presentation.processes.order import (
    matching_count,
    process_tree,
    processes_list,
    thread_numbers,
)
from mptui.dashboard.presentation.text.glyphs import ASCII, UNICODE, Glyphs
from mptui.model import Run
from tests.dashboard.widgets.runs import run_of, worker_started


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


def numbers(run: Run, name_filter: str = "", *, is_crowded: bool = False) -> list[int]:
    return [row.process for row in processes_list(run, name_filter, is_crowded=is_crowded)]


def drawn(run: Run, name_filter: str = "", glyphs: Glyphs = UNICODE) -> list[str]:
    return [
        row.branch + run.processes[row.process].name
        for row in process_tree(run, name_filter, glyphs)
    ]


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
    roles = [run.processes[process].role for process in numbers(run)]
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
def test_tree_shows_who_made_whom_with_helpers_below(glyphs: Glyphs, lines: list[str]) -> None:
    assert drawn(NESTED, glyphs=glyphs) == lines


def test_worker_of_a_fork_server_hangs_from_who_asked_for_it() -> None:
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
    assert sorted(row.process for row in process_tree(run, "", UNICODE)) == [0, 1, 2, 3]
    assert sorted(row.process for row in process_tree(run, "p1", UNICODE)) == [1, 2]


def test_process_whose_parent_is_unknown_is_a_root() -> None:
    assert drawn(run_after(started(7, 8, 99))) == ["p7"]


def test_a_chain_of_a_thousand_generations_is_drawn() -> None:
    run = run_after(*(started(n, n + 1, n - 1 if n else None) for n in range(1000)))
    assert len(drawn(run)) == 1000


def test_an_order_stays_as_long_as_the_roster_does() -> None:
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
    rows = [(row.branch, row.process, row.thread) for row in process_tree(run, "", UNICODE)]
    assert rows == [
        ("", 0, None),
        ("├─", 0, 102),
        ("├─", 0, 103),
        ("└─", 1, None),
        ("  └─", 1, 111),
    ]
    assert all(row.thread is None for row in processes_list(run, "", is_crowded=False))
