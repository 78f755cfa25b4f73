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

- holder: the process that holds the lock, and no other.
- joined: the process whose end it waits for, and no other.
- child, workers: any of its own processes, by ending or with a result.
- anybody: any other process of the program.
- outside: not the program: the time, the system, other programs, the library itself.
"""


class WaitMeaning(NamedTuple):
    """What is known of a kind of wait; each text goes on from the verb."""

    unnamed: str
    """What is waited for, where it has no name: waiting ``for a lock``."""
    short: str
    """In a narrow column: waits ``lock``."""
    state: WaitState = "waiting"
    ender: WaitEnder = "outside"
    clause: str = "for {}"
    """In a sentence of a finding: waits ``to get something from {}``."""
    thing: str = "something"
    """What stands there in place of ``{}`` where it has no name."""
    named: str = "for {}"
    """What is waited for, where it has a name, which stands in place of ``{}``."""

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
        rest = self.named.format(name) if name else self.unnamed
        return f"{self.shortest} {rest}".rstrip()

    @property
    def in_short(self) -> str:
        """The same in a narrow column: ``waits put``."""
        return f"waits {self.short}" if self.short else self.shortest

    @property
    def shortest(self) -> str:
        """The same in eight cells, which is all that there is at least."""
        return "sleeping" if self.state == "sleeping" else "waiting"


_W: TypeAlias = WaitMeaning
_OTHER: Final = _W("", "")

WAIT_KINDS: Final[dict[str, WaitMeaning]] = {
    "task": _W("for a task", "task", "idle", named="for a task of {}"),
    "get": _W("for an item", "get", "idle", "anybody", "to get something from {}", "a queue"),
    "put": _W(
        "for room", "put", "blocked", "anybody", "for room in {}", "a queue", "for room in {}"
    ),
    "lock": _W("for a lock", "lock", "blocked", "holder", thing="a lock"),
    "semaphore": _W("for a semaphore", "sem", "blocked", "anybody", thing="a semaphore"),
    "condition": _W(
        "for a condition", "cond", "unclear", "anybody", "to be notified by {}", "a condition"
    ),
    "event": _W("for an event", "event", "unclear", "anybody", "for {} to be set", "an event"),
    "barrier": _W(
        "at a barrier", "barrier", "blocked", "anybody", "for the others at {}", "a barrier"
    ),
    "join": _W("for a process", "join", "waiting", "joined", "for the end of {}", "a process"),
    "children": _W("for its children", "join", "waiting", "child", "for the end of a process"),
    "result": _W("for results", "result", "waiting", "workers", "for results of {}", "its workers"),
    "thread": _W("for a thread", "thread", "waiting", "anybody", "for a thread of its own"),
    "receive": _W(
        "for a message", "recv", "waiting", "anybody", "to receive something from {}", "a pipe"
    ),
    "send": _W(
        "to send", "send", "blocked", "anybody", "for {} to be read", "a pipe", "for room in {}"
    ),
    "poll": _W("for a message", "poll"),
    "sleep": _W("", "", "sleeping", named=""),
    "input": _W("for input", "input", named="for input"),
    "output": _W("to write", "write", "blocked", named="to write"),
    "socket": _W("for a socket", "socket"),
    "file": _W("for a file", "file", "blocked"),
    "signal": _W("for a signal", "signal", named="for a signal"),
    "other": _OTHER,
}


def wait_kind(kind: str | None) -> WaitMeaning:
    """What this kind of wait means.

    A kind that is not in the table is said by its name, which is not safe to show; None, where the
    kind was not recorded, is just a wait.
    """
    if kind is None:
        return _OTHER
    return WAIT_KINDS.get(kind) or _OTHER._replace(unnamed=f"({kind})", short=kind)
