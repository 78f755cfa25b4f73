from itertools import chain

from mptui.dashboard.presentation.output.lines import (
    OutputCell,
    Prefix,
    has_prefixes,
    lead_spans,
    prefix_of,
    prefix_width,
    text_spans,
)
from mptui.dashboard.presentation.output.window import (
    empty_text,
    extent_of,
    visible_cells,
)
from mptui.dashboard.presentation.text.glyphs import UNICODE
from mptui.dashboard.presentation.text.palette import CURRENT_MATCH, MARKED, MATCH, process_style
from mptui.dashboard.presentation.text.text_search import text_pattern
from mptui.model import Run
from mptui.terminal_text import Span
from tests.dashboard.widgets.runs import (
    ended_workers,
    numbered,
    run_of,
    run_with_workers,
    said,
    worker_started,
)

ALL = range(10_000)


def text_of(spans: tuple[Span, ...]) -> str:
    return "".join(span.text for span in spans)


def merged_lines(run: Run, name_width: int = 16) -> list[str]:
    cells = visible_cells(run, None, ALL, None, UNICODE)
    return [text_of(lead_spans(cell, name_width, UNICODE) + text_spans(cell)) for cell in cells]


def test_merged_lines_are_aligned_behind_the_name_of_their_process() -> None:
    run = run_of("gallery_finished")
    assert merged_lines(run, prefix_width(run, 120))[:2] == [
        "Process-1 │ Processing task ;  0",
        "Process-2 │ Processing task ;  1",
    ]


def test_standard_error_is_told_apart_without_colour() -> None:
    lines = merged_lines(run_of("killed_worker"), 10)
    assert lines[-1] == "train.py   ! KeyboardInterrupt"
    alone = OutputCell(None, "stderr", "oh")
    assert text_of(lead_spans(alone, 10, UNICODE)) == "! "
    assert text_of(lead_spans(alone._replace(stream="stdout"), 10, UNICODE)) == "  "


def test_the_names_take_no_more_than_a_third_of_the_width() -> None:
    run = run_of("pool_live")
    run.apply([said(1, "x")])
    assert prefix_width(run, 120) == len("ForkPoolWorker-1")
    assert prefix_width(run, 36) == 12
    lead = lead_spans(OutputCell(prefix_of(run, 1, None), "stdout", ""), 12, UNICODE)
    assert text_of(lead) == "PoolWorker-1 │ "


def test_a_name_keeps_its_colour_and_the_chosen_one_stands_out() -> None:
    run = run_of("pool_live")
    assert prefix_of(run, 2, None).style == process_style(2, "worker")
    assert prefix_of(run, 2, 2).style == MARKED


def test_an_unfinished_line_is_the_last_one() -> None:
    run = run_with_workers(1)
    run.apply([said(1, "done\n 40 %\r 50 %")])
    assert merged_lines(run, 9) == ["  done", "   50 %"]
    assert extent_of(run.logs[1]).end == 2


def test_dropped_lines_are_counted_at_the_top() -> None:
    run = run_with_workers(1, process_bytes=4096, merged_bytes=4096)
    run.apply(numbered(1, first, first + 100) for first in range(0, 2000, 100))
    log = run.logs[1]
    extent = extent_of(log)
    assert extent.first == log.first_line - 1
    first, second = visible_cells(run, 1, range(extent.first, extent.first + 2), None, UNICODE)
    assert first.stream is None
    assert first.text == f"… {log.first_line:,} older lines are no longer kept"
    assert second.text == f"1: line {log.first_line}"


def test_only_the_lines_asked_for_are_made() -> None:
    run = run_of("flood")
    cells = visible_cells(run, 2, range(30_000, 30_007), None, UNICODE)
    assert [cell.text for cell in cells] == [f"2: line {n}" for n in range(30_000, 30_007)]


def test_an_empty_view_says_why_it_is_empty() -> None:
    live, over = run_of("pool_live"), run_of("pool")
    assert empty_text(live, "merged", None) == "Nothing printed yet."
    assert empty_text(live, "chosen", 1) == "ForkPoolWorker-1 has printed nothing yet."
    assert empty_text(over, "chosen", 1) == "ForkPoolWorker-1 printed nothing."
    assert empty_text(over, "chosen", None).startswith("No process is chosen")


def test_no_output_brings_a_control_character_to_the_screen() -> None:
    run = run_of("hostile_names")
    for log in (None, *run.logs):
        for cell in visible_cells(run, log, ALL, None, UNICODE):
            spans = chain(lead_spans(cell, 12, UNICODE), text_spans(cell))
            assert all(span.text.isprintable() for span in spans)


def test_names_are_only_as_wide_as_those_of_who_printed() -> None:
    run = run_with_workers(1)
    run.apply([worker_started(2, "a name that is longer than all others"), said(1, "x\n")])
    assert prefix_width(run, 120) == len("Process-1")


def test_lines_of_a_single_process_do_not_say_whose_they_are() -> None:
    run = run_of("crashed")
    assert not has_prefixes(run)
    assert merged_lines(run)[-1] == "! ZeroDivisionError: division by zero"


def test_what_is_found_stands_out_and_keeps_its_text() -> None:
    cell = OutputCell(None, "stdout", "an \x1b[31merr\x1b[0mor and an ERROR")
    spans = text_spans(cell, text_pattern("error"))
    assert text_of(spans) == "an error and an ERROR"
    assert [span.text for span in spans if span.style == MATCH] == ["err", "or", "ERROR"]
    current = text_spans(cell._replace(is_current=True), text_pattern("ERROR"))
    assert [span.text for span in current if span.style == CURRENT_MATCH] == ["ERROR"]


def test_line_of_a_forgotten_process_keeps_its_name_and_colour() -> None:
    run = Run()
    run.apply(ended_workers(300))
    assert 1 not in run.processes
    prefix = prefix_of(run, 1, None)
    assert prefix == Prefix("ForkPoolWorker-1", process_style(1, "worker"))
