"""What becomes of the tasks of an answer: some are told one by one, the others summed up.

It is found out here, so that the scheduler need not. It must not know Dask: what tasks are called
is asked of whoever it is given.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mptui.cluster.batch import EndedTask, TaskSum

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from mptui.cluster.batch import Batch

_SINGLE_TASKS: Final = 400
"""So many tasks of each answer are told one by one."""
_SINGLE_OF_WORKER: Final = 60
_KEY_CHARACTERS: Final = 120
_FUNCTIONS_KEPT: Final = 1500


class FunctionCount(NamedTuple):
    """How far the tasks of one kind have got."""

    function: str
    done: int
    """Since mptui watches."""
    left: int


class EndedTasks:
    """The tasks that ended in one answer."""

    def __init__(self) -> None:
        self.single: list[EndedTask] = []
        self.sums: list[TaskSum] = []
        self.functions: list[FunctionCount] = []


class TaskCounter:
    """Tells apart what the answers of one scheduler say of tasks that ended.

    Args:
        function_of: what the tasks with this key are called.
    """

    def __init__(self, function_of: Callable[[Hashable], str]) -> None:
        self._function_of = function_of
        self._done: dict[str, int] = {}
        self._left: dict[str, int] = {}

    def take(self, batch: Batch) -> EndedTasks:
        """What to tell of the tasks of this answer, which is the next one."""
        ended = EndedTasks()
        of_worker: dict[str | None, int] = {}
        summed: dict[tuple[str | None, int | None, str], list[tuple[float, float]]] = {}
        done: dict[str, int] = {}
        for packed, worker, thread, began, stopped in batch.ended:
            key = _hashable(packed)
            function = self._function_of(key)
            done[function] = done.get(function, 0) + 1
            count = of_worker.get(worker, 0)
            if count < _SINGLE_OF_WORKER and len(ended.single) < _SINGLE_TASKS:
                of_worker[worker] = count + 1
                task = EndedTask(_text(key), function, worker, thread, began, stopped)
                ended.single.append(task)
            else:
                summed.setdefault((worker, thread, function), []).append((began, stopped))
        ended.sums = [*batch.sums, *(_sum_of(*of, times) for of, times in summed.items())]
        for failed in batch.failed:
            done[failed.function] = done.get(failed.function, 0) + 1
        for one in batch.sums:
            done[one.function] = done.get(one.function, 0) + one.count
        ended.functions = self._counted(batch, done)
        return ended

    def _counted(self, batch: Batch, done: dict[str, int]) -> list[FunctionCount]:
        """How far the kinds of tasks have got of which anything has changed."""
        for function, count in done.items():
            self._done[function] = self._done.get(function, 0) + count
        left = dict(batch.left.functions)
        self._left.update(left)
        # Of what else there is left has changed too, where these are not all.
        functions = left.keys() | done.keys() if batch.left.are_all else left.keys()
        counted = [
            FunctionCount(function, self._done.get(function, 0), self._left.get(function, 0))
            for function in sorted(functions)
        ]
        if len(self._done) > _FUNCTIONS_KEPT:
            self._left = {function: count for function, count in self._left.items() if count}
            self._done = {one: count for one, count in self._done.items() if one in self._left}
        return counted


def _hashable(key: Any) -> Any:
    """A key as it was: lists were tuples."""
    return tuple(map(_hashable, key)) if isinstance(key, list) else key


def _text(key: object) -> str:
    text = key if isinstance(key, str) else str(key)
    return text if len(text) <= _KEY_CHARACTERS else text[: _KEY_CHARACTERS - 1] + "\u2026"


def _sum_of(
    worker: str | None, thread: int | None, function: str, times: list[tuple[float, float]]
) -> TaskSum:
    seconds = [max(ended - began, 0.0) for began, ended in times]
    histogram: dict[int, int] = {}
    for one in seconds:
        bucket = int(4 * math.log2(max(one * 1e6, 1.0)))
        histogram[bucket] = histogram.get(bucket, 0) + 1
    return TaskSum(
        worker,
        thread,
        function,
        len(seconds),
        0,
        min(began for began, _ in times),
        max(ended for _, ended in times),
        sum(seconds),
        min(seconds),
        max(seconds),
        histogram,
    )
