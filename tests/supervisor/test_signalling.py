"""Signals that a person sends: they arrive, are recorded, and explain the ends that follow."""

from __future__ import annotations

import signal
import sys

import pytest

from mptui import events
from mptui.recording import RecordingReader
from mptui.supervisor.supervised_run import SupervisedRun
from tests.running import follow_until, of_type, printed, read_recording, request_for

FAMILY = """
import multiprocessing, signal, time
def below(level):
    if level:
        multiprocessing.Process(target=below, args=(level - 1,), name=f"level-{level}").start()
    signal.signal(signal.SIGUSR1, lambda *_: print("heard", flush=True))
    print("ready", flush=True)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        time.sleep(0.05)
multiprocessing.set_start_method("fork")
below(2)
"""


def started() -> tuple[SupervisedRun, dict[str, int]]:
    """Three processes, each below the other."""
    run = SupervisedRun.start(request_for(sys.executable, "-c", FAMILY))
    with RecordingReader(run.recording) as reader:
        seen = follow_until(
            run, reader, lambda seen: all(b"ready" in printed(seen, n) for n in range(3))
        )
    return run, {one.name: one.process for one in of_type(events.ProcessStarted, seen)}


def until(run: SupervisedRun, count: int) -> list[events.ProcessExited]:
    """So many ends."""
    with RecordingReader(run.recording) as reader:
        seen = follow_until(
            run, reader, lambda seen: len(of_type(events.ProcessExited, seen)) >= count
        )
    return of_type(events.ProcessExited, seen)


def end(run: SupervisedRun) -> list[events.Event]:
    run.kill()
    run.wait()
    run.detach()
    return read_recording(run.recording)


def test_one_process_gets_it_and_its_end_was_asked_for() -> None:
    run, numbers = started()
    try:
        run.send_signal(numbers["level-1"], signal.SIGKILL, is_tree=False)
        (only,) = until(run, 1)
        assert (only.process, only.signal) == (numbers["level-1"], signal.SIGKILL)
        assert only.asked_by_user
        assert only.terminated_by is None
    finally:
        recorded = end(run)
    (sent,) = of_type(events.SignalSent, recorded)
    assert (sent.process, sent.signal) == (numbers["level-1"], signal.SIGKILL)
    others = [one for one in of_type(events.ProcessExited, recorded) if one is not only]
    assert [one.asked_by_user for one in others if one.process != only.process] == [False, False]


def test_all_below_it_get_it_too_and_nobody_above() -> None:
    run, numbers = started()
    try:
        run.send_signal(numbers["level-2"], signal.SIGTERM, is_tree=True)
        ended = until(run, 2)
        assert {one.process for one in ended} == {numbers["level-1"], numbers["level-2"]}
        assert all(one.asked_by_user for one in ended)
    finally:
        end(run)


def test_a_signal_that_the_program_handles_ends_nobody() -> None:
    run, numbers = started()
    try:
        run.send_signal(0, signal.SIGUSR1, is_tree=True)
        with RecordingReader(run.recording) as reader:
            follow_until(
                run, reader, lambda seen: all(b"heard" in printed(seen, n) for n in range(3))
            )
        run.send_signal(numbers["level-1"], signal.SIGSTOP, is_tree=False)
        run.send_signal(numbers["level-1"], signal.SIGCONT, is_tree=False)
    finally:
        recorded = end(run)
    sent = [(one.process, one.signal) for one in of_type(events.SignalSent, recorded)]
    assert sent[-2:] == [(numbers["level-1"], 19), (numbers["level-1"], 18)]
    assert not any(one.asked_by_user for one in of_type(events.ProcessExited, recorded))


@pytest.mark.parametrize(
    "command", [b"signal", b"signal x 9", b"signal 0 99999", b"signal 0 0", b"signal 77 9"]
)
def test_a_command_that_makes_no_sense_is_ignored(command: bytes) -> None:
    run, _ = started()
    run._command(command + b"\n")
    recorded = end(run)
    assert not of_type(events.SignalSent, recorded)
