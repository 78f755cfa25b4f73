"""Tracebacks on standard error that tell of trouble which nothing else tells of.

A thread that dies of an exception, an item that cannot be pickled in the thread that feeds a queue,
and an initializer that fails leave no other trace: the process goes on, and Python prints. Folds
events in bounded memory. Must take nothing for such a traceback but the words of Python itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from mptui.events import StackFrame
from mptui.model.stacks.places import is_library, place_text

if TYPE_CHECKING:
    from mptui.events import Output

PrintedKind: TypeAlias = Literal["thread", "feeder", "initializer"]

_SIGNS: Final = ("Exception in ", "in _feed", "initializer(*initargs)")
"""What is looked for first, as it costs next to nothing."""
_BEGINNINGS: Final[tuple[tuple[PrintedKind, re.Pattern[str]], ...]] = (
    ("thread", re.compile(r"^Exception in thread (?P<name>.{1,200}?):$", re.MULTILINE)),
    ("initializer", re.compile(r"^    initializer\(\*initargs\)$", re.MULTILINE)),
    (
        "feeder",
        re.compile(r'^  File ".*/(?:queues|process)\.py", line \d+, in _feed$', re.MULTILINE),
    ),
)
_FRAME: Final = re.compile(r'^  File "(?P<file>.+)", line (?P<line>\d{1,7}), in (?P<function>.+)$')
_ERROR: Final = re.compile(r"^[A-Za-z_][\w.]*(?:: .*)?$")
_BETWEEN: Final = ("During handling of", "The above exception was", "Traceback (most recent")
_KEPT: Final = 100
_TEXT_KEPT: Final = 8192
_CALLBACK_CALL: Final = "self._callback(self._value)"


class PrintedError(NamedTuple):
    """One traceback."""

    kind: PrintedKind
    process: int
    since: float
    thread: str
    """The name of the thread that died; empty where it is not about one."""
    error: str
    """Its type and message; empty where its end was not printed."""
    place: str | None
    """Where in the program it was raised: ``load.py:4 in connect``."""
    is_in_callback: bool
    """Whether a callback of a pool raised it."""


class _Started(NamedTuple):
    kind: PrintedKind
    process: int
    since: float
    thread: str


class PrintedErrors:
    """The first tracebacks of each kind of each process, and of each thread."""

    def __init__(self) -> None:
        self._texts: dict[_Started, str] = {}
        self._open: dict[int, _Started] = {}
        """Of which more may come, by process."""
        self._read: dict[_Started, PrintedError] = {}

    def __bool__(self) -> bool:
        return bool(self._texts)

    @property
    def all(self) -> list[PrintedError]:
        """In order of time."""
        return [self._of(started) for started in self._texts]

    def of(self, process: int, kind: PrintedKind) -> list[PrintedError]:
        """Those of one kind that a process printed."""
        return [
            self._of(started)
            for started in self._texts
            if started.process == process and started.kind == kind
        ]

    def note(self, event: Output) -> None:
        """Take note of what a process wrote."""
        if event.stream != "stderr" or not event.text:
            return
        if event.process in self._open:
            self._go_on(self._open[event.process], event.text)
        if any(sign in event.text for sign in _SIGNS):
            self._begin(event, event.text)

    def _begin(self, event: Output, text: str) -> None:
        for kind, pattern in _BEGINNINGS:
            for match in pattern.finditer(text):
                thread = match["name"] if kind == "thread" else ""
                if len(self._texts) >= _KEPT or self._is_known(kind, event.process, thread):
                    continue
                started = _Started(kind, event.process, event.t, thread)
                self._texts[started] = text[match.start() : match.start() + _TEXT_KEPT]
                self._open[event.process] = started

    def _is_known(self, kind: PrintedKind, process: int, thread: str) -> bool:
        return any(
            (one.kind, one.process, one.thread) == (kind, process, thread) for one in self._texts
        )

    def _go_on(self, started: _Started, text: str) -> None:
        self._read.pop(started, None)
        known = self._texts[started]
        self._texts[started] = (known + text)[:_TEXT_KEPT]
        if len(known) + len(text) >= _TEXT_KEPT:
            del self._open[started.process]

    def _of(self, started: _Started) -> PrintedError:
        read = self._read.get(started)
        if read is None:
            error, place, is_in_callback = _read_traceback(self._texts[started])
            read = PrintedError(*started, error, place, is_in_callback)
            self._read[started] = read
        return read


def _read_traceback(text: str) -> tuple[str, str | None, bool]:
    """The error at its end, and the innermost frame of the program's own code."""
    error, place, is_in_callback = "", None, False
    for line in text.split("\n")[1:]:
        match = _FRAME.match(line)
        if match is not None:
            frame = StackFrame(match["file"], int(match["line"]), match["function"])
            place = place if is_library(frame) else place_text(frame)
        elif line.startswith(" ") or not line:
            is_in_callback |= line.strip() == _CALLBACK_CALL
        elif line.startswith(_BETWEEN):
            error, place = "", None
        elif error or not _ERROR.match(line):
            break
        else:
            error = line
    return error, place, is_in_callback
