"""What a job that hangs says when its limit ends it: what held before, nothing of the stop."""

from __future__ import annotations

import json
from typing import Any

from tests.commanding import mptui

HANGS = """
import multiprocessing
context = multiprocessing.get_context("fork")
pen, paper = context.Lock(), context.Lock()
def write(first, second, barrier):
    with first:
        barrier.wait()
        with second:
            pass
barrier = context.Barrier(2)
workers = [
    context.Process(target=write, args=(pen, paper, barrier), name="Ada"),
    context.Process(target=write, args=(paper, pen, barrier), name="Ben"),
]
for worker in workers: worker.start()
for worker in workers: worker.join()
"""
WAITS_FOR_A_SERVER = """
import multiprocessing, socket
context = multiprocessing.get_context("fork")
listening = socket.create_server(("127.0.0.1", 0))
def ask():
    with socket.create_connection(listening.getsockname()) as server:
        server.recv(1)
workers = [context.Process(target=ask) for _ in range(3)]
for worker in workers: worker.start()
for worker in workers: worker.join()
"""


def found(recording: bytes) -> list[dict[str, Any]]:
    return json.loads(mptui("findings", "--json", "-", stdin=recording).stdout)  # type: ignore[no-any-return]


def test_what_held_at_the_limit_is_kept_and_dated() -> None:
    run = mptui("run", "--json", "--limit", "6", "-c", HANGS)
    assert run.returncode == 124
    (one,) = found(run.stdout)
    assert (one["kind"], one["severity"]) == ("deadlock", "error")
    assert one["since"] < 5 < 6 <= one["until"] < 8


def test_what_only_the_stop_did_is_not_found() -> None:
    run = mptui("run", "--json", "--limit", "2", "-c", WAITS_FOR_A_SERVER)
    assert run.returncode == 124
    assert found(run.stdout) == []
