"""All rules together: silent where all is well, in order, the same however the events came."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mptui import events as ev
from mptui.model import Run
from mptui.model.findings import Findings
from tests.histories import HISTORIES, Story
from tests.model.findings.finding import found, rules

RAISING = {
    "cluster": ["cluster-worker-lost"],
    "killed_worker": ["worker-crashed"],
    "ends": ["worker-crashed", "worker-crashed", "worker-failed"],
    "torn_lines": ["worker-failed"],
    "tiny_tasks": ["chunks-too-small"],
    "killed_in_task": ["worker-died-in-task"],
    "lost_results": ["failure-unasked", "tasks-discarded"],
    "deadlock": ["deadlock"],
    "lost_lock": ["deadlock"],
    "training": ["gpu-starves"],
    "slow_consumer": ["queue-grows"],
    "shared_core": ["oversubscribed"],
    "piles": ["descriptors-rise", "shared-memory-left"],
}


@pytest.mark.parametrize("name", HISTORIES)
def test_only_what_is_amiss_is_found(name: str) -> None:
    assert rules(HISTORIES[name]) == RAISING.get(name, [])


@pytest.mark.parametrize("name", HISTORIES)
def test_the_size_of_the_batches_changes_nothing(name: str) -> None:
    run, findings = Run(), Findings()
    for event in HISTORIES[name]:
        run.apply([event], before=findings.note)
    assert findings.find(run) == found(HISTORIES[name])


@pytest.mark.parametrize("name", HISTORIES)
def test_to_look_changes_nothing(name: str) -> None:
    run, findings = Run(), Findings()
    for event in HISTORIES[name]:
        run.apply([event], before=findings.note)
        if len(HISTORIES[name]) < 1000:
            findings.find(run)
    assert findings.find(run) == findings.find(run) == found(HISTORIES[name])


@given(
    st.sampled_from(sorted(set(HISTORIES) - {"flood"})).flatmap(
        lambda name: st.lists(st.sampled_from(HISTORIES[name]), max_size=60)
    )
)
def test_events_in_any_order_and_number_never_raise(events: list[ev.Event]) -> None:
    for finding in found(events):
        assert finding.headline
        assert finding.evidence
        assert finding.advice


def test_the_worst_comes_first() -> None:
    events = [
        *HISTORIES["deadlock"],
        *(event for event in HISTORIES["slow_consumer"] if isinstance(event, ev.QueueSampled)),
    ]
    assert [one.severity for one in found(events)] == ["error", "warning"]


def test_names_from_the_program_are_cut_but_never_break_a_sentence() -> None:
    story = Story("hostile.py")
    worker = story.process("\x1b]0;" + 500 * "x" + "\n", target="{}{0}%s")
    story.executor = "pool"
    story.task_started(worker, "{}%s[bold]", "{item}" * 100)
    story.exit(worker, signal=9, oom=True)
    (finding,) = found(story.events)
    assert len(finding.headline) < 250
    assert "{}%s[bold]" in finding.headline


def test_impossible_figures_of_tasks_are_left_out() -> None:
    story = Story("wrong.py")
    worker = story.process("Process-1")
    for count, seconds in ((10**400, 1.0), (-5, 1.0), (10**9, -1.0), (10**12, 1e300)):
        story.events.append(
            ev.TasksCounted(
                t=2.0,
                process=worker,
                label="wrong",
                count=count,
                failed=0,
                seconds_total=seconds,
                seconds_max=1.0,
                items=count,
                since=1.0,
                histogram={10**6: count},
                executor="pool",
            )
        )
    assert found(story.events) == ()
