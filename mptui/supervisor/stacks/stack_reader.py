"""Reads the Python stacks of one process from outside, without stopping it.

What sleeps in an interpreter that is known well is read by `frame_walk`, at a tenth of the cost;
all else by pystack. Where frames of C code are wanted too, the process is stopped meanwhile: for
0.1 s, or more on a busy machine.

Runs in the reader process only: pystack may take seconds, or end the process that it runs in, where
a stack is a hundred thousand frames deep. It must not know runs or events' times.
"""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

import mptui
from mptui.events import NativeFrame, StackFrame, StackProblem, ThreadStack
from mptui.supervisor.linux import kernel
from mptui.supervisor.linux.looking_inside import why_forbidden
from mptui.supervisor.samples.core_accounts import is_counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pystack.types import PyThread

    from mptui.supervisor.stacks.frame_walk import WalkedThread

MOST_FRAMES: Final = 100
MOST_THREADS: Final = 64
_MOST_FRAMES_IN_ALL: Final = 2000
_MOST_CHARACTERS: Final = 500
_PROBE: Final = (f"{Path(mptui.__file__).parent / 'probe'}{os.sep}", "<mptui: ")
"""How the names of the files of the probe's code begin: its door has one, the rest has none."""
_UNKNOWN: Final = "???"
"""What pystack says for a file that is not known."""
_RUNNING: Final = "R"
_ATTEMPTS: Final = 2
"""A thread that runs while it is read may show parts of two stacks; mostly it is caught asleep."""
_PROBLEMS: Final[tuple[tuple[str, StackProblem], ...]] = (
    ("not permitted", "permission"),
    ("could not determine python version", "not_python"),
)
"""What pystack says, and what that is."""


