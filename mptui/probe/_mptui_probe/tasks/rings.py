"""The ring of a thread that runs tasks: memory for the supervisor to read.

It has a record for each task, in which the newest overwrite the oldest; counters, which stay exact;
and the task that is running, which is still there if the process is killed meanwhile. Nothing keeps
a reference to an object of the program. A thread writes only its own ring, so there is no lock; a
forked child never writes the ring of its parent.
"""

import posix
from _thread import get_native_id
from time import monotonic_ns

from .. import child_resets, report
from ..function_names import FUNCTION
from ..guard import EXHAUSTION, is_foreign, report_fault
from .pickled_items import spell_item
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
from .task_errors import find_raised, unwrap_error
from .task_labels import describe_task, find_chunk
from .task_texts import spell as spell_one
from .task_texts import spell_arguments, spell_items

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .ring_pages import Name

    Begin = Callable[[object, object], None]
    """Takes the function that is called, and its positional arguments."""
    Finish = Callable[[object, object], None]
    """Takes the exception or None, and the result."""
    BeginItem = Callable[..., object]
    """Takes the message in which an item came; or a text, and the name that is its label. Returns
    whether there is room for a name."""
    FinishItem = Callable[..., None]
    """Takes the exception or None, None, and when it was; the last may be missing: it is now."""
    Steps = tuple[Begin, BeginItem, FinishItem]
    Taps = tuple[Callable[[Any], object], Callable[[object, Any], object]]

_RINGS_LIMIT = 256
_RECORD_BYTES = RECORD.size
_QUAD_BYTES = 8
_SINCE, _FINISHED = RUNNING_SINCE_AT // _QUAD_BYTES, FINISHED_AT // _QUAD_BYTES
_ITEMS, _WORKED = ITEMS_FINISHED_AT // _QUAD_BYTES, WORKED_AT // _QUAD_BYTES
_RECORDS_END = RECORDS_AT + RECORDS * _RECORD_BYTES

_living: "list[list[str]]" = [[]]
"""The names of this process's rings, in a list that is emptied in a child that inherits it."""


def open_ring(executor: str, queue: int) -> "tuple[Begin, Finish]":
    """Make the ring of the calling thread; return what records the begin and the end of a task.

    If the process already has as many rings as it may, the two functions do nothing.

    Args:
        executor: the kind of pool or executor that gives the thread its tasks.
        queue: the identity of the queue that they come from; 0 if it is unknown.

    Raises:
        OSError: there can be none.
    """
    begin, _, finish = _open(executor, queue)
    return begin, finish


def open_ring_of_items(queue: int, executor: str = "queue") -> "tuple[BeginItem, FinishItem]":
    """Do the same for work that is no call: for items that the program takes from this queue.

    Without a label of its own an item has the name of the queue, which the supervisor knows. They
    have no results.

    Raises:
        OSError: there can be none.
    """
    _, begin, finish = _open(executor, queue)
    return begin, finish


def _open(executor: str, queue: int) -> "Steps":
    page, living = _make_page(executor, queue)
    return (_ignore, _ignore, _ignore) if page is None else _make_steps(page, living)


def _make_page(executor: str, queue: int) -> "tuple[Page | None, list[str]]":
    """Return the memory of a ring, None if there are enough, and what a forked child empties."""
    living = _living[0]
    if len(living) >= _RINGS_LIMIT:
        return None, living
    pid, thread = posix.getpid(), get_native_id()
    name = f"{pid}.{thread}.{monotonic_ns()}.ring"
    page = Page(name, pid)
    other_thread = None if thread == pid else thread
    report("ring", {"file": name, "thread": other_thread, "by": executor, "serves": queue})
    living.append(name)
    return page, living


def _ignore(*_arguments: object) -> None:
    pass


def _spell_nothing(_result: object) -> str:
    return ""


def _forget_parent() -> None:
    _living[0].clear()
    _living[0] = []


child_resets.append(_forget_parent)


def _make_steps(  # noqa: C901, PLR0915 -- each task pays for this: closures make few calls
    page: Page, living: "list[str]"
) -> "Steps":
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
            name, items, spell, subject = describe_task(function, arguments)
            label = labels.get(name) or page.add_label(name)
            if began >= next_text:
                # A chunk returns a list with the results of its items.
                spell_result = spell_one if spell is spell_arguments else spell_items
                next_text = texts.begin(number, began, spell(subject), spell_result)
                has_text = True
                began = monotonic_ns()  # Without the time taken here.
        pack_running(memory, RUNNING_AT, number, began, label, items)

    def begin_item(given: "Any", name: "Name | None" = None) -> bool:
        nonlocal number, began, label, items, next_text, has_text
        if not living:
            return True
        label, items = 0, 1
        if name is not None:
            label = labels.get(name) or page.add_label(name)
            if not label:
                return False
        number, began = number + 1, monotonic_ns()
        if began >= next_text:
            text = given if name is not None else spell_item(given)
            next_text = texts.begin(number, began, text, _spell_nothing)
            has_text = True
            began = monotonic_ns()
        pack_running(memory, RUNNING_AT, number, began, label, items)
        return True

    def finish(error: object, result: object, at_ns: int = 0) -> None:
        nonlocal began, finished, items_finished, worked, has_text
        ended = at_ns or monotonic_ns()
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

    return begin, begin_item, finish


