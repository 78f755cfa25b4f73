"""The items that a worker takes from the program's queues: each is a task.

A task begins when the message with the item has arrived. It ends when the worker asks the same
queue again, or another one with success, or when it ends. None is no task: it tells a worker to
end. Only the main thread of a process that multiprocessing made, or a library like it, is watched,
and only the queues that it was given: what it makes for processes of its own is part of its work.

The beginning of a get is seen from the queue's lock, which it reads before it waits for anything.
So no function of the probe is being called while the worker waits. A get with a time limit reads
the lock once more, to release it: what its code does with it next tells one from the other.
"""

import sys
from _thread import get_ident
from time import monotonic_ns

from .. import child_resets
from ..attribute_hooks import watch_reads
from ..guard import guarded, guarded_tap
from ..processes.workers import after_work, base_of, watch_items_of
from ..queues.item_counts import identity_of_queue
from ..queues.queues import counted, once_counted
from .pickled_items import is_sentinel
from .rings import open_ring_of_items

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType, ModuleType
    from typing import Any

    from .rings import BeginItem, FinishItem

    Steps = tuple[Callable[[], None], Callable[[Any], None]]
    """Called when a get begins, and with the message that it gets."""

_ASK = "_mptui_ask"
"""The attribute of a queue with what is called when a get begins."""
_LOCK = "_rlock"
_CACHE = 0
"""Since Python 3.11 an instruction is followed by room for what the interpreter notes of it."""
_NAME_SHIFT = 1 if sys.version_info >= (3, 12) else 0
"""Since Python 3.12 the lowest bit of the number of a name says that it is a method."""
_SHORT_BYTES = 8
"""A longer message brings more than None."""

_worker: "list[Worker]" = []
"""What this process is, if its items are watched."""


class Worker:
    """The main thread of this process, as it takes one item after the other."""

    def __init__(self, process: object) -> None:
        self.is_watched = [None]
        self.steps_of, self.end = _make_steps(self.is_watched, guarded(_watch_end), process)


def hook_items(_module: "ModuleType") -> None:
    """Have the items recorded that each worker takes from the queues it was given."""
    if not watch_items_of:
        watch_items_of.append(guarded(_watch_worker))
        once_counted.append(_watch_again)
        after_work.append(guarded(_end_with_code))


def _watch_worker(process: object) -> None:
    for find in tuple(counted.values()):
        queue = find()
        if queue is not None:
            if not _worker:
                _worker.append(Worker(process))
            _watch_queue(queue)


def _watch_again(queue: object) -> None:
    if _worker and _ASK in vars(queue):
        _watch_queue(queue)


def _watch_queue(queue: "Any") -> None:
    reader = queue._reader
    if reader.closed:
        return
    ask, take = _worker[0].steps_of(identity_of_queue(queue))
    is_simple = "_recv_bytes" not in vars(queue)
    place, name = (reader, "recv_bytes") if is_simple else (queue, "_recv_bytes")
    arrivals = vars(place)[name].__self__
    setattr(place, name, map(guarded_tap(take), arrivals).__next__)
    vars(queue)[_ASK] = guarded(ask)
    owner = _owner_of_lock(type(queue))
    if _LOCK not in vars(owner):
        setattr(owner, _LOCK, property(_read_lock, _set_lock))


def _owner_of_lock(kind: type) -> type:
    """The first class that is called as the library's: it or one that a library made of it."""
    return next(base for base in kind.__mro__ if base.__name__ in ("Queue", "SimpleQueue"))


def _read_lock(queue: object) -> object:
    attributes = vars(queue)
    ask = attributes.get(_ASK)
    if ask is not None:
        ask()
    try:
        return attributes[_LOCK]
    except KeyError:
        pass
    name = type(queue).__name__
    raise AttributeError(f"{name!r} object has no attribute {_LOCK!r}")


def _set_lock(queue: object, lock: object) -> None:
    vars(queue)[_LOCK] = lock


