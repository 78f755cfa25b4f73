"""All that the screen shows of a state, to compare two of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mptui.model import OutputLog, Run
    from mptui.model.findings import Findings

SCREENFUL = 100
"""So many lines of a log are on the largest screen."""


def seen(run: Run, findings: Findings) -> dict[str, object]:
    """A state, as far as anything on the screen depends on it."""
    edges = [run.now * part / 10 for part in range(11)]
    return {
        "began": run.started,
        "ended": run.finished,
        "now": run.now,
        "stopped": run.stop_requested,
        "cores": run.cores,
        "gaps": run.dropped,
        "unkept": run.unkept,
        "processes": run.processes,
        "alive": sorted(one.process for one in run.alive),
        "groups": {name: vars_of(group) for name, group in run.ended_groups.items()},
        "forgotten": dict(run.forgotten),
        "count": run.process_count,
        "sums": (run.cpu_percent, run.rss_bytes, run.peak_rss_bytes),
        "waits": run.waits.current,
        "waited": {one: run.waits.total_seconds(one) for one in run.processes},
        "running": run.tasks.running,
        "slowest": run.tasks.slowest,
        "failed": list(run.tasks.failed),
        "lost": run.tasks.lost,
        "done": {name: vars_of(times) for name, times in run.tasks.functions.items()},
        "progress": run.progress,
        "queues": run.queues,
        "threads": run.threads,
        "stacks": run.stacks,
        "locks": (run.locks, run.access),
        "gpus": (run.gpus.of_number, run.gpus.of_process),
        "times": {one: run.time_split(one) for one in run.processes},
        "use": run.use_histories.of_program(edges) if run.use_histories.first_sampled_at else [],
        "memory": {one: run.rss_levels(one, edges) for one in run.processes},
        "bars": {key: lane.between(0.0, run.now) for key, lane in run.timeline.lanes.items()},
        "output": log_seen(run.merged),
        "outputs": {one: log_seen(log) for one, log in run.logs.items()},
        "written": (run.line_count, run.byte_count, run.speaker_count),
        "findings": findings.find(run),
    }


def vars_of(one: object) -> dict[str, object]:
    """The attributes of an object, with slots or without; texts where these are objects again."""
    slots = {name for kind in type(one).__mro__ for name in getattr(kind, "__slots__", ())}
    names = slots | set(getattr(one, "__dict__", {}))
    return {name: _plain(getattr(one, name)) for name in names if hasattr(one, name)}


def _plain(value: object) -> object:
    is_plain = isinstance(value, (int, float, str, list, dict, tuple, set, type(None)))
    return value if is_plain else type(value)


def log_seen(log: OutputLog) -> tuple[object, ...]:
    """The end of a log, as it is when nobody scrolled."""
    lines = log.lines(log.end_line - SCREENFUL, log.end_line)
    return log.end_line, lines, log.pending(), [log.time_of(line.number) for line in lines]
