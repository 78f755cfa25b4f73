"""A person reads and searches a log from its first line on, though the run keeps only its end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from mptui.dashboard.presentation.output.line_wishes import LineWishes
from mptui.dashboard.presentation.output.reading import Reading
from mptui.dashboard.presentation.side_by_side.column_logs import ColumnLogs
from mptui.dashboard.presentation.text.glyphs import UNICODE
from tests.histories import Story
from tests.replay.recorded_output import RecordedOutput, recorded

if TYPE_CHECKING:
    from pathlib import Path

HEIGHT = 24
LINES = 1500
WAIT_SECONDS = 60


@pytest.fixture
def flood(tmp_path: Path) -> RecordedOutput:
    """Two workers that print much; an error, long ago."""
    story = Story("train.py")
    workers = [story.process(f"Process-{number}") for number in (1, 2)]
    for number in range(LINES):
        story.after(0.01)
        worker = workers[number % 2]
        text = "ERROR: early" if number == 70 else f"line {number}"
        story.say(worker, f"{text}\n")
    return recorded(tmp_path / "run.jsonl", story.finish(0))


def reading_of(flood: RecordedOutput, log: int | None = None) -> Reading:
    reading = Reading(UNICODE, lambda _: 1)
    reading.height = HEIGHT
    reading.begin(flood.run)
    reading.older = flood.older
    reading.turn_to(log, has_log=True)
    return reading


def texts(reading: Reading) -> list[str]:
    return [cell.text for cell in reading.cells_in_view()]


def search_on(reading: Reading) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while reading.advance():
        assert time.monotonic() < until
        time.sleep(0.001)


@pytest.mark.parametrize("log", [None, 1, 2])
@pytest.mark.parametrize("is_wrapped", [False, True])
def test_home_is_the_first_line_and_pages_lead_through_all(
    flood: RecordedOutput, log: int | None, *, is_wrapped: bool
) -> None:
    reading = reading_of(flood, log)
    reading.wrap(is_wrapped=is_wrapped)
    whole = flood.whole.merged if log is None else flood.whole.logs[log]
    expected = [line.text for line in whole.lines(0, whole.end_line)]
    reading.scroll(-reading.extent.end)
    assert texts(reading) == expected[:HEIGHT]
    read = []
    while not reading.is_following:
        read += texts(reading)
        reading.scroll(HEIGHT)
    assert read[: len(expected) - HEIGHT] == expected[: len(read)][: len(expected) - HEIGHT]
    assert texts(reading) == expected[-HEIGHT:]


def test_a_search_goes_to_what_only_the_recording_has_and_around(flood: RecordedOutput) -> None:
    reading = reading_of(flood)
    reading.look_for("error")
    search_on(reading)
    assert reading.search is not None
    assert (reading.search.current, reading.search.result) == (70, "1 of 1")
    assert "ERROR: early" in texts(reading)
    reading.look_for("line 1[0-9]$")
    search_on(reading)
    assert (reading.search.current, reading.search.result) == (19, "10 of 10")
    reading.step_to_match(1)
    assert (reading.search.current, reading.search.result) == (10, "1 of 10")
    reading.step_to_match(-1)
    assert (reading.search.current, reading.search.result) == (19, "10 of 10")


def test_what_is_kept_and_what_is_not_are_gone_through_together(flood: RecordedOutput) -> None:
    reading = reading_of(flood)
    assert flood.run.merged.first_line > LINES / 3
    reading.look_for("5$")
    search_on(reading)
    assert reading.search is not None
    found = [reading.search.current]
    while len(found) < LINES / 10:
        reading.step_to_match(-1)
        found.append(reading.search.current)
    assert found == list(range(LINES - 5, 0, -10))
    assert reading.search.result == "1 of 150"
    reading.step_to_match(-1)
    assert reading.search.current == LINES - 5


def test_a_search_that_is_left_is_over(flood: RecordedOutput) -> None:
    reading = reading_of(flood)
    reading.look_for("line")
    reading.advance()
    search = reading.search
    assert search is not None
    reading.look_for("")
    until = time.monotonic() + WAIT_SECONDS
    while not search.is_done:
        assert time.monotonic() < until
        search.advance(reading.shown.source if reading.shown else flood.run.merged)
        time.sleep(0.001)
    assert reading.search is None


def test_lines_from_long_ago_are_copied_and_times_lead_to_them(flood: RecordedOutput) -> None:
    reading = reading_of(flood)
    assert reading.go_to_moment("0.7")
    reading.want(LineWishes(time_style="relative"))
    cells = reading.cells_in_view()
    assert all(cell.time.strip() for cell in cells)
    reading.scroll(-reading.extent.end)
    reading.mark_lines()
    reading.scroll(30)
    assert reading.stretch_note == "31 lines, y copies"
    copy = reading.copy()
    assert copy is not None
    assert copy.text.splitlines() == [f"line {number}" for number in range(23, 54)]


def test_a_column_reaches_back_too(flood: RecordedOutput) -> None:
    logs = ColumnLogs(flood.run, "")
    logs.older = flood.older
    shown = logs.shown(2)
    assert shown is not None
    assert shown.extent.first == 0
    assert [line.text for line in shown.each_line(range(2))] == ["line 1", "line 3"]


def test_what_cannot_be_read_back_is_said(flood: RecordedOutput) -> None:
    reading = reading_of(flood)
    flood.older.recording.unlink()
    reading.scroll(-reading.extent.end)
    assert "cannot read" in texts(reading)[0]
