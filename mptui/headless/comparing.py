"""`mptui compare`: two runs side by side, as lines for a person or as one JSON object."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any, Final

import msgspec

from mptui.errors import exit_status_of
from mptui.export.comparison import compare, differs_by_steps
from mptui.headless.standard_streams import StandardStreams, silence_standard_output
from mptui.terminal_text import safe_text
from mptui.wording.counts import count_text
from mptui.wording.durations import measured_text, precise_text
from mptui.wording.sizes import size_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mptui.export.comparison import Comparison, FoundKind, RunFigures
    from mptui.export.report import FunctionFigures
    from mptui.model.time_split import TimeSplit

FUNCTIONS_SHOWN: Final = 20
_LABEL_WIDTH: Final = 14
_WIDTH: Final = 22
_FEW_PERCENT: Final = 0.5
_MANY_PERCENT: Final = 900
_LEAST_SECONDS: Final = 0.0005
_SPLIT_NAMES: Final = {
    "starting": "starting",
    "on_core": "on a core",
    "ready": "without a core",
    "waiting": "waiting",
    "sleeping": "sleeping",
    "idle": "without work",
}


def print_comparison(before: str, after: str, *, is_json: bool) -> int:
    """Print what differs between two runs; gives the exit status.

    Args:
        before: a recording, the name of a run, or `-` for standard input.
        after: another one.
        is_json: one JSON object instead of lines for a person.

    Raises:
        MptuiError: one of them cannot be read.
    """
    comparison = compare(before, after)
    streams = StandardStreams()
    try:
        if is_json:
            streams.write("stdout", _json(comparison))
        else:
            streams.write("stdout", "".join(f"{one}\n" for one in lines(comparison)).encode())
        streams.flush()
    except BrokenPipeError:
        silence_standard_output()
        return exit_status_of(None, signal.SIGPIPE)
    return 0


def lines(comparison: Comparison) -> Iterator[str]:
    """All of it for a person, each line within 80 columns but for names and findings."""
    before, after = comparison.before, comparison.after
    yield _row("", "A", "B", "")
    yield _row("program", safe_text(before.title, _WIDTH), safe_text(after.title, _WIDTH), "")
    yield f"A: {safe_text(before.status, 200)}"
    yield f"B: {safe_text(after.status, 200)}"
    yield _figure("wall time", before.wall_seconds, after.wall_seconds, measured_text)
    yield _figure("most memory", before.peak_rss_bytes, after.peak_rss_bytes, size_text)
    for name, field in (("processes", "processes"), ("tasks", "tasks"), ("failed", "failed_tasks")):
        yield _figure(name, getattr(before, field), getattr(after, field), count_text)
    if before.lost_tasks or after.lost_tasks:
        yield _figure("lost", before.lost_tasks, after.lost_tasks, count_text)
    yield from _times(before, after)
    yield from _functions(comparison)
    yield from _found(comparison)


def _times(before: RunFigures, after: RunFigures) -> Iterator[str]:
    for who, field in (("the main process", "main_time"), ("all workers", "worker_time")):
        splits: tuple[TimeSplit, TimeSplit] = (getattr(before, field), getattr(after, field))
        if not any(map(sum, splits)):
            continue
        yield ""
        yield f"where the time of {who} went"
        names = _SPLIT_NAMES
        if not (before.knows_cores and after.knows_cores):
            names = {**names, "on_core": "working"}
        for name, words in names.items():
            seconds = [getattr(split, name) for split in splits]
            if any(one >= _LEAST_SECONDS for one in seconds):
                first, second = map(_with_share, seconds, splits)
                yield _row(words, first, second, _change(*seconds))


def _with_share(seconds: float, split: TimeSplit) -> str:
    life = sum(split)
    share = f" ({seconds / life:.0%})" if life else ""
    return f"{measured_text(seconds)}{share}"


def _functions(comparison: Comparison) -> Iterator[str]:
    labels = comparison.labels
    for label in labels[:FUNCTIONS_SHOWN]:
        one, two = (run.functions.get(label) for run in (comparison.before, comparison.after))
        yield ""
        yield f"function {safe_text(label)}"
        yield _row("tasks", *_both(one, two, "tasks", count_text), _change_of(one, two, "tasks"))
        if (one and one.failed) or (two and two.failed):
            change = _change_of(one, two, "failed")
            yield _row("failed", *_both(one, two, "failed", count_text), change)
        for name, field in (("in all", "total_seconds"), ("mean", "mean_seconds")):
            yield _row(name, *_both(one, two, field, precise_text), _change_of(one, two, field))
        for name, field in (("p50, about", "p50_seconds"), ("p95, about", "p95_seconds")):
            yield _row(name, *_both(one, two, field, precise_text), _steps(one, two, field))
    if len(labels) > FUNCTIONS_SHOWN:
        yield f"and {len(labels) - FUNCTIONS_SHOWN} functions more; --json has them all"


def _both(
    one: FunctionFigures | None,
    two: FunctionFigures | None,
    field: str,
    text: Callable[[Any], str],
) -> tuple[str, str]:
    first, second = ("-" if run is None else text(getattr(run, field)) for run in (one, two))
    return first, second


def _change_of(one: FunctionFigures | None, two: FunctionFigures | None, field: str) -> str:
    if one is None:
        return "new"
    return "gone" if two is None else _change(getattr(one, field), getattr(two, field))


def _steps(one: FunctionFigures | None, two: FunctionFigures | None, field: str) -> str:
    if one is None or two is None:
        return ""
    before, after = getattr(one, field), getattr(two, field)
    return _change(before, after) if differs_by_steps(before, after) else "about the same"


def _found(comparison: Comparison) -> Iterator[str]:
    yield ""
    found = comparison.found
    groups: tuple[tuple[str, list[FoundKind]], ...] = (
        ("findings that came", [one for one in found if one.after > one.before]),
        ("findings that went", [one for one in found if one.after < one.before]),
        ("findings in both", [one for one in found if one.after == one.before]),
    )
    for title, kinds in groups:
        if kinds:
            yield title
        for one in kinds:
            times = f"{one.before} -> {one.after}"
            yield f"  {one.severity}: {safe_text(one.headline, 1000)} ({one.kind}, {times})"
    if not found:
        yield "no findings in either"


def _figure(name: str, before: float, after: float, text: Callable[[Any], str]) -> str:
    return _row(name, text(before), text(after), _change(before, after))


def _change(before: float, after: float) -> str:
    """How much more or less it is; nothing where it is the same."""
    if before == after:
        return ""
    if before <= 0:
        return "more" if after > before else "less"
    percent = (after - before) / before * 100
    if abs(percent) < _FEW_PERCENT:
        return "about the same"
    return f"{percent:+.0f}%" if percent < _MANY_PERCENT else f"{after / before:.0f} times"


def _row(name: str, before: str, after: str, change: str) -> str:
    return f"{name:<{_LABEL_WIDTH}} {before:>{_WIDTH}} {after:>{_WIDTH}}  {change}".rstrip()


def _json(comparison: Comparison) -> bytes:
    """One object, all of it ASCII: what a program chose cannot act on a terminal."""
    found = [one._asdict() for one in comparison.found]
    plain = {
        "a": _plain(comparison.before),
        "b": _plain(comparison.after),
        "findings": {
            "came": [one for one in found if one["after"] > one["before"]],
            "went": [one for one in found if one["after"] < one["before"]],
            "both": [one for one in found if one["after"] == one["before"]],
        },
    }
    return f"{json.dumps(plain, indent=2)}\n".encode("ascii")


def _plain(figures: RunFigures) -> dict[str, Any]:
    plain = msgspec.structs.asdict(figures)
    plain["main_time"] = figures.main_time._asdict()
    plain["worker_time"] = figures.worker_time._asdict()
    plain["functions"] = [one._asdict() for one in figures.functions.values()]
    plain["findings"] = [msgspec.structs.asdict(one) for one in figures.findings]
    return plain