def watch_calls(  # noqa: C901, PLR0915 -- each task pays for this: closures make few calls
    executor: str, queue: int, nothing: "list[object]"
) -> "Taps":
    """Return what notes the messages of a pool: each task that is got, each result that is put.

    Every message passes through both, so each is one function that guards itself. The first returns
    the message. The second is given a class first, which it ignores, and returns what is in
    `nothing`. The ring is made by the thread that gets a task.
    """
    living: list[str] = []
    is_open = has_text = is_special = False
    page: Any = None
    texts: Any = None
    memory: Any = None
    quads: Any = None
    number = began = label = items = next_text = finished = items_finished = worked = 0
    at = RECORDS_AT - _RECORD_BYTES
    # What tells that a task is of the same function as the one before. A function is not kept, but
    # its names are: so another one cannot have the same by chance.
    name: object = None
    module: object = None
    chunk: object = nothing  # The library's function that calls the program's for each item.
    pack_running, pack_record = RUNNING.pack_into, RECORD.pack_into
    # An interpreter that is ending empties modules.
    exhaustion, is_others, report_own = EXHAUSTION, is_foreign, report_fault

    def open_page() -> bool:
        nonlocal is_open, page, texts, memory, quads, living
        if is_open:
            return False
        is_open = True
        page, living = _make_page(executor, queue)
        if page is None:
            living = []
            return False
        texts, memory = Texts(page), page.memory
        quads = memoryview(memory)[:RECORDS_AT].cast("Q")
        return True

    def close(step: "Callable[..., object]", error: Exception) -> None:
        nonlocal living
        living = []
        report_own(step, error)

    def describe(function: "Any", arguments: "Any") -> None:
        nonlocal began, label, items, next_text, has_text, is_special, name, module, chunk
        described, items, spell, subject = describe_task(function, arguments)
        label = page.labels.get(described) or page.add_label(described)
        is_special = type(function) is not FUNCTION
        chunk = find_chunk(function) or chunk
        called = arguments[0][0] if function is chunk else function
        module, name = described
        is_called = type(called) is FUNCTION and called.__qualname__ is name
        if not (is_called and type(module) is str and called.__module__ is module):
            module = name = None
        began = monotonic_ns()
        if began >= next_text:
            spell_result = spell_one if spell is spell_arguments else spell_items
            next_text = texts.begin(number, began, spell(subject), spell_result)
            has_text = is_special = True
            began = monotonic_ns()  # Without the time taken here.

    def get(task: "Any") -> object:
        nonlocal number, began, at, items
        try:
            # None ends the worker.
            if task is None or not (living or open_page()):
                return task
            function, items = task[2], 1
            if function is chunk:
                function, given = task[3][0]
                items = len(given)
            number += 1
            at += _RECORD_BYTES
            if at == _RECORDS_END:
                at = RECORDS_AT
            began = monotonic_ns()
            if began >= next_text or not (
                type(function) is FUNCTION
                and function.__qualname__ is name
                and function.__module__ is module
            ):
                describe(task[2], task[3])
            pack_running(memory, RUNNING_AT, number, began, label, items)
        except exhaustion:
            pass
        except Exception as error:
            if is_others(error):
                raise
            close(get, error)
        return task

    def examine(ended: int, value: object, *, is_good: bool) -> "int | None":
        """Return the label of the error, 0 for none; None where no task ends."""
        nonlocal has_text, is_special
        if not living:
            return None
        # joblib's wrapper of a function returns what the function raised.
        error = find_raised(value) if is_good else unwrap_error(value)
        if not began:
            page.fail_finished(number, error)
            return None
        error_label: int = 0 if error is None else page.count_error(error)
        if has_text or error_label:
            texts.finish(number, ended, error, value)
        has_text = is_special = False
        return error_label

    def put(_kind: object, message: "Any") -> object:
        nonlocal began, finished, items_finished, worked
        try:
            ended = monotonic_ns()
            is_good, value = message[2]
            error_label: int | None = 0
            if is_special or not (is_good and began and living):
                error_label = examine(ended, value, is_good=is_good)
            if error_label is not None:
                mark = number if number <= LOW_BITS else number & LOW_BITS
                pack_record(memory, at, began, ended, label, items, error_label, mark)
                finished, items_finished = finished + 1, items_finished + items
                worked, began = worked + ended - began, 0
                quads[_SINCE] = 0
                quads[_FINISHED] = finished
                quads[_ITEMS] = items_finished
                quads[_WORKED] = worked
        except exhaustion:
            pass
        except Exception as error:
            if is_others(error):
                raise
            close(put, error)
        return nothing[0]

    return get, put
