"""Drains the output pipes of a run as fast as the program writes, and records what comes.

Output must not be lost and must not make the program wait, so draining comes before everything
else. It must not know how processes begin or end.
"""

from __future__ import annotations

import os
import selectors
from typing import TYPE_CHECKING, Final

from mptui import events
from mptui.supervisor.linux import kernel
from mptui.supervisor.streams.output_pipe import OutputPipe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mptui.events import Event, StreamName
    from mptui.supervisor.link.run_folder import RunFolder
    from mptui.supervisor.streams.keeper import KeeperLink

SMALL_BYTES: Final = 16 * 1024
"""Pieces below this are worth waiting a moment for more,"""
TINY_BYTES: Final = 8 * 1024
"""and below this two moments."""
MOST_PIPE_BYTES: Final = 1024 * 1024
"""What an ordinary user may enlarge a pipe to: fs.pipe-max-size, see pipe(7)."""


class Streams:
    """Every pipe that is open.

    Args:
        selector: gets each pipe registered; its data is the `OutputPipe`.
        folder: holds a mark for each pipe.
        record: takes each event.
        clock: seconds since the run began.
    """

    def __init__(
        self,
        selector: selectors.BaseSelector,
        folder: RunFolder,
        record: Callable[[Event], None],
        clock: Callable[[], float],
    ) -> None:
        self._selector = selector
        self._folder = folder
        self._record = record
        self._clock = clock
        self._pipes: dict[int, list[OutputPipe]] = {}
        """By the number of the process; only those that have open ones."""
        self._keeper: KeeperLink | None = None

    def keep_with(self, keeper: KeeperLink) -> None:
        """Let this one have each pipe too, those that there are and those to come."""
        self._keeper = keeper
        for pipes in self._pipes.values():
            for pipe in pipes:
                keeper.keep(pipe.descriptor)

    def spare_left(self) -> None:
        """What the run has left is left by agreement, even should this process be killed."""
        if self._keeper is not None:
            self._keeper.spare()

    def add(self, process: int, labels: Iterable[StreamName], descriptors: Iterable[int]) -> None:
        """Drain these pipes from now on, as the streams of a process."""
        for label, descriptor in zip(labels, descriptors, strict=False):
            os.set_blocking(descriptor, False)
            pipe = OutputPipe(descriptor, process, label)
            self._assign(pipe)
            self._selector.register(descriptor, selectors.EVENT_READ, pipe)
            if self._keeper is not None:
                self._keeper.keep(descriptor)

    def read(self, pipe: OutputPipe) -> int:
        """Record one piece of what was written; returns its size, 0 if there was nothing."""
        piece = pipe.read()
        if piece:
            self._record_piece(pipe, piece)
        if pipe.is_at_end:
            self._close(pipe)
        return len(piece or "")

    def drain(self, process: int) -> None:
        """Record everything a process has written, and no more than a pipe can hold.

        Other processes may go on writing to its pipes for ever.
        """
        for pipe in tuple(self._pipes.get(process, ())):
            drained = 0
            while not pipe.is_at_end and drained < MOST_PIPE_BYTES and (size := self.read(pipe)):
                drained += size
            if not pipe.is_at_end and (rest := pipe.rest()) is not None:
                self._record_piece(pipe, rest)

    def drain_all(self) -> None:
        """Record everything that was written so far."""
        for process in tuple(self._pipes):
            self.drain(process)

    def open_streams(self, process: int) -> dict[str, OutputPipe]:
        """The open streams of a process, by their names in `/proc/PID/fd` of a writer."""
        pipes = self._pipes.get(process, ())
        return {kernel.output_end_name(pipe.descriptor): pipe for pipe in pipes}

    def transfer(self, pipe: OutputPipe, process: int) -> None:
        """Record what comes through this pipe from now on as the output of this process."""
        self._release(pipe)
        pipe.process = process
        self._assign(pipe)

    @property
    def is_any_open(self) -> bool:
        """Whether there is a pipe that may still be written to."""
        return bool(self._pipes)

    def _record_piece(self, pipe: OutputPipe, piece: str | bytes) -> None:
        text, data = (piece, None) if isinstance(piece, str) else (None, piece)
        self._record(
            events.Output(
                t=self._clock(), process=pipe.process, stream=pipe.label, text=text, data=data
            )
        )

    def _close(self, pipe: OutputPipe) -> None:
        self._selector.unregister(pipe.descriptor)
        self._folder.unmark(pipe.descriptor)
        self._release(pipe)
        pipe.close()

    def _assign(self, pipe: OutputPipe) -> None:
        self._pipes.setdefault(pipe.process, []).append(pipe)

    def _release(self, pipe: OutputPipe) -> None:
        pipes = self._pipes[pipe.process]
        pipes.remove(pipe)
        if not pipes:
            del self._pipes[pipe.process]
