"""Finds the processes of the program in the kernel's process table, orphans too.

This process is no child subreaper, for an orphan could see that: its new parent would not be the
one that it has without mptui. So an orphan is in no tree below this process, and is known by what
it inherited: the run folder in its environment, or the session of the main process. It must not
signal, number or name anything.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from mptui.supervisor.linux import kernel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_MOST_BEGUN: Final = 2000
"""If more pids were given since the last look, it is quicker to look at those there are."""
_MOST_GENERATIONS: Final = 64
"""How far up the process table is searched for a process that is known."""


class ProgramSearch:
    """Finds the program's processes, whoever their parents are by now.

    Args:
        mark: a variable of their environment that no other process has, as NAME=VALUE.
        known: gives the pids of the living processes that are known already.
        strangers: processes that are not of the program, for they were there before it.
    """

    def __init__(
        self,
        mark: str,
        known: Callable[[], Iterable[int]] = tuple,
        strangers: Iterable[int] = (),
    ) -> None:
        self._mark = b"\0" + mark.encode() + b"\0"
        self._known = known
        self._session: int | None = None
        self._strangers = set(strangers)
        """Pids that belong to no process of the program, as of the last search."""
        self._newest: int | None = None
        """The pid that had been given last when it was last looked for what began since."""
        self._unborn: set[int] = set()
        """Pids given lately that nobody had when they were looked at."""
        self._silent: set[int] = set()
        """Pids without an environment, once: in the middle of an exec it cannot be read."""

    def can_be(self, pid: int) -> bool:
        """Whether a process that is reported to be of the program can be; true once it has ended.

        A report may be forged, or come from where the pids are others.
        """
        stat, known = kernel.read_stat(pid), set(self._known())
        if stat is None:
            return True
        is_kernel_thread = stat.rss_bytes == 0 and stat.state != "Z"
        for _ in range(_MOST_GENERATIONS):
            if stat.ppid == os.getpid() or stat.ppid in known:
                return True
            if (above := kernel.read_stat(stat.ppid)) is None:
                break
            stat = above
        environment = kernel.read_environment(pid)
        if environment:
            return self._mark in environment
        return not is_kernel_thread and pid not in self._strangers

    def expect_session(self, session: int | None) -> None:
        """Take the members of this session, in which there is somebody now, for the program's."""
        self._session = session

    def pids(self) -> list[int]:
        """Every process of the program, parents before their children; zombies may be among them.

        What is missed is an orphan that was never seen before its parent ended, left the session
        and hides its environment.
        """
        own = os.getpid()
        found = kernel.with_descendants([*kernel.children_of(own), *self._known()])
        everyone = kernel.every_pid()
        self._strangers &= everyone
        self._silent &= everyone
        unclear = everyone - self._strangers - {own, *found}
        if self._session is not None and not self._is_session_left(everyone, found):
            # The kernel may give its number to a session of somebody else.
            self._session = None
        strays = [pid for pid in sorted(unclear) if self._is_stray(pid)]
        return kernel.with_descendants([*found, *strays]) if strays else found

    def begun(self) -> list[int] | None:
        """The processes of the program that began since the last call, of what is not known yet.

        None where that cannot be told, at first for one: then all are to be searched for. The
        kernel gives pids in order, so only those given since are looked at.
        """
        before, self._newest = self._newest, kernel.newest_pid()
        if before is None or self._newest is None or not 0 <= self._newest - before <= _MOST_BEGUN:
            return None
        if self._session is not None and not kernel.exists(self._session):
            return None  # It has to be seen first whether anybody is left in it.
        given = range(before + 1, self._newest + 1)
        self._strangers.difference_update(given)
        self._silent.difference_update(given)
        # What has a pid already, but is not there yet, was in the middle of a fork.
        again, self._unborn = (self._silent - self._strangers) | self._unborn, set()
        known = {os.getpid(), *self._known()} if again or given else set()
        found: list[int] = []
        for pid in [*sorted(again), *given]:
            if pid in known:
                continue
            if kernel.session_of(pid) is None:
                self._note_unborn(pid, given)
            elif (self._is_stray(pid) or self._is_below(pid, known)) and kernel.is_process(pid):
                found.append(pid)
                known.add(pid)
        return found

    def _note_unborn(self, pid: int, given: range) -> None:
        if pid in given:
            self._unborn.add(pid)

    @staticmethod
    def _is_below(pid: int, known: set[int]) -> bool:
        stat = kernel.read_stat(pid)
        return stat is not None and stat.ppid in known

    def _is_session_left(self, everyone: set[int], found: Iterable[int]) -> bool:
        session = self._session
        if session in everyone or session == kernel.session_of(os.getpid()):
            return True
        return any(kernel.session_of(pid) == session for pid in (*found, *everyone))

    def _is_stray(self, pid: int) -> bool:
        if self._session is not None and kernel.session_of(pid) == self._session:
            return True
        environment = kernel.read_environment(pid)
        if self._mark in environment:
            return True
        # In the middle of an exec there is one, with nothing in it.
        if environment.strip(b"\0") or pid in self._silent:
            self._strangers.add(pid)
        else:
            self._silent.add(pid)
        return False
