"""The ring of a thread that takes tasks: what it did and does, in memory that the supervisor reads.

A record for each task, the oldest overwritten by the newest; counters, which stay exact; and what
runs right now, which is still there when the process has been killed in the middle of it. Nothing
is held of what a step is given. A thread writes only its own ring, hence no lock; a forked child
never writes its parent's.
"""

import posix
from _thread import get_native_id
from time import monotonic_ns

from . import tell
from .function_names import FUNCTION
from .mappings import forgetters
from .ring_pages import (
    FINISHED_AT,
    ITEMS_FINISHED_AT,
    LOW_BITS,
    RECORD,
    RECORDS,
    RECORDS_AT,
    RUNNING,
    RUNNING_AT,
    RUNNING_SINCE_AT,
    WORKED_AT,
    Page,
    Texts,
)
from .task_labels import look
from .task_texts import spell as spell_one
from .task_texts import spell_arguments, spell_items

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Begin = Callable[[object, object], None]
    """Takes the function that is called, and its positional arguments."""
    Finish = Callable[[object, object], None]
    """Takes the exception or None, and the result."""

_RINGS_LIMIT = 256
_RECORD_BYTES = RECORD.size
_QUAD_BYTES = 8
_SINCE, _FINISHED = RUNNING_SINCE_AT // _QUAD_BYTES, FINISHED_AT // _QUAD_BYTES
_ITEMS, _WORKED = ITEMS_FINISHED_AT // _QUAD_BYTES, WORKED_AT // _QUAD_BYTES

_living: "list[list[str]]" = [[]]
"""The names of this process' rings; their list is emptied in a child that inherits them."""


def open_ring(by: str, serves: int) -> "tuple[Begin, Finish]":
    """Make the ring of the calling thread; return what begins and what finishes a task.

    Where the process has as many rings as it may, these do nothing.

    Args:
        by: who gives the thread its tasks.
        serves: the identity of the queue that they come from; 0 where it is unknown.

    Raises:
        OSError: there can be none.
    """
    living = _living[0]
    if len(living) >= _RINGS_LIMIT:
        return _ignore, _ignore
    pid, thread = posix.getpid(), get_native_id()
    name = f"{pid}.{thread}.{monotonic_ns()}.ring"
    page = Page(name, pid)
    other_thread = None if thread == pid else thread
    tell("ring", {"file": name, "thread": other_thread, "by": by, "serves": serves})
    living.append(name)
    return _make_pens(page, living)


def _ignore(_given: object, _arguments: object) -> None:
    pass


def _forget() -> None:
    _living[0].clear()
    _living[0] = []


forgetters.append(_forget)


def _make_pens(  # noqa: C901, PLR0915 -- closures call little, and each task pays for this
    page: Page, living: "list[str]"
) -> "tuple[Begin, Finish]":
    memory, labels, texts = page.memory, page.labels, Texts(page)
    pack_running, pack_record = RUNNING.pack_into, RECORD.pack_into
    quads = memoryview(memory)[:RECORDS_AT].cast("Q")
    number = began = label = items = 0
    finished = items_finished = worked = 0
    next_text, has_text = 0, False

    def begin(function: "Any", arguments: "Any") -> None:
        nonlocal number, began, label, items, next_text, has_text
        if not living:
            return
        label, items = 0, 1
        if type(function) is FUNCTION:
            label = labels.get((function.__module__, function.__qualname__), 0)
        number, began = number + 1, monotonic_ns()
        if not label or began >= next_text:
            name, items, spell, subject = look(function, arguments)
            label = labels.get(name) or page.add_label(name)
            if began >= next_text:
                # What a chunk gives back is a list of what its items do.
                spell_back = spell_one if spell is spell_arguments else spell_items
                next_text = texts.begin(number, began, spell(subject), spell_back)
                has_text = True
                began = monotonic_ns()  # Without our own time.
        pack_running(memory, RUNNING_AT, number, began, label, items)

    def finish(error: object, result: object) -> None:
        nonlocal began, finished, items_finished, worked, has_text
        ended = monotonic_ns()
        if not (began and living):
            if living:
                page.fail_finished(number, error)
            return
        error_label = 0 if error is None else page.count_error(error)
        if has_text or error_label:
            texts.finish(number, ended, error, result)
            has_text = False
        at = RECORDS_AT + (number - 1) % RECORDS * _RECORD_BYTES
        pack_record(memory, at, began, ended, label, items, error_label, number & LOW_BITS)
        finished, items_finished = finished + 1, items_finished + items
        worked, began = worked + ended - began, 0
        quads[_SINCE] = 0
        quads[_FINISHED] = finished
        quads[_ITEMS] = items_finished
        quads[_WORKED] = worked

    return begin, finish
