import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mptui.model import Bar, CellShare, Lane
from mptui.model.timeline.lane import DETAIL_CHARACTERS
from mptui.model.timeline.track import Interval, Track
from tests.histories import HISTORIES
from tests.model.telling import counted, done, exited, run_of, running, waited, waits

EDGES = [n / 2 for n in range(21)]


def lane_of(*events: object) -> Lane:
    return run_of(*events).timeline.lanes[1, None]  # type: ignore[arg-type]


@st.composite
def sequences(draw: st.DrawFn) -> list[tuple[float, float, str, bool]]:
    """Tasks that follow each other: began, ended, function, ok."""
    spans = []
    t = 0.0
    for _ in range(draw(st.integers(0, 60))):
        t += draw(st.sampled_from([0.0, 0.01, 0.3, 2.0]))
        ended = t + draw(st.sampled_from([0.0, 0.01, 0.05, 0.7, 4.0]))
        ok = ended == t or draw(st.booleans())
        spans.append((t, ended, draw(st.sampled_from("fgh")), ok))
        t = ended
    return spans


def overlap(began: float, ended: float, start: float, end: float) -> float:
    return max(min(ended, end) - max(began, start), 0.0)


def assert_shares_add_up(tasks: list[tuple[float, float, str, bool]], edges: list[float]) -> None:
    lane = lane_of(*(done(began, ended, task=task, ok=ok) for began, ended, task, ok in tasks))
    shares = lane.shares(edges)
    assert len(shares) == len(edges) - 1
    for share, (left, right) in zip(shares, itertools.pairwise(edges), strict=True):
        inside = [task for task in tasks if overlap(*task[:2], left, right) > 1e-9]
        seconds = sum(overlap(*task[:2], left, right) for task in inside)
        assert share.task_share == pytest.approx(seconds / (right - left), abs=1e-6)
        assert share.wait_share == 0.0
        if seconds > 1e-6:
            assert share.kind == "task"
            # One of no length at all may give its name to the cell of its neighbours.
            touching = {task for began, ended, task, _ in tasks if began <= right and ended >= left}
            assert share.label in touching
            assert share.ok == all(ok for *_, ok in inside)


@given(sequences(), st.integers(1, 40), st.floats(0.0, 20.0), st.floats(0.1, 60.0))
def test_shares_are_what_adding_up_every_bar_gives(
    tasks: list[tuple[float, float, str, bool]], cells: int, start: float, length: float
) -> None:
    # Begins and ends are hundredths; none lies so near to an edge that rounding could move it.
    edges = [round(start + length * n / cells, 2) + 0.003 for n in range(cells + 1)]
    assert_shares_add_up(tasks, sorted(set(edges)))


@given(
    st.lists(st.sampled_from([0, 1, 2, 5]), max_size=40).map(lambda steps: [0, *steps]),
    st.lists(st.integers(0, 60), min_size=2, max_size=40, unique=True).map(sorted),
)
def test_shares_are_right_where_bars_begin_and_end_at_the_edges(
    steps: list[int], edges: list[int]
) -> None:
    moments = list(itertools.accumulate(steps))
    tasks = [
        (float(began), float(ended), "fg"[n % 2], True)
        for n, (began, ended) in enumerate(itertools.pairwise(moments))
        if n % 3
    ]
    assert_shares_add_up(tasks, [float(edge) for edge in edges])


@given(sequences(), st.integers(0, 30), st.integers(0, 30))
def test_the_bars_of_a_stretch_are_those_that_touch_it_in_order(
    tasks: list[tuple[float, float, str, bool]], start: int, length: int
) -> None:
    # All times are hundredths, so none lies near enough to these to be rounded past them.
    left, right = start + 0.005, start + length + 0.005
    lane = lane_of(*(done(began, ended, task=task, ok=ok) for began, ended, task, ok in tasks))
    bars = lane.between(left, right)
    assert [(bar.label, bar.ok) for bar in bars] == [
        (task, ok) for began, ended, task, ok in tasks if began <= right and ended >= left
    ]
    assert [bar.began for bar in bars] == sorted(bar.began for bar in bars)


