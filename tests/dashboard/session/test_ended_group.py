from pathlib import Path

import pytest
from msgspec.structs import replace

from mptui import events as ev
from mptui.dashboard.session.ended_group import MEMBERS_KEPT, GroupHistory, read_back
from mptui.model import Run
from mptui.model.processes.processes import ENDED_KEPT
from tests.dashboard.widgets.runs import ended_workers, worker_started

NAME = "ForkPoolWorker"


def run_after(*events: ev.Event) -> Run:
    run = Run()
    run.apply(events)
    return run


def history_of(run: Run, name: str = NAME) -> GroupHistory:
    return GroupHistory(name, tuple(run.ended_groups), tuple(run.processes))


def test_the_last_of_a_group_are_found_again_with_what_they_did() -> None:
    events = list(ended_workers(1000))
    run = run_after(*events)
    history = history_of(run)
    history.apply(events)
    members = history.members
    last = 1000 - ENDED_KEPT
    assert [member.state.process for member in members] == list(
        range(last, last - MEMBERS_KEPT, -1)
    )
    state, task_count = members[0]
    assert (state.name, state.pid, state.exitcode, state.signal) == (
        f"ForkPoolWorker-{last}",
        4200 + last,
        0,
        None,
    )
    assert (task_count, state.line_count) == (1, 1)


def test_a_process_named_late_is_in_the_group_of_its_name() -> None:
    events = list(ended_workers(ENDED_KEPT + 20))
    at, started = next(
        (at, event)
        for at, event in enumerate(events)
        if isinstance(event, ev.ProcessStarted) and event.process == 7
    )
    named = ev.ProcessChanged(t=started.t, process=7, name=started.name)
    events[at : at + 1] = [replace(started, name="python"), named]
    run = run_after(*events)
    history = history_of(run)
    history.apply(events)
    seven = {member.state.process: member for member in history.members}[7]
    assert (seven.state.name, seven.task_count, seven.state.line_count) == (
        "ForkPoolWorker-7",
        1,
        1,
    )


def test_names_without_a_group_of_their_own_are_in_the_empty_one() -> None:
    started = [
        event
        for number in range(1, 700)
        for event in (
            worker_started(number, f"job {chr(0x4E00 + number)}"),
            ev.ProcessExited(t=0.2, process=number, exitcode=0, signal=None),
        )
    ]
    events = [worker_started(0, "main.py"), *started]
    run = run_after(*events)
    history = history_of(run, "")
    history.apply(events)
    assert 0 < len(history.members) <= MEMBERS_KEPT
    assert run.ended_groups[""].count >= len(history.members)


def test_events_of_others_and_of_processes_known_singly_are_left_out() -> None:
    events = list(ended_workers(ENDED_KEPT + 5))
    run = run_after(*events)
    history = history_of(run)
    history.apply(events)
    assert {member.state.process for member in history.members} == {1, 2, 3, 4, 5}


def test_a_recording_is_read_back_piece_by_piece(tmp_path: Path) -> None:
    events = list(ended_workers(1500))
    recording = tmp_path / "run.jsonl"
    recording.write_bytes(b"".join(ev.encode(event) for event in events) + b'{"event": "torn')
    run = run_after(*events)
    history = history_of(run)
    times = list(read_back(recording, history))
    assert times == sorted(times)
    assert times[-1] == events[-1].t
    assert len(history.members) == MEMBERS_KEPT


def test_what_came_after_the_question_is_left_out() -> None:
    events = list(ended_workers(500))
    run = run_after(*events)
    history = GroupHistory(NAME, tuple(run.ended_groups), tuple(run.processes), until=run.now)
    history.apply([*events, *list(ended_workers(50, first=501))[1:]])
    assert history.members[0].state.process == 300


def test_a_recording_that_is_gone_is_said_so(tmp_path: Path) -> None:
    history = history_of(run_after(*ended_workers(1)))
    with pytest.raises(OSError, match="No such file"):
        list(read_back(tmp_path / "gone.jsonl", history))


def test_reading_back_keeps_no_more_than_it_gives() -> None:
    history = GroupHistory(NAME, (NAME,), ())
    history.apply(ended_workers(5000))
    assert len(history._run.processes) <= ENDED_KEPT + 1
    assert len(history._others) <= 1
