from typing import cast, get_args

import pytest

from mptui.dashboard.presentation.processes.status import process_status
from mptui.dashboard.presentation.text.glyphs import UNICODE
from mptui.dashboard.presentation.words.waits import wait_text, wait_texts
from mptui.events import ProcessSample, Sampled, WaitKind, WaitStarted
from mptui.model import Run
from tests.dashboard.widgets.runs import run_of, run_with_workers


def waiting(kind: WaitKind, on: str | None = None) -> WaitStarted:
    return WaitStarted(t=10.0, process=1, kind=kind, on=on)


def status_words(run: Run, process: int) -> tuple[str, ...]:
    state, wait = run.processes[process], run.waits.current.get(process)
    return process_status(state, UNICODE, wait, run.now).words


def test_wait_is_said_with_what_for_and_since_when_and_ever_shorter() -> None:
    words = wait_texts(waiting("get", "task_queue"), 13.2)
    assert words[0] == "waiting for task_queue 3.2 s"
    assert words[1] == "waiting for task_queue"
    assert words[-2:] == ("waits get", "waiting")
    assert [len(word) for word in words] == sorted((len(word) for word in words), reverse=True)


@pytest.mark.parametrize("kind", get_args(WaitKind))
def test_every_wait_has_words_with_a_name_and_without(kind: WaitKind) -> None:
    for wait in (waiting(kind), waiting(kind, "thing")):
        words = wait_texts(wait, 10.0)
        assert all(words)
        assert "{" not in "".join(words)
        assert len(words[-1]) <= 8


def test_who_puts_waits_for_room_and_who_sleeps_for_nothing() -> None:
    assert wait_text("put", "results") == "waiting for room in results"
    assert wait_text("sleep", "results") == "sleeping"


def test_unknown_wait_is_said_by_its_name_made_safe() -> None:
    run = run_with_workers(1)
    wait = waiting(cast("WaitKind", "\x1b[2J{x}\n"))
    words = process_status(run.processes[1], UNICODE, wait, 11.0).words
    assert "".join(words).isprintable()
    assert words[1] == "waiting (^[[2J{x}^J)"


def test_name_from_the_program_is_made_safe() -> None:
    words = wait_texts(waiting("lock", "\x1b[2Jlock\n[/bold]"), 11.0)
    assert "".join(words).isprintable()
    assert "[/bold]" in words[0]


def test_status_of_who_waits_says_for_what() -> None:
    run = run_of("lock_wait")
    assert status_words(run, 0)[0].startswith("waiting for Process-2 ")


def test_process_that_computes_is_running_whatever_it_was_last_seen_to_wait_for() -> None:
    run = run_with_workers(1)
    sample = ProcessSample(95.0, 2**24, 0, "R", 1)
    run.apply([Sampled(t=1.0, cores=[95.0], processes={1: sample})])
    state = run.processes[1]
    assert process_status(state, UNICODE, waiting("lock", "lock_a"), 20.0).word == "running"


def test_stopped_process_is_stopped_though_it_waits() -> None:
    run = run_with_workers(1)
    sample = ProcessSample(0.0, 2**24, 0, "T", 1)
    run.apply([Sampled(t=1.0, cores=[0.0], processes={1: sample})])
    assert process_status(run.processes[1], UNICODE, waiting("get"), 20.0).word == "stopped"


def test_wait_stands_out_only_where_something_is_in_the_way() -> None:
    state = run_with_workers(1).processes[1]
    styles = {
        kind: process_status(state, UNICODE, waiting(kind), 11.0).style
        for kind in ("lock", "put", "task", "get", "join")
    }
    assert styles["lock"] == styles["put"] != styles["task"]
    assert styles["task"] == styles["get"] == styles["join"]


@pytest.mark.parametrize(
    ("width", "said"),
    [
        (30, "waiting for task_queue 3.2 s"),
        (24, "waiting for task_queue"),
        (18, "waits task_queue"),
        (9, "waits get"),
        (8, "waiting"),
        (3, "waiting"),
    ],
)
def test_status_says_as_much_as_there_is_room_for(width: int, said: str) -> None:
    state = run_with_workers(1).processes[1]
    status = process_status(state, UNICODE, waiting("get", "task_queue"), 13.2)
    assert status.within(width) == said
