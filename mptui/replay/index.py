"""The index of a recording: states of its run from which any moment is near.

It lies beside the recording, for the owner alone, and may be missing, stale, damaged or made by
another version: then it is made anew, in a file that nobody sees before it is whole. Beside a
recording that lies anywhere else nothing is left: its index is gone when nobody needs it any more.
Must not be needed: without it, everything only takes longer.
"""

from __future__ import annotations

import os
import stat
import threading
from bisect import bisect_right
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

import mptui
from mptui import __version__
from mptui.recording.runs_folder import INDEX_ENDING, runs_folder
from mptui.replay.frozen_state import DamagedStateError, frozen, thawed
from mptui.replay.moment import Moment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import IO

    from mptui.model import Run
    from mptui.model.findings import Findings

STRIDE_EVENTS: Final = 10_000
"""At least so many events lie between two states: some tenths of a second to fold."""
_FAR_BYTES: Final = 32 * 1024 * 1024
"""Fewer where they are so large."""
STRIDE_BYTES: Final = 1024 * 1024
"""And so much of the recording."""
SHARE: Final = 2
"""All states together take at most about half of what the recording takes."""
_MOST_STATES: Final = 1024
"""In a long recording they lie further apart: about so many for each factor of three."""
_FOOTER_BYTES: Final = 16
_MAGIC: Final = b"mptuidx1"
_MOST_TABLE_BYTES: Final = 4 * 1024 * 1024
_PRIVATE: Final = 0o600
_OTHERS: Final = 0o077


class Checkpoint(NamedTuple):
    """Where a state is, and of what."""

    t: float
    """The latest time that is folded in it."""
    position: int
    """How many bytes of the recording are."""
    place: int
    """Where it stands in the index."""
    length: int


class _Table(msgspec.Struct):
    """What an index says of itself."""

    layout: str
    size: int
    """Of the recording."""
    mtime_ns: int
    checkpoints: list[Checkpoint]
    beside: dict[str, tuple[int, int]]
    """Where whatever else is kept for the whole run stands in the index, and how long it is."""


