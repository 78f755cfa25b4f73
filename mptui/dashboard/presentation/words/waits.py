"""What a process waits for, said in as many words as there is room for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.terminal_text import safe_text
from mptui.wording.durations import since_text

if TYPE_CHECKING:
    from mptui.events import WaitKind, WaitStarted

_NAME_CHARACTERS: Final = 60


class _Phrase(NamedTuple):
    named: str
    """``{}`` is what it waits for."""
    unnamed: str
    short: str


_PHRASES: Final[dict[WaitKind, _Phrase]] = {
    "task": _Phrase("waiting for a task of {}", "waiting for a task", "waits task"),
    "get": _Phrase("waiting for {}", "waiting for an item", "waits get"),
    "put": _Phrase("waiting for room in {}", "waiting for room", "waits put"),
    "lock": _Phrase("waiting for {}", "waiting for a lock", "waits lock"),
    "semaphore": _Phrase("waiting for {}", "waiting for a semaphore", "waits sem"),
    "condition": _Phrase("waiting for {}", "waiting for a condition", "waits cond"),
    "event": _Phrase("waiting for {}", "waiting for an event", "waits event"),
    "barrier": _Phrase("waiting for {}", "waiting at a barrier", "waits barrier"),
    "join": _Phrase("waiting for {}", "waiting for a process", "waits join"),
    "children": _Phrase("waiting for {}", "waiting for its children", "waits join"),
    "result": _Phrase("waiting for {}", "waiting for results", "waits result"),
    "thread": _Phrase("waiting for {}", "waiting for a thread", "waits thread"),
    "receive": _Phrase("waiting for {}", "waiting for a message", "waits recv"),
    "send": _Phrase("waiting for room in {}", "waiting to send", "waits send"),
    "poll": _Phrase("waiting for {}", "waiting for a message", "waits poll"),
    "sleep": _Phrase("sleeping", "sleeping", "sleeping"),
    "input": _Phrase("waiting for input", "waiting for input", "waits input"),
    "output": _Phrase("waiting to write", "waiting to write", "waits write"),
    "socket": _Phrase("waiting for {}", "waiting for a socket", "waits socket"),
    "file": _Phrase("waiting for {}", "waiting for a file", "waits file"),
    "signal": _Phrase("waiting for a signal", "waiting for a signal", "waits signal"),
    "other": _Phrase("waiting for {}", "waiting", "waiting"),
}
_LAST_RESORTS: Final[dict[WaitKind, str]] = {"sleep": "sleeping"}
"""What is said where not even the short phrase fits, if not that it waits."""

HINDRANCES: Final[frozenset[WaitKind]] = frozenset(
    {"put", "lock", "semaphore", "barrier", "send", "output", "file"}
)
"""In these waits something is in the way; in the others there is nothing to do yet."""


def wait_text(wait: WaitStarted) -> str:
    """What it waits for, without the time: ``waiting for task_queue``."""
    phrase = _PHRASES[wait.kind]
    return phrase.named.format(_name(wait)) if wait.on else phrase.unnamed


def wait_texts(wait: WaitStarted, now: float) -> tuple[str, ...]:
    """The same from the fullest words to the shortest: ``waiting for task_queue 3.2 s`` first."""
    full = wait_text(wait)
    named = (f"waits {_name(wait)}",) if wait.on and wait.kind != "sleep" else ()
    last_resort = _LAST_RESORTS.get(wait.kind, "waiting")
    since = since_text(now - wait.started_at)
    return (f"{full} {since}", full, *named, _PHRASES[wait.kind].short, last_resort)


def _name(wait: WaitStarted) -> str:
    return safe_text(wait.on or "", _NAME_CHARACTERS)
