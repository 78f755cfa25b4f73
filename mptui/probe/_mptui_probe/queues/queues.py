"""Hooks for multiprocessing's queues: what they are called, and what goes through them.

A queue counts its items where the library uses a part of the queue: no function of the probe is
being called while a get or a put waits. What a queue is pickled as stays the same. The queues
inside a pool or an executor are not meant for the program: they are reported as the pool or the
executor that they belong to.
"""

from _weakref import proxy, ref
from collections import deque
from itertools import compress
from operator import not_

from .. import modules_with
from ..attribute_hooks import watch_last_attribute
from ..function_names import FUNCTION
from ..guard import guarded
from ..replacing import replace
from .constructions import Construction
from .item_counts import counter_of, identity_of_queue
from .queue_records import report_queue
from .received_objects import report_once_received

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from ..replacing import Function
    from .item_counts import Counter
    from .queue_records import Use
    from .received_objects import Receiver

OWN_QUEUE_MAKERS = modules_with("pool", "process_executor", "executor_factory")
"""Modules that make queues for their own use."""

_EXECUTORS = (("_outqueue", "pool", "_inqueue"), ("_result_queue", "executor", "_call_queue"))
"""Of a pool and of an executor: the attribute with its queue of results, which it sets last; the
kind as which it is reported; the attribute with its queue of tasks."""
_WORKERS = {
    **{f"{module}.worker": "pool" for module in modules_with("pool")},
    **{f"{module}._process_worker": "executor" for module in modules_with("process_executor")},
}
"""By the function that their workers run, whose first arguments are the queues of tasks and of
results: the kind as which it is reported."""

counted: "dict[int, ref[Any]]" = {}
"""The queues whose items are counted, by their ids; they are not kept alive."""
once_counted: "list[Callable[[Any], None]]" = []
"""Called with each queue whose items are counted from now on; again once a worker has reset it."""


def hook_queues(module: "ModuleType") -> None:
    """Report each queue that the program makes or receives, and count what goes through."""
    prepare = guarded(_prepare)

    def make(original: "Function") -> "Function":
        def _reset(self: object, *arguments: object, **options: object) -> object:
            is_known = type(vars(self).get("_buffer")) is CountingBuffer
            result = original(self, *arguments, **options)
            prepare(self, module, is_known)
            return result

        return _reset

    replace(module.Queue, "_reset", make)
    watch_last_attribute(module.JoinableQueue, "_cond", guarded(_report_joinable))
    watch_last_attribute(module.SimpleQueue, "_wlock", guarded(_prepare_simple))


class CountingBuffer(deque):  # type: ignore[type-arg]  # Python 3.9 to 3.15 run this.
    """In the place of the buffer that keeps items until the thread of the queue sends them."""

    __slots__ = ("_puts", "_sentinel")

    def __init__(self, counts: "Counter", sentinel: object) -> None:
        super().__init__()
        self._puts = counts.puts
        self._sentinel = sentinel

    def append(self, item: object) -> None:
        """Keep one more item, or the sentinel that ends the thread."""
        if item is not self._sentinel:
            next(self._puts)
        deque.append(self, item)


# Queues with a thread: Queue and JoinableQueue


def _prepare(queue: "Any", module: "ModuleType", is_known: object) -> None:
    if is_known:
        _count_items(queue, module)  # Everything was set anew in a forked child.
        return
    construction = Construction()
    if construction.is_reset:
        return  # It is inside a pool or an executor, and not counted.
    if construction.is_copy:
        report_once_received(queue, lambda given, to: _report_received(given, to, module))
    elif not construction.is_inside(OWN_QUEUE_MAKERS):
        _count_items(queue, module)
        if not isinstance(queue, module.JoinableQueue):
            _report_own(queue, construction.name)


def _report_joinable(queue: "Any") -> None:
    construction = Construction()
    if not construction.is_copy and not construction.is_inside(OWN_QUEUE_MAKERS):
        _report_own(queue, construction.name)


def _count_items(queue: "Any", module: "ModuleType") -> None:
    counts = counter_of(queue)
    queue._buffer = CountingBuffer(counts, module._sentinel)
    queue._recv_bytes = _counting(queue._reader.recv_bytes, counts)
    report_error = module.Queue._on_queue_feeder_error
    if type(queue)._on_queue_feeder_error is report_error:
        queue._on_queue_feeder_error = _counting_error(report_error, counts)
    _note_counted(queue)


