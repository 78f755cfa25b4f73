"""What a thread does for pools and executors, as its stack shows: it runs a task, or waits.

Known by files and functions of the standard library. Pure; knows nothing of processes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mptui.events import StackFrame

_Places = frozenset[tuple[str, str]]
"""Ends of files, and functions in them."""

_INSIDE: Final = ("threading.py", "queue.py", "selectors.py", "multiprocessing/connection.py")
"""What waits for everybody: who called it says what for."""
_POOL_RESULTS: Final[_Places] = frozenset(
    (("multiprocessing/pool.py", "wait"), ("multiprocessing/pool.py", "next"))
)
_RESULTS: Final[_Places] = _POOL_RESULTS | {
    ("concurrent/futures/_base.py", "result"),
    ("concurrent/futures/_base.py", "exception"),
}
_SUBMISSIONS: Final[_Places] = frozenset((("concurrent/futures/process.py", "submit"),))
_TASKS: Final[_Places] = frozenset(
    (
        ("concurrent/futures/thread.py", "_worker"),
        ("multiprocessing/pool.py", "worker"),
        ("multiprocessing/pool.py", "_handle_workers"),
        ("multiprocessing/pool.py", "_wait_for_updates"),
        ("multiprocessing/pool.py", "_handle_tasks"),
        ("multiprocessing/pool.py", "_handle_results"),
    )
)
_RECEIVERS: Final[_Places] = frozenset((("multiprocessing/pool.py", "_handle_results"),))
_JOINS: Final[_Places] = frozenset((("multiprocessing/pool.py", "join"),))
_RUNNERS: Final[_Places] = frozenset(
    (
        ("concurrent/futures/thread.py", "run"),
        ("concurrent/futures/process.py", "_process_worker"),
        ("multiprocessing/pool.py", "worker"),
    )
)


def waits_for_result(frames: Sequence[StackFrame]) -> bool:
    """Whether it waits for the result of what was given to a pool or an executor."""
    return _is_one_of(_caller(frames), _RESULTS)


def waits_for_pool_or_executor(frames: Sequence[StackFrame]) -> bool:
    """The same, or it waits to be allowed to give a task to an executor of processes."""
    return _is_one_of(_caller(frames), _RESULTS | _SUBMISSIONS)


def waits_for_pool(frames: Sequence[StackFrame]) -> bool:
    """The same of a pool of multiprocessing only."""
    return _is_one_of(_caller(frames), _POOL_RESULTS)


def receives_results(frames: Iterable[StackFrame]) -> bool:
    """Whether it is the thread of a pool that receives its results, whatever it does just now."""
    return any(_is_one_of(frame, _RECEIVERS) for frame in frames)


def joins_pool(frames: Sequence[StackFrame]) -> bool:
    """Whether it waits until a pool of multiprocessing has ended."""
    return _is_one_of(_caller(frames), _JOINS)


def waits_for_task(frames: Sequence[StackFrame]) -> bool:
    """Whether it is idle: a thread of a pool or an executor, which waits to be given something."""
    return _is_one_of(_caller(frames), _TASKS)


def runs_task(frames: Iterable[StackFrame]) -> bool:
    """Whether a pool or an executor has called what it runs."""
    return any(_is_one_of(frame, _RUNNERS) for frame in frames)


def _caller(frames: Sequence[StackFrame]) -> StackFrame | None:
    """The innermost frame outside of what merely waits."""
    return next((frame for frame in frames if not frame.file.endswith(_INSIDE)), None)


def _is_one_of(frame: StackFrame | None, places: _Places) -> bool:
    if frame is None:
        return False
    function = frame.function.rpartition(".")[2]
    return any(frame.file.endswith(file) and function == name for file, name in places)
