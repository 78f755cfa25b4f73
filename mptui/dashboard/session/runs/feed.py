"""The way a run reaches the dashboard: one thread reads its recording as it grows.

Decoded batches wait in a short queue; a dashboard that cannot keep up makes the thread wait, never
the program, whose events are safe in the recording meanwhile. Must not fold, and must not know
Textual.
"""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from mptui.errors import MptuiError
from mptui.recording import RecordingReader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from mptui.events import Event

BATCH_BYTES: Final = 512 * 1024
"""About how much of a recording is decoded in one piece."""
WAITING_BATCHES: Final = 8


def no_one_listens() -> None:
    """Where nobody wants to know that there is news."""


class LiveRun(Protocol):
    """What the dashboard needs of a run under a supervisor."""

    @property
    def recording(self) -> Path:
        """The file of the run."""

    @property
    def trouble(self) -> str | None:
        """Why the recording cannot be written at the moment, None while it can."""

    @property
    def exit_status(self) -> int | None:
        """How it ended, as a shell would give it; None while it goes on, or nobody told."""

    @property
    def is_lost(self) -> bool:
        """Whether its supervisor was killed."""

    @property
    def has_ended(self) -> bool:
        """Whether its supervisor has ended, and with it all that it watched."""

    def wait_for_news(self) -> bool:
        """Wait until the recording grew; False when the run is finished. For one thread alone."""

    def stop(self) -> None:
        """Ask the program to end."""

    def interrupt(self) -> None:
        """Send the program what Ctrl-C in a terminal sends."""

    def kill(self) -> None:
        """End every process of the program at once."""

    def leave(self) -> None:
        """End the run, but not its program: that ran before it."""

    def send_signal(self, process: int, number: int, *, is_tree: bool) -> None:
        """Send a process this signal; in a tree, those below it too."""

    def read_stacks(self, process: int | None = None, *, native: bool = False) -> None:
        """Have the stacks of this process recorded, or those of all, with C code if native."""

    def send_input(self, text: str) -> None:
        """Let the program read this from its standard input."""

    def end_input(self) -> None:
        """Let the program see the end of its standard input."""

    def detach(self) -> None:
        """Leave the run to its supervisor."""


class Batch(NamedTuple):
    """Some events, in their order."""

    events: Sequence[Event]
    position: int
    """Up to which byte of the recording they and those before them stand."""


class Feed:
    """Follows one run.

    Args:
        live: the run; only this feed may wait for its news.
        say_news: called, in another thread, when there is something to read, or the end.
        offset: where in the recording to begin, at the beginning of an event.
    """

    def __init__(
        self,
        live: LiveRun,
        say_news: Callable[[], object] = no_one_listens,
        offset: int = 0,
    ) -> None:
        self.is_over = False
        """Whether everything was read, and nothing more will come."""
        self.problem: str | None = None
        """Why the recording could not be read to its end."""
        self.is_catching_up = False
        """Whether much is there that was not read yet: what is read next comes without news."""
        self.read_share = 0.0
        """How much was read of what there was at the latest look."""
        self._live = live
        self._offset = offset
        self._say_news = say_news
        self._batches: queue.Queue[Batch | None] = queue.Queue(WAITING_BATCHES)
        threading.Thread(target=self._follow, name="mptui-feed", daemon=True).start()

    def read(self) -> list[Batch]:
        """What came since the last call; never waits."""
        batches: list[Batch] = []
        while len(batches) < WAITING_BATCHES:
            try:
                batch = self._batches.get_nowait()
            except queue.Empty:
                break
            if batch is None:
                self.is_over = True
                break
            batches.append(batch)
        return batches

    def _follow(self) -> None:
        try:
            with RecordingReader(self._live.recording, self._offset) as reader:
                while self._live.wait_for_news():
                    self._pass_on(reader)
                    # Also where the recording did not grow: there may be trouble with it.
                    self._say_news()
                self._pass_on(reader)
        except MptuiError as error:
            self.problem = error.message
        except OSError as error:
            self.problem = f"cannot read {self._live.recording}: {error.strerror or error}"
        finally:
            self.is_catching_up = False
            self._batches.put(None)
            self._say_news()

    def _pass_on(self, reader: RecordingReader) -> None:
        before = reader.position
        size = reader.size
        while events := reader.read(BATCH_BYTES):
            batch = Batch(events, reader.position)
            # As much as was asked for, but for a line that is not whole yet: more will come at
            # once, without any news of it.
            self.is_catching_up = batch.position - before >= BATCH_BYTES // 2
            before = batch.position
            self.read_share = min(1.0, before / max(1, size))
            if self._batches.full():
                # Nobody may know yet what there is to read.
                self._say_news()
            self._batches.put(batch)
        self.is_catching_up = False
