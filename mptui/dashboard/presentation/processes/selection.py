"""What a person chose among the processes of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from mptui.model import Run


class Selection(NamedTuple):
    """A process, one of its threads, or a group of ended ones; all where nothing is set."""

    process: int | None = None
    thread: int | None = None
    """The native id of the thread, where one of the process's threads was chosen."""
    group: str | None = None
    """The name of the group."""


ALL: Final = Selection()


def still_there(selection: Selection, run: Run) -> Selection:
    """The choice as far as it exists in the run: a process that was forgotten is in its group."""
    # Only now: before the first run there is nothing to choose.
    from mptui.model import without_number  # noqa: PLC0415

    process, _, group = selection
    if process is not None and process not in run.processes:
        forgotten = run.forgotten.get(process)
        group = without_number(forgotten.name) if forgotten is not None else None
    elif group is None:
        return selection
    return Selection(group=group) if group in run.ended_groups else ALL
