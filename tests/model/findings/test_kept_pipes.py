"""Findings about pipes that orphans keep open, and near misses."""

from __future__ import annotations

import pytest

from tests.histories import Story
from tests.model.findings.finding import found, found_by


def told(
    *, wait: str = "receive", seconds: float = 6.0, orphan: str | None = "sleep",
    child_ends: bool = True, kept_by_child: bool = False, timed: bool = False,
) -> Story:  # fmt: skip
    """`check_output(["sh", "-c", "server &"])`."""
    story = Story("deploy.py")
    child = story.process("sh", role="other", instrumented=False)
    server = story.process("server", role="other", parent=child, instrumented=False)
    if orphan is not None:
        story.wait(server, orphan, timed=orphan == "sleep")
    if child_ends:
        story.exit(child, exitcode=0)
    story.wait(story.main, wait, timed=timed)
    story.access([child, server] if kept_by_child else [server], receiver=story.main)
    story.after(seconds)
    story.look({})
    return story


@pytest.mark.parametrize("wait", ["receive", "poll"])
def test_what_a_child_left_behind_keeps_the_pipe_open(wait: str) -> None:
    finding = found_by("pipe-kept-open", told(wait=wait).events)
    assert finding.severity == "warning"
    assert finding.headline == (
        "deploy.py waits for the end of an output, but server, left behind by a child, keeps the "
        "pipe open"
    )
    assert "Only server (pid 4202) has the writing end now, and is sleeping." in finding.evidence
    assert finding.processes == (0, 2)


@pytest.mark.parametrize(
    "story",
    [
        told(seconds=2.0),
        told(orphan=None),
        told(child_ends=False, kept_by_child=True),
        told(child_ends=False),
        told(kept_by_child=True, child_ends=False, orphan="socket"),
        told(wait="join"),
        told(timed=True),
    ],
    ids=["soon", "busy", "the child prints", "not ended", "a server", "no pipe", "with a limit"],
)
def test_whatever_may_still_write_is_waited_for(story: Story) -> None:
    assert "pipe-kept-open" not in {finding.kind for finding in found(story.events)}
