"""When the dashboard looks: counted, not timed."""

from __future__ import annotations

import asyncio
import threading

from mptui.dashboard.terminal.pulse import Pulse

LONG_SECONDS = 1000.0


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_news_that_comes_in_one_piece_is_looked_at_once_and_at_once() -> None:
    beats: list[int] = []
    pulse = Pulse(lambda: beats.append(1), LONG_SECONDS)
    pulse.start()
    for _ in range(100):
        pulse.tell()
    await settle()
    assert beats == [1]
    assert pulse.is_resting


async def test_more_news_waits_until_there_was_a_rest() -> None:
    beats: list[int] = []
    pulse = Pulse(lambda: beats.append(1), LONG_SECONDS)
    pulse.start()
    pulse.tell()
    await settle()
    pulse.tell()
    await settle()
    assert beats == [1]
    assert not pulse.is_resting
    pulse.stop()


async def test_what_is_due_earlier_is_not_put_off() -> None:
    beats: list[int] = []
    pulse = Pulse(lambda: beats.append(1), 0.0)
    pulse.start()
    pulse.due_in(0.0)
    pulse.due_in(LONG_SECONDS)
    await settle()
    assert beats == [1]
    assert pulse.is_resting


async def test_other_threads_may_tell_and_late_ones_too() -> None:
    beats: list[int] = []
    pulse = Pulse(lambda: beats.append(1), 0.0)
    pulse.tell()
    pulse.start()
    thread = threading.Thread(target=pulse.tell)
    thread.start()
    thread.join()
    await settle()
    assert beats == [1]
    pulse.stop()
    pulse.tell()
    pulse.due_in(0.0)
    await settle()
    assert beats == [1]
