import pytest

from mptui.dashboard.presentation.output.search import OutputSearch
from mptui.model import OutputLog, Run
from tests.dashboard.widgets.runs import numbered, run_with_workers, said


def log_with(*texts: str, **limits: int) -> tuple[Run, OutputLog]:
    run = run_with_workers(1, **limits)
    run.apply(said(1, text) for text in texts)
    return run, run.logs[1]


def searched(text: str, log: OutputLog) -> OutputSearch:
    search = OutputSearch(text)
    while not search.is_done:
        search.advance(log)
    return search


def test_a_search_comes_to_the_nearest_match_above_and_steps_around() -> None:
    _, log = log_with("error 1\nfine\nerror 2\nfine\nerror 3\n")
    search = searched("error", log)
    assert search.result == "3 found"
    search.come_to(3)
    assert (search.current, search.result) == (2, "2 of 3")
    stepped = []
    for step in (1, 1, -1, -1, -1):
        search.step(step, 0)
        stepped.append(search.current)
    assert stepped == [4, 0, 4, 2, 0]


def test_what_is_not_there_is_not_found_and_nothing_moves() -> None:
    _, log = log_with("fine\n")
    search = searched("error", log)
    search.come_to(0)
    search.step(1, 0)
    assert (search.current, search.result) == (None, "not found")


@pytest.mark.parametrize(("text", "count"), [("err", 3), ("Err", 1), ("ERR", 1), ("x", 0)])
def test_capitals_count_only_where_they_were_typed(text: str, count: int) -> None:
    _, log = log_with("err\nErr\nERR\n")
    assert searched(text, log).result == (f"{count} found" if count else "not found")


def test_what_is_read_is_searched_and_not_how_it_is_coloured() -> None:
    _, log = log_with("e\x1b[31mrr\x1b[0mor\n[31m\n\x1b[31m\n 10 %\r 20 %\n")
    assert searched("error", log).result == "1 found"
    assert searched("31m", log).result == "1 found"
    assert searched("10 %", log).result == "not found"


def test_lines_that_arrive_are_searched_and_those_dropped_are_forgotten() -> None:
    run, log = log_with(process_bytes=4096, merged_bytes=4096)
    run.apply([numbered(1, 0, 100)])
    search = searched("line 1", log)
    search.come_to(99)
    assert search.result == "11 of 11"
    while not log.first_line > 99:
        run.apply([numbered(1, log.end_line, log.end_line + 100)])
        search.advance(log)
    assert search.current is None
    assert search.is_done


def test_one_look_at_a_flood_is_only_a_piece_of_it() -> None:
    run, log = log_with()
    run.apply([numbered(1, 0, 60_000)])
    search = OutputSearch("line")
    search.advance(log)
    assert not search.is_done
    assert search.result == "searching"
    assert len(search.found) < 10_000


def test_a_regular_expression_finds_what_it_describes_and_what_it_is() -> None:
    _, log = log_with("task 3\ntask (3)\ntask 12\n[31m\n")
    assert searched(r"task \d+", log).result == "2 found"
    assert searched("task (3)", log).result == "2 found"
    assert searched("^task", log).result == "3 found"
    assert searched(r"TASK \d", log).result == "not found"
    assert searched(r"task \D3", log).result == "1 found"


@pytest.mark.parametrize(
    "text", ["[31", "(", "*", "a{1", "\\", "(?P<", "(?i)x", "(" * 1000, "a{9999999999}"]
)
def test_what_is_no_regular_expression_is_looked_for_as_it_stands(text: str) -> None:
    _, log = log_with(f"one\nit is {text} here\n")
    assert searched(text, log).result == "1 found"
