"""What outlives the main process: tells what was left on purpose from what was not, and acts on it.

A daemon goes on as without mptui, and the run is over without it. Workers of a main process that
was killed are watched on, or stopped, as the request says. It must not decide by itself that
anything is to be killed, nor record how anything ends.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from mptui.leftovers import Leftover, left_on_purpose
from mptui.supervisor.linux import kernel
from mptui.supervisor.stopping import ORPHAN_GRACE_SECONDS, ask_to_end, kill_all

if TYPE_CHECKING:
    from mptui.leftovers import LeftoverPolicy
    from mptui.supervisor.processes.program_search import ProgramSearch
    from mptui.supervisor.processes.registry import ProcessRegistry
    from mptui.supervisor.processes.watched_process import WatchedProcess
    from mptui.supervisor.request import RunRequest
    from mptui.supervisor.stopping import Stopper

LINGER_SECONDS: Final = 2.0
"""How long what outlives the main process may take to end by itself before anything follows."""
UNKILLABLE_SECONDS: Final = 10.0
"""How long to wait for killed processes: one that waits for a device cannot end before it."""

LOOK_SECONDS: Final = 0.5
"""How often to look at what is waited for: a search costs, and the loop may turn very often."""


class Leftovers:
    """What is left of the program once its main process has ended.

    Args:
        request: what was asked for.
        registry: knows the processes.
        search: finds those that it does not know.
        stopper: ends the whole program, where that was asked for.
    """

    def __init__(
        self,
        request: RunRequest,
        registry: ProcessRegistry,
        search: ProgramSearch,
        stopper: Stopper,
    ) -> None:
        self._policies: dict[bool, LeftoverPolicy] = {
            True: request.left_on_purpose,
            False: request.left_unwanted,
        }
        self._registry = registry
        self._search = search
        self._stopper = stopper
        self._main_session: int | None = None
        self._main_ended_at = math.inf
        self._main_was_killed = False
        self._asked: set[int] = set()
        """The numbers of the processes that were asked to end."""
        self._killing_at = math.inf
        self._looks_at = 0.0
        """When to look again at what is waited for."""

    def expect_session(self, session: int | None, *, is_shared: bool = False) -> None:
        """Note the session of the main process, which whatever leaves it is compared with.

        Args:
            session: its number.
            is_shared: whether there may be others in it than the program's processes.
        """
        self._main_session = session
        if not is_shared:
            self._search.expect_session(session)

    def main_ended(self, code: int | None, now: float) -> None:
        """Note how the main process ended: -N for signal N, None if unknown."""
        self._main_ended_at = now
        self._main_was_killed = code is not None and code < 0

    @property
    def are_stopped(self) -> bool:
        """Whether any of it was asked to end because it outlived the main process."""
        return bool(self._asked)

    def was_asked(self, process: WatchedProcess) -> bool:
        """Whether this process was asked to end because it outlived the main process."""
        return process.number in self._asked

    def is_urgent(self, now: float) -> bool:
        """Whether the end of any process, known or not, is to be noticed at once."""
        return self._main_ended_at <= now < self._main_ended_at + LINGER_SECONDS or bool(
            self._asked
        )

    def are_settled(self, now: float) -> bool:
        """Whether nothing that is left is waited for; to be asked, and to act, each turn.

        Nothing is before the main process has ended.
        """
        if now < self._main_ended_at or not self._any_left():
            return now >= self._main_ended_at
        if self._stopper.deadline is not None:
            since = max(self._main_ended_at, self._stopper.deadline)
            return now - since >= UNKILLABLE_SECONDS
        self._note_sessions(now)
        is_time = now >= max(self._main_ended_at + LINGER_SECONDS, self._looks_at)
        return is_time and self._act(now)

    def _act(self, now: float) -> bool:
        """Do what was asked for with what is left; gives whether nothing of it is waited for."""
        self._find_all()
        policies = set(self._policies_by_process().values())
        if "stop" in policies:
            self._stop(now)
            return now - self._killing_at >= UNKILLABLE_SECONDS
        self._looks_at = now + LOOK_SECONDS
        return "wait" not in policies

    def _any_left(self) -> bool:
        return bool(self._registry.living) or any(map(kernel.is_running, self._search.pids()))

    def _note_sessions(self, now: float = math.inf) -> None:
        """Record which of the processes have left the session of the main process."""
        if now < self._looks_at:
            return
        for process in self._registry.living:
            if not process.own_session:
                session = kernel.session_of(process.pid)
                if session not in (None, self._main_session):
                    self._registry.note_own_session(process)

    def _find_all(self) -> None:
        """Make known what no scan has found yet: it is told who is left."""
        for pid in self._search.pids():
            if kernel.is_running(pid):
                self._registry.find(pid)
        self._note_sessions()

    def _policies_by_process(self) -> dict[WatchedProcess, LeftoverPolicy]:
        living = list(self._registry.living)
        left = {one.number: Leftover(one.role, one.own_session) for one in living}
        meant = left_on_purpose(left, main_was_killed=self._main_was_killed)
        return {one: self._policies[one.number in meant] for one in living}

    def _stop(self, now: float) -> None:
        """Ask what is to be stopped to end, then kill it."""
        for process in self._to_stop():
            if process.number not in self._asked:
                self._killing_at = min(self._killing_at, now + ORPHAN_GRACE_SECONDS)
                self._asked.add(process.number)
                ask_to_end(process.pid)
        if now >= self._killing_at:
            kill_all(self._search_to_stop)

    def _to_stop(self) -> list[WatchedProcess]:
        policies = self._policies_by_process()
        return [process for process, policy in policies.items() if policy == "stop"]

    def _search_to_stop(self) -> list[int]:
        self._find_all()
        found = self._to_stop()
        self._asked.update(process.number for process in found)
        return [process.pid for process in found]
