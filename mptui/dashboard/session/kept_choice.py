"""Remembers what a person chose of the table of processes, from one session to the next.

In `$XDG_STATE_HOME/mptui/table.json`. What cannot be read, or makes no sense, counts as no choice;
what cannot be written is remembered for the session alone.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import msgspec

from mptui.dashboard.session.table_choice import DEFAULT_CHOICE, TableChoice

if TYPE_CHECKING:
    from pathlib import Path

_MOST_BYTES: Final = 64 * 1024


class KeptChoice:
    """The choice in a file.

    Args:
        path: the file; None: nothing is kept.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path

    def read(self) -> TableChoice:
        """What was chosen last."""
        if self._path is None:
            return DEFAULT_CHOICE
        try:
            with self._path.open("rb") as file:
                return msgspec.json.decode(file.read(_MOST_BYTES), type=TableChoice)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return DEFAULT_CHOICE

    def write(self, choice: TableChoice) -> None:
        """Keep this in place of what was chosen before."""
        if self._path is None:
            return
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        with suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft.write_bytes(msgspec.json.encode(choice))
            draft.replace(self._path)
