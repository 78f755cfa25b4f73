"""Which processes are the program's, in a process table that a test makes up."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

import pytest

from mptui.supervisor.linux import kernel
from mptui.supervisor.processes.program_search import ProgramSearch

MARK = "MPTUI_RUN=/run/mptui-x"
ENVIRONMENT = b"\0HOME=/\0MPTUI_RUN=/run/mptui-x\0LANG=C\0"
MAIN, WORKER, ORPHAN, STRANGER, HIDDEN, NEXT = range(5001, 5007)


@dataclass
class Table:
    """A process table."""

    children: dict[int, list[int]] = field(default_factory=dict)
    environments: dict[int, bytes] = field(default_factory=dict)
    sessions: dict[int, int] = field(default_factory=dict)
    reads: list[int] = field(default_factory=list)
    """Whose environments were read."""

    def read_environment(self, pid: int) -> bytes:
        self.reads.append(pid)
        return self.environments.get(pid, b"")


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Table:
    table = Table({os.getpid(): [MAIN], MAIN: [WORKER]})
    for pid in (MAIN, WORKER, ORPHAN, STRANGER, HIDDEN):
        table.environments[pid] = b"\0HOME=/\0"
        table.sessions[pid] = pid
    monkeypatch.setattr(kernel, "children_of", lambda pid: table.children.get(pid, []))
    monkeypatch.setattr(kernel, "every_pid", lambda: {os.getpid(), *table.sessions})
    monkeypatch.setattr(kernel, "read_environment", table.read_environment)
    monkeypatch.setattr(kernel, "session_of", table.sessions.get)
    return table


def test_descendants_and_known_processes_are_found_with_theirs(table: Table) -> None:
    table.children[ORPHAN] = [HIDDEN]
    assert ProgramSearch(MARK).pids() == [MAIN, WORKER]
    assert set(ProgramSearch(MARK, lambda: [ORPHAN]).pids()) == {MAIN, WORKER, ORPHAN, HIDDEN}


def test_an_orphan_is_found_by_its_mark_alone(table: Table) -> None:
    table.environments[ORPHAN] = ENVIRONMENT
    table.children[ORPHAN] = [HIDDEN]
    assert ProgramSearch(MARK).pids() == [MAIN, WORKER, ORPHAN, HIDDEN]


@pytest.mark.parametrize(
    "environment",
    [b"\0MPTUI_RUN=/run/mptui-xy\0", b"\0NOT_MPTUI_RUN=/run/mptui-x\0", b"\0X=MPTUI_RUN=/run"],
)
def test_a_mark_that_is_only_similar_is_none(table: Table, environment: bytes) -> None:
    table.environments[STRANGER] = environment
    assert STRANGER not in ProgramSearch(MARK).pids()


def test_a_stranger_is_looked_at_once_until_its_pid_is_another_s(table: Table) -> None:
    search = ProgramSearch(MARK, strangers=[HIDDEN])
    for _ in range(3):
        search.pids()
    assert sorted(table.reads) == [ORPHAN, STRANGER]
    del table.sessions[STRANGER]
    search.pids()
    table.sessions[STRANGER] = STRANGER
    table.environments[STRANGER] = ENVIRONMENT
    assert STRANGER in search.pids()


def test_an_environment_that_cannot_be_read_is_looked_at_once_more(table: Table) -> None:
    search = ProgramSearch(MARK)
    table.environments[ORPHAN] = b""
    assert ORPHAN not in search.pids()
    table.environments[ORPHAN] = ENVIRONMENT
    assert ORPHAN in search.pids()


def test_a_session_is_the_program_s_until_nobody_is_left_in_it(table: Table) -> None:
    search = ProgramSearch(MARK)
    search.expect_session(MAIN)
    table.sessions[WORKER] = table.sessions[ORPHAN] = MAIN
    assert set(search.pids()) == {MAIN, WORKER, ORPHAN}
    table.children.clear()
    for pid in (MAIN, WORKER):
        del table.sessions[pid]
    assert search.pids() == [ORPHAN]
    del table.sessions[ORPHAN]
    assert search.pids() == []
    table.sessions[NEXT] = MAIN
    assert search.pids() == []
