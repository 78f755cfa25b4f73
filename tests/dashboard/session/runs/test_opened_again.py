"""A large recording is folded once: what is known of it then makes it open at once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from mptui import events as ev
from mptui.dashboard.session.pane_run import PaneRun
from mptui.dashboard.session.runs.opened_run import open_run
from mptui.recording.run_summary import summary_of
from mptui.recording.runs_folder import INDEX_ENDING, runs_folder
from tests.histories import Story
from tests.replay.seen import seen

if TYPE_CHECKING:
    from pathlib import Path

EVENTS = 13_000
"""Enough for a state in the index."""
WAIT_SECONDS = 60


@pytest.fixture
def recording() -> Path:
    story = Story("train.py")
    worker = story.process("Process-1")
    for number in range(EVENTS):
        story.after(0.001)
        story.say(worker, f"line {number} of many, which is none of the shortest\n")
    story.exit(worker, 0)
    runs_folder().mkdir(parents=True, mode=0o700)
    path = runs_folder() / "20250314T091500-train.py.jsonl"
    path.write_bytes(b"".join(map(ev.encode, story.finish(0))))
    return path


def opened(recording: Path) -> tuple[PaneRun, int]:
    """The run as a pane shows it, and how much of the recording was folded for that."""
    summary = summary_of(recording)
    assert summary is not None
    there = open_run(summary)
    pane_run = PaneRun(there.spec)
    pane_run.open(there)
    known = pane_run.run.line_count
    until = time.monotonic() + WAIT_SECONDS
    while pane_run.is_live:
        assert time.monotonic() < until
        pane_run.poll()
    return pane_run, pane_run.run.line_count - known


def test_a_run_is_opened_from_what_is_known_of_it(recording: Path) -> None:
    first, folded = opened(recording)
    assert folded == EVENTS
    first.past.close()
    assert recording.with_suffix(INDEX_ENDING).exists()
    again, folded = opened(recording)
    assert folded < EVENTS / 2
    assert seen(again.run, again.findings) == seen(first.run, first.findings)
    assert again.past.stops(()) == first.past.stops(())
    first_kept = again.run.merged.first_line
    assert first_kept > EVENTS / 2
    assert again.past.older is not None
    lines = again.past.older.lines(None, 0, first_kept)
    assert [line.text.split()[1] for line in lines] == list(map(str, range(first_kept)))
    again.past.close()


def test_what_was_known_of_another_recording_is_not_used(recording: Path) -> None:
    opened(recording)[0].past.close()
    with recording.open("ab") as file:
        file.write(ev.encode(ev.EventsDropped(t=99.0, what="output", count=1)))
    again, folded = opened(recording)
    assert folded == EVENTS
    assert again.run.dropped
    again.past.close()


def test_an_index_without_what_belongs_to_it_is_not_used(recording: Path) -> None:
    opened(recording)[0].past.close()
    index = recording.with_suffix(INDEX_ENDING)
    data = index.read_bytes()
    place = data.rindex(b"\x78\x01")
    index.write_bytes(data[:place] + b"\x00\x00" + data[place + 2 :])
    again, folded = opened(recording)
    assert folded == EVENTS
    again.past.close()
