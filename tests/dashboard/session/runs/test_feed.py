"""The thread that reads a recording while it grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from mptui.dashboard.session.runs.feed import WAITING_BATCHES, Feed
from mptui.events import SCHEMA
from mptui.supervisor.request import RunRequest
from tests.dashboard.recorded_runs import ToldRun
from tests.histories import HISTORIES
from tests.process_table import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from mptui.events import Event

POOL = HISTORIES["pool"]


def told_run(folder: Path) -> ToldRun:
    request = RunRequest(command=("python",), cwd="/", name="told")
    return ToldRun(request, folder / "run.jsonl", POOL)


def take_until_over(feed: Feed) -> list[Event]:
    taken: list[Event] = []

    def is_over() -> bool:
        for batch in feed.read():
            taken.extend(batch.events)
        return feed.is_over

    wait_until(is_over, "the end of the feed")
    return taken


def test_every_event_comes_once_and_in_order(tmp_path: Path) -> None:
    run = told_run(tmp_path)
    feed = Feed(run)
    run.tell(*POOL[:3])
    run.tell(*POOL[3:10])
    run.tell(*POOL[10:])
    run.end()
    assert take_until_over(feed) == POOL
    assert feed.problem is None


def test_taking_never_waits(tmp_path: Path) -> None:
    run = told_run(tmp_path)
    feed = Feed(run)
    assert feed.read() == []
    assert not feed.is_over
    run.end()


def test_what_is_written_before_the_last_news_is_read_too(tmp_path: Path) -> None:
    run = told_run(tmp_path)
    run.tell(*POOL)
    run._news_count = 0
    run.end()
    assert take_until_over(Feed(run)) == POOL


def test_dashboard_that_takes_nothing_makes_the_feed_wait_and_loses_nothing(
    tmp_path: Path,
) -> None:
    run = told_run(tmp_path)
    feed = Feed(run)
    flood = HISTORIES["flood"]
    run.tell(*flood)
    run.end()
    wait_until(lambda: feed._batches.full() or feed._batches.qsize() > 4, "a full queue")
    assert feed._batches.qsize() <= WAITING_BATCHES
    assert take_until_over(feed) == flood


def test_recording_that_is_not_there_ends_the_feed_with_a_reason(tmp_path: Path) -> None:
    run = told_run(tmp_path)
    run.recording.unlink()
    feed = Feed(run)
    assert take_until_over(feed) == []
    assert feed.problem is not None
    assert "No such file" in feed.problem


def test_recording_of_a_newer_version_ends_the_feed_with_a_reason(tmp_path: Path) -> None:
    run = told_run(tmp_path)
    run.tell(msgspec.structs.replace(POOL[0], schema=SCHEMA + 1), *POOL[1:])
    feed = Feed(run)
    assert take_until_over(feed) == []
    assert feed.problem is not None
    assert feed.problem.endswith("; update mptui")
