"""Sums up finished tasks that are too many to be recorded one by one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mptui.supervisor.tasks.ring_file import Records

_LOWEST_KEY: Final = -40
"""The key of a nanosecond; a shorter time counts as one."""
_EDGES: Final = [1000 * 2 ** (key / 4) for key in range(_LOWEST_KEY + 1, 216)]
"""In nanoseconds: where each key of a histogram ends and the next begins."""


class TaskCount(NamedTuple):
    """Finished tasks of one function."""

    task: str
    tasks: int
    failed: int
    items: int
    worked_ns: int
    shortest_ns: int
    longest_ns: int
    since_ns: int
    """When the first of them began."""
    until_ns: int
    """When the last of them ended."""
    histogram: dict[int, int]


def count_tasks(records: Records, name: Callable[[int], str]) -> Iterator[TaskCount]:
    """Count the tasks of each function.

    Args:
        records: the tasks.
        name: gives the name that a label stands for.
    """
    names = {label: name(label) for label in set(records.labels)}
    if len(set(names.values())) == 1:
        yield _count(next(iter(names.values())), records)
        return
    places: dict[str, list[int]] = {}
    for place, label in enumerate(records.labels):
        places.setdefault(names[label], []).append(place)
    for task, chosen in places.items():
        yield _count(task, records.at(chosen))


def _count(task: str, records: Records) -> TaskCount:
    took = sorted(records.took_ns)
    return TaskCount(
        task=task,
        tasks=len(took),
        failed=len(took) - list(records.errors).count(0),
        items=sum(records.items),
        worked_ns=sum(took),
        shortest_ns=took[0],
        longest_ns=took[-1],
        since_ns=min(records.began_ns),
        until_ns=max(records.ended_ns),
        histogram=histogram(took),
    )


def histogram(took_ns: Sequence[int]) -> dict[int, int]:
    """How many tasks took how long, by the keys of `events.TasksCounted`; `took_ns` is sorted."""
    counts: dict[int, int] = {}
    place = 0
    while place < len(took_ns):
        key = min(bisect_right(_EDGES, took_ns[place]), len(_EDGES) - 1)
        end = bisect_left(took_ns, _EDGES[key], place)
        if key == len(_EDGES) - 1:
            end = len(took_ns)
        counts[_LOWEST_KEY + key] = end - place
        place = end
    return counts