class StackReply(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was read of a process."""

    pid: int
    threads: list[ThreadStack] = []
    """Without names, the main thread first."""
    error: StackProblem | None = None
    detail: str | None = None
    seconds: float = 0.0
    """The CPU time that it took."""


def read_stacks(pid: int, *, native: bool = False) -> StackReply:
    """The stacks of every thread of a process, or why they cannot be read.

    Args:
        pid: the process.
        native: whether the frames of C code are wanted too.
    """
    try:
        # Also says what pystack says less well.
        Path(f"/proc/{pid}/exe").readlink()
        threads = _read_stopped(pid) if native else _read(pid)
    except Exception as error:  # noqa: BLE001 - whatever it is, the next process may be readable
        is_gone = not os.path.lexists(f"/proc/{pid}/exe")
        problem: StackProblem = "ended" if is_gone else _problem(error)
        detail = why_forbidden(pid) if problem == "permission" else str(error)
        return StackReply(pid=pid, error=problem, detail=_encodable(detail[:_MOST_CHARACTERS]))
    if not threads:
        return StackReply(pid=pid, error="unreadable")
    return StackReply(pid=pid, threads=threads)


def _problem(error: Exception) -> StackProblem:
    """Why a process that lives could not be read."""
    if isinstance(error, PermissionError):
        return "permission"
    if isinstance(error, ImportError):
        return "no_reader"
    said = str(error).lower()
    return next((code for text, code in _PROBLEMS if text in said), "unreadable")


class _Found(NamedTuple):
    """A thread, whoever has read it."""

    thread: int
    places: Sequence[tuple[str, int, str]]
    """File, line and function of each frame, the innermost first."""
    gil: bool
    native: list[NativeFrame]


def _read(pid: int) -> list[ThreadStack]:
    """The stacks, those of threads that sleep as they are, those of others as near as may be."""
    before = _traces(pid)
    if _are_asleep(pid, before):
        # Who is on a core may have the same trace for milliseconds.
        walked = _walk(pid)
        if walked is not None and _traces(pid) == before:
            found = [_Found(one.native_id, one.places, one.has_gil, []) for one in walked]
            return _bounded(found, pid, set())
    return _read_by_pystack(pid)


def _walk(pid: int) -> list[WalkedThread] | None:
    """What can be read from its memory directly; None where that cannot be."""
    # Only now, as below.
    from mptui.supervisor.stacks.frame_walk import UnfamiliarError, walk_threads  # noqa: PLC0415

    try:
        return walk_threads(pid)
    except (UnfamiliarError, OSError):
        return None


def _read_by_pystack(pid: int) -> list[ThreadStack]:
    # Only now: it takes 50 ms to import, and most runs need none of it.
    import logging  # noqa: PLC0415

    from pystack.engine import get_process_threads  # noqa: PLC0415

    logging.disable()  # What it says of memory that it could not read is of no use to anybody.
    for attempt in range(_ATTEMPTS):
        before = _traces(pid)
        try:
            found = get_process_threads(pid, stop_process=False)
        except Exception:
            if attempt == _ATTEMPTS - 1 or _traces(pid) == before:
                raise
            continue  # It ran meanwhile, which may be why.
        after = _traces(pid)
        ran = {thread for thread, trace in after.items() if before.get(thread) != trace}
        if not ran or attempt == _ATTEMPTS - 1:
            break
    return _bounded(map(_found_by_pystack, found), pid, ran)


def _read_stopped(pid: int) -> list[ThreadStack]:
    """The same with the frames of C code; the process does not run meanwhile."""
    import logging  # noqa: PLC0415

    from pystack.engine import NativeReportingMode, get_process_threads  # noqa: PLC0415

    logging.disable()
    # What it names asks the network for the sources of libraries.
    os.environ.pop("DEBUGINFOD_URLS", None)
    mode = NativeReportingMode.PYTHON
    found = get_process_threads(pid, stop_process=True, native_mode=mode)
    return _bounded(map(_found_by_pystack, found), pid, set())


def _found_by_pystack(thread: PyThread) -> _Found:
    places = [
        (frame.code.filename, frame.code.location.lineno, frame.code.scope)
        for frame in thread.frames
        if frame.code is not None
    ]
    places.reverse()
    return _Found(thread.tid, places, thread.holds_the_gil > 0, _native(thread))


def _bounded(found: Iterable[_Found], pid: int, ran: set[int]) -> list[ThreadStack]:
    """As many threads and frames as an event can bear; each with its innermost ones."""
    living = sorted(
        (one for one in found if one.thread > 0), key=lambda one: (one.thread != pid, one.thread)
    )
    stacks: list[ThreadStack] = []
    room = _MOST_FRAMES_IN_ALL
    for one in living[:MOST_THREADS]:
        # Neither those of the interpreter itself nor those of the probe.
        every = [place for place in one.places if not place[0].startswith(_PROBE)]
        kept = every[: min(MOST_FRAMES, room)]
        room -= len(kept)
        stacks.append(
            ThreadStack(
                thread=one.thread,
                frames=[_frame(place) for place in kept],
                omitted=len(every) - len(kept),
                gil=one.gil,
                ran=one.thread in ran,
                native=one.native,
            )
        )
    return stacks


def _frame(place: tuple[str, int, str]) -> StackFrame:
    file, line, function = place
    return StackFrame(
        file=_encodable(file[-_MOST_CHARACTERS:]),
        line=line,
        function=_encodable(function[:_MOST_CHARACTERS]),
    )


def _native(thread: PyThread) -> list[NativeFrame]:
    """The frames of C code that the innermost Python frame called, without the interpreter's own.

    All of them where there is no Python, or where nothing tells which ones are the interpreter's.
    """
    from pystack.types import NativeFrame as Native  # noqa: PLC0415
    from pystack.types import frame_type  # noqa: PLC0415

    inner: list[NativeFrame] = []
    for frame in thread.native_frames:
        kind = frame_type(frame, thread.python_version)
        if kind is Native.FrameType.EVAL:
            inner = []
        elif kind is Native.FrameType.OTHER:
            file = "" if frame.path == _UNKNOWN else frame.path
            inner.append(
                NativeFrame(
                    library=_encodable(frame.library[-_MOST_CHARACTERS:]),
                    function=_encodable(frame.symbol[:_MOST_CHARACTERS]),
                    file=_encodable(file[-_MOST_CHARACTERS:]),
                    line=max(frame.linenumber, 0),
                )
            )
    return inner[: -MOST_FRAMES - 1 : -1]


def _encodable(text: str) -> str:
    """The text without surrogates, which stand for bytes that are not UTF-8."""
    return text.encode(errors="backslashreplace").decode()


def _traces(pid: int) -> dict[int, bytes]:
    """What changes of each thread as soon as it runs."""
    traces: dict[int, bytes] = {}
    for folder in islice(_thread_folders(pid), MOST_THREADS):
        try:
            traces[int(folder.name)] = (folder / "schedstat").read_bytes()
        except OSError:
            continue
    return traces


def _are_asleep(pid: int, traces: Mapping[int, bytes]) -> bool:
    """Whether none of these threads is on a core, or ready for one, and there are no others."""
    try:
        for thread in traces:
            line = Path(f"/proc/{pid}/task/{thread}/stat").read_bytes()
            if kernel.parse_stat(line).state == _RUNNING:
                return False
    except (OSError, ValueError, IndexError):
        return False
    return 0 < len(traces) < MOST_THREADS and all(map(is_counted, traces.values()))


def _thread_folders(pid: int) -> list[Path]:
    folder = Path(f"/proc/{pid}/task")
    return [folder / name for name in sorted(os.listdir(folder), key=int)]  # noqa: PTH208
