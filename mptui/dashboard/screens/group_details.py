"""Everything about a group of ended processes; the single ones are read back from the recording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on
from textual.content import Content
from textual.message import Message
from textual.worker import get_current_worker

from mptui.dashboard.presentation.processes.group_details import group_details, member_lines
from mptui.dashboard.presentation.text.glyphs import glyphs
from mptui.dashboard.screens.details import Details, facts_text
from mptui.dashboard.session.ended_group import GroupHistory, read_back
from mptui.errors import MptuiError
from mptui.terminal_text import safe_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mptui.dashboard.session.ended_group import EndedMember
    from mptui.dashboard.session.pane_run import PaneRun

_NO_RECORDING = "there is no recording to read them from"


class GroupDetails(Details):
    """The sums of a group, live, and those of its processes that ended last, as of now.

    Args:
        pane_run: their run.
        group: the name of the group.
    """

    @dataclass
    class Progressed(Message):
        """A part of the recording was read."""

        percent: int

    @dataclass
    class Read(Message):
        """The recording was read, or could not be."""

        members: Sequence[EndedMember]
        problem: str = ""

    def __init__(self, pane_run: PaneRun, group: str) -> None:
        super().__init__(pane_run)
        self._group = group
        self._members: Sequence[EndedMember] = ()
        self._state = ""

    def on_mount(self) -> None:
        """Begin to read, in a thread: it takes as long as the run has lasted."""
        run, recording = self._run, self._pane_run.recording
        if recording is None:
            self._state = _NO_RECORDING
            return
        self._state = _reading_text(0)
        history = GroupHistory(self._group, tuple(run.ended_groups), tuple(run.processes), run.now)
        self.run_worker(lambda: self._read(recording, history), thread=True)

    @on(Progressed)
    def show_progress(self, message: Progressed) -> None:
        """Say how far the recording was read."""
        self._state = _reading_text(message.percent)
        self.show()

    @on(Read)
    def show_members(self, message: Read) -> None:
        """Show the processes, or why not."""
        self._members, self._state = message.members, message.problem
        self.show()

    def text(self, width: int) -> Content | None:
        """The sums, and below them the processes, or how far they are."""
        group = self._run.ended_groups.get(self._group)
        if group is None:
            return None
        parts: list[Content | str | tuple[str, str]] = [facts_text(group_details(group), width)]
        if self._members:
            head, *lines = member_lines(self._members, width, glyphs())
            shown = f"the last {len(lines)} of them" if len(lines) < group.count else "all of them"
            parts += [f"\n\n{shown}, read back from the recording\n", (head, "bold")]
            parts += [f"\n{line}" for line in lines]
        elif self._state:
            parts += ["\n\n", (safe_text(self._state), "dim")]
        return Content.assemble(*parts)

    def _read(self, recording: Path, history: GroupHistory) -> None:
        """In a thread: fold the recording once more."""
        worker, percent, until = get_current_worker(), 0, history.until
        try:
            for t in read_back(recording, history):
                if worker.is_cancelled:
                    return
                came = min(99, int(100 * t / until)) if until > 0 else 99
                if came > percent:
                    percent = came
                    self.post_message(self.Progressed(percent))
        except (OSError, MptuiError) as error:
            self.post_message(self.Read((), f"cannot read the recording: {error}"))
        else:
            self.post_message(self.Read(history.members))


def _reading_text(percent: int) -> str:
    return f"reading the recording: {percent}%"
