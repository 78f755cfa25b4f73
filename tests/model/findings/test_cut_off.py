"""Findings about daemons that ended with their parent, and near misses."""

from __future__ import annotations

import pytest

from tests.histories import Story
from tests.model.findings.finding import found, found_by


def told(
    *, wait: str | None = None, target: str = "__main__.save", at_end: bool = True, count: int = 3,
    asked: bool = True,
) -> Story:  # fmt: skip
    story = Story("report.py")
    daemons = [story.process(f"Process-{n}", target=target) for n in range(1, count + 1)]
    for daemon in daemons:
        if wait is not None:
            story.wait(daemon, wait, queue=0)
    story.after(0.5)
    for daemon in daemons:
        if asked:
            story.ask(daemon, story.main, at_end=at_end)
        story.exit(daemon, signal=15, terminated_by=story.main if asked else None)
    story.exit(story.main, exitcode=0)
    return story


@pytest.mark.parametrize("wait", [None, "sleep", "lock"])
def test_daemons_that_were_at_something(wait: str | None) -> None:
    finding = found_by("daemons-cut-off", told(wait=wait).events)
    assert finding.severity == "note"
    assert finding.headline == (
        "3 daemon processes were terminated in the middle of something, as report.py came to its "
        "end"
    )
    assert finding.evidence.startswith("Process-1, Process-2 and Process-3 were not waiting")
    assert finding.processes == (1, 2, 3)


@pytest.mark.parametrize(
    "story",
    [
        told(wait="get"),
        told(target="multiprocessing.pool.worker"),
        told(at_end=False),
        told(asked=False),
    ],
    ids=["no work", "a pool's", "terminate()", "somebody else's signal"],
)
def test_whoever_had_nothing_to_do_or_was_meant_is_not_cut_off(story: Story) -> None:
    assert "daemons-cut-off" not in {finding.kind for finding in found(story.events)}
