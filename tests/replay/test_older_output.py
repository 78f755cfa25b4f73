"""Lines that are no longer kept: read back from the recording, they are what they were."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from mptui import events as ev
from mptui.replay.frozen_state import DamagedStateError
from mptui.replay.older_output import CHUNKS_KEPT, OlderOutput
from mptui.replay.output_marks import OutputMarks
from tests.histories import Story
from tests.replay.recorded_output import CHUNK_BYTES, RING_BYTES, RecordedOutput, recorded

if TYPE_CHECKING:
    from pathlib import Path

PAGE = 40
REDRAWN = "\x1b[?25lbar 1\nbar 2\n\x1b[2A\x1b[Kbar 1!\n"


def torn_output(seed: int = 1) -> list[ev.Event]:
    """What three workers print in pieces that end anywhere, one of them bytes, one redraws."""
    story = Story("train.py")
    workers = [story.process(f"Process-{number}") for number in (1, 2, 3)]
    texts = {
        worker: "".join(f'worker {worker} says "é" line {n}\n' for n in range(400))
        for worker in workers
    }
    chance = random.Random(seed)
    while any(texts.values()):
        worker = chance.choice(workers)
        size = chance.choice((1, 30, 200, 700))
        text, texts[worker] = texts[worker][:size], texts[worker][size:]
        story.after(0.01)
        if worker == workers[1] and text:
            data = text.encode("latin-1")
            one = ev.Output(t=story.t, process=worker, stream="stderr", data=data)
            story.events.append(one)
        elif text:
            story.say(worker, text)
        if chance.random() < 0.1:
            story.say(workers[2], REDRAWN, "stderr")
    story.say(workers[0], "no line feed")
    story.exit(workers[0], 0)
    return story.finish(0)


@pytest.fixture
def torn(tmp_path: Path) -> RecordedOutput:
    return recorded(tmp_path / "run.jsonl", torn_output())


def test_page_by_page_every_line_is_what_and_where_it_was(torn: RecordedOutput) -> None:
    for log in (None, *torn.whole.logs):
        was = torn.whole.merged if log is None else torn.whole.logs[log]
        kept = torn.run.merged if log is None else torn.run.logs[log]
        assert kept.end_line == was.end_line
        lines = []
        for start in range(0, kept.first_line, PAGE):
            lines += torn.older.lines(log, start, min(start + PAGE, kept.first_line))
        assert lines == was.lines(0, kept.first_line)
    assert torn.run.merged.first_line > 100


def test_what_is_read_back_takes_a_bounded_part_of_memory(torn: RecordedOutput) -> None:
    most = 0
    for start in range(0, torn.run.merged.first_line, PAGE):
        torn.older.lines(None, start, start + PAGE)
        most = max(most, torn.older.kept_bytes)
    assert most < 3 * CHUNKS_KEPT * CHUNK_BYTES
    assert torn.whole.merged.size > 2 * most


def test_times_lead_to_lines_and_back(torn: RecordedOutput) -> None:
    for number in range(0, torn.run.merged.first_line, 97):
        t = torn.older.time_of(None, number)
        assert t == torn.whole.merged.time_of(number)
        assert t is not None
        line = torn.older.line_at(None, t)
        assert line is not None
        assert line <= number
        assert torn.older.time_of(None, line) == t


@pytest.mark.parametrize("most", [4, 10])
def test_of_a_long_recording_only_so_many_marks_are_kept(tmp_path: Path, most: int) -> None:
    found = recorded(tmp_path / "run.jsonl", torn_output(2), chunk_bytes=200, most_marks=most)
    for log in (None, 1, 2, 3):
        was = found.whole.merged if log is None else found.whole.logs[log]
        assert found.older.lines(log, 0, was.end_line) == was.lines(0, was.end_line)
    begins = {found.older.marks.chunk_with(None, n).begin for n in range(was.end_line)}
    assert len(begins) <= most + 1


def test_the_marks_can_be_kept_in_a_file(torn: RecordedOutput) -> None:
    again = OutputMarks.of_bytes(torn.older.marks.as_bytes())
    older = OlderOutput(torn.older.recording, again)
    end = torn.whole.merged.end_line
    assert older.lines(None, 0, end) == torn.whole.merged.lines(0, end)
    assert older.reaches(torn.run, torn.run.merged)
    with pytest.raises(DamagedStateError):
        OutputMarks.of_bytes(b"no marks")


def test_what_cannot_be_read_is_not_there_and_it_is_said_why(torn: RecordedOutput) -> None:
    nothing = OlderOutput(torn.older.recording, OutputMarks())
    assert not nothing.reaches(torn.run, torn.run.merged)
    torn.older.recording.unlink()
    assert torn.older.lines(None, 0, PAGE) == []
    assert "run.jsonl" in (torn.older.problem or "")


def test_where_output_is_missing_in_the_recording_is_known(tmp_path: Path) -> None:
    story = Story("train.py")
    worker = story.process("Process-1")
    story.say(worker, "before\n" * RING_BYTES)
    story.events.append(ev.EventsDropped(t=story.t, what="output", count=7))
    story.say(worker, "after\n" * RING_BYTES)
    found = recorded(tmp_path / "run.jsonl", story.finish(0), batch=1)
    gap = found.older.gap_between(RING_BYTES - 5, RING_BYTES + 5)
    assert gap is not None
    assert (gap.first_line, gap.end_line, gap.pieces) == (RING_BYTES, RING_BYTES, 7)
    assert found.older.gap_between(0, PAGE) is None


def test_in_the_middle_of_what_is_yet_to_be_noted_all_that_is_dropped_can_be_read(
    torn: RecordedOutput,
) -> None:
    torn.run.apply([ev.Output(t=torn.run.now + 1, process=2, stream="stdout", text="one more\n")])
    assert torn.older.reaches(torn.run, torn.run.merged)
    assert torn.older.reaches(torn.run, torn.run.logs[2])
