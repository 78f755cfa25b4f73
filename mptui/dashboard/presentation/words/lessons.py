"""What was to be seen in a scenario of the gallery: two sentences, with the figures of this run.

Pure: from a run that ended by itself to plain words. A figure that is not known leaves the lesson
unsaid: half of one teaches the wrong thing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mptui.terminal_text import safe_text
from mptui.wording.counts import counted
from mptui.wording.durations import since_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mptui.model import ProcessState, Run

_LINES_READ: Final = 40
_WHOLE_PERCENT: Final = 100
_BUSY: Final = "Busy:"
_AND: Final = " and "


def lesson(scenario: str | None, run: Run) -> str | None:
    """Two sentences about this run of a scenario; None where there is nothing certain to say.

    Args:
        scenario: its name in the gallery.
        run: a run of it; only one that ended by itself teaches something.
    """
    tell = _LESSONS.get(scenario or "")
    if tell is None or run.finished is None or run.finished.stopped is not None:
        return None
    try:
        return tell(run)
    except (IndexError, KeyError, ValueError):
        # Its output is not what the program of this name prints.
        return None


def _processes(run: Run) -> str | None:
    workers = _workers(run)
    lines = _lines(run)
    if len(workers) != 2 or len(lines) != 2:
        return None
    together = min(map(_end, workers)) - max(worker.started_at for worker in workers)
    first = lines[0].split()[0]
    return (
        f"The two ran at the same time for {since_text(max(together, 0.0))} of "
        f"{since_text(_seconds(run))}. The {first} was printed first; "
        "nobody decides which it is the next time."
    )


def _pool(run: Run) -> str | None:
    counts = _task_counts(run)
    on_core = _on_core(run, _workers(run))
    if not counts or on_core is None:
        return None
    return (
        f"{counted(len(counts), 'worker')} shared {counted(sum(counts), 'task')}, "
        f"{_row(counts)}, and did {since_text(on_core)} of computing in "
        f"{since_text(_seconds(run))}. Whoever was done first, the squares are in order."
    )


def _cluster(run: Run) -> str | None:
    workers = [state for state in _workers(run) if state.process in run.tasks.of_process]
    # Dask's own tasks are counted too; and of a cluster that others have made none is seen here.
    squares = run.tasks.functions["square"].count
    return (
        f"{counted(len(workers), 'worker')} shared {counted(squares, 'task')} in "
        f"{since_text(_seconds(run))}: a scheduler said who does what. "
        "With its address the same lines run on other machines."
    )


def _queue_workers(run: Run) -> str | None:
    counts = _task_counts(run)
    queues = [queue for queue in run.queues.values() if queue.kind == "queue"]
    if not counts or len(queues) != 1:
        return None
    workers = len(_workers(run))
    return (
        f"{counted(workers, 'worker')} took {counted(sum(counts), 'task')} from one queue, "
        f"{_row(counts)}: who was free took the next. {queues[0].put} items were put: "
        "each task, and one None for each worker to end it."
    )


def _four_numbers(run: Run) -> str | None:
    order = [line.process for line in run.merged.lines(0, _LINES_READ)]
    numbers = _lines(run)
    started = sorted(_workers(run), key=lambda worker: worker.started_at)
    if not numbers or {worker.process for worker in started} != set(order):
        return None
    shown, in_order = " ".join(numbers), " ".join(sorted(numbers, key=int))
    end = (
        "That is chance: it need not be so the next time."
        if numbers == sorted(numbers, key=int)
        else "None of them waits for another, so the first need not be first."
    )
    return f"They were started in the order {in_order} and printed in the order {shown}. {end}"


def _speedup(run: Run) -> str | None:
    lines = _lines(run)
    rows = [match for line in lines if (match := _SPEEDUP_ROW.match(line))]
    if any(line.startswith(_BUSY) for line in lines):
        return "Other programs needed the cores as well, so nothing was measured. Run it again."
    if len(rows) < 2:
        return None
    one, most = rows[0], max(rows, key=lambda row: float(row["speedup"]))
    many = rows[-1]
    best = "" if most is many else f"; {most['count']} were fastest, with {most['speedup']}x"
    return (
        f"{counted(int(many['count']), 'process', 'processes')} took {many['seconds']} s for what "
        f"one did in {one['seconds']} s: {many['speedup']}x as fast{best}. Efficiency is "
        f"{many['efficiency']} %: {_loss(int(many['count']), int(many['efficiency']), run)}."
    )


def _loss(count: int, efficiency: int, run: Run) -> str:
    """Where the speedup went that there is not."""
    cores = run.usable_cores
    if count > cores:
        return f"on {cores:g} {'core' if cores == 1 else 'cores'} the others wait for their turn"
    if efficiency >= _WHOLE_PERCENT:
        return "nothing was lost"
    return "making them, handing out tasks and waiting for the last took the rest"


def _threads(run: Run) -> str | None:
    lines = _lines(run)
    figures = {line[:26].strip(): line[26:].split() for line in lines}
    computing, waiting = figures["speedup of computing"], figures["speedup of waiting"]
    if "busy" in computing:
        return (
            "Others needed the cores as well, so it was not measured how fast many compute. "
            f"Waiting, threads were {waiting[1]} as fast as one alone and processes {waiting[0]}."
        )
    lock = "share one GIL" if figures["GIL in each process"][0] == "one" else "have no GIL"
    return (
        f"Computing, processes were {computing[0]} as fast as one alone and threads "
        f"{computing[1]}: they {lock}. Waiting, it was {waiting[0]} and {waiting[1]}, and a thread "
        "is made sooner."
    )


def _killed_worker(run: Run) -> str | None:
    killed = [worker for worker in _workers(run) if worker.signal == 9]
    lost = {lost.task.process: lost.task for lost in run.tasks.lost}
    victims = [(worker, lost[worker.process]) for worker in killed if worker.process in lost]
    if not victims:
        return None
    worker, task = victims[0]
    call = f"{task.label}({task.item})" if task.item is not None else task.label
    return (
        f"{safe_text(worker.name)} was killed at {since_text(_end(worker))} while it ran "
        f"{safe_text(call)}: that result never came, and {_others(run)} did. "
        "The pool made a new worker, but never repeats that task, and is silent."
    )


def _others(run: Run) -> str:
    count = run.tasks.finished_count
    return {0: "no other", 1: "one other"}.get(count, f"{count} others")


def _slow_consumer(run: Run) -> str | None:
    queues = [queue for queue in run.queues.values() if queue.kind == "queue"]
    if len(queues) != 1:
        return None
    queue = queues[0]
    if queue.maxsize:
        return (
            f"With room for {queue.maxsize} it never held more than {queue.peak_depth} items, as "
            f"put() waited. All {queue.put} took {since_text(_seconds(run))}: no limit makes the "
            "slower side faster."
        )
    return (
        f"Of {queue.put} items up to {queue.peak_depth} waited at once, made faster than they "
        "were consumed. With a limit (p) the producer would have waited for the consumers."
    )


def _deadlock(run: Run) -> str | None:
    workers = [worker for worker in _workers(run) if worker.signal is not None]
    if len(workers) < 2:
        return None
    names = _AND.join(safe_text(worker.name) for worker in workers)
    lived = min(_end(worker) - worker.started_at for worker in workers)
    on_core = _on_core(run, workers)
    if on_core is None:
        return None
    return (
        f"{names} waited for each other for nearly {since_text(lived)}, until they were ended. "
        f"They used {since_text(on_core)} of a core and printed nothing: a deadlock is silent."
    )


def _crash_loop(run: Run) -> str | None:
    ended = [worker for worker in _workers(run) if worker.exitcode]
    if not ended:
        return None
    lived = sum(_end(worker) - worker.started_at for worker in ended) / len(ended)
    return (
        f"{counted(len(ended), 'worker')} ended with exit code {ended[0].exitcode}, each after "
        f"about {since_text(lived)}. The reason was there all the time and stood on stderr, so "
        "starting another one could not help."
    )


def _chunk_sizes(run: Run) -> str | None:
    rows = [match for line in _lines(run) if (match := _CHUNK_ROW.match(line))]
    if len(rows) != 3:
        return None
    one, good, whole = rows
    return (
        f"Chunks of {one['size']} took {one['seconds']} s, of {good['size']} {good['seconds']} s, "
        f"of all {whole['seconds']} s. The first sends too often; the last leaves all workers "
        "but one without work."
    )


_LESSONS: Final[dict[str, Callable[[Run], str | None]]] = {
    "processes": _processes,
    "pool": _pool,
    "workers": _queue_workers,
    "four_numbers": _four_numbers,
    "speedup": _speedup,
    "threads": _threads,
    "cluster": _cluster,
    "killed_worker": _killed_worker,
    "slow_consumer": _slow_consumer,
    "deadlock": _deadlock,
    "crash_loop": _crash_loop,
    "chunk_sizes": _chunk_sizes,
}
_SPEEDUP_ROW: Final = re.compile(
    r" *(?P<count>\d+) +(?P<seconds>[\d.]+) s +(?P<speedup>[\d.]+)x +(?P<efficiency>\d+) %"
)
_CHUNK_ROW: Final = re.compile(r" *(?P<size>\d+) +\d+ +(?P<seconds>[\d.]+) s +[\d,]+")


def _workers(run: Run) -> list[ProcessState]:
    return [
        state
        for state in run.processes.values()
        if state.role == "worker" and state.ended_at is not None
    ]


def _end(worker: ProcessState) -> float:
    return worker.ended_at if worker.ended_at is not None else worker.started_at


def _on_core(run: Run, workers: Iterable[ProcessState]) -> float | None:
    times = [
        run.core_times.between(worker.process, worker.started_at, _end(worker))
        for worker in workers
    ]
    known = [time.on_core for time in times if time is not None]
    return sum(known) if known and len(known) == len(times) else None


def _seconds(run: Run) -> float:
    return run.finished.seconds if run.finished is not None else 0.0


def _lines(run: Run) -> list[str]:
    return [line.text for line in run.merged.lines(0, _LINES_READ) if line.stream == "stdout"]


def _task_counts(run: Run) -> list[int]:
    counts = (tasks.items for tasks in run.tasks.of_process.values())
    return sorted(counts, reverse=True)


def _row(counts: Sequence[int]) -> str:
    """How many each of them did."""
    if len(counts) == 1:
        return "all by one"
    if len(counts) > 8:
        return f"from {counts[-1]} to {counts[0]} each"
    if len(set(counts)) == 1:
        return f"{counts[0]} each"
    return f"{', '.join(map(str, counts[:-1]))}{_AND}{counts[-1]}"
