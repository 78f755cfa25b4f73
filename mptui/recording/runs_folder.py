"""Where recordings lie: `$XDG_STATE_HOME/mptui/runs/<time>-<name>.jsonl`, for the owner only.

Recordings hold whatever a program printed, so only their owner may read them: both folders 0700
(see `private_folders`), files 0600, created without following links. This module must not read or
write what a recording holds.
"""

from __future__ import annotations

import contextlib
import fcntl
import glob
import os
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from mptui.errors import EXIT_USAGE, MptuiError
from mptui.own_folders import state_folder
from mptui.recording.private_folders import make_private

if TYPE_CHECKING:
    from datetime import datetime

DOOR_ENDING = ".socket"
"""What takes the place of `.jsonl` in the name of the socket of a run that goes on."""
INDEX_ENDING = ".index"
"""The same for what makes its moments quick to find; it goes with the recording."""
KEPT_RECORDINGS = 100
KEPT_BYTES = 2 * 1024**3
"""So much of those that are over is kept, beside the newest of them."""
_BEGINNING = b'{"event":'
_NAME_CHARACTERS = 60
_NAME_BYTES = 200
"""With the time, a number and an ending it is a file name in any file system."""
_NUMBER = re.compile(r"-(\d+)\Z")


def create_recording(name: str, now: datetime) -> tuple[Path, int]:
    """Create an empty recording, locked while its descriptor stays open.

    Args:
        name: what the run is called; reduced to what is harmless in a file name.
        now: when the run starts (UTC).

    Returns:
        The path, and a descriptor open for appending.

    Raises:
        MptuiError: the state folder cannot be made or written.
    """
    folder = runs_folder()
    try:
        for own in (folder.parent, folder):
            make_private(own)
        path, descriptor = _create_unique(folder, f"{now:%Y%m%dT%H%M%S}-{_file_name(name)}")
    except OSError as error:
        raise MptuiError(
            f"cannot write the recording in {folder}: {error.strerror}; "
            "make it writable or set XDG_STATE_HOME to a folder that is"
        ) from error
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    _remove_old(folder)
    return path, descriptor


def runs_folder() -> Path:
    """Where recordings lie, whether or not there is one."""
    return Path(state_folder(), "runs")


def recordings() -> list[Path]:
    """The files of all runs of this user, the newest first."""
    return sorted(runs_folder().glob("*.jsonl"), key=_age, reverse=True)


def recordings_called(run: str) -> list[Path]:
    """Those that are called so, the newest first, and then those whose names only begin so.

    Args:
        run: the name of a recording, `<time>-<name>`, or the part of it after the time.
    """
    run = unicodedata.normalize("NFC", run)
    matches = [path for path in recordings() if _is_called(path.stem, run)]
    return sorted(matches, key=lambda path: not is_exactly(path, run))


def find_recording(run: str, *, prefers_live: bool = False) -> Path | None:
    """The newest recording that is called so, or whose name begins so; None without one.

    Args:
        run: as for `recordings_called`.
        prefers_live: whether one that goes on is meant before any that is over.
    """
    matches = recordings_called(run)
    live = (path for path in matches if prefers_live and is_surely_live(path))
    return next(live, matches[0] if matches else None)


def is_exactly(path: Path, run: str) -> bool:
    """Whether a recording is called so, not only begins so."""
    return run in {path.stem, path.stem.partition("-")[2]}


def path_of_run(run: str, *, prefers_live: bool = False) -> Path:
    """The recording that is meant: a file, or else the newest run that is called so.

    A program of that name in the current folder is not meant.

    Args:
        run: a path, or the name of a run as `recordings_called` takes it.
        prefers_live: of several runs, one that goes on is meant before any that is over.

    Raises:
        MptuiError: there is no such file, and no such run.
    """
    path = Path(run)
    is_there = bool(run) and _exists(path)
    if is_there and _may_be_one(path):
        return path
    recording = find_recording(run, prefers_live=prefers_live)
    if recording is not None:
        return recording
    if is_there:
        return path
    raise MptuiError(
        f"cannot read {run}: no such file, and no run in {runs_folder()} is called so; "
        "mptui ls shows what there is",
        EXIT_USAGE,
    )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except PermissionError:
        return True  # So that the reason is told.
    except (OSError, ValueError):
        return False  # Nothing can be called so.


