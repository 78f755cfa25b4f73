"""What stands in the cells of a lane: ten cells of a second each, unless it says otherwise."""

from typing import TYPE_CHECKING, Final

import pytest

from mptui.dashboard.presentation.text import glyphs
from mptui.dashboard.presentation.timeline.cells import (
    FAILURE,
    Cell,
    LaneLife,
    Pen,
    lane_cells,
    text_on_bar,
)
from mptui.dashboard.presentation.timeline.glyphs import ASCII, UNICODE, TimelineGlyphs
from mptui.dashboard.presentation.timeline.label_colours import (
    LABEL_COLOURS,
    LOOKS_KEPT,
    LabelLooks,
)
from tests.dashboard.timeline_runs import TaskStory, told

if TYPE_CHECKING:
    from collections.abc import Sequence

SECONDS: Final = [float(second) for second in range(11)]


def pen_of(signs: TimelineGlyphs = UNICODE, *, has_colours: bool = True) -> Pen:
    names = glyphs.ASCII if signs is ASCII else glyphs.UNICODE
    return Pen(signs, LabelLooks(signs, has_colours=has_colours), names)


def story_of_one() -> tuple[TaskStory, int]:
    story = TaskStory("pool.py")
    return story, story.process("Process-1")


def cells_of(
    story: TaskStory, worker: int, pen: Pen | None = None, edges: "Sequence[float]" = SECONDS
) -> list[Cell]:
    pen = pen or pen_of()
    life = LaneLife(0.0, None, (pen.glyphs.idle, None))
    return lane_cells(told(story.events).timeline.lanes[worker, None], edges, life, pen)


def text_of(cells: "Sequence[Cell]") -> str:
    return "".join(sign for sign, _ in cells)


def test_a_task_begins_and_ends_within_its_cell() -> None:
    story, worker = story_of_one()
    story.did(worker, "f", 1.25, 3.25)
    cells = cells_of(story, worker)
    assert text_of(cells) == "─▎f█▌─────"
    # Blocks that are filled from the right are drawn by their blank part, turned round.
    style = cells[1][1]
    assert style is not None
    assert style.reverse
    style = cells[4][1]
    assert style is not None
    assert not style.reverse


def test_two_tasks_of_one_function_are_parted_and_two_of_different_ones_meet() -> None:
    story, worker = story_of_one()
    story.did(worker, "f", 0.0, 3.5)
    story.did(worker, "f", 3.5, 3.25)
    story.did(worker, "g", 6.75, 3.25)
    cells = cells_of(story, worker)
    assert text_of(cells) == "f██▉f█▊g██"
    style = cells[6][1]
    assert style is not None
    assert (style.foreground, style.background) == LABEL_COLOURS[:2]


def test_tasks_that_meet_at_an_edge_are_parted_too() -> None:
    story, worker = story_of_one()
    story.did(worker, "f", 0.0, 4.0)
    story.did(worker, "f", 4.0, 4.0)
    assert text_of(cells_of(story, worker)) == "f██▉f███──"


def test_many_short_tasks_are_as_high_as_they_kept_it_busy() -> None:
    story, worker = story_of_one()
    for number in range(40):
        story.did(worker, "f", number / 10, 0.05)
    story.did_many(worker, "f", 5.0, 4.0, 10_000, 0.25)
    assert text_of(cells_of(story, worker)) == "▄▄▄▄─▂▂▂▂─"


def test_a_single_short_task_is_never_lost_from_sight() -> None:
    story, worker = story_of_one()
    story.did(worker, "f", 4.5, 0.0001)
    assert text_of(cells_of(story, worker)) == "────▁─────"


def test_what_a_task_is_stands_on_its_bar_where_there_is_room() -> None:
    assert text_on_bar("shapes.cube", "8", 20) == "shapes.cube(8)"
    assert text_on_bar("shapes.cube", "8", 10) == "cube(8)"
    assert text_on_bar("shapes.cube", "8", 3) == "8"
    assert text_on_bar("shapes.cube", None, 4) == "cube"
    assert text_on_bar("shapes.cube", "8", 0) == ""
    assert text_on_bar(None, None, 10) == ""


def test_text_from_outside_takes_exactly_its_cells_and_hides_nothing() -> None:
    assert text_on_bar("\x1b[31m", None, 10) == "^[[31m"
    assert text_on_bar("漢字", "1", 20) == "1"
    assert text_on_bar("z\u0301", None, 10) == ""


