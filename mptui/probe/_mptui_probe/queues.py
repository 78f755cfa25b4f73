"""Hooks for multiprocessing's queues: what they are called, and what goes through them.

A queue counts where the library looks for a part of the queue: nothing of ours is called while a
get or a put waits. What a queue is pickled as stays the same. The queues inside of a pool or an
executor are not for the program, and not counted: they are told as what they belong to.
"""

import posix
from _weakref import proxy
from collections import deque
from itertools import compress
from operator import not_

from . import tell
from .completion import notice
from .containment import contained
from .counts import counter
from .creations import Creation
from .function_names import FUNCTION, attributes_of
from .inheritances import tell_later
from .replacing import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType
    from typing import Any

    from . import Value
    from .counts import Counter
    from .inheritances import Heir
    from .replacing import Function

    Use = tuple[str, Any]
    """What one waits for at a lock inside a queue, and the lock."""

INSIDES = (".pool", ".process", ".process_executor", ".reusable_executor")
"""The ends of the names of modules that make queues for themselves."""

_GIVERS = (("_outqueue", "pool", "_inqueue"), ("_result_queue", "executor", "_call_queue"))
"""Of a pool and of an executor: the attribute that takes results, which it sets last; the kind; the
attribute that gives tasks."""
_WORKERS = {
    "multiprocessing.pool.worker": "pool",
    "multiprocess.pool.worker": "pool",
    "concurrent.futures.process._process_worker": "executor",
    "loky.process_executor._process_worker": "executor",
    "joblib.externals.loky.process_executor._process_worker": "executor",
}
"""What a process of theirs runs, whose first arguments are the queues of tasks and of results."""

_UNLIMITED = 2**31 - 1
_COUNTER = "_mptui_counter"


def hook_queues(module: "ModuleType") -> None:
    """Tell of each queue that the program makes or is given, and count what goes through."""
    prepare = contained(_prepare)

    def make(original: "Function") -> "Function":
        def _reset(self: object, *arguments: object, **options: object) -> object:
            is_known = type(vars(self).get("_buffer")) is CountingBuffer
            result = original(self, *arguments, **options)
            prepare(self, module, is_known)
            return result

        return _reset

    replace(module.Queue, "_reset", make)
    notice(module.JoinableQueue, "_cond", contained(_tell_joinable))
    notice(module.SimpleQueue, "_wlock", contained(_prepare_simple))


def tell_queue(
    kind: str, identity: int, name: "str | None", maxsize: object = None, uses: "Iterable[Use]" = ()
) -> None:
    """Tell of a queue, or of a pool or an executor as a queue.

    A record has one lock for each use: where several are waited for, there are several records, and
    the last has the locks that stand first in `uses`.
    """
    layers: list[dict[str, int]] = [{}]
    for use, lock in uses:
        layer = next((layer for layer in layers if use not in layer), None)
        if layer is None:
            layer = {}
            layers.append(layer)
        layer[use] = lock._semlock.handle
    limit = maxsize if type(maxsize) is int and 0 < maxsize < _UNLIMITED else None
    for layer in reversed(layers):
        fields: dict[str, Value] = {"id": identity, "kind": kind, "name": name, "maxsize": limit}
        tell("queue", {**fields, "locks": layer})


def find_counter(queue: object) -> "Counter | None":
    """Return what counts for this queue, which may be inside of a pool or an executor."""
    found: Counter | None = attributes_of(queue).get(_COUNTER)
    return found


def _counter_of(queue: object) -> "Counter":
    # Looked up once: who has closed a queue may fork still.
    counts = find_counter(queue)
    if counts is None:
        counts = counter(_identity(queue))
        setattr(queue, _COUNTER, counts)
    return counts


class CountingBuffer(deque):  # type: ignore[type-arg]  # Python 3.9 to 3.14 run this.
    """In the place of what keeps the items of a queue until its thread sends them."""

    __slots__ = ("_puts", "_sentinel")

    def __init__(self, counts: "Counter", sentinel: object) -> None:
        super().__init__()
        self._puts = counts.puts
        self._sentinel = sentinel

    def append(self, item: object) -> None:
        """Keep one item more, or what ends the thread."""
        if item is not self._sentinel:
            next(self._puts)
        deque.append(self, item)


# A queue with a thread


def _prepare(queue: "Any", module: "ModuleType", is_known: object) -> None:
    if is_known:
        _count_items(queue, module)  # In a forked child everything was set anew.
        return
    creation = Creation()
    if creation.is_copy:
        tell_later(queue, lambda given, heir: _take_given(given, heir, module))
    elif not creation.is_inside(INSIDES):
        _count_items(queue, module)
        if not isinstance(queue, module.JoinableQueue):
            _tell_made(queue, creation.name)


