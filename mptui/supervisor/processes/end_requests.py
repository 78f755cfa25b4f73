"""Which process of the program asked which others to end, as the probes report it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from mptui import events
from mptui.supervisor.link.probe_records import AskedGroup
from mptui.supervisor.linux import kernel
from mptui.supervisor.linux.dispositions import disposition_of
from mptui.supervisor.processes.watched_process import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.events import Event
    from mptui.supervisor.link.probe_records import Asked
    from mptui.supervisor.processes.registry import ProcessRegistry
    from mptui.supervisor.processes.watched_process import WatchedProcess

_REPEATED_SECONDS: Final = 1.0


class EndRequests:
    """Notes requests with the processes that were asked.

    Args:
        registry: knows the processes.
        record: takes each event.
        clock: seconds since the run began.
    """

    def __init__(
        self,
        registry: ProcessRegistry,
        record: Callable[[Event], None],
        clock: Callable[[], float],
    ) -> None:
        self._registry = registry
        self._record = record
        self._clock = clock

    def note(self, asked: Asked) -> None:
        """Note that a process of the program sends others a signal that is to end them."""
        by = self._registry.get(asked.by)
        if by is None:
            return
        for pid in self._group(asked.pid) if isinstance(asked, AskedGroup) else {asked.pid}:
            process = self._registry.get(pid)
            if process is None and self._is_below(pid):
                process = self._registry.find(pid)
            if process is not None:
                self._note_of(process, asked, by.number)

    def _note_of(self, process: WatchedProcess, asked: Asked, by: int) -> None:
        """Keep the latest request, and record each by another process, but none again at once."""
        signal = asked.signal
        before = process.requests.get(signal)
        now = self._clock()
        process.requests[signal] = Request(by, now)
        is_news = before is None or now - before.at >= _REPEATED_SECONDS
        if is_news and by != process.number and not process.has_ended:
            self._record(
                events.ProcessAsked(
                    t=now,
                    process=process.number,
                    by=by,
                    signal=signal,
                    disposition=disposition_of(process.pid, signal),
                    at_end=bool(asked.at_end),
                )
            )

    def _group(self, group: int) -> set[int]:
        """The members of a process group; its leader is one even if it is gone by now."""
        members = (process.pid for process in self._registry.living)
        return {group, *(pid for pid in members if kernel.group_of(pid) == group)}

    def _is_below(self, pid: int) -> bool:
        """Whether this is a process of the program, though none has reported it."""
        while (stat := kernel.read_stat(pid)) is not None:
            if stat.ppid == os.getpid() or self._registry.alive(stat.ppid) is not None:
                return True
            pid = stat.ppid
        return False
