"""What a process does with a signal is read from outside."""

from __future__ import annotations

import os
import signal

from mptui import events
from mptui.supervisor.linux.dispositions import disposition_of
from tests.running import of_type, run_code

CHILDREN = """
import multiprocessing, signal, sys, time

def handler(*_):
    pass

def serve(ready, what):
    if what == "ignored": signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if what == "blocked": signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    if what == "default": signal.signal(signal.SIGTERM, signal.SIG_DFL)
    ready.put(what)
    time.sleep(100)

signal.signal(signal.SIGTERM, handler)
context = multiprocessing.get_context("fork")
ready = context.SimpleQueue()
for what in "caught", "ignored", "blocked", "default":
    child = context.Process(target=serve, args=(ready, what), name=what)
    child.start()
    ready.get()
    child.terminate()
    time.sleep(0.3)
    child.kill()
    child.join()
"""


def test_a_request_is_recorded_with_what_the_asked_process_does_with_the_signal() -> None:
    seen = run_code(CHILDREN)
    names = {one.process: one.name for one in of_type(events.ProcessStarted, seen)}
    asked = [one for one in of_type(events.ProcessAsked, seen) if one.signal == signal.SIGTERM]
    known = {names[one.process]: one.disposition for one in asked}
    # Whoever ends of it may have done so before one looks.
    assert known.pop("default") in {"default", None}
    assert known == {"caught": "caught", "ignored": "ignored", "blocked": "blocked"}


def test_of_a_process_that_is_not_there_nothing_is_known() -> None:
    assert disposition_of(2**22 - 1, signal.SIGTERM) is None


def test_python_catches_interrupts() -> None:
    assert disposition_of(os.getpid(), signal.SIGINT) == "caught"
    assert disposition_of(os.getpid(), signal.SIGKILL) == "default"
