"""What a list of runs tells of those that are over, kept so that it is found out once.

In `$XDG_STATE_HOME/mptui/found.json`, for the owner only. What cannot be read counts as not known,
what cannot be written is found out again the next time; another version of mptui, or a recording
that changed, begins anew. Must not find out anything itself.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import msgspec

from mptui import __version__
from mptui.recording.runs_folder import recordings, runs_folder

if TYPE_CHECKING:
    from pathlib import Path

_MOST_BYTES: Final = 1024 * 1024


class RunFacts(NamedTuple):
    """What takes reading a whole recording; None: not known."""

    processes: int | None
    worst: str | None
    """The severity of what is worst, `none` where nothing is wrong."""


NOT_KNOWN: Final = RunFacts(None, None)
_Stamp: TypeAlias = tuple[int, int]
"""The size of a recording and when it was last written to, in nanoseconds."""
_Kept: TypeAlias = dict[str, tuple[_Stamp, RunFacts]]


class _File(msgspec.Struct, gc=False):
    mptui: str
    runs: _Kept


class KeptFacts:
    """The facts of all runs, read at once and written at once."""

    def __init__(self) -> None:
        self._path = runs_folder().parent / "found.json"
        self._kept = self._read()
        self._is_changed = False

    def of(self, recording: Path) -> RunFacts | None:
        """What was found out about a recording as it is now; None: nothing yet."""
        stamp, facts = self._kept.get(recording.stem, ((-1, -1), NOT_KNOWN))
        with suppress(OSError):
            if _stamp(recording) == stamp:
                return facts
        return None

    def keep(self, recording: Path, facts: RunFacts) -> None:
        """This was found out about a recording that does not grow any more."""
        with suppress(OSError):
            self._kept[recording.stem] = (_stamp(recording), facts)
            self._is_changed = True

    def write(self) -> None:
        """Keep all of it for the next time, as far as its recordings are still there."""
        if not self._is_changed:
            return
        there = {path.stem for path in recordings()}
        kept = {stem: one for stem, one in self._kept.items() if stem in there}
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with suppress(OSError, UnicodeEncodeError):
            content = msgspec.json.encode(_File(mptui=__version__, runs=kept))
            with os.fdopen(os.open(draft, flags, 0o600), "wb") as file:
                file.write(content)
            draft.replace(self._path)

    def _read(self) -> _Kept:
        with suppress(OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            with self._path.open("rb") as file:
                found = msgspec.json.decode(file.read(_MOST_BYTES), type=_File)
            if found.mptui == __version__:
                return found.runs
        return {}


def _stamp(recording: Path) -> _Stamp:
    found = recording.stat()
    return found.st_size, found.st_mtime_ns
