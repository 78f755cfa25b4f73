"""What a process waits for, said in as many words as there is room for."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from mptui.dashboard.presentation.text.palette import DIM, WARNING
from mptui.terminal_text import safe_text
from mptui.wording.durations import since_text
from mptui.wording.wait_kinds import wait_kind

if TYPE_CHECKING:
    from mptui.events import WaitStarted
    from mptui.terminal_text import TextStyle

_NAME_CHARACTERS: Final = 60


@lru_cache(maxsize=128)
def wait_text(kind: str | None, on: str | None) -> str:
    """What it waits for, without the time: ``waiting for task_queue``."""
    return safe_text(wait_kind(kind).in_words(_name(on)))


def wait_texts(wait: WaitStarted, now: float) -> tuple[str, ...]:
    """The same from the fullest words to the shortest: ``waiting for task_queue 3.2 s`` first."""
    meaning = wait_kind(wait.kind)
    full = wait_text(wait.kind, wait.on)
    named = (f"waits {_name(wait.on)}",) if wait.on and meaning.state != "sleeping" else ()
    since = since_text(now - wait.started_at)
    short = safe_text(meaning.in_short, _NAME_CHARACTERS)
    return (f"{full} {since}", full, *named, short, meaning.shortest)


def has_room_for_since(wait: WaitStarted, width: int) -> bool:
    """Whether so many cells may hold what it waits for and since when."""
    return cell_len(wait_text(wait.kind, wait.on)) < width


def wait_style(kind: str | None, otherwise: TextStyle | None = DIM) -> TextStyle | None:
    """The style of a wait: it stands out where something is in the way of work."""
    return WARNING if wait_kind(kind).state == "blocked" else otherwise


def _name(on: str | None) -> str:
    return safe_text(on or "", _NAME_CHARACTERS)
