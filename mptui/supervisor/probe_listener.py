"""Receives what the probes report and passes it on: to the registry, the streams, the watches.

It must not decide anything: what a record means for the run is for those to decide.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mptui import events
from mptui.supervisor.link.probe_records import (
    Asked,
    Described,
    Discarded,
    Dropped,
    Ended,
    Executed,
    ExitcodeRead,
    Failed,
    Fault,
    Hello,
    Made,
    Unasked,
    decode_record,
)
from mptui.supervisor.link.report_limits import ReportLimits
from mptui.supervisor.linux import kernel
from mptui.supervisor.processes.end_requests import EndRequests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mptui.events import Event
    from mptui.supervisor.link.probe_records import ProbeRecord, WatchedRecord
    from mptui.supervisor.link.run_folder import RunFolder
    from mptui.supervisor.processes.registry import ProcessRegistry
    from mptui.supervisor.streams.streams import Streams
    from mptui.supervisor.watch import Watch


class ProbeListener:
    """Reads the FIFO and the socket of the run folder.

    Args:
        folder: the run folder.
        registry: gets the records about processes.
        streams: gets the pipes that processes hand over.
        record: takes each event.
        clock: seconds since the run began.
        watches: get the records about what processes have that is worth watching.
    """

    def __init__(
        self,
        folder: RunFolder,
        registry: ProcessRegistry,
        streams: Streams,
        record: Callable[[Event], None],
        clock: Callable[[], float],
        watches: Iterable[Watch] = (),
    ) -> None:
        self._folder = folder
        self._registry = registry
        self._end_requests = EndRequests(registry, record, clock)
        self._streams = streams
        self._record = record
        self._clock = clock
        self._watches = tuple(watches)
        self._limits = ReportLimits(record, clock)

    def listen(self) -> None:
        """Receive what was reported since the last call, so much of it as one turn allows."""
        # First the FIFO: what a process reports there follows its hello, so that has come by then.
        decoded = map(decode_record, self._folder.read_records())
        records = [record for record in decoded if record is not None]
        hellos = {record.pid: record for record in reversed(records) if isinstance(record, Hello)}
        waiting = set(map(id, hellos.values()))
        self._receive_streams(hellos)
        has_all_streams = False
        for record in records:
            is_done = id(record) in waiting and record.pid not in hellos
            if is_done or self._registry.is_outside(record.pid):
                continue
            is_known = isinstance(record, Hello) or self._registry.get(record.pid) is not None
            if not is_known and not has_all_streams:
                # More of them were waiting than are received at a time.
                self._receive_streams(hellos)
                has_all_streams = True
            self._dispatch(record)
        self._limits.say_left_out()

    def finish(self) -> None:
        """Say what was left out, before the run ends."""
        self._limits.say_left_out(is_last=True)

    def _receive_streams(self, hellos: dict[int, Hello]) -> None:
        """Receive what came through the socket.

        Args:
            hellos: those that came through the FIFO, by pid; those that are dispatched already are
                taken from it.
        """
        for line, descriptors, connection in self._folder.accept_streams():
            with connection:
                record = decode_record(line)
                sender = kernel.pid_of_peer(connection)
                if isinstance(record, Hello) and self._are_streams(record, descriptors, sender):
                    self._dispatch_parent(record, hellos)
                    pidfd = kernel.pidfd_of_peer(connection, record.pid)
                    process = self._registry.add_hello(record, pidfd)
                    self._streams.add(process.number, record.streams, descriptors)
                else:
                    for descriptor in descriptors:
                        os.close(descriptor)

    def _dispatch_parent(self, child: Hello, hellos: dict[int, Hello]) -> None:
        """What a child runs is known by its parent, so that has to report first.

        It may have reported again since the fork, as another program: that has its turn later.
        """
        pid = child.ppid if child.parent is None else child.parent
        parent = self._registry.alive(pid)
        has_reported = parent is not None and parent.image != 0
        if pid in hellos and not has_reported and not self._registry.is_outside(pid):
            self._dispatch(hellos.pop(pid))

    def _are_streams(self, hello: Hello, descriptors: list[int], sender: int | None) -> bool:
        """Whether these are what a probe hands over; the program can send anything."""
        return (
            not self._registry.is_outside(hello.pid, is_sender=hello.pid == sender)
            and len(hello.streams) == len(descriptors)
            and all(map(kernel.output_end_name, descriptors))
        )

    def _dispatch(self, record: ProbeRecord) -> None:
        match record:
            case Hello():
                self._registry.add_hello(record)
            case Made():
                self._registry.add_made(record)
            case Executed():
                self._registry.note_command(record)
            case Described():
                self._registry.describe(record)
            case Ended() | ExitcodeRead() | Failed():
                self._registry.report_end(record)
            case Asked():
                self._end_requests.note(record)
            case Dropped() | Fault() | Unasked():
                self._note(record)
            case _:
                self._pass_to_watches(record)

    def _pass_to_watches(self, record: WatchedRecord) -> None:
        """Let the watches know what a process has; in one that has ended nothing is to watch."""
        if isinstance(record, Discarded) and not self._limits.may("discarded"):
            return
        process = self._registry.get(record.pid) or self._registry.find(record.pid)
        if not process.has_ended:
            for watch in self._watches:
                watch.on_record(record, process)

    def _note(self, record: Dropped | Fault | Unasked) -> None:
        """Record what a probe reports that changes nothing here."""
        if isinstance(record, Dropped):
            self._limits.record_gap("probe_reports", record.count)
        elif isinstance(record, Fault):
            self._limits.record_gap("probe_faults", 1, f"{record.step}: {record.error}")
        elif (process := self._registry.get(record.pid)) is not None:
            self._note_unasked(record, process.number)

    def _note_unasked(self, record: Unasked, process: int) -> None:
        if self._limits.may(f"unasked {process}"):
            self._record(
                events.ResultsUnasked(
                    t=self._clock(),
                    process=process,
                    error=record.error,
                    count=record.count,
                    asked=record.asked,
                    label=record.label,
                    executor=record.by,
                )
            )
