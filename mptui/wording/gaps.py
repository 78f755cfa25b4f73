"""How the gaps of a recording are said: what is missing from it, and how much.

A code of a later version is said as it is: it comes from outside and is not safe to show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.wording.counts import count_text, counted

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Words(NamedTuple):
    one: str
    more: str
    said: str = "{} lost"
    """``{}`` stands for how many there are."""


_WORDS: Final = {
    "output": _Words("piece of output", "pieces of output"),
    "samples": _Words("sample", "samples"),
    "events": _Words("event", "events"),
    "task_records": _Words("task", "tasks", "{} only counted"),
    "task_counts": _Words("thread", "threads", "last tasks of {} lost"),
    "task_threads": _Words("thread", "threads", "tasks of {} not recorded"),
    "probe_reports": _Words("report of the probe", "reports of the probe"),
    "probe_faults": _Words("part of the probe", "parts of the probe", "{} failed"),
}
_WAITS_HIDDEN: Final = "waits_hidden"


def gap_text(what: str, count: int) -> str:
    """One gap: ``3 pieces of output lost``.

    Args:
        what: the code of an `EventsDropped`.
        count: how many are missing.
    """
    if what == _WAITS_HIDDEN:
        return "waits hidden by the kernel"
    words = _WORDS.get(what)
    if words is None:
        return f"{count_text(count)} lost ({what})"
    return words.said.format(counted(count, words.one, words.more))


def gaps_text(gaps: Mapping[str, int]) -> str:
    """All gaps of a run in few words; nothing for none.

    Several that cannot be added up are summed to one number all the same: it says how large the
    gaps are. What the kernel hides is not lost, so it is said beside them.
    """
    lost = {what: count for what, count in gaps.items() if what != _WAITS_HIDDEN}
    said = [gap_text(what, count) for what, count in lost.items()]
    if len(said) > 1:
        said = [f"{counted(sum(lost.values()), 'record')} lost"]
    if _WAITS_HIDDEN in gaps:
        said.append(gap_text(_WAITS_HIDDEN, gaps[_WAITS_HIDDEN]))
    return ", ".join(said)
