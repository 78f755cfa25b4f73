"""A row that is drawn again where it changed looks as one that is drawn anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from mptui.dashboard.presentation.text import glyphs
from mptui.dashboard.presentation.timeline import cells, lane_drawing
from mptui.dashboard.presentation.timeline.cells import Pen
from mptui.dashboard.presentation.timeline.glyphs import UNICODE
from mptui.dashboard.presentation.timeline.label_colours import LabelLooks
from mptui.dashboard.presentation.timeline.picture import TimelinePicture
from mptui.dashboard.presentation.timeline.window import SECONDS_A_CELL
from mptui.events import CoreSeconds, Sampled
from mptui.model import Run
from tests.dashboard.timeline_runs import TaskStory, crowd_events, pool_events, thread_events
from tests.histories import HISTORIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mptui.dashboard.presentation.timeline.cells import LaneParts
    from mptui.events import Event

SIZE: Final = (70, 12)
RUNS: Final = {
    **{name: HISTORIES[name] for name in ("pool", "killed_worker", "gallery_finished")},
    "tasks": pool_events(),
    "threads": thread_events(),
    "crowd": crowd_events(30, 4),
}


def picture_of(run: Run) -> TimelinePicture:
    return TimelinePicture(run, Pen(UNICODE, LabelLooks(UNICODE, has_colours=True), glyphs.UNICODE))


@pytest.mark.parametrize("seconds_a_cell", [0.05, 0.2, 1.0])
@pytest.mark.parametrize("name", RUNS)
def test_a_row_drawn_bit_by_bit_is_the_row_drawn_at_once(name: str, seconds_a_cell: float) -> None:
    run = Run()
    picture = picture_of(run)
    picture.window._chosen_zoom = SECONDS_A_CELL.index(seconds_a_cell)
    events = sorted(RUNS[name], key=lambda event: event.t)
    for count, event in enumerate(events):
        run.apply([event])
        picture._changes = -1  # As if something happened, or the window might rest.
        # Else a row rests while nothing happens in it and the window stands in the same cell.
        picture._drawn = {key: one._replace(cells_stamp=()) for key, one in picture._drawn.items()}
        lines = picture.draw(run.now, SIZE)
        if count % 3 == 0 or event is events[-1]:
            fresh = picture_of(run)
            fresh.window._chosen_zoom = picture.window._chosen_zoom
            assert lines == fresh.draw(run.now, SIZE), f"event {count}"


def test_only_what_changed_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    lane_parts = cells.lane_parts

    def counting(lane: object, edges: Sequence[float], *more: object) -> LaneParts:
        known = more[2]
        parts = lane_parts(lane, edges, *more)  # type: ignore[arg-type]
        drawn.append(len(parts.cells) - len(known.cells))  # type: ignore[attr-defined]
        return parts

    monkeypatch.setattr(lane_drawing, "lane_parts", counting)
    story = TaskStory("pool.py")
    worker = story.process("Process-1")
    for second in range(40):
        story.did(worker, "f", second + 0.1, 0.8)
    events: list[Event] = sorted(story.events, key=lambda event: event.t)
    events += [
        Sampled(
            t=second,
            cores=[],
            processes={},
            core_seconds={worker: CoreSeconds(float(second), 0.0)},
        )
        for second in range(41, 44)
    ]
    run = Run()
    run.apply(events)
    picture = picture_of(run)
    picture.draw(run.now, SIZE)
    rows = len(picture.keys)
    assert sum(drawn) > 50 * rows
    drawn.clear()
    run.apply([Sampled(t=44.0, cores=[], processes={})])
    picture.draw(run.now + 1.0, SIZE)
    assert 0 < sum(drawn) <= 12 * rows
