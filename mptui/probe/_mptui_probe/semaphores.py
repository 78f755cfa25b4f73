"""Hooks for multiprocessing's locks and what is made of semaphores: what they are called.

One record for each semaphore, whether the program makes it or is given it. Those inside of queues,
pools and executors are told by `queues`.
"""

from . import tell
from .containment import contained
from .creations import Creation
from .inheritances import tell_later
from .mappings import forgetters
from .queues import INSIDES
from .replacing import call_after

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, ModuleType
    from typing import Any

    from .inheritances import Heir, Tell

_TOLD_LIMIT = 1024
_QUEUES = (".queues", *INSIDES)
_SEMAPHORES_OF_CONDITION = ("_lock", "_sleeping_count", "_woken_count", "_wait_semaphore")

_kinds_by_maker: "dict[CodeType, str]" = {}
"""What the outermost of these functions makes, the semaphores in it are."""
_told: "list[None]" = []


def hook_semaphores(module: "ModuleType") -> None:
    """Tell of each lock, semaphore, condition, event and barrier."""
    for kind in ("Condition", "Event", "Barrier"):
        _kinds_by_maker[getattr(module, kind).__init__.__code__] = kind.lower()

    def take_semaphore(semaphore: object) -> None:
        is_lock = not isinstance(semaphore, module.Semaphore)
        _take_semaphore(semaphore, "lock" if is_lock else "semaphore")

    call_after(module.SemLock, "_make_methods", take_semaphore)
    call_after(module.Condition, "_make_methods", _take_condition)
    call_after(module.Barrier, "__setstate__", _take_barrier)
    _add_setstate(module.Event)


def _add_setstate(event: type) -> None:
    """Let an event say that it was given to this process; it has no method that is called then."""
    take = contained(_take_event)

    def __setstate__(self: object, state: "Any") -> None:  # noqa: N807
        attributes, slots = state if type(state) is tuple else (state, None)
        vars(self).update(attributes or {})
        for name, value in (slots or {}).items():
            setattr(self, name, value)
        take(self)

    if "__setstate__" not in vars(event):
        __setstate__.__qualname__ = f"{event.__qualname__}.__setstate__"
        __setstate__.__module__ = event.__module__
        event.__setstate__ = __setstate__  # type: ignore[attr-defined]


def _take_semaphore(semaphore: object, kind: str) -> None:
    creation = Creation()
    if creation.is_copy:
        tell_later(semaphore, _given_as(kind))
    elif not creation.is_inside(_QUEUES):
        for frame in creation.steps:
            kind = _kinds_by_maker.get(frame.f_code, kind)
        _tell(kind, creation.name, semaphore)


def _take_condition(condition: object) -> None:
    if Creation().is_copy:
        tell_later(condition, _given_as("condition"))


def _take_event(event: object) -> None:
    tell_later(event, _given_as("event"))


def _take_barrier(barrier: object, _state: object) -> None:
    # A new barrier calls `__setstate__` itself.
    if Creation().function != "__init__":
        tell_later(barrier, _given_as("barrier"))


def _given_as(kind: str) -> "Tell":
    def tell_given(given: object, heir: "Heir") -> None:
        for semaphore in _semaphores_of(given):
            handle = semaphore._semlock.handle
            if handle not in heir.parts:
                heir.parts.add(handle)
                _tell(kind, None, semaphore)

    return tell_given


def _semaphores_of(given: "Any") -> "Iterator[Any]":
    attributes = vars(given)
    if "_semlock" in attributes:
        yield given
    if "_cond" in attributes:
        yield from _semaphores_of(attributes["_cond"])
    for name in (*_SEMAPHORES_OF_CONDITION, "_flag"):
        if name in attributes:
            yield attributes[name]


def _tell(kind: str, name: "str | None", semaphore: "Any") -> None:
    if len(_told) < _TOLD_LIMIT:
        _told.append(None)
        inner = semaphore._semlock
        fields = {"kind": kind, "name": name, "handle": inner.handle, "object": id(inner)}
        tell("lock", fields)


forgetters.append(_told.clear)
