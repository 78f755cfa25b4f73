"""A run that nobody can be asked about any more, as the panes need it. Must not know Textual."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

ABANDONED = "its supervisor was killed: how the program ended is not known"


class FinishedRun:
    """A run that is over, as the panes need it: there is nothing to wait for, nothing to ask.

    Args:
        recording: its file.
        trouble: why the recording does not say how it ended; None where it does.
    """

    def __init__(self, recording: Path, trouble: str | None = None) -> None:
        self.recording = recording
        self.trouble = trouble
        self.exit_status: int | None = None
        self.is_lost = trouble == ABANDONED

    def wait_for_news(self) -> bool:
        """There are no news any more."""
        return False

    @property
    def has_ended(self) -> bool:
        """There is nobody to ask any more."""
        return True

    def stop(self) -> None:
        """There is nothing to stop."""

    def interrupt(self) -> None:
        """There is nothing to interrupt."""

    def kill(self) -> None:
        """There is nothing to kill."""

    def leave(self) -> None:
        """Nobody watches any more."""

    def send_signal(self, process: int, number: int, *, is_tree: bool) -> None:
        """There is nobody to send it to."""

    def read_stacks(self, process: int | None = None, *, native: bool = False) -> None:
        """Nobody is anywhere any more."""

    def send_input(self, text: str) -> None:
        """Nobody reads any more."""

    def end_input(self) -> None:
        """Nobody reads any more."""

    def detach(self) -> None:
        """There is nobody to leave."""
