"""What a program draws over what it printed, as it is in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mptui.events import Output, ProcessExited
from mptui.terminal_text import MOST_ROWS, RedrawnRows, moves_up, safe_spans
from mptui.terminal_text.redrawn_rows import MOST_COLUMNS
from tests.dashboard.widgets.runs import run_with_workers, said

if TYPE_CHECKING:
    from mptui.model import Run

UP = "\x1b[A"


def bar(position: int, text: str) -> str:
    """What tqdm writes for a bar in this position."""
    return "\n" * position + f"\r{text}" + UP * position


def shown(run: Run, process: int | None = 1) -> list[str]:
    """The lines of a log as they are read."""
    log = run.merged if process is None else run.logs[process]
    lines = [*log.lines(0, log.end_line), *log.pending()]
    return ["".join(span.text for span in safe_spans(line.text)).rstrip() for line in lines]


def told(*texts: str) -> Run:
    run = run_with_workers(2)
    run.apply(said(1, text, "stderr") for text in texts)
    return run


def test_a_bar_in_the_third_position_is_one_line_with_its_latest_state() -> None:
    run = told(*(bar(2, f"{percent}%") for percent in range(0, 101, 10)))
    assert shown(run) == ["100%"]
    assert run.logs[1].end_line == 0


def test_bars_below_each_other_are_as_many_lines_however_they_are_torn() -> None:
    text = "".join(bar(n % 3, f"bar {n % 3} is at {n}") for n in range(30))
    wanted = [f"bar {n % 3} is at {n}" for n in (27, 28, 29)]
    assert shown(told(text)) == wanted
    for size in (1, 2, 3, 7, 20):
        pieces = [text[start : start + size] for start in range(0, len(text), size)]
        assert shown(told(*pieces))[-3:] == wanted


def test_writes_that_come_one_by_one_make_no_line_for_each_state() -> None:
    run = run_with_workers(1)
    for percent in range(0, 101, 5):
        for text in ("\n\n", f"\r{percent}%", UP * 2):
            run.apply([said(1, text, "stderr")])
    assert [line for line in shown(run) if line] == ["100%"]


def test_the_bars_of_many_processes_are_one_line_each_among_all_output() -> None:
    run = run_with_workers(4)
    for percent in (0, 50, 100):
        run.apply(said(n, bar(n, f"worker {n}: {percent}%"), "stderr") for n in range(1, 5))
    assert shown(run, None) == [f"worker {n}: 100%" for n in range(1, 5)]


def test_a_table_that_refreshes_is_shown_once_and_stays_when_its_process_ends() -> None:
    frame = "name   loss\none    {0}\ntwo    {1}"
    erase = "\r\x1b[2K" + "\x1b[1A\x1b[2K" * 2
    run = told(
        "start\n",
        "\x1b[?25l",
        frame.format(9, 9),
        *(erase + frame.format(n, n + 1) for n in range(5)),
    )
    assert shown(run) == ["start", "name   loss", "one    4", "two    5"]
    run.apply([ProcessExited(t=9.0, process=1, exitcode=0, signal=None)])
    assert shown(run) == ["start", "name   loss", "one    4", "two    5"]
    assert run.logs[1].pending() == []


def test_what_is_printed_above_a_live_table_becomes_lines() -> None:
    erase = "\r\x1b[2K\x1b[1A\x1b[2K"
    run = told("\x1b[?25la\nb", *(f"{erase}log {n}\na{n}\nb{n}" for n in range(40)))
    assert shown(run) == [*(f"log {n}" for n in range(40)), "a39", "b39"]
    assert run.logs[1].end_line > 20


def test_of_a_table_that_is_not_announced_the_first_state_stays_and_one_more() -> None:
    run = told("a 1\nb 1\n", *(f"{UP * 2}a {n}\nb {n}\n" for n in range(2, 30)))
    assert [line for line in shown(run) if line] == ["a 1", "b 1", "a 29", "b 29"]


def test_output_that_goes_on_below_the_bars_is_made_of_ordinary_lines() -> None:
    run = told(bar(1, "50%"), bar(1, "100%"), "\n\n", "done\n", "next\n", "last")
    assert [line for line in shown(run) if line] == ["100%", "done", "next", "last"]
    assert [line.text for line in run.logs[1].pending()] == ["last"]
    run.apply([said(1, "x" * 5000 + "\n", "stderr")])
    log = run.logs[1]
    assert log.lines(log.end_line - 1, log.end_line)[0].text == "last" + "x" * 5000


def test_a_flood_below_the_bars_is_as_it_was_written() -> None:
    flood = "".join(f"line {n} \x1b[31mred\x1b[0m\t{'y' * 2000}\n" for n in range(MOST_ROWS * 2))
    run = told(bar(1, "50%"), flood)
    log = run.logs[1]
    assert [line.text for line in log.lines(0, log.end_line)][-2:] == flood.split("\n")[-3:-1]


def test_colours_are_kept() -> None:
    run = told(bar(1, "\x1b[32m==\x1b[0m 50%"), bar(1, "\x1b[31m==\x1b[0m 60%"))
    (line,) = run.logs[1].pending()
    red, plain = safe_spans(line.text)
    assert (red.text, plain.text, plain.style) == ("==", " 60%", None)
    assert red.style is not None
    assert red.style.foreground == 1


def test_a_move_in_two_pieces_is_a_move() -> None:
    run = told("one\ntwo\n\x1b", "[", "2", "A", "ONE\r\n")
    assert shown(run)[-2:] == ["ONE", "two"] or shown(run) == ["one", "two", "ONE"]


@pytest.mark.parametrize("text", ["plain\n", "\x1b[31mred\x1b[0m", "\x1b[2K\r", "10%\r20%", "é漢"])
def test_what_moves_nowhere_is_kept_exactly_as_it_was_written(text: str) -> None:
    assert not moves_up(text)
    run = told(text)
    log = run.logs[1]
    whole = "".join(line.text + "\n" for line in log.lines(0, log.end_line))
    assert whole + "".join(line.text for line in log.pending()) == text


PIECES = st.sampled_from(
    [
        *("a", "bc", "def ghi", "\n", "\r", "\n\n", UP, UP * 2, "\x1b[3A", "\x1b[2F", "\x1b[K"),
        *("\x1b[1K", "\x1b[2K", "\x1b[4G", "\x1b[2C", "\x1b[D", "\x1b[J", "\b"),
    ]
)


@given(st.lists(PIECES, max_size=40))
def test_it_is_what_a_terminal_shows(pieces: list[str]) -> None:
    text = "".join(pieces)
    screen = pyte.Screen(200, 200)
    screen.set_mode(pyte.modes.LNM)
    # So far down that nothing reaches the upper edge.
    pyte.Stream(screen).feed("\n" * 120 + text)
    rows = RedrawnRows()
    done = rows.write(text)
    lines = [line.rstrip() for line in (*done, *rows.texts)]
    mine = ["".join(span.text for span in safe_spans(line)).rstrip() for line in lines]
    assert "\n".join(mine).strip("\n") == "\n".join(map(str.rstrip, screen.display)).strip("\n")


WILD = st.text(
    st.sampled_from("ab \n\r\b\t\x1b[]AFKJG;0123mM\x9b\x07\\漢é\u0301\u202e"), max_size=200
)


@given(st.lists(WILD, max_size=20))
def test_whatever_comes_no_control_byte_leaves_and_it_stays_small(pieces: list[str]) -> None:
    rows = RedrawnRows()
    done: list[str] = []
    for piece in pieces:
        done += rows.write(piece)
        assert len(rows._lines) <= MOST_ROWS
        assert rows.length <= MOST_ROWS * MOST_COLUMNS * 4 + 1024 + sum(map(len, pieces))
    for line in (*done, *rows.close()):
        assert "\n" not in line
        assert all(span.text.isprintable() for span in safe_spans(line))


def test_rows_and_columns_are_bounded_whatever_is_asked_for() -> None:
    rows = RedrawnRows()
    for text in ("\x1b[999999999A", "x\x1b[999999999Cx", "\x1b[999999999Gx", "\x1b[9999999999999F"):
        rows.write(text)
    rows.write("\x1b]0;" + "title" * 1000)
    rows.write(("y" * 100_000 + "\n") * 3 + UP * 500)
    assert len(rows._lines) <= MOST_ROWS
    assert rows.length < 3 * 64 * 1024


def test_events_may_be_bytes() -> None:
    run = run_with_workers(1)
    for percent in (10, 20):
        data = b"\n\r\xff" + str(percent).encode() + b"%\x1b[A"
        run.apply([Output(t=1.0, process=1, stream="stderr", data=data)])
    assert shown(run) == ["\\xff20%"]