def _tell_joinable(queue: "Any") -> None:
    creation = Creation()
    if not creation.is_copy and not creation.is_inside(INSIDES):
        _tell_made(queue, creation.name)


def _count_items(queue: "Any", module: "ModuleType") -> None:
    counts = _counter_of(queue)
    queue._buffer = CountingBuffer(counts, module._sentinel)
    queue._recv_bytes = _counting(queue._reader.recv_bytes, counts)
    report = module.Queue._on_queue_feeder_error
    if type(queue)._on_queue_feeder_error is report:
        queue._on_queue_feeder_error = _counting_report(report, counts)


def _counting(receive: "Function", counts: "Counter") -> "Callable[[], object]":
    """Make of `receive` what counts each message when it has come, without a frame of ours."""
    counted = map(not_, counts.gots)  # Of which each is true.
    return compress(iter(receive, object()), counted).__next__


def _counting_report(report: "Function", counts: "Counter") -> "Function":
    """Make of `report` what counts an item that could not be sent: it is in the queue no more."""

    def _on_queue_feeder_error(error: BaseException, item: object) -> None:
        next(counts.gots)
        report(error, item)

    return _on_queue_feeder_error


# One without


def _prepare_simple(queue: "Any") -> None:
    creation = Creation()
    if creation.is_copy:
        tell_later(queue, _take_given)
        return
    if not creation.is_inside(INSIDES):
        _count_simple_items(queue)
        _tell_made(queue, creation.name)
        return
    for attribute, kind, tasks in _GIVERS:
        owner = creation.find_owner(attribute)
        if owner is not None:
            _tell_giver(kind, creation.name, getattr(owner, tasks), queue)


def _count_simple_items(queue: "Any") -> None:
    counts, reader = _counter_of(queue), queue._reader
    # A reference of its own would keep the pipe open after the queue is gone.
    reader.recv_bytes = _counting(type(reader).recv_bytes.__get__(proxy(reader)), counts)
    # The first that a put calls, once the lock is held and the pipe known to be open.
    queue._writer._check_writable = counts.puts.__next__


# Telling


def _identity(queue: "Any") -> int:
    return posix.fstat(queue._reader.fileno()).st_ino


def _tell_made(queue: "Any", name: "str | None") -> None:
    uses = _uses(queue)
    kind = "queue" if "_sem" in vars(queue) else "simple"
    if any(use == "join" for use, _ in uses):
        kind = "joinable"
    tell_queue(kind, _identity(queue), name, vars(queue).get("_maxsize"), uses)


def _uses(queue: "Any") -> "list[Use]":
    """The locks of a queue, of those with the same use that one first which is waited for most."""
    parts = vars(queue)
    found = [("get", parts["_rlock"]), ("put", parts.get("_sem")), ("put", parts.get("_wlock"))]
    condition = parts.get("_cond")
    if condition is not None:
        found += [("join", condition._wait_semaphore), ("join", condition._lock)]
        found += [("join", condition._sleeping_count), ("join", condition._woken_count)]
        found.append(("join", parts.get("_unfinished_tasks")))
    return [(use, lock) for use, lock in found if lock is not None]


def _tell_giver(kind: str, name: "str | None", tasks: "Any", results: "Any") -> None:
    _counter_of(tasks)
    uses = [*_uses(tasks), *(("put", lock) for use, lock in _uses(results) if use == "put")]
    tell_queue(kind, _identity(tasks), name, None, uses)


# What a process is given


def _take_given(queue: "Any", heir: "Heir", module: "ModuleType | None" = None) -> None:
    heir.parts.update([lock._semlock.handle for _, lock in _uses(queue)])
    kind, tasks, results = _find_giver(heir.process)
    if queue._reader is getattr(tasks, "_reader", None):
        _tell_giver(kind, None, queue, results)
    elif queue._reader is not getattr(results, "_reader", None):
        if module is None:
            _count_simple_items(queue)
        else:
            _count_items(queue, module)
        _tell_made(queue, None)


def _find_giver(process: object) -> "tuple[str, object, object]":
    """Return for whom a process works: the kind, the queue of tasks and that of results."""
    attributes = vars(process)
    run, arguments = attributes.get("_target"), attributes.get("_args", ())
    if type(run) is FUNCTION and len(arguments) > 1:
        kind = _WORKERS.get(f"{run.__module__}.{run.__qualname__}")
        if kind is not None:
            return kind, arguments[0], arguments[1]
    return "", None, None
