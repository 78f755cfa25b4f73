"""Takes the probe's functions out of what `cProfile` measured: they are none of the program's."""

from .guard import guarded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType
    from typing import Any

    from .replacing import Function

    Entry = Any  # A `profiler_entry` of `_lsprof`.

_OURS = "<mptui: "
_REPLACEMENT = "__call__"
"""The name of what stands in the place of a builtin function and calls it for the program."""


def hook_profiler(module: "ModuleType") -> None:
    """Give the class `Profile` a `getstats` that leaves out the probe's functions."""
    leave_out = guarded(_leave_out)
    original: Function = module.Profile.getstats

    def getstats(self: object) -> object:
        entries = original(self)
        leave_out(entries)
        return entries

    getstats.__qualname__, getstats.__doc__ = original.__qualname__, original.__doc__
    module.Profile.getstats = getstats


def _leave_out(entries: "list[Entry]") -> None:
    """Remove the probe's own entries, and the builtin functions' calls that only it made."""
    ours = [entry for entry in entries if _is_ours(entry.code)]
    own_calls: dict[str, list[Entry]] = {}
    for call in _calls_of_builtins(ours):
        own_calls.setdefault(call.code, []).append(call)
    others = [entry for entry in entries if not _is_ours(entry.code)]
    reduced = [
        _without(entry, own_calls[entry.code]) if entry.code in own_calls else entry
        for entry in others
    ]
    entries[:] = [entry for entry in reduced if entry.callcount > 0]


def _is_ours(code: object) -> bool:
    name = getattr(code, "co_filename", None)
    return type(name) is str and name.startswith(_OURS)


def _calls_of_builtins(entries: "list[Entry]") -> "Iterator[Entry]":
    for entry in entries:
        if entry.code.co_name != _REPLACEMENT:
            yield from [call for call in entry.calls or () if type(call.code) is str]


def _without(entry: "Entry", calls: "list[Entry]") -> "Entry":
    return type(entry)(
        (
            entry.code,
            entry.callcount - sum([call.callcount for call in calls]),
            entry.reccallcount - sum([call.reccallcount for call in calls]),
            max(0.0, entry.totaltime - sum([call.totaltime for call in calls])),
            max(0.0, entry.inlinetime - sum([call.inlinetime for call in calls])),
            entry.calls,
        )
    )
