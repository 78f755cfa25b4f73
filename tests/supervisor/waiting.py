"""Programs that wait, under the real supervisor, and what their processes wait in."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mptui import events
from mptui.recording import RecordingReader
from mptui.supervisor.supervised_run import SupervisedRun
from tests.process_table import wait_until
from tests.running import follow_until, of_type, request_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mptui.events import Event

PRELUDE = """
import json, multiprocessing, os, signal, socket, sys, threading, time

def tell(probe, **rest):
    door = os.open(os.path.join(os.environ["MPTUI_RUN"], "events"), os.O_WRONLY | os.O_NONBLOCK)
    os.write(door, json.dumps({"probe": probe, "pid": os.getpid(), **rest}).encode() + b"\\n")
    os.close(door)

def tell_lock(lock, name, kind="lock"):
    tell("lock", kind=kind, name=name, handle=lock._semlock.handle, object=id(lock._semlock))

def tell_queue(queue, name, kind="queue", **locks):
    handles = {use: lock._semlock.handle for use, lock in locks.items()}
    tell("queue", id=os.fstat(queue._reader.fileno()).st_ino, kind=kind, name=name, locks=handles)

def fork(target, name, *args):
    process = multiprocessing.get_context("fork").Process(target=target, name=name, args=args)
    process.start()
    return process
"""
"""The program tells by itself what its locks and queues are, whatever the probe says of them."""


def can_be_seen() -> bool:
    """Whether the kernel lets a process see what its child waits in."""
    with subprocess.Popen(["/bin/sleep", "60"]) as child:
        line = Path(f"/proc/{child.pid}/syscall")
        try:
            wait_until(lambda: re.match(r"\d", line.read_text()), "the child waits")
        except OSError:
            return False
        finally:
            child.kill()
    return True


@contextlib.contextmanager
def watched(*command: str) -> Iterator[Callable[[Callable[[list[Event]], bool]], list[Event]]]:
    """Run a command until the block is left; gives a way to wait for what is recorded of it."""
    run = SupervisedRun.start(request_for(*command))
    seen: list[Event] = []
    try:
        with RecordingReader(run.recording) as reader:

            def until(is_there: Callable[[list[Event]], bool]) -> list[Event]:
                if not is_there(seen):
                    before = list(seen)
                    seen.extend(follow_until(run, reader, lambda more: is_there(before + more)))
                return seen

            yield until
    finally:
        run.kill()
        run.wait()
        run.detach()


def program(code: str) -> tuple[str, ...]:
    return sys.executable, "-c", PRELUDE + textwrap.dedent(code)


def wait_of(seen: list[Event], process: int, wait: str) -> events.WaitStarted | None:
    """The newest wait of this kind that a process was found in."""
    found = [
        event
        for event in of_type(events.WaitStarted, seen)
        if (event.process, event.kind) == (process, wait)
    ]
    return found[-1] if found else None


def found_waiting(code: str, wait: str, process: int = 0) -> events.WaitStarted:
    """The wait of this kind that a process of this program is found in."""
    with watched(*program(code)) as until:
        found = wait_of(until(lambda seen: wait_of(seen, process, wait) is not None), process, wait)
    assert found is not None
    return found


needs_sight = pytest.mark.skipif(
    not can_be_seen(), reason="the kernel does not let /proc/PID/syscall be read here"
)