def test_a_cell_has_the_label_of_what_fills_most_of_it() -> None:
    lane = lane_of(done(0.0, 0.2, task="a"), done(0.2, 0.9, task="b"), done(0.9, 1.0, task="c"))
    assert [share.label for share in lane.shares([0.0, 1.0])] == ["b"]
    many = [done(n / 100, (n + 1) / 100, task="ab"[n >= 40]) for n in range(100)]
    assert lane_of(*many).shares([0.0, 1.0])[0].task_share == 1.0


def test_a_bar_knows_what_was_told_of_it() -> None:
    (bar,) = lane_of(done(1.0, 2.5, task="module.f", ok=False)).between(0, 9)
    assert bar == Bar(1.0, 2.5, "task", "module.f", ok=False, count=1, busy_seconds=1.5, detail="1")
    (bar,) = lane_of(waited(1.0, 2.5, "put")).between(0, 9)
    assert bar == Bar(1.0, 2.5, "wait", "a_lock", busy_seconds=1.5, wait="put")


def test_what_goes_on_has_no_end_and_fills_every_cell_after_its_beginning() -> None:
    lane = lane_of(running(1.0), waits(2.0))
    assert [(bar.kind, bar.began, bar.ended) for bar in lane.between(0, 9)] == [
        ("task", 1.0, None),
        ("wait", 2.0, None),
    ]
    shares = lane.shares([0.0, 1.0, 2.0, 3.0])
    assert [share.task_share for share in shares] == [0.0, 1.0, 1.0]
    assert [share.wait_share for share in shares] == [0.0, 0.0, 1.0]


def test_a_task_that_waits_is_shown_as_both() -> None:
    lane = lane_of(waited(1.0, 2.0), done(0.0, 3.0))
    share = lane.shares([1.0, 2.0])[0]
    assert share == CellShare("f", "task", ok=True, task_share=1.0, wait_share=1.0, wait="lock")
    bar = lane.at(1.5)
    assert bar is not None
    assert bar.kind == "wait"


def test_a_cell_of_waiting_alone_says_for_what() -> None:
    share = lane_of(waited(0.0, 0.5)).shares([0.0, 1.0])[0]
    assert share == CellShare(
        "a_lock", "wait", ok=True, task_share=0.0, wait_share=0.5, wait="lock"
    )


def test_a_lost_task_stands_out_from_all_the_others() -> None:
    lane = lane_of(done(0.0, 1.9), running(1.95), exited(2.0))
    share = lane.shares([1.0, 2.0])[0]
    assert (share.kind, share.ok) == ("lost", False)
    assert share.task_share == pytest.approx(0.95)
    bar = lane.between(1.99, 3.0)[-1]
    assert (bar.kind, bar.began, bar.ended, bar.ok) == ("lost", 1.95, 2.0, False)


def test_nothing_is_an_empty_cell() -> None:
    lane = lane_of()
    assert (
        lane.shares(EDGES) == [CellShare(None, None, ok=True, task_share=0.0, wait_share=0.0)] * 20
    )
    assert (lane.at(1.0), lane.between(0, 9), lane.first_began) == (None, [], None)
    assert lane.shares([1.0]) == lane.shares([]) == []


def test_at_tells_what_went_on_at_a_moment() -> None:
    lane = lane_of(done(1.0, 2.0, task="a"), done(3.0, 4.0, task="b"))
    assert [bar and bar.label for bar in map(lane.at, (0.5, 1.5, 2.5, 3.5, 4.5))] == [
        None, "a", None, "b", None,
    ]  # fmt: skip
    assert lane.first_began == 1.0


def test_counted_tasks_are_one_bar_that_is_as_full_as_they_were_busy() -> None:
    lane = lane_of(counted(1.0, 2.0, count=50, seconds=0.4))
    (bar,) = lane.between(0, 9)
    assert (bar.began, bar.ended, bar.count) == (1.0, 2.0, 50)
    assert bar.busy_seconds == pytest.approx(0.4)
    assert [share.task_share for share in lane.shares([1.0, 1.5, 2.0])] == pytest.approx([0.4, 0.4])


def test_counted_tasks_that_go_on_as_before_make_the_bar_longer() -> None:
    spans = [counted(n / 4, (n + 1) / 4, count=10, seconds=0.1) for n in range(40)]
    lane = lane_of(*spans)
    (bar,) = lane.between(0, 99)
    assert (bar.began, bar.ended, bar.count) == (0.0, 10.0, 400)
    assert bar.busy_seconds == pytest.approx(4.0)


