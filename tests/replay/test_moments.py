"""Any moment of a run is what folding its recording up to there gives, wherever one begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mptui import events as ev
from mptui.model import Run
from mptui.model.findings import Findings
from mptui.replay.index import Index
from mptui.replay.moment import Moment
from tests.histories import HISTORIES, recycled_pool
from tests.replay.indexing import note_each
from tests.replay.seen import seen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MOMENTS = 3
STATES = 6


def written(folder: Path, events: Sequence[ev.Event]) -> Path:
    path = folder / "run.jsonl"
    path.write_bytes(b"".join(map(ev.encode, events)))
    return path


def folded(events: Sequence[ev.Event], t: float) -> dict[str, object]:
    """What was known at a moment, event by event."""
    run, findings = Run(), Findings()
    for event in events:
        if event.t > t:
            break
        run.apply([event], before=findings.note)
    return seen(run, findings)


def found(moment: Moment, t: float) -> dict[str, object]:
    while not moment.advance(t):
        pass
    moment.close()
    return seen(moment.run, moment.findings)


def moments_of(events: Sequence[ev.Event]) -> list[float]:
    """The times of some events, and times between two of them."""
    times = sorted({event.t for event in events})
    chosen = times[:: max(1, len(times) // MOMENTS)]
    return [*chosen, *((chosen[0] + t) / 2 for t in chosen), times[-1]]


def begun_late(index: Index, t: float) -> Moment:
    """From a state in the index, not from the beginning."""
    moment = index.before(t)
    assert moment.position or not index.checkpoints or t < index.checkpoints[0].t
    return moment


def indexed(recording: Path, events: Sequence[ev.Event]) -> Index:
    """An index with some states."""
    index = Index(
        recording, stride_events=1, stride_bytes=recording.stat().st_size // STATES, share=0
    )
    note_each(index, events)
    return index


@pytest.mark.parametrize("history", HISTORIES)
def test_a_moment_is_what_was_known_then(tmp_path: Path, history: str) -> None:
    events = HISTORIES[history]
    recording = written(tmp_path, events)
    index = indexed(recording, events)
    for t in moments_of(events):
        known = folded(events, t)
        assert found(Moment(recording), t) == known
        assert found(begun_late(index, t), t) == known
    index.close()


def test_a_moment_of_a_run_that_forgot_most_of_its_processes(tmp_path: Path) -> None:
    events = recycled_pool(ended=900)
    recording = written(tmp_path, events)
    index = indexed(recording, events)
    assert len(index.checkpoints) > 1
    for t in moments_of(events)[-2:]:
        assert found(begun_late(index, t), t) == folded(events, t)
    index.close()


def test_it_goes_on_to_a_later_moment(tmp_path: Path) -> None:
    events = HISTORIES["pool_tasks"]
    moment = Moment(written(tmp_path, events))
    for t in sorted(moments_of(events)):
        while not moment.advance(t):
            pass
        assert seen(moment.run, moment.findings) == folded(events, t)
    moment.close()


def test_the_newest_lines_of_a_long_output_are_there(tmp_path: Path) -> None:
    events: list[ev.Event] = list(HISTORIES["pool_live"])
    t = events[-1].t
    for number in range(60):
        text = "".join(f"line {number} {more} {'x' * 200}\n" for more in range(50))
        t += 0.01
        process = number % 3
        events.append(ev.Output(t=t, process=process, stream="stdout", text=text + "begun"))
    recording = written(tmp_path, events)
    index = indexed(recording, events)
    known = folded(events, t)
    assert found(begun_late(index, t), t) == known
    # Written on from there it is the same as well.
    later = [ev.Output(t=t + 1, process=0, stream="stdout", text=" and ended\nmore\n")]
    with recording.open("ab") as file:
        file.write(b"".join(map(ev.encode, later)))
    assert found(begun_late(index, t + 1), t + 1) == folded([*events, *later], t + 1)
    index.close()
