"""What the kernel accounts to real processes: on a core, or ready but without one."""

from __future__ import annotations

import os
import textwrap
from typing import TYPE_CHECKING

import pytest

from mptui import events
from mptui.supervisor.linux import kernel
from mptui.supervisor.linux.proc_files import ProcFiles
from mptui.supervisor.samples.core_accounts import account_in, read_trace
from tests.running import of_type, run_code
from tests.supervisor.altering import alter_supervisor
from tests.supervisor.waiting import program, watched

if TYPE_CHECKING:
    from pathlib import Path

    from mptui.events import CoreSeconds, Event

ENOUGH_SECONDS = 0.5


def accounted_here() -> bool:
    """Whether this kernel keeps accounts at all."""
    files = ProcFiles()
    pid = os.getpid()
    try:
        account = account_in(read_trace(files, 0, pid, pid))
    finally:
        files.close(0)
    return account is not None and account.on_core > 0.0


pytestmark = pytest.mark.skipif(not accounted_here(), reason="this kernel keeps no accounts")

SPIN = """
def spin():
    while True:
        pass
"""


def spinning(code: str) -> tuple[str, ...]:
    return program(SPIN + textwrap.dedent(code))


def account_of(seen: list[Event], process: int) -> CoreSeconds:
    """What was accounted to a process last."""
    accounts = [
        sampled.core_seconds[process]
        for sampled in of_type(events.Sampled, seen)
        if process in sampled.core_seconds
    ]
    return accounts[-1] if accounts else events.CoreSeconds(0.0, 0.0)


def wanted(account: CoreSeconds) -> float:
    return account.on_core + account.ready


def test_processes_that_share_a_core_are_without_one_most_of_the_time() -> None:
    code = """
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    for number in range(6):
        fork(spin, f"spinner {number}")
    signal.pause()
    """
    with watched(*spinning(code)) as until:
        seen = until(
            lambda seen: all(
                wanted(account_of(seen, process)) > ENOUGH_SECONDS for process in range(1, 7)
            )
        )
    accounts = [account_of(seen, process) for process in range(1, 7)]
    assert sum(one.ready for one in accounts) / sum(map(wanted, accounts)) > 0.5
    last = [sampled for sampled in of_type(events.Sampled, seen) if 1 in sampled.processes][-1]
    assert last.processes[1].ready_percent > 20.0


def test_the_core_that_processes_share_is_recorded_once() -> None:
    code = """
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    for number in range(4):
        fork(spin, f"spinner {number}")
    signal.pause()
    """
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("there is only one core to share")
    with watched(*spinning(code)) as until:
        seen = until(
            lambda seen: all(
                any(c.process == process and c.cores for c in of_type(events.ProcessChanged, seen))
                for process in range(1, 5)
            )
        )
    changes = [c for c in of_type(events.ProcessChanged, seen) if c.cores is not None]
    assert {tuple(change.cores or ()) for change in changes} == {(min(os.sched_getaffinity(0)),)}
    assert len({change.process for change in changes}) == len(changes)


def test_who_sleeps_is_on_no_core() -> None:
    code = """
    def doze():
        while True:
            time.sleep(0.05)
    fork(spin, "spinner")
    fork(doze, "sleeper")
    signal.pause()
    """
    with watched(*spinning(code)) as until:
        seen = until(lambda seen: account_of(seen, 1).on_core > ENOUGH_SECONDS)
    assert account_of(seen, 2).on_core < 0.5 * account_of(seen, 1).on_core


def test_all_threads_of_a_process_count_those_that_ended_too() -> None:
    code = """
    import hashlib
    def work(seconds):
        while time.thread_time() < seconds:
            hashlib.sha256(bytes(1_000_000)).digest()
    threads = [threading.Thread(target=work, args=(0.6,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    signal.pause()
    """
    with watched(*spinning(code)) as until:
        seen = until(
            lambda seen: (
                account_of(seen, 0).on_core > 1.1
                and any(event.ended for event in of_type(events.ThreadsSampled, seen))
            )
        )
    sums = [
        sampled.core_seconds[0]
        for sampled in of_type(events.Sampled, seen)
        if 0 in sampled.core_seconds
    ]
    assert sums == sorted(sums, key=lambda one: (one.on_core, one.ready))


SHORT = """
import time
while time.process_time() < 0.08:
    pass
"""
LATE = """
import contextlib, os
from mptui.supervisor.supervisor import Supervisor
def record_exits(self, then=Supervisor._record_exits):
    # It ends after the descriptors were looked at, and before children are waited for.
    with contextlib.suppress(ChildProcessError):
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
    then(self)
Supervisor._record_exits = record_exits
"""


def test_the_end_of_a_process_comes_with_what_it_did_last() -> None:
    (ended,) = of_type(events.ProcessExited, run_code(SHORT))
    assert ended.core_seconds is not None
    assert ended.core_seconds.on_core >= 0.07


def test_that_holds_for_an_end_in_the_middle_of_a_turn_before_any_sample(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    alter_supervisor(monkeypatch, tmp_path / "altered", LATE)
    (ended,) = of_type(events.ProcessExited, run_code(SHORT))
    assert ended.core_seconds is not None
    assert ended.core_seconds.on_core >= 0.07


def test_a_line_that_is_not_whole_is_no_account() -> None:
    assert kernel.parse_schedstat(b"1500000000 250000000 3\n") == (1.5, 0.25)
    with pytest.raises(ValueError, match="unpack"):
        kernel.parse_schedstat(b"1500000000 2500")
