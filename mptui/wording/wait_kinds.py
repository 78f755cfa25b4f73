"""What each kind of wait means: one table, a row a kind.

A new kind is a row here, beside its name in the events. Whatever depends on the kind of a wait is
read from its row: the words, the sign and the colour, whether a process has no work meanwhile, and
who could end it.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

WaitState: TypeAlias = Literal["idle", "blocked", "unclear", "sleeping", "waiting"]
"""What a process is while it waits.

- idle: it has no work.
- blocked: it has work, and something is in the way.
- unclear: it may be either: conditions and events stand for whatever the program makes of them.
- sleeping: it waits for time to pass.
- waiting: it waits for what others do.
"""
WaitEnder: TypeAlias = Literal["holder", "joined", "child", "workers", "anybody", "outside"]
"""Who can end a wait.

- holder: whoever holds the lock, and nobody else.
- joined: the process whose end it waits for, and nobody else.
- child, workers: any of its own processes, by ending or with a result.
- anybody: any other process of the program.
- outside: not the program: the time, the system, other programs, the library itself.
"""


class WaitMeaning(NamedTuple):
    """What is known of a kind of wait."""

    unnamed: str
    """In words, where what is waited for has no name."""
    short: str
    """In a narrow column."""
    state: WaitState = "waiting"
    ender: WaitEnder = "outside"
    named: str = "waiting for {}"
    """In words; ``{}`` stands for the name of what is waited for."""
    clause: str = "for {}"
    """What follows "waits" in a sentence; ``{}`` stands for what is waited for."""
    thing: str = "something"
    """What that is called in a sentence where it has no name."""

    @property
    def shortest(self) -> str:
        """In eight cells, which is all that there is at least."""
        return "sleeping" if self.state == "sleeping" else "waiting"

    @property
    def is_idle(self) -> bool:
        """Whether the process has no work."""
        return self.state == "idle"

    @property
    def may_have_work(self) -> bool:
        """Whether the process may have work that it cannot do for the time being."""
        return self.state in ("blocked", "unclear")

    @property
    def has_one_ender(self) -> bool:
        """Whether a single process can end it."""
        return self.ender in ("holder", "joined")

    @property
    def is_for_children(self) -> bool:
        """Whether it waits for the end of processes, and so reads their exit codes."""
        return self.ender in ("joined", "child")

    def in_words(self, name: str | None) -> str:
        """What it waits for: ``waiting for room in results``, ``waiting for room``."""
        return self.named.format(name) if name else self.unnamed


_OTHER: Final = WaitMeaning("waiting", "waiting")

WAIT_KINDS: Final[dict[str, WaitMeaning]] = {
    "task": WaitMeaning(
        "waiting for a task", "waits task", "idle", named="waiting for a task of {}"
    ),
    "get": WaitMeaning(
        "waiting for an item",
        "waits get",
        "idle",
        "anybody",
        clause="to get something from {}",
        thing="a queue",
    ),
    "put": WaitMeaning(
        "waiting for room",
        "waits put",
        "blocked",
        "anybody",
        named="waiting for room in {}",
        clause="for room in {}",
        thing="a queue",
    ),
    "lock": WaitMeaning("waiting for a lock", "waits lock", "blocked", "holder", thing="a lock"),
    "semaphore": WaitMeaning(
        "waiting for a semaphore", "waits sem", "blocked", "anybody", thing="a semaphore"
    ),
    "condition": WaitMeaning(
        "waiting for a condition",
        "waits cond",
        "unclear",
        "anybody",
        clause="to be notified by {}",
        thing="a condition",
    ),
    "event": WaitMeaning(
        "waiting for an event",
        "waits event",
        "unclear",
        "anybody",
        clause="for {} to be set",
        thing="an event",
    ),
    "barrier": WaitMeaning(
        "waiting at a barrier",
        "waits barrier",
        "blocked",
        "anybody",
        clause="for the others at {}",
        thing="a barrier",
    ),
    "join": WaitMeaning(
        "waiting for a process",
        "waits join",
        ender="joined",
        clause="for the end of {}",
        thing="a process",
    ),
    "children": WaitMeaning(
        "waiting for its children", "waits join", ender="child", clause="for the end of a process"
    ),
    "result": WaitMeaning(
        "waiting for results",
        "waits result",
        ender="workers",
        clause="for results of {}",
        thing="its workers",
    ),
    "thread": WaitMeaning(
        "waiting for a thread", "waits thread", ender="anybody", clause="for a thread of its own"
    ),
    "receive": WaitMeaning(
        "waiting for a message",
        "waits recv",
        ender="anybody",
        clause="to receive something from {}",
        thing="a pipe",
    ),
    "send": WaitMeaning(
        "waiting to send",
        "waits send",
        "blocked",
        "anybody",
        named="waiting for room in {}",
        clause="for somebody to receive from {}",
        thing="a pipe",
    ),
    "poll": WaitMeaning("waiting for a message", "waits poll"),
    "sleep": WaitMeaning("sleeping", "sleeping", "sleeping", named="sleeping"),
    "input": WaitMeaning("waiting for input", "waits input", named="waiting for input"),
    "output": WaitMeaning("waiting to write", "waits write", "blocked", named="waiting to write"),
    "socket": WaitMeaning("waiting for a socket", "waits socket"),
    "file": WaitMeaning("waiting for a file", "waits file", "blocked"),
    "signal": WaitMeaning("waiting for a signal", "waits signal", named="waiting for a signal"),
    "other": _OTHER,
}


def wait_kind(kind: str) -> WaitMeaning:
    """What this kind of wait means; an unknown one is said by its name, not safe to show."""
    known = WAIT_KINDS.get(kind)
    return known or _OTHER._replace(unnamed=f"waiting: {kind}", short=f"waits {kind}")