class Index:
    """States of one run, as they were made, or found.

    Args:
        recording: the file of the run.
        stride_events: how many events lie between two states at least.
        stride_bytes: how much of the recording does.
        share: so many times as large as a state is, at least, what lies between it and the next.
    """

    def __init__(
        self,
        recording: Path,
        *,
        stride_events: int = STRIDE_EVENTS,
        stride_bytes: int = STRIDE_BYTES,
        share: int = SHARE,
    ) -> None:
        self._recording = recording
        self._stride_events = stride_events
        self._events = self._latest_at = 0
        """So many were folded since the latest state; and where it stands in the recording."""
        self._share = share
        self._stride_bytes = stride_bytes
        self.checkpoints: list[Checkpoint] = []
        """The states that there are, in order of time."""
        self._file: IO[bytes] | None = None
        self._draft: Path | None = None
        self._beside: dict[str, tuple[int, int]] = {}
        self._is_made = False
        """Whether states may still be added."""
        self._next_at = stride_bytes
        self._size = 0
        self._lock = threading.Lock()
        """Two may fold at a time: who shows the run, and who looks for a moment of it."""
        self._open()

    def note(self, run: Run, findings: Findings, position: int, count: int) -> None:
        """Keep this state, where it is time for one.

        Args:
            run: the state.
            findings: what there is to say about it.
            position: how many bytes of the recording are folded in it.
            count: how many events were folded since the last call.
        """
        self._events += count
        is_far = position - self._latest_at >= _FAR_BYTES or self._events >= self._stride_events
        is_due = is_far and position >= self._next_at
        if self._is_made or not is_due or not self._lock.acquire(blocking=False):
            return
        try:
            self._add(run, findings, position)
        finally:
            self._lock.release()

    def finish(self, beside: Mapping[str, bytes] | None = None) -> None:
        """The recording will not grow any more, and all of it was folded.

        Args:
            beside: what else to keep for the whole run, by name.
        """
        if self._is_made or not self.checkpoints:
            return
        self._is_made = True
        with suppress(OSError):
            found = self._recording.stat()
            self._beside = {name: self._add_bytes(data) for name, data in (beside or {}).items()}
            stamp = found.st_size, found.st_mtime_ns
            table = _Table(_layout(), *stamp, self.checkpoints, self._beside)
            data = msgspec.json.encode(table)
            footer = len(data).to_bytes(_FOOTER_BYTES - len(_MAGIC), "big") + _MAGIC
            self._write(data + footer)
            if self._draft is not None:
                self._draft.replace(self._recording.with_suffix(INDEX_ENDING))
                self._draft = None

    @property
    def is_whole(self) -> bool:
        """Whether it was found, or finished: it leads to every part of the recording."""
        return self._is_made and bool(self.checkpoints)

    def beside(self, name: str) -> bytes:
        """What else is kept for the whole run; b"" where nothing is.

        Raises:
            OSError: it cannot be read.
        """
        place, length = self._beside.get(name, (0, 0))
        return os.pread(self._file.fileno(), length, place) if self._file is not None else b""

    def before(self, t: float) -> Moment:
        """The nearest state that is known of this time, or before it.

        Raises:
            OSError: the recording cannot be opened.
        """
        known = self.checkpoints[:]
        place = bisect_right(known, t, key=lambda one: one.t)
        for checkpoint in reversed(known[:place]):
            try:
                run, findings = thawed(self._read(checkpoint))
            except (OSError, ValueError, DamagedStateError):
                self._remove()
                continue
            return Moment(self._recording, run, findings, checkpoint.position)
        return Moment(self._recording)

    def close(self) -> None:
        """Give the file back; what was not finished is gone."""
        self.checkpoints = []
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._draft is not None:
            self._draft.unlink(missing_ok=True)
            self._draft = None

    def _add(self, run: Run, findings: Findings, position: int) -> None:
        if position < self._next_at:
            return
        if self._file is None and not self._begin():
            self._is_made = True
            return
        try:
            place, length = self._add_bytes(frozen(run, findings))
        except (OSError, DamagedStateError):
            self.close()
            self._is_made = True
            return
        self.checkpoints.append(Checkpoint(run.now, position, place, length))
        self._events = 0
        self._latest_at = position
        stride_bytes = max(self._stride_bytes, position // _MOST_STATES)
        self._next_at = position + max(stride_bytes, self._share * length)

    def _open(self) -> None:
        """Take what there is, if it is of this recording as it is now, and of this version."""
        if not _is_kept(self._recording):
            return
        try:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
            descriptor = os.open(self._recording.with_suffix(INDEX_ENDING), flags)
        except OSError:
            return
        file = os.fdopen(descriptor, "rb")
        try:
            table = _table_of(file)
            found = self._recording.stat()
        except (OSError, ValueError, msgspec.MsgspecError):
            table = None
        if table is None or (table.size, table.mtime_ns) != (found.st_size, found.st_mtime_ns):
            file.close()
            return
        self._file, self.checkpoints, self._is_made = file, table.checkpoints, True
        self._beside = table.beside

    def _begin(self) -> bool:
        """Make a file for the states."""
        try:
            if _is_kept(self._recording):
                name = f"{self._recording.stem}.{os.getpid()}{INDEX_ENDING}.draft"
                draft = self._recording.with_name(name)
                flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
                self._file = os.fdopen(os.open(draft, flags, _PRIVATE), "w+b")
                self._draft = draft
            else:
                # Only now: hardly any recording lies where none can be made.
                import tempfile  # noqa: PLC0415

                self._file = tempfile.TemporaryFile(prefix="mptui-")  # noqa: SIM115
        except OSError:
            return False
        return True

    def _add_bytes(self, data: bytes) -> tuple[int, int]:
        self._write(data)
        place, self._size = self._size, self._size + len(data)
        return place, len(data)

    def _write(self, data: bytes) -> None:
        if self._file is not None:
            self._file.seek(0, os.SEEK_END)
            self._file.write(data)
            self._file.flush()

    def _read(self, checkpoint: Checkpoint) -> bytes:
        if self._file is None:
            raise DamagedStateError
        return os.pread(self._file.fileno(), checkpoint.length, checkpoint.place)

    def _remove(self) -> None:
        """It is damaged: the next one who needs it makes it anew."""
        if self._draft is None and _is_kept(self._recording):
            with suppress(OSError):
                self._recording.with_suffix(INDEX_ENDING).unlink(missing_ok=True)


def _is_kept(recording: Path) -> bool:
    """Whether an index may be left beside this recording: it is one that mptui looks after."""
    try:
        return recording.parent.samefile(runs_folder()) and recording.suffix == ".jsonl"
    except OSError:
        return False


def _table_of(file: IO[bytes]) -> _Table | None:
    """What an index says of itself; None where it may not be trusted, or is of another version."""
    found = os.fstat(file.fileno())
    is_private = stat.S_ISREG(found.st_mode) and not found.st_mode & _OTHERS
    if not is_private or found.st_uid != os.geteuid() or found.st_size < _FOOTER_BYTES:
        return None
    file.seek(-_FOOTER_BYTES, os.SEEK_END)
    footer = file.read()
    length = int.from_bytes(footer[: -len(_MAGIC)], "big")
    rest = found.st_size - _FOOTER_BYTES - length
    if not footer.endswith(_MAGIC) or length > _MOST_TABLE_BYTES or rest < 0:
        return None
    file.seek(rest)
    table = msgspec.json.decode(file.read(length), type=_Table)
    return table if table.layout == _layout() else None


@cache
def _layout() -> str:
    """What the state of a run is made of: another version may keep it in another form."""
    # Only now: it takes 3 MB of memory, and most dashboards open no recording.
    import hashlib  # noqa: PLC0415

    digest = hashlib.sha256(__version__.encode())
    package = Path(mptui.__file__).parent
    for part in ("events.py", "model", "terminal_text"):
        path = package / part
        for source in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            with suppress(OSError):
                digest.update(source.read_bytes())
    return digest.hexdigest()
