"""The processes from top to bottom: one below the other, or as a tree of parents and children.

Main comes first, then workers in the order they were made, helpers last; among those that have the
same parent the pid gives that order, since the order of discovery is a race. At the end stand the
groups of processes that ended long ago. Where a person wants them sorted, they stand in that order,
in the tree those below the same parent.

The order is kept, not made anew: a process that comes, goes or changes its rank moves alone.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from mptui.dashboard.presentation.processes.names import group_name, process_name
from mptui.dashboard.presentation.processes.sorting import Measured, sorted_processes
from mptui.dashboard.presentation.text.text_search import text_pattern
from mptui.model import without_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from mptui.dashboard.presentation.processes.sorting import Sorting
    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.model import ProcessState, Run

_ROLE_RANKS: Final = {"main": 0, "helper": 2}
_OTHER_RANK: Final = 1

Rank: TypeAlias = "tuple[int, ...]"


class Place(NamedTuple):
    """What one row shows; where nothing is set, all processes together."""

    process: int | None = None
    branch: str = ""
    """The lines of the tree that lead to its name; none in a plain list."""
    thread: int | None = None
    """The native id, where this is the place of one of the threads of the process."""
    group: str | None = None
    """The name, where this is the place of a group of ended processes."""


class ProcessOrder:
    """Processes in the order of their ranks."""

    def __init__(self) -> None:
        self._ranked: list[tuple[Rank, int]] = []
        self._known: dict[int, tuple[ProcessState, tuple[Rank, int] | None]] = {}
        self._rests_on: object = None

    def __iter__(self) -> Iterator[int]:
        return (process for _, process in self._ranked)

    def update(
        self,
        states: Mapping[int, ProcessState],
        rank: Callable[[ProcessState], Rank | None],
        rests_on: object = None,
    ) -> None:
        """Let these be the processes.

        Args:
            states: the processes by their numbers.
            rank: what they are ordered by; None leaves a process out.
            rests_on: what the ranks depend on beside the state of each process.
        """
        is_same_rank = rests_on == self._rests_on
        self._rests_on = rests_on
        for process in self._known.keys() - states.keys():
            self._leave(process)
        for process, state in states.items():
            known = self._known.get(process)
            if known is None or not is_same_rank or known[0] is not state:
                self._place(process, state, rank(state))

    def _place(self, process: int, state: ProcessState, rank: Rank | None) -> None:
        ranked = None if rank is None else (rank, process)
        known = self._known.get(process)
        if known is None or known[1] != ranked:
            self._leave(process)
            if ranked is not None:
                insort(self._ranked, ranked)
        self._known[process] = state, ranked

    def _leave(self, process: int) -> None:
        _, ranked = self._known.pop(process, (None, None))
        if ranked is not None:
            del self._ranked[bisect_left(self._ranked, ranked)]


class NameFilter:
    """Which names hold a text; each is searched once.

    Args:
        text: the text; empty: every name does.
    """

    def __init__(self, text: str) -> None:
        self._pattern = text_pattern(text) if text else None
        self._group_pattern = text_pattern(without_number(text)) if text else None
        self._matching: dict[int, tuple[str, bool]] = {}

    def matches(self, name: str) -> bool:
        """Whether this name holds it."""
        return self._pattern is None or self._pattern.search(name) is not None

    def may_match_in(self, group: str) -> bool:
        """Whether names of this group may hold it, numbers aside."""
        return self._group_pattern is None or self._group_pattern.search(group) is not None

    def processes(self, states: Mapping[int, ProcessState]) -> set[int]:
        """The processes whose names hold it."""
        if self._pattern is None:
            return set(states)
        old, self._matching = self._matching, {}
        for process, state in states.items():
            known = old.get(process)
            if known is None or known[0] != state.name:
                known = (state.name, self.matches(process_name(state)))
            self._matching[process] = known
        return {process for process, (_, does_match) in self._matching.items() if does_match}


class ProcessRows:
    """The places of the rows in the table of one run.

    Args:
        name_filter: which names are shown.
        glyphs: the signs.
        is_tree: whether each process stands below the one that made it.
        sorting: what a person wants them to be sorted by.
    """

    def __init__(
        self,
        name_filter: str,
        glyphs: Glyphs,
        *,
        is_tree: bool,
        sorting: Sorting | None = None,
    ) -> None:
        self.matching_count = 0
        """How many processes the filter lets through; of those in a group all or none."""
        self._filter = NameFilter(name_filter)
        self._glyphs = glyphs
        self._is_tree = is_tree
        self._sorting = sorting
        self._order = ProcessOrder()
        self._places: dict[int, Place] = {}

    def places(
        self, run: Run, *, is_crowded: bool, measured: Measured | None = None
    ) -> list[Place]:
        """The rows from top to bottom; the first stands for all processes together.

        Where not all can be seen at once (``is_crowded``) those that still live come first, unless
        they are sorted. In the tree those that a matching process descends from are shown too,
        whatever their names.

        Args:
            run: the run.
            is_crowded: whether there are more than can be seen.
            measured: what to sort them in; without it there is only the run.
        """
        matching = self._filter.processes(run.processes)
        groups = [name for name in run.ended_groups if self._filter.may_match_in(group_name(name))]
        self.matching_count = len(matching) + sum(
            group.count
            for name, group in run.ended_groups.items()
            if self._filter.matches(group_name(name))
        )
        if self._is_tree:
            self._order.update(run.processes, made_order)
            order = self._sorted(run, measured)
            rows = process_tree(run, order, matching, self._glyphs)
        else:
            rows = self._listed(run, matching, measured, is_crowded=is_crowded)
        return [Place(), *rows, *(Place(group=name) for name in groups)]

    def _sorted(self, run: Run, measured: Measured | None) -> Iterable[int]:
        if self._sorting is None:
            return self._order
        return sorted_processes(self._order, measured or Measured(run, run.now), self._sorting)

    def _listed(
        self, run: Run, matching: set[int], measured: Measured | None, *, is_crowded: bool
    ) -> list[Place]:
        is_crowded = is_crowded and self._sorting is None

        def rank(state: ProcessState) -> Rank:
            is_late = is_crowded and not state.is_alive
            return (2 if state.role == "helper" else int(is_late), *made_order(state))

        self._order.update(run.processes, rank, is_crowded)
        old = self._places
        self._places = {
            process: old.get(process) or Place(process)
            for process in self._sorted(run, measured)
            if process in matching
        }
        return list(self._places.values())


def made_order(state: ProcessState) -> tuple[int, int, int]:
    """What to sort processes by, so that they stand in the order they were made."""
    parent = -1 if state.parent is None else state.parent
    return _ROLE_RANKS.get(state.role, _OTHER_RANK), parent, state.pid


def process_tree(
    run: Run, order: Iterable[int], matching: Iterable[int], glyphs: Glyphs
) -> list[Place]:
    """Each process below the one that logically made it, and below its own threads.

    Helpers stand below their siblings. The main thread is the process itself. Above a process
    stand those that it descends from.
    """
    kept = _with_ancestors(run.processes, matching)
    children: dict[int | None, list[int]] = {}
    for process in order:
        if process in kept:
            parent = run.processes[process].parent
            children.setdefault(parent if parent in kept else None, []).append(process)
    placed = list(_rows(run, children, glyphs))
    # A recording may say that two processes made each other: they have no place in the tree.
    lost = kept - {row.process for row in placed}
    return placed + [Place(process) for process in sorted(lost)]


def thread_numbers(run: Run, process: int) -> tuple[int, ...]:
    """The native ids of the threads of a process that have rows of their own."""
    threads = run.threads.get(process)
    if not threads:
        return ()
    main = run.processes[process].pid
    return tuple(thread for thread in sorted(threads) if thread != main)


def _with_ancestors(processes: Mapping[int, ProcessState], matching: Iterable[int]) -> set[int]:
    kept: set[int] = set()
    for process in matching:
        above: int | None = process
        while above is not None and above not in kept and above in processes:
            kept.add(above)
            above = processes[above].parent
    return kept


def _rows(run: Run, children: Mapping[int | None, list[int]], glyphs: Glyphs) -> Iterator[Place]:
    """The tree from top to bottom; without recursion, however deep it is."""
    waiting = [(root, "", "") for root in reversed(children.get(None, ()))]
    while waiting:
        process, branch, before = waiting.pop()
        yield Place(process, branch)
        below = children.get(process, [])
        threads = thread_numbers(run, process)
        for thread in threads:
            is_last = not below and thread == threads[-1]
            turn = glyphs.tree_end if is_last else glyphs.tree_turn
            yield Place(process, before + turn, thread)
        for child in reversed(below):
            is_last = child == below[-1]
            turn = glyphs.tree_end if is_last else glyphs.tree_turn
            line = glyphs.tree_blank if is_last else glyphs.tree_line
            waiting.append((child, before + turn, before + line))
