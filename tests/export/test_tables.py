"""The tables: every row that there is, and nothing that a spreadsheet or a terminal would obey."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mptui import events as ev
from mptui.export.exports import TABLES
from mptui.export.spans import ENDED_KEPT
from mptui.export.tables import cell
from tests.export.made import table_of
from tests.histories import HISTORIES, Story, recycled_pool
from tests.model.test_forged_events import forged

if TYPE_CHECKING:
    from mptui.export.tables import TableName


def test_each_task_is_a_row_and_those_that_were_counted_one_together() -> None:
    story = Story("shop.py")
    story.executor = "pool"
    worker = story.process("ForkPoolWorker-1")
    story.after(1.0)
    story.task_done(worker, "shop.pack", 0.25, item="7", result="'x'")
    story.task_done(worker, "shop.send", 0.5, error="ValueError: no")
    story.count_tasks(worker, "shop.count", 40, seconds=0.2, over=0.4)
    story.task_started(worker, "shop.wrap")
    story.exit(worker, signal=9)
    rows = table_of(story.events, "tasks")
    assert [row["status"] for row in rows] == ["ok", "failed", "counted", "lost"]
    assert rows[0] == {
        "process": "1",
        "name": "ForkPoolWorker-1",
        "pid": str(story.pid(worker)),
        "thread": "",
        "executor": "pool",
        "function": "shop.pack",
        "argument": "7",
        "items": "1",
        "count": "1",
        "failed": "0",
        "began_seconds": "0.768000",
        "ended_seconds": "1.018000",
        "seconds": "0.250000",
        "status": "ok",
        "result": "'x'",
        "error": "",
    }
    assert (rows[1]["failed"], rows[1]["error"]) == ("1", "ValueError: no")
    assert (rows[2]["count"], rows[2]["seconds"]) == ("40", "0.200000")


def test_each_process_is_a_row_with_its_end() -> None:
    rows = table_of(HISTORIES["killed_in_task"], "processes")
    started = [one for one in HISTORIES["killed_in_task"] if isinstance(one, ev.ProcessStarted)]
    assert len(rows) == len(started)
    (killed,) = (row for row in rows if row["signal"])
    assert (killed["name"], killed["signal"], killed["exitcode"]) == (
        "ForkPoolWorker-1",
        "SIGKILL",
        "",
    )
    assert int(killed["peak_rss_bytes"]) > 0


def test_processes_that_ended_long_ago_are_rows_too() -> None:
    rows = table_of(recycled_pool(), "processes")
    assert len(rows) > 5000 > ENDED_KEPT
    assert len({row["process"] for row in rows}) == len(rows)


def test_each_sample_of_a_process_is_a_row() -> None:
    samples = [one for one in HISTORIES["pool"] if isinstance(one, ev.Sampled)]
    rows = table_of(HISTORIES["pool"], "samples")
    assert len(rows) == sum(len(one.processes) for one in samples)
    assert {"seconds", "name", "cpu_percent", "rss_bytes"} <= set(rows[0])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-x", "'-x"),
        ("-5", "-5"),
        ("-2.5e-3", "-2.5e-3"),
        ("two\nlines", "two^Jlines"),
        ("\x1b[2J", "^[[2J"),
        (None, ""),
    ],
)
def test_no_cell_is_computed_or_obeyed(text: str | None, shown: str) -> None:
    assert cell(text) == shown


def test_hostile_names_keep_to_their_rows() -> None:
    rows = table_of(HISTORIES["hostile_names"], "processes")
    assert all(row["pid"].isdigit() for row in rows)
    assert not any("\x1b" in value for row in rows for value in row.values())


@given(st.lists(forged, max_size=40), st.sampled_from(TABLES))
def test_whatever_a_recording_says_makes_whole_rows(told: list[ev.Event], table: TableName) -> None:
    for row in table_of(told, table):
        assert None not in row
        assert None not in row.values()
