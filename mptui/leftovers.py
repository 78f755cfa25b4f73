"""What outlives a program's main process: which of it was left on purpose, and what may be done.

One rule for the supervisor, which acts on it, and for the model, which explains it. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

LeftoverPolicy: TypeAlias = Literal["keep", "stop", "wait"]
"""Leave it running and end the run; stop it; go on watching until it has ended by itself."""


class Leftover(NamedTuple):
    """What decides about a process that outlives the main process."""

    role: str
    has_own_session: bool
    """Whether it has left the session of the main process, as daemons do."""


def left_on_purpose(left: Mapping[int, Leftover], *, main_was_killed: bool) -> set[int]:
    """Which of the processes that outlive the main process the program meant to do so.

    A worker waits for somebody to tell it what to do, so only one that has a session of its own was
    meant to stay. Any other process was, unless the main process was killed before it could end it.
    Helpers belong to those that they help.

    Args:
        left: all of them, by number.
        main_was_killed: whether a signal ended the main process.
    """
    meant = {
        process for process, one in left.items() if _is_meant(one, main_was_killed=main_was_killed)
    }
    return meant | {process for process, one in left.items() if meant and one.role == "helper"}


def _is_meant(one: Leftover, *, main_was_killed: bool) -> bool:
    if one.role == "helper":
        return False
    if main_was_killed:
        return one.has_own_session and one.role != "worker"
    return one.has_own_session or one.role != "worker"