def _may_be_one(path: Path) -> bool:
    """Whether a file looks like a recording; of a pipe, which can be read once, it is believed."""
    try:
        if not path.is_file():
            return True
        with path.open("rb") as file:
            return file.read(len(_BEGINNING)) == _BEGINNING
    except OSError:
        return True  # So that the reason is told.


def recording_names(beginning: str) -> list[str]:
    """What runs are called that begin so, for a shell to complete: names, and ids."""
    # A shell shows and types them as they are: what could act on the terminal, or would be several
    # words, is not offered.
    stems = [path.stem for path in recordings() if path.stem.isprintable() and " " not in path.stem]
    names = dict.fromkeys(stem.partition("-")[2] for stem in stems)
    return [name for name in (*names, *stems) if name and name.startswith(beginning)]


def remove_recording(path: Path) -> None:
    """Remove a recording, its index, and the door that its run may have left.

    Raises:
        OSError: it cannot be removed.
    """
    path.unlink()
    for ending in (DOOR_ENDING, INDEX_ENDING):
        path.with_suffix(ending).unlink(missing_ok=True)
    for draft in path.parent.glob(f"{glob.escape(path.stem)}.*{INDEX_ENDING}.draft"):
        draft.unlink(missing_ok=True)


def size_on_disk(path: Path) -> int:
    """How many bytes a recording takes, with its index.

    Raises:
        OSError: there is no such recording.
    """
    size = path.stat().st_size
    with contextlib.suppress(OSError):
        size += path.with_suffix(INDEX_ENDING).lstat().st_size
    return size


def is_live(path: Path, *, flags: int = 0) -> bool:
    """Whether the supervisor of a recording lives: it has locked the file.

    Args:
        path: the recording.
        flags: how to open it, beside reading.

    Raises:
        OSError: there is no such file, or it may not be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | flags)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def is_surely_live(path: Path) -> bool:
    """The same; False where that cannot be known."""
    try:
        return is_live(path)
    except OSError:
        return False


def _is_called(stem: str, run: str) -> bool:
    return bool(run) and (stem.startswith(run) or stem.partition("-")[2].startswith(run))


def _age(path: Path) -> tuple[str, int, str]:
    """What sorts recordings by their age: of one second the first has no number, others do."""
    time, _, name = path.stem.partition("-")
    number = _NUMBER.search(name)
    return time, int(number[1]) if number is not None else 1, name


def _create_unique(folder: Path, stem: str) -> tuple[Path, int]:
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    number = 1
    while True:
        path = folder / (f"{stem}.jsonl" if number == 1 else f"{stem}-{number}.jsonl")
        try:
            descriptor = os.open(path, flags, 0o600)
        except FileExistsError:
            number += 1
        else:
            os.fchmod(descriptor, 0o600)  # Some umasks take something away from the owner too.
            return path, descriptor


def _file_name(name: str) -> str:
    harmless = re.sub(r"[^\w.-]+", "-", unicodedata.normalize("NFC", name))
    try:
        os.fsencode(harmless)
    except UnicodeEncodeError:  # The locale has no such letters.
        harmless = re.sub(r"[^A-Za-z0-9._-]+", "-", name)
    short = harmless.strip("-.")[:_NAME_CHARACTERS]
    return short.encode()[:_NAME_BYTES].decode(errors="ignore") or "run"


def _remove_old(folder: Path) -> None:
    """Remove recordings beyond the limits, the oldest first; what is still written stays.

    So does the newest that is over, however large it is, and it takes no room from the others.
    """
    with contextlib.suppress(OSError):
        newest_first = sorted(folder.glob("*.jsonl"), key=_age, reverse=True)
        over = [path for path in newest_first if not _is_locked(path)]
        most = KEPT_RECORDINGS - (len(newest_first) - len(over))
        kept_bytes = 0
        for position, path in enumerate(over):
            size = size_on_disk(path) if position > 0 else 0
            if position > 0 and (position >= most or kept_bytes + size > KEPT_BYTES):
                _remove_unless_locked(path)
            else:
                kept_bytes += size


def _is_locked(path: Path) -> bool:
    try:
        return is_live(path, flags=os.O_NOFOLLOW)
    except OSError:
        return True


def _remove_unless_locked(path: Path) -> None:
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            remove_recording(path)
        finally:
            os.close(descriptor)
