"""How the gaps of a recording are said: what is missing from it, and how much.

A code of a later version is said as it is: it comes from outside and is not safe to show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORDS: Final = {
    "output": ("1 piece of output lost", "{} pieces of output lost"),
    "samples": ("1 sample lost", "{} samples lost"),
    "task_records": ("1 task only counted", "{} tasks only counted"),
    "task_counts": ("last tasks of 1 thread lost", "last tasks of {} threads lost"),
    "task_threads": ("tasks of 1 thread not recorded", "tasks of {} threads not recorded"),
    "probe_reports": ("1 report of the probe lost", "{} reports of the probe lost"),
    "probe_faults": ("1 part of the probe failed", "{} parts of the probe failed"),
}
"""For one, and for more."""
_WAITS_HIDDEN: Final = "waits_hidden"


def gap_text(what: str, count: int) -> str:
    """One gap: ``3 pieces of output lost``.

    Args:
        what: the code of an `EventsDropped`.
        count: how many are missing.
    """
    if what == _WAITS_HIDDEN:
        return "waits hidden by the kernel"
    one, more = _WORDS.get(what, (None, None))
    if one is None or more is None:
        return f"{count} lost ({what})"
    return one if count == 1 else more.format(count)


def gaps_text(gaps: Mapping[str, int]) -> str:
    """All gaps of a run in few words; nothing for none.

    Several that cannot be added up are summed to one number all the same: it says how large the
    gaps are. What the kernel hides is not lost, so it is said beside them.
    """
    lost = {what: count for what, count in gaps.items() if what != _WAITS_HIDDEN}
    said = [gap_text(what, count) for what, count in lost.items()]
    if len(said) > 1:
        said = [f"{sum(lost.values())} records lost"]
    if _WAITS_HIDDEN in gaps:
        said.append(gap_text(_WAITS_HIDDEN, gaps[_WAITS_HIDDEN]))
    return ", ".join(said)