def _is_release(frame: "FrameType") -> bool:
    """Return whether the attribute that a frame reads is asked for its method `release` next."""
    code, at = frame.f_code.co_code, frame.f_lasti + 2
    while at + 1 < len(code) and code[at] == _CACHE:
        at += 2
    names = frame.f_code.co_names
    number = code[at + 1] >> _NAME_SHIFT if at + 1 < len(code) else len(names)
    return number < len(names) and names[number] == "release"


def _nothing(*_arguments: object) -> None:
    pass


def _make_steps(  # noqa: C901, PLR0915 -- each task pays for this: closures make few calls
    is_watched: "list[None]", watch_end: "Callable[[object], None]", process: object
) -> "tuple[Callable[[int], Steps], Callable[[object], None]]":
    """Return what makes the steps of a queue, and what ends the last task with an error or None."""
    thread, frame_at = get_ident(), sys._getframe
    source = asked_ns = 0  # The queue of the running task, and when another one was asked last.
    finish: FinishItem = _nothing

    def steps_of(queue: int) -> "Steps":  # noqa: C901 -- for the same reason
        begin_item: BeginItem | None = None
        finish_item: FinishItem = _nothing
        releases: dict[int, bool] = {}  # By place in the code of the queue's get.

        def ask() -> None:
            nonlocal source, asked_ns
            if source == queue and get_ident() == thread:
                # This function, the guard around it, the property, and the get.
                get = frame_at(3)
                place = get.f_lasti
                if place not in releases:
                    releases[place] = _is_release(get)
                if releases[place]:
                    return
                source = 0
                finish_item(None, None)
            elif source and get_ident() == thread:
                asked_ns = monotonic_ns()

        def take(message: "Any") -> None:
            nonlocal source, finish, begin_item, finish_item
            if (len(message) < _SHORT_BYTES and is_sentinel(message)) or get_ident() != thread:
                return
            if source:
                finish(None, None, asked_ns if source != queue else 0)
            if begin_item is None:
                if not is_watched:
                    return
                begin_item, finish_item = open_ring_of_items(queue)
                watch_end(process)
            begin_item(message)
            source, finish = queue, finish_item

        return ask, take

    def end(error: object) -> None:
        nonlocal source
        if source and get_ident() == thread:
            source = 0
            finish(error, None)

    return steps_of, end


# The end of a worker


class Before:
    """In the place of a function: each call of it takes a step before it calls the function.

    The step is over when the function begins, so that there is no frame around it.
    """

    def __init__(self, step: "Callable[[], None]", function: "Callable[..., object]") -> None:
        self._step = step
        self.__wrapped__ = function

    @property
    def __call__(self) -> "Callable[..., object]":
        """The function."""
        self._step()
        return self.__wrapped__


def _watch_end(process: object) -> None:
    base = base_of(type(process))
    if sys.version_info >= (3, 13):
        # What a worker reads first once it has caught what its work raised.
        watch_reads(base, "_name", guarded(_end_with_raised))
        return
    # What it calls first, with what was raised in flight: it may wait for others after that.
    util: Any = sys.modules[base.__module__.rpartition(".")[0] + ".util"]
    if type(util._exit_function) is not Before:
        util._exit_function = Before(guarded(_end_work), util._exit_function)


def _end_work() -> None:
    for worker in _worker:
        worker.end(_raised())


def _end_with_raised(_process: object) -> None:
    error = _raised()
    for worker in _worker:
        if error is not None:
            worker.end(error)


def _end_with_code(code: object) -> None:
    for worker in _worker:
        worker.end(SystemExit(code) if code else None)


def _raised() -> "BaseException | None":
    """The exception that ends the worker, if one does."""
    error = sys.exc_info()[1]
    # A forked worker may have been started where its parent handled one: that is another.
    traceback = None if error is None else error.__traceback__
    if traceback is None or traceback.tb_frame.f_code.co_name != "_bootstrap":
        return None
    is_good = type(error) is SystemExit and not error.code
    return None if is_good else error


def _forget_parent() -> None:
    for worker in _worker:
        worker.is_watched.clear()
    _worker.clear()


child_resets.append(_forget_parent)
