"""The processes from top to bottom: one below the other, or as a tree of who made whom.

Main comes first, then workers in the order they were made, helpers last; among those who have the
same parent the pid tells that order, since the order of discovery is a race.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.dashboard.presentation.processes.columns import process_name
from mptui.dashboard.presentation.text.text_search import text_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mptui.dashboard.presentation.text.glyphs import Glyphs
    from mptui.model import ProcessState, Run

_ROLE_RANKS: Final = {"main": 0, "helper": 2}
_OTHER_RANK: Final = 1


class PlacedProcess(NamedTuple):
    """A process at its place in the list."""

    process: int
    branch: str = ""
    """The lines of the tree that lead to its name; none in a plain list."""
    thread: int | None = None
    """The native id, where this is the place of one of its threads."""


def made_order(state: ProcessState) -> tuple[int, int, int]:
    """What to sort processes by, so that they stand in the order they were made."""
    parent = -1 if state.parent is None else state.parent
    return _ROLE_RANKS.get(state.role, _OTHER_RANK), parent, state.pid


def processes_list(run: Run, name_filter: str, *, is_crowded: bool) -> list[PlacedProcess]:
    """The processes whose name matches, one below the other.

    Where not all can be seen at once (``is_crowded``) those that still live come first.
    """

    def rank(state: ProcessState) -> tuple[int, tuple[int, int, int]]:
        is_late = is_crowded and not state.is_alive
        return 2 if state.role == "helper" else int(is_late), made_order(state)

    return [PlacedProcess(state.process) for state in sorted(_matching(run, name_filter), key=rank)]


def process_tree(run: Run, name_filter: str, glyphs: Glyphs) -> list[PlacedProcess]:
    """Each process below the one that logically made it, and below its own threads.

    Helpers stand below their siblings. The main thread is the process itself.

    Above a process whose name matches stand those that it descends from, whatever their names.
    """
    kept = _with_ancestors(run.processes, _matching(run, name_filter))
    children: dict[int | None, list[ProcessState]] = {}
    for state in sorted(kept.values(), key=made_order):
        parent = state.parent if state.parent in kept else None
        children.setdefault(parent, []).append(state)
    threads = {process: thread_numbers(run, process) for process in kept}
    placed = list(_rows(children, threads, glyphs))
    # A recording may say that two processes made each other: they hang from nobody.
    lost = kept.keys() - {row.process for row in placed}
    return placed + [PlacedProcess(process) for process in sorted(lost)]


def thread_numbers(run: Run, process: int) -> tuple[int, ...]:
    """The native ids of the threads of a process that have rows of their own."""
    threads = run.threads.get(process)
    if not threads:
        return ()
    main = run.processes[process].pid
    return tuple(thread for thread in sorted(threads) if thread != main)


def matching_count(run: Run, name_filter: str) -> int:
    """How many processes the filter lets through."""
    return len(_matching(run, name_filter))


def _matching(run: Run, name_filter: str) -> list[ProcessState]:
    states = list(run.processes.values())
    if not name_filter:
        return states
    pattern = text_pattern(name_filter)
    return [state for state in states if pattern.search(process_name(state))]


def _with_ancestors(
    processes: Mapping[int, ProcessState], states: Iterable[ProcessState]
) -> dict[int, ProcessState]:
    kept: dict[int, ProcessState] = {}
    for state in states:
        above: ProcessState | None = state
        while above is not None and above.process not in kept:
            kept[above.process] = above
            above = None if above.parent is None else processes.get(above.parent)
    return kept


def _rows(
    children: Mapping[int | None, list[ProcessState]],
    threads: Mapping[int, tuple[int, ...]],
    glyphs: Glyphs,
) -> Iterator[PlacedProcess]:
    """The tree from top to bottom; without recursion, however deep it is."""
    waiting = [(root, "", "") for root in reversed(children.get(None, ()))]
    while waiting:
        state, branch, before = waiting.pop()
        yield PlacedProcess(state.process, branch)
        below = children.get(state.process, [])
        own = threads.get(state.process, ())
        for thread in own:
            is_last = not below and thread == own[-1]
            turn = glyphs.tree_end if is_last else glyphs.tree_turn
            yield PlacedProcess(state.process, before + turn, thread)
        for child in reversed(below):
            is_last = child is below[-1]
            turn = glyphs.tree_end if is_last else glyphs.tree_turn
            line = glyphs.tree_blank if is_last else glyphs.tree_line
            waiting.append((child, before + turn, before + line))