def _counting(receive: "Function", counts: "Counter") -> "Callable[[], object]":
    """Make `receive` count each message when it has arrived, without a frame of the probe."""
    counted = map(not_, counts.gots)  # Each of them is true.
    return compress(iter(receive, object()), counted).__next__


def _counting_error(report_error: "Function", counts: "Counter") -> "Function":
    """Make `report_error` count an item that could not be sent: it has left the queue."""

    def _on_queue_feeder_error(error: BaseException, item: object) -> None:
        next(counts.gots)
        report_error(error, item)

    return _on_queue_feeder_error


# Queues without a thread: SimpleQueue


def _prepare_simple(queue: "Any") -> None:
    construction = Construction()
    if construction.is_copy:
        report_once_received(queue, _report_received)
        return
    if not construction.is_inside(OWN_QUEUE_MAKERS):
        _count_simple_items(queue)
        _report_own(queue, construction.name)
        return
    for attribute, kind, tasks in _EXECUTORS:
        owner = construction.find_owner(attribute)
        if owner is not None:
            name, place = construction.name, construction.place
            _report_executor(kind, name, getattr(owner, tasks), queue, place)


def _count_simple_items(queue: "Any") -> None:
    counts, reader = counter_of(queue), queue._reader
    # A reference of its own would keep the pipe open after the queue is gone.
    reader.recv_bytes = _counting(type(reader).recv_bytes.__get__(proxy(reader)), counts)
    # The first method that a put calls once it has the lock and knows that the pipe is open.
    queue._writer._check_writable = counts.puts.__next__
    _note_counted(queue)


def _note_counted(queue: "Any") -> None:
    for step in once_counted:
        step(queue)
    key = id(queue)
    counted[key] = ref(queue, lambda _: counted.pop(key, None))


# Reports


def _report_own(queue: "Any", name: "str | None") -> None:
    uses = _uses(queue)
    kind = "queue" if "_sem" in vars(queue) else "simple"
    if any(use == "join" for use, _ in uses):
        kind = "joinable"
    report_queue(kind, identity_of_queue(queue), name, vars(queue).get("_maxsize"), uses)


def _uses(queue: "Any") -> "list[Use]":
    """Return the locks of a queue; for each use first the one that is waited for most."""
    parts = vars(queue)
    found = [("get", parts["_rlock"]), ("put", parts.get("_sem")), ("put", parts.get("_wlock"))]
    condition = parts.get("_cond")
    if condition is not None:
        found += [("join", condition._wait_semaphore), ("join", condition._lock)]
        found += [("join", condition._sleeping_count), ("join", condition._woken_count)]
        found.append(("join", parts.get("_unfinished_tasks")))
    return [(use, lock) for use, lock in found if lock is not None]


def report_pool(tasks: "Any", results: "Any") -> None:
    """Report a pool by its two queues, from now on counting what it is given."""
    _report_executor("pool", None, tasks, results)


def _report_executor(
    kind: str, name: "str | None", tasks: "Any", results: "Any", place: "str | None" = None
) -> None:
    counter_of(tasks)
    uses = [*_uses(tasks), *(("put", lock) for use, lock in _uses(results) if use == "put")]
    report_queue(kind, identity_of_queue(tasks), name, None, uses, place)


# Queues that a process receives


def _report_received(
    queue: "Any", receiver: "Receiver", module: "ModuleType | None" = None
) -> None:
    receiver.parts.update([lock._semlock.handle for _, lock in _uses(queue)])
    kind, tasks, results = _find_executor(receiver.process)
    if queue._reader is getattr(tasks, "_reader", None):
        _report_executor(kind, None, queue, results)
    elif queue._reader is not getattr(results, "_reader", None):
        if module is None:
            _count_simple_items(queue)
        else:
            _count_items(queue, module)
        _report_own(queue, None)


def _find_executor(process: object) -> "tuple[str, object, object]":
    """Return whose worker a process is: the kind, the queue of tasks and that of results."""
    attributes = vars(process)
    run, arguments = attributes.get("_target"), attributes.get("_args", ())
    if type(run) is FUNCTION and len(arguments) > 1:
        kind = _WORKERS.get(f"{run.__module__}.{run.__qualname__}")
        if kind is not None:
            return kind, arguments[0], arguments[1]
    return "", None, None
