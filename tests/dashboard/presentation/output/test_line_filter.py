import pytest

from mptui.dashboard.presentation.output.line_filter import (
    LineFilter,
    read_wish,
    stderr_toggled,
)
from mptui.dashboard.presentation.output.search import OutputSearch
from mptui.model import Run
from tests.dashboard.widgets.runs import numbered, run_with_workers, said, worker_started


def names(process: int) -> str:
    return f"ForkPoolWorker-{process}" if process else "main.py"


def filtered(run: Run, text: str) -> LineFilter:
    chosen = LineFilter(text, names)
    while not chosen.is_done:
        chosen.advance(run.merged)
    return chosen


def texts_of(chosen: LineFilter, run: Run) -> list[str]:
    extent = chosen.extent(run.merged)
    return [line.text for line in chosen.lines(run.merged, range(extent.first, extent.end))]


@pytest.fixture
def run() -> Run:
    run = run_with_workers(13)
    run.apply(
        [
            said(1, "epoch 1\n"),
            said(2, "epoch 2\nlr 0.1\n"),
            said(3, "Error: bad\n", "stderr"),
            said(13, "error in 13\n"),
            said(0, "epoch 3 begun"),
        ]
    )
    return run


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("epoch", ["epoch 1", "epoch 2", "epoch 3 begun"]),
        (r"^epoch \d$", ["epoch 1", "epoch 2"]),
        ("error", ["Error: bad", "error in 13"]),
        ("Error", ["Error: bad"]),
        ("!", ["Error: bad"]),
        ("! lr", []),
        ("@3", ["Error: bad"]),
        ("@1-2 epoch", ["epoch 1", "epoch 2"]),
        ("@1,13", ["epoch 1", "error in 13"]),
        ("@1 @13", ["epoch 1", "error in 13"]),
        ("@main", ["epoch 3 begun"]),
        ("@forkpool error", ["Error: bad", "error in 13"]),
        ("! @3", ["Error: bad"]),
        ("@3 ! bad", ["Error: bad"]),
    ],
)
def test_only_what_is_asked_for_is_shown(run: Run, text: str, shown: list[str]) -> None:
    assert texts_of(filtered(run, text), run) == shown


@pytest.mark.parametrize("text", ["", "  ", "@", "@,"])
def test_who_asks_for_nothing_is_shown_everything(text: str) -> None:
    assert read_wish(text) is None


def test_standard_error_alone_is_one_step_from_both() -> None:
    assert stderr_toggled("") == "!"
    assert stderr_toggled("!") == ""
    assert stderr_toggled("@1 lr") == "! @1 lr"
    assert stderr_toggled("! @1 lr") == "@1 lr"


def test_lines_left_are_numbered_without_gaps_also_when_old_ones_are_dropped() -> None:
    run = run_with_workers(1, process_bytes=4096, merged_bytes=4096)
    chosen = LineFilter("7$", names)
    for first in range(0, 1000, 100):
        run.apply([numbered(1, first, first + 100)])
        chosen.advance(run.merged)
    extent = chosen.extent(run.merged)
    assert extent.end == 100
    assert extent.first > 0
    last = chosen.lines(run.merged, range(extent.end - 2, extent.end))
    assert [line.text for line in last] == ["1: line 987", "1: line 997"]
    assert chosen.place_of(997) == 99
    assert chosen.number_at(99) == 997
    assert chosen.number_at(0) == chosen.found[0] >= run.merged.first_line


def test_a_search_among_the_lines_shown_finds_no_other(run: Run) -> None:
    search = OutputSearch("error", among=filtered(run, "@13"))
    search.advance(run.merged)
    assert search.result == "1 found"


def test_a_worker_that_comes_later_is_meant_too(run: Run) -> None:
    chosen = filtered(run, "@14")
    run.apply([worker_started(14), said(14, "late\n")])
    chosen.advance(run.merged)
    assert texts_of(chosen, run) == ["late"]
