"""Hooks for multiprocessing's locks and all else that is made of semaphores: what they are called.

There is one record for each semaphore that the program makes or receives. Those inside queues,
pools and executors are left to `queues`, which reports them.
"""

from .. import child_resets, modules_with, report
from ..guard import guarded
from ..replacing import call_after
from .constructions import Construction
from .queues import OWN_QUEUE_MAKERS
from .received_objects import report_once_received

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, ModuleType
    from typing import Any

    from .received_objects import Receiver, Report

_REPORTS_LIMIT = 1024
_OWN_LOCK_MAKERS = {*modules_with("queues", "derived_queues"), *OWN_QUEUE_MAKERS}
"""Modules that make locks for their own use."""
_SEMAPHORES_OF_CONDITION = ("_lock", "_sleeping_count", "_woken_count", "_wait_semaphore")

_kinds_by_maker: "dict[CodeType, str]" = {}
"""The kind that a semaphore is reported as, by the outermost function that is making it."""
_reported: "list[None]" = []


def hook_semaphores(module: "ModuleType") -> None:
    """Report each lock, semaphore, condition, event and barrier."""
    for kind in ("Condition", "Event", "Barrier"):
        _kinds_by_maker[getattr(module, kind).__init__.__code__] = kind.lower()

    def report_semaphore(semaphore: object) -> None:
        is_lock = not isinstance(semaphore, module.Semaphore)
        _report_semaphore(semaphore, "lock" if is_lock else "semaphore")

    call_after(module.SemLock, "_make_methods", report_semaphore)
    call_after(module.Condition, "_make_methods", _report_condition)
    call_after(module.Barrier, "__setstate__", _report_barrier)
    _add_setstate(module.Event)


def _add_setstate(event: type) -> None:
    """Give `Event` a method that is called when a process receives one; it has none itself."""
    report_event = guarded(_report_event)

    def __setstate__(self: object, state: "Any") -> None:  # noqa: N807
        attributes, slots = state if type(state) is tuple else (state, None)
        vars(self).update(attributes or {})
        for name, value in (slots or {}).items():
            setattr(self, name, value)
        report_event(self)

    if "__setstate__" not in vars(event):
        __setstate__.__qualname__ = f"{event.__qualname__}.__setstate__"
        __setstate__.__module__ = event.__module__
        event.__setstate__ = __setstate__  # type: ignore[attr-defined]


def _report_semaphore(semaphore: object, kind: str) -> None:
    construction = Construction()
    if construction.is_copy:
        report_once_received(semaphore, _reporting_as(kind))
    elif not construction.is_inside(_OWN_LOCK_MAKERS):
        for frame in construction.steps:
            kind = _kinds_by_maker.get(frame.f_code, kind)
        _report(kind, construction.name, semaphore)


def _report_condition(condition: object) -> None:
    if Construction().is_copy:
        report_once_received(condition, _reporting_as("condition"))


def _report_event(event: object) -> None:
    report_once_received(event, _reporting_as("event"))


def _report_barrier(barrier: object, _state: object) -> None:
    # The constructor of a barrier calls `__setstate__` itself.
    if Construction().function == "__init__":
        _report_parties(barrier)
    else:
        report_once_received(barrier, _report_received_barrier)


def _report_received_barrier(barrier: object, receiver: "Receiver") -> None:
    _reporting_as("barrier")(barrier, receiver)
    _report_parties(barrier)


def _report_parties(barrier: "Any") -> None:
    """Report how many must come to a barrier, with the semaphore at which those who come wait."""
    parties = vars(barrier).get("_parties")
    if type(parties) is int and parties > 0:
        _report("barrier", None, barrier._cond._wait_semaphore, parties)


def _reporting_as(kind: str) -> "Report":
    def report_received(received: object, receiver: "Receiver") -> None:
        for semaphore in _semaphores_of(received):
            handle = semaphore._semlock.handle
            if handle not in receiver.parts:
                receiver.parts.add(handle)
                _report(kind, None, semaphore)

    return report_received


def _semaphores_of(received: "Any") -> "Iterator[Any]":
    attributes = vars(received)
    if "_semlock" in attributes:
        yield received
    if "_cond" in attributes:
        yield from _semaphores_of(attributes["_cond"])
    for name in (*_SEMAPHORES_OF_CONDITION, "_flag"):
        if name in attributes:
            yield attributes[name]


def _report(kind: str, name: "str | None", semaphore: "Any", parties: "int | None" = None) -> None:
    if len(_reported) < _REPORTS_LIMIT:
        _reported.append(None)
        inner = semaphore._semlock
        fields = {"kind": kind, "name": name, "handle": inner.handle, "object": id(inner)}
        report("lock", fields if parties is None else {**fields, "parties": parties})


child_resets.append(_reported.clear)
