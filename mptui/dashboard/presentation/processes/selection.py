"""What a person chose among the processes of a run."""

from __future__ import annotations

from typing import Final, NamedTuple


class Selection(NamedTuple):
    """A process, or one of its threads; all of them where neither is set."""

    process: int | None = None
    thread: int | None = None
    """The native id of the thread, where one of the process's threads was chosen."""


ALL: Final = Selection()
