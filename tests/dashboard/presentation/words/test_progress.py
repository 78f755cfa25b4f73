import pytest

from mptui.dashboard.presentation.words.progress import progress_texts, progress_within
from mptui.events import QueueKind
from mptui.model import Progress
from tests.dashboard.widgets.runs import run_of


def progress(
    done: int,
    total: int,
    *,
    name: str = "pool",
    kind: QueueKind = "pool",
    queue: int = 0,
    per_second: float = 12.4,
    seconds_left: float | None = 5.1,
    overdue_seconds: float | None = None,
) -> Progress:
    return Progress(queue, name, kind, done, total, per_second, seconds_left, overdue_seconds)


def test_pool_says_how_far_how_fast_and_how_long_it_takes() -> None:
    assert progress_texts(progress(37, 100), is_live=True) == (
        "pool 37 of 100 · 12/s · 5 s left",
        "pool 37 of 100 · 5 s left",
        "pool 37 of 100",
    )


def test_what_is_still_being_given_has_no_total() -> None:
    pool = progress(37, 52, seconds_left=None)._replace(is_open=True)
    assert progress_texts(pool, is_live=True) == ("pool 37 done · 12/s", "pool 37 done")
    assert progress_texts(pool, is_live=False) == ("pool 37 of 52",)


def test_queue_says_what_was_put_and_got() -> None:
    queue = progress(80, 120, name="task_queue", kind="queue")
    assert progress_texts(queue, is_live=True) == ("task_queue 120 put, 80 got",)


@pytest.mark.parametrize(
    ("one", "is_live"),
    [
        (progress(100, 100, seconds_left=None), True),
        (progress(37, 100), False),
        (progress(0, 100, per_second=0.0, seconds_left=None), True),
    ],
    ids=["done", "over", "not begun"],
)
def test_what_is_done_or_over_or_not_begun_has_no_rate(one: Progress, is_live: bool) -> None:
    assert progress_texts(one, is_live=is_live) == (f"pool {one.done} of 100",)


def test_long_time_left_is_said_in_minutes() -> None:
    assert "2m05s left" in progress_texts(progress(1, 99, seconds_left=125.4), is_live=True)[0]


def test_as_much_is_said_as_there_is_room_for_and_what_is_unfinished_first() -> None:
    both = [
        progress(100, 100, seconds_left=None),
        progress(3, 10, name="executor", kind="executor", queue=1),
    ]
    assert progress_within(both, 80, 3, is_live=True) == (
        "executor 3 of 10 · 12/s · 5 s left",
        "pool 100 of 100",
    )
    assert progress_within(both, 30, 3, is_live=True) == ("executor 3 of 10 · 5 s left",)
    assert progress_within(both, 20, 3, is_live=True) == ("executor 3 of 10",)
    assert progress_within(both, 18, 3, is_live=True) == ()


def test_names_are_made_safe() -> None:
    said = progress_texts(progress(1, 2, name="\x1b[2J[/]"), is_live=True)
    assert "".join(said).isprintable()


def test_progress_of_a_whole_history_is_said() -> None:
    run = run_of("slow_consumer")
    assert progress_within(run.progress, 80, 3, is_live=True) == ("line_queue 6000 put, 600 got",)


def test_while_a_task_takes_longer_than_any_before_it_no_time_is_told_that_is_left() -> None:
    one = progress(7, 8, seconds_left=None, overdue_seconds=65.2)
    assert progress_texts(one, is_live=True) == (
        "pool 7 of 8 · one runs since 1m05s",
        "pool 7 of 8",
    )
    assert progress_texts(one, is_live=False) == ("pool 7 of 8",)


def test_queues_with_the_same_name_are_told_as_one() -> None:
    loaders = [
        progress(10 + n, 12 + n, name="index_queue", kind="simple", queue=n) for n in range(8)
    ]
    other = progress(3, 5, name="index_queue", kind="queue", queue=8)
    pools = [progress(1, 9, queue=9), progress(2, 9, queue=10)]
    said = progress_within([*loaders, other, *pools], 300, 3, is_live=False)
    assert said == (
        "pool 2 of 9",
        "pool 1 of 9",
        "index_queue 5 put, 3 got",
        "8 x index_queue 124 put, 108 got",
    )
