"""Which processes are the program's, in a process table that a test makes up."""

from __future__ import annotations

import os
import subprocess
import threading
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
    newest: int | None = HIDDEN
    """The pid that was given last."""
    threads: set[int] = field(default_factory=set)
    parents: dict[int, int] = field(default_factory=dict)
    reads: list[int] = field(default_factory=list)
    """Whose environments were read."""

    def read_environment(self, pid: int) -> bytes:
        self.reads.append(pid)
        return self.environments.get(pid, b"")

    def read_stat(self, pid: int) -> kernel.ProcessStat | None:
        if pid not in self.sessions:
            return None
        ppid = self.parents.get(pid, 1)
        return kernel.ProcessStat("S", ppid, 0.0, 1, 0, 0, 0, 0)

    def begin(self, pid: int, environment: bytes, session: int | None = None) -> None:
        """One more process."""
        self.newest = pid
        self.environments[pid] = environment
        self.sessions[pid] = pid if session is None else session


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
    monkeypatch.setattr(kernel, "newest_pid", lambda: table.newest)
    monkeypatch.setattr(kernel, "is_process", lambda pid: pid not in table.threads)
    monkeypatch.setattr(kernel, "exists", table.sessions.__contains__)
    monkeypatch.setattr(kernel, "read_stat", table.read_stat)
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


def test_only_what_began_since_is_looked_at(table: Table) -> None:
    search = ProgramSearch(MARK, lambda: [MAIN, WORKER])
    assert search.begun() is None
    assert search.begun() == []
    assert table.reads == []
    table.begin(NEXT, ENVIRONMENT)
    table.begin(NEXT + 1, b"\0HOME=/\0")
    table.begin(NEXT + 2, b"\0HOME=/\0")
    table.parents[NEXT + 2] = WORKER
    table.begin(NEXT + 3, b"\0HOME=/\0")
    table.parents[NEXT + 3] = NEXT
    assert search.begun() == [NEXT, NEXT + 2, NEXT + 3]
    assert set(table.reads) == set(range(NEXT, NEXT + 4))
    assert search.begun() == []


def test_a_thread_is_none_of_the_processes_that_began(table: Table) -> None:
    search = ProgramSearch(MARK)
    search.begun()
    table.begin(NEXT, ENVIRONMENT)
    table.threads.add(NEXT)
    assert search.begun() == []


def test_what_began_in_the_session_of_the_program_is_of_it(table: Table) -> None:
    search = ProgramSearch(MARK)
    search.expect_session(MAIN)
    search.begun()
    table.begin(NEXT, b"\0HOME=/\0", session=MAIN)
    assert search.begun() == [NEXT]
    del table.sessions[MAIN]
    assert search.begun() is None


def test_what_is_in_the_middle_of_a_fork_or_an_exec_is_looked_at_once_more(table: Table) -> None:
    search = ProgramSearch(MARK)
    search.begun()
    table.begin(NEXT, b"")
    table.newest = NEXT + 1
    assert search.begun() == []
    table.environments[NEXT] = table.environments[NEXT + 1] = ENVIRONMENT
    table.sessions[NEXT + 1] = NEXT + 1
    assert search.begun() == [NEXT, NEXT + 1]


@pytest.mark.parametrize("newest", [None, 17, HIDDEN + 5000])
def test_where_pids_do_not_tell_what_began_all_are_looked_at(
    table: Table, newest: int | None
) -> None:
    search = ProgramSearch(MARK)
    search.begun()
    table.newest = newest
    assert search.begun() is None


def test_the_newest_pid_is_that_of_what_was_just_started() -> None:
    before = kernel.newest_pid()
    if before is None:
        pytest.skip("not known here")
    with subprocess.Popen(["/bin/sleep", "60"]) as child:
        newest = kernel.newest_pid()
        assert newest is not None
        assert newest >= child.pid or newest < before
        assert kernel.is_process(child.pid)
        child.kill()
    thread = threading.Thread(target=threading.Event().wait, args=(0.01,))
    thread.start()
    assert thread.native_id is not None
    assert not kernel.is_process(thread.native_id)
    thread.join()
