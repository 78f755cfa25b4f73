"""What stands in the place of the cores where a cluster is watched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mptui.dashboard.presentation.machine.cluster_lines import cluster_lines
from mptui.model import Run
from tests.cluster.cluster_story import ADA, ClusterStory
from tests.histories import HISTORIES

if TYPE_CHECKING:
    from collections.abc import Mapping


def lines_of(*answers: Mapping[str, Any]) -> list[str]:
    story = ClusterStory()
    for parts in answers:
        story.answer(story.worker(ADA), **parts)
    run = Run()
    run.apply(story.events)
    assert run.is_cluster
    return ["".join(span.text for span in line) for line in cluster_lines(run)]


def test_before_the_scheduler_has_answered() -> None:
    assert lines_of() == ["cores: not known of a cluster"]


def test_where_the_tasks_are_and_what_is_fetched() -> None:
    first = {"counts": (1, 2, 3, 4, 0), "transfers": (0, 0, 7)}
    assert lines_of(first) == [
        "waiting 1, queued 2, processing 3, in memory 4",
        "transfers: 0 now, 7 so far",
    ]
    second = {"counts": (0, 0, 0, 123_456, 0), "transfers": (2, 3 * 1024 * 1024, 9)}
    assert lines_of(first, second) == [
        "waiting 0, queued 0, processing 0, in memory 123k",
        "transfers: 2 (3.0M) now, 9 so far",
    ]


def test_an_older_dask_that_says_nothing_of_transfers() -> None:
    assert lines_of({"counts": (1, 2, 3, 4, 0)}) == [
        "waiting 1, queued 2, processing 3, in memory 4"
    ]


def test_a_program_is_no_cluster() -> None:
    run = Run()
    run.apply(HISTORIES["gallery_finished"])
    assert not run.is_cluster