def test_waits_are_lines_and_waiting_for_work_is_the_thinnest() -> None:
    story, worker = story_of_one()
    story.waited(worker, "task", 0.0, 2.0)
    story.waited(worker, "lock", 2.0, 3.0, "lock")
    story.waits(worker, "result", 5.0)
    cells = cells_of(story, worker)
    assert text_of(cells) == "──┄┄┄┄┄┄┄┄"
    assert cells[3][1] != cells[7][1], "in the way of each other, or just not ready yet"


def test_a_task_that_waits_is_both() -> None:
    story, worker = story_of_one()
    story.waited(worker, "lock", 4.0, 4.0, "lock")
    story.did(worker, "f", 0.0, 10.0)
    cells = cells_of(story, worker)
    assert text_of(cells) == "f███┄┄┄┄██"
    style = cells[5][1]
    assert style is not None
    assert (style.foreground, style.reverse) == (LABEL_COLOURS[0], True)


def test_a_failed_task_is_marked_where_it_ended_and_only_there() -> None:
    story, worker = story_of_one()
    story.did(worker, "f", 1.0, 4.5, error="ValueError")
    story.did(worker, "g", 6.0, 0.001, error="ValueError")
    story.did(worker, "f", 7.0, 2.0)
    cells = cells_of(story, worker)
    assert text_of(cells) == "─f███✗✗f█─"
    assert cells[5][1] is FAILURE


def test_failed_tasks_one_after_the_other_are_each_marked() -> None:
    story, worker = story_of_one()
    story.did(worker, "f", 0.0, 4.5, error="ValueError")
    story.did(worker, "f", 4.5, 4.0, error="ValueError")
    assert text_of(cells_of(story, worker)) == "f███✗f██✗─"


def test_a_lost_task_has_a_sign_of_its_own() -> None:
    story, worker = story_of_one()
    story.does(worker, "f", 2.0, "7")
    story.t = 6.5
    story.exit(worker, signal=9)
    assert text_of(cells_of(story, worker))[:7] == f"──f(7){UNICODE.lost}"


def test_without_colour_each_function_has_a_pattern_and_text_stands_free_in_it() -> None:
    story, worker = story_of_one()
    story.did(worker, "f", 0.0, 3.0)
    story.did(worker, "g", 3.0, 7.0)
    pen = pen_of(has_colours=False)
    cells = cells_of(story, worker, pen)
    assert text_of(cells) == "f██▓ g ▓▓▓"
    assert all(style is None or style.foreground is None for _, style in cells)


def test_ascii_draws_nothing_else() -> None:
    story, worker = story_of_one()
    story.did(worker, "f", 0.3, 3.0, error="ValueError")
    story.did(worker, "f", 3.3, 3.0)
    story.did(worker, "f", 6.3, 0.2)
    story.waits(worker, "lock", 7.0)
    assert text_of(cells_of(story, worker, pen_of(ASCII))).isascii()


def test_nobody_is_seen_before_the_begin_and_after_the_end() -> None:
    story, worker = story_of_one()
    lane = told(story.events).timeline.lanes[worker, None]
    life = LaneLife(2.5, 6.5, (UNICODE.running, None))
    assert text_of(lane_cells(lane, SECONDS, life, pen_of())) == "  ━━━━━   "


@pytest.mark.parametrize("edges", [[0.0, 1e-5], [9.0, 9.5, 10.0], [4.0, 5.0]])
def test_any_stretch_can_be_drawn(edges: list[float]) -> None:
    story, worker = story_of_one()
    for number in range(100):
        story.did(worker, "f", number / 10, 0.1, item=str(number))
    story.does(worker, "f", 10.0)
    assert len(cells_of(story, worker, edges=edges)) == len(edges) - 1


def test_functions_keep_their_looks_and_beyond_the_colours_get_another_pattern() -> None:
    looks = LabelLooks(UNICODE, has_colours=True)
    first = looks.of("first")
    names = [f"f{number}" for number in range(40)]
    looks.learn(names)
    assert looks.of("first") is first
    assert len({looks.of(name) for name in names[: 2 * len(LABEL_COLOURS)]}) == 12
    assert looks.of(None) not in {looks.of(name) for name in names}
    assert looks.labels == ("first", *names)


def test_looks_without_colour_are_told_apart_by_pattern_alone() -> None:
    for signs in (UNICODE, ASCII):
        looks = LabelLooks(signs, has_colours=False)
        names = [f"f{number}" for number in range(len(signs.fills) - 1)]
        assert len({looks.of(name).full for name in [None, *names]}) == len(signs.fills)


def test_no_more_functions_are_given_a_look_than_can_be_remembered() -> None:
    looks = LabelLooks(UNICODE, has_colours=True)
    looks.learn(f"function_{number}" for number in range(10 * LOOKS_KEPT))
    assert len(looks.labels) == LOOKS_KEPT
    assert looks.of("one more") == looks.of(None)
