"""The output of each process in files of its own: what `>out 2>err` would have given for each.

Bytes go into the files as the program wrote them, as soon as the recording has them. Whatever is
wrong with the files is said once, in `trouble`: neither the program nor the recording suffers.
"""

from __future__ import annotations

import os
import re
import threading
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from mptui import events
from mptui.errors import EXIT_USAGE, MptuiError
from mptui.recording import RecordingReader

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mptui.events import Event

_SUFFIXES: Final = {"stdout": "out", "stderr": "err"}
_ENDED_KEPT: Final = 1000
"""Ended processes whose names are remembered; what an older one still writes goes by its number."""
_NAME_CHARACTERS: Final = 60
_PATIENCE_SECONDS: Final = 30.0
"""Longer than a disk takes that is only slow."""


class OutputFiles:
    """Follows one recording and writes what the processes print into a folder of its own.

    The folder is ``<parent>/<name of the recording>``, for its owner only; what lies there already
    is left alone. Nothing is kept open but the recording, and whoever calls never waits for a disk.

    Args:
        parent: made where it is missing.
        recording: the file of the run.

    Raises:
        MptuiError: the folder cannot be made, or the recording not be read.
    """

    def __init__(self, parent: Path, recording: Path) -> None:
        make_folder(parent)
        try:
            self.folder = _make_new(parent, recording.stem)
            self._reader = RecordingReader(recording)
        except OSError as error:
            raise _refusal(parent, error) from error
        self.trouble: str | None = None
        """Why no more is written, in one line; None as long as all is."""
        self._stems: dict[int, str] = {}
        self._ended: deque[int] = deque()
        self._written: set[str] = set()
        """The names of the files of processes whose names are remembered."""
        self._has_news = threading.Event()
        self._has_news.set()
        self._is_closing = False
        self._thread = threading.Thread(target=self._follow, name="mptui-output-files", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """The recording grew; never waits."""
        self._has_news.set()

    def finish(self) -> None:
        """The recording is complete: write the rest and end; never waits."""
        self._is_closing = True
        self._has_news.set()

    def close(self) -> None:
        """The same, and wait for it, but not for ever."""
        self.finish()
        self._thread.join(_PATIENCE_SECONDS)

    def _follow(self) -> None:
        """In a thread, since a disk may be slow: write what comes."""
        try:
            is_last = False
            while not is_last:
                self._has_news.wait()
                self._has_news.clear()
                # Asked before the reading: what came before the end is still to be read.
                is_last = self._is_closing
                while batch := self._reader.read():
                    self._write(batch)
        except MptuiError as error:
            self.trouble = error.message
        except OSError as error:
            # Nothing is written any more: a file that went on after a gap would look whole.
            why = error.strerror or str(error)
            self.trouble = f"the files in {self.folder} are not whole: {why}"
        finally:
            self._reader.close()

    def _write(self, batch: Iterable[Event]) -> None:
        pieces: dict[str, list[bytes]] = {}
        for event in batch:
            if isinstance(event, events.Output):
                piece = event.data if event.text is None else event.text.encode(errors="replace")
                pieces.setdefault(self._file_name(event.process, event.stream), []).append(
                    piece or b""
                )
            elif isinstance(event, events.ProcessStarted | events.ProcessChanged) and event.name:
                self._flush(pieces)
                self._learn(event.process, event.name)
            elif isinstance(event, events.ProcessExited):
                self._flush(pieces)
                self._forget_later(event.process)
        self._flush(pieces)

    def _flush(self, pieces: dict[str, list[bytes]]) -> None:
        for name, written in pieces.items():
            self._append(name, b"".join(written))
        pieces.clear()

    def _append(self, name: str, piece: bytes) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(self.folder / name, flags, 0o600)
        try:
            left = memoryview(piece)
            while left:
                left = left[os.write(descriptor, left) :]
        finally:
            os.close(descriptor)
        self._written.add(name)

    def _file_name(self, process: int, stream: str) -> str:
        stem = self._stems.get(process, f"{process:03}")
        # A later version may name a stream that there is not here.
        return f"{stem}.{_SUFFIXES.get(stream, 'out')}"

    def _learn(self, process: int, name: str) -> None:
        """The name of a process, which may become known when it has printed already."""
        old, new = self._stems.get(process), f"{process:03}-{_harmless(name)}"
        self._stems[process] = new
        for suffix in _SUFFIXES.values():
            before = f"{old or f'{process:03}'}.{suffix}"
            if before in self._written and old != new:
                with suppress(FileNotFoundError):
                    (self.folder / before).rename(self.folder / f"{new}.{suffix}")
                self._written.discard(before)
                self._written.add(f"{new}.{suffix}")

    def _forget_later(self, process: int) -> None:
        self._ended.append(process)
        if len(self._ended) > _ENDED_KEPT:
            stem = self._stems.pop(self._ended.popleft(), "")
            self._written -= {f"{stem}.{suffix}" for suffix in _SUFFIXES.values()}


def make_folder(parent: Path) -> None:
    """Make the folder that holds the folders of runs, where it is missing.

    Raises:
        MptuiError: it cannot be made, or nothing can be written there.
    """
    try:
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _refusal(parent, error) from error
    if not os.access(parent, os.W_OK | os.X_OK):
        raise MptuiError(f"cannot write output files in {parent}: permission denied", EXIT_USAGE)


def _refusal(parent: Path, error: OSError) -> MptuiError:
    why = (error.strerror or str(error)).lower()
    return MptuiError(f"cannot write output files in {parent}: {why}", EXIT_USAGE)


def _make_new(parent: Path, name: str) -> Path:
    number = 1
    while True:
        folder = parent / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            number += 1
        else:
            return folder


def _harmless(name: str) -> str:
    """A name as part of a file's name: no folder, no option, nothing a terminal would obey."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:_NAME_CHARACTERS] or "process"