def test_counted_tasks_that_differ_stay_apart() -> None:
    lane = lane_of(
        counted(0.0, 1.0, seconds=0.9),
        counted(1.0, 2.0, seconds=0.1),
        counted(2.0, 3.0, seconds=0.1, failed=1),
        counted(4.0, 5.0, seconds=0.1, failed=1),
        counted(5.0, 6.0, seconds=0.1, failed=1, task="g"),
    )
    assert [bar.began for bar in lane.between(0, 9)] == [0.0, 1.0, 2.0, 4.0, 5.0]


def test_single_tasks_beside_counted_ones_hide_nothing() -> None:
    lane = lane_of(
        done(0.1, 0.2, task="slow"),
        counted(0.0, 1.0, seconds=0.2),
        counted(0.0, 1.0, seconds=0.3, task="g"),
        counted(1.0, 2.0, seconds=0.2),
        counted(1.0, 2.0, seconds=0.3, task="g"),
    )
    assert [(bar.label, bar.count) for bar in lane.between(0, 9)] == [
        ("f", 200),
        ("g", 200),
        ("slow", 1),
    ]
    assert [share.task_share for share in lane.shares([0.0, 1.0, 2.0])] == pytest.approx([0.6, 0.5])


def test_a_lane_keeps_the_newest_bars_and_says_what_it_dropped() -> None:
    lane = Lane(1, None, max_bars=100)
    assert lane.dropped_until is None
    for n in range(1000):
        lane.add_task(n, n + 0.5, "f", None, failed=0)
    bars = lane.between(0, 2000)
    assert 75 <= len(bars) <= 100
    assert [bar.began for bar in bars] == list(range(1000 - len(bars), 1000))
    assert lane.first_began == bars[0].began
    assert lane.dropped_until == bars[0].began - 0.5
    shares = lane.shares([990.0, 990.5, 991.0])
    assert [share.task_share for share in shares] == pytest.approx([1.0, 0.0])


def test_bars_told_late_stand_in_their_place() -> None:
    lane = lane_of(
        done(5.0, 6.0), done(1.0, 2.0), done(5.5, 7.0), waited(4.0, 5.0), waited(1.0, 2.0)
    )
    assert [bar.began for bar in lane.between(0, 9) if bar.kind == "task"] == [1.0, 5.0, 5.5]
    assert lane.shares([1.0, 2.0])[0].task_share == 1.0


def test_a_long_text_is_not_kept_whole_for_every_bar() -> None:
    lane = Lane(1, None)
    lane.add_task(0.0, 1.0, "f", "x" * 100_000, failed=0)
    bar = lane.at(0.5)
    assert bar is not None
    assert bar.detail == "x" * DETAIL_CHARACTERS


def test_a_lane_counts_its_changes_and_those_of_no_other() -> None:
    run = run_of(workers=2)
    lane, other = run.timeline.lanes[1, None], run.timeline.lanes[2, None]
    for event in (
        running(1.0), done(1.0, 2.0), counted(2.0, 3.0), waits(3.0), waited(3.0, 4.0),
        running(4.0), exited(5.0),
    ):  # fmt: skip
        before, all_before, other_before = lane.changes, run.timeline.changes, other.changes
        run.apply([event])
        assert lane.changes > before
        assert run.timeline.changes > all_before
        assert other.changes == other_before


@pytest.mark.parametrize("name", HISTORIES)
def test_cells_of_every_history_are_full_at_most(name: str) -> None:
    run = run_of()
    run.apply(HISTORIES[name])
    edges = [run.now * n / 97 for n in range(98)]
    for lane in run.timeline.lanes.values():
        for share in lane.shares(edges):
            assert 0.0 <= share.task_share <= 1.0
            assert 0.0 <= share.wait_share <= 1.0
            assert (share.kind is None) == (share.task_share == 0.0 == share.wait_share)


def test_spans_that_overlap_are_cut() -> None:
    track = Track()
    track.add(0.0, 2.0, 0, "a", None)
    track.add(1.0, 3.0, 0, "b", None)
    track.add_many(Interval(2.5, 4.0, 9.0, 5, 0, "c", None))
    assert [(track[n].began, track[n].ended) for n in range(3)] == [(0, 2), (2, 3), (3, 4)]
    assert track[2].busy_seconds == 1.0
    assert track.busy_seconds(0.0, 4.0) == 4.0
