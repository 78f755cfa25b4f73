"""What mptui has inside of a Dask scheduler while it watches it: counts tasks, answers when asked.

Never imported here: its text is sent and run there, whatever Python the scheduler has (3.9 and
later). It must not wait, raise, send anything by itself, or keep more than is bounded, and it goes
when the client goes that it belongs to.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from contextlib import suppress
from operator import itemgetter
from time import perf_counter, time
from typing import Any

import msgpack  # type: ignore[import-untyped]
from dask.utils import key_split
from distributed.diagnostics.plugin import SchedulerPlugin

_ENDED_TASKS = 4000
"""So many tasks are told one by one in an answer; more are summed."""
_FAILED_TASKS = 200
_EVENTS = 500
_FUNCTIONS = 30
"""So many kinds of tasks are told apart in each answer: those with most left to do."""
_SUMS = 5000
_KEY_CHARACTERS = 120
_TEXT_CHARACTERS = 8000


class MptuiWatch(SchedulerPlugin):
    """Takes note of what ends and who leaves, and gives it to the one client that asks.

    Args:
        name: what the plugin, and its handler, are called.
        client: the id of the client that watches.
    """

    def __init__(self, name: str, client: str) -> None:
        self.name = name
        self._client = client
        self._scheduler: Any = None
        self._told_workers: dict[str, tuple[Any, ...]] = {}
        self._told_left: dict[str, int] = {}
        self._faults = 0
        self._seconds = 0.0
        self._clear()

    def _clear(self) -> None:
        self._ended: list[dict[str, Any]] = []
        self._ended_keys: list[Any] = []
        self._failed: list[tuple[Any, ...]] = []
        self._sums: dict[tuple[Any, ...], list[Any]] = {}
        self._unsummed = 0
        self._said: list[tuple[Any, ...]] = []
        self._unsaid = 0
        self._gone: list[tuple[Any, ...]] = []

    async def start(self, scheduler: Any) -> None:
        """Be asked from now on."""
        self._scheduler = scheduler
        scheduler.handlers[self.name] = self.answer

    # What happens; each of these is called by the scheduler in the middle of its work

    def transition(self, key: Any, start: str, finish: str, *_: Any, **facts: Any) -> None:
        """A task went from one state to another, as each does six times.

        What ended well is only put aside here, in the cheapest way that there is.
        """
        if start == "processing" and (finish == "memory" or finish == "erred"):
            try:
                if finish == "memory":
                    self._ended.append(facts)
                    self._ended_keys.append(key)
                    if len(self._ended) >= _ENDED_TASKS:
                        self._sum_ended()
                else:
                    self._note_failed(key, facts)
            except Exception:
                self._faults += 1

    def _note_failed(self, key: Any, facts: dict[str, Any]) -> None:
        worker, thread, began, ended = _of_end(facts)
        if len(self._failed) >= _FAILED_TASKS:
            self._sum((worker, thread, key_split(key)), began, ended, is_ok=False)
            return
        state = self._scheduler.tasks.get(key)
        error = facts.get("exception_text") or getattr(state, "exception_text", None)
        self._failed.append(
            (_text(key), key_split(key), worker, thread, began, ended, _error(error, facts))
        )

    def _take_ended(self) -> list[tuple[Any, ...]]:
        """Of each task that ended well its key, worker, thread, and when it began and ended."""
        keys, facts, self._ended_keys, self._ended = self._ended_keys, self._ended, [], []
        return [(key, *_of_end(one)) for key, one in zip(keys, facts)]  # noqa: B905 - for 3.9

    def _sum_ended(self) -> None:
        """Nobody has asked for a while: keep no more than sums."""
        for key, worker, thread, began, ended in self._take_ended():
            self._sum((worker, thread, key_split(key)), began, ended, is_ok=True)

    def _sum(self, of: tuple[Any, ...], began: float, ended: float, *, is_ok: bool) -> None:
        known = self._sums.get(of)
        if known is None:
            if len(self._sums) >= _SUMS:
                self._unsummed += 1
                return
            # count, failed, since, until, seconds, shortest, longest, histogram
            known = self._sums[of] = [0, 0, began, ended, 0.0, math.inf, 0.0, {}]
        seconds = max(ended - began, 0.0)
        known[0] += 1
        known[1] += not is_ok
        known[2] = min(known[2], began)
        known[3] = max(known[3], ended)
        known[4] += seconds
        known[5] = min(known[5], seconds)
        known[6] = max(known[6], seconds)
        bucket = int(4 * math.log2(max(seconds * 1e6, 1.0)))
        known[7][bucket] = known[7].get(bucket, 0) + 1

    def log_event(self, topic: Any, msg: Any) -> None:
        """Somebody logged an event: a worker printed, warned, or left."""
        try:
            if topic == "all" and isinstance(msg, dict) and msg.get("action") == "remove-worker":
                self._note_gone(msg)
            elif topic in ("print", "warn"):
                self._note_said(topic, msg)
        except Exception:
            self._faults += 1

    def _note_gone(self, facts: dict[str, Any]) -> None:
        worker = str(facts.get("worker"))
        repeated = (
            dict(Counter(map(key_split, facts.get(kind) or ())).most_common(_FUNCTIONS))
            for kind in ("processing-tasks", "lost-computed-tasks")
        )
        self._gone.append((time(), worker, bool(facts.get("expected")), *repeated))
        self._told_workers.pop(worker, None)

    def _note_said(self, topic: str, facts: dict[str, Any]) -> None:
        if len(self._said) >= _EVENTS:
            self._unsaid += 1
            return
        if topic == "print":
            text = _printed(facts)
            stream = "stderr" if facts.get("file") == 2 else "stdout"
        else:
            text, stream = f"{_text(facts.get('message', ''))}\n", "stderr"
        self._said.append((time(), facts.get("worker"), stream, text[:_TEXT_CHARACTERS]))

    def remove_client(self, scheduler: Any, client: str) -> None:  # noqa: ARG002
        """Go with the client that watches."""
        if client == self._client:
            self.leave()

    def leave(self) -> None:
        """Leave the scheduler as it was."""
        if self._scheduler is not None:
            with suppress(Exception):
                self._scheduler.handlers.pop(self.name, None)
                self._scheduler.remove_plugin(name=self.name)

    # What is answered

    def answer(self) -> Any:
        """All that has happened since the last answer, and how things are now.

        As bytes: of anything else Dask estimates the size, which takes longer than all of this.
        """
        began = perf_counter()
        scheduler = self._scheduler
        told = {
            "now": time(),
            "id": scheduler.id,
            "pid": os.getpid(),
            "ended": self._take_ended(),
            "failed": self._failed,
            "sums": [(*of, *known) for of, known in self._sums.items()],
            "unsummed": self._unsummed,
            "said": self._said,
            "unsaid": self._unsaid,
            "gone": self._gone,
            "seconds": self._seconds,
        }
        self._clear()
        for name, part in (
            ("workers", self._workers),
            ("running", self._running),
            ("left", self._left),
            ("counts", self._counts),
            ("transfers", self._transfers),
            ("scheduler", self._own),
        ):
            try:
                told[name] = part()
            except Exception:
                self._faults += 1
        told["faults"] = self._faults
        packed = msgpack.packb(told, default=str, unicode_errors="backslashreplace")
        self._seconds = perf_counter() - began
        return packed

    def _workers(self) -> list[tuple[Any, ...]]:
        """The workers about which anything has changed."""
        changed = []
        for address, state in self._scheduler.workers.items():
            memory, metrics = state.memory, state.metrics
            told = (
                address,
                str(state.name),
                state.host,
                state.nthreads,
                state.memory_limit or None,
                metrics.get("cpu", 0.0),
                memory.process,
                memory.managed,
                memory.unmanaged_old,
                memory.spilled,
                len(state.processing),
                len(state.executing),
                len(state.has_what),
            )
            if self._told_workers.get(address) != told:
                self._told_workers[address] = told
                changed.append(told)
        return changed

    def _running(self) -> list[tuple[Any, ...]]:
        """What each worker ran when it last said so, and for how long by then."""
        now = time()
        return [
            (_text(task.key), task.prefix.name, address, now - max(now - state.last_seen, 0) - ran)
            for address, state in self._scheduler.workers.items()
            for task, ran in list(state.executing.items())
            # What the worker said before it told that the task has ended is not true any more.
            if task.processing_on is state
        ]

    def _left(self) -> tuple[bool, list[tuple[str, int]]]:
        """Of each kind of tasks how many are to be done yet, where that has changed.

        Before them, whether these are all: the others come later.
        """
        told, known = self._told_left, self._scheduler.task_prefixes
        # A kind of which the scheduler knows nothing any more has nothing left to do.
        found = [(function, 0) for function in told if function not in known]
        for function, prefix in known.items():
            states = prefix.states
            left = states["waiting"] + states["queued"] + states["no-worker"] + states["processing"]
            if told.get(function, 0) != left:
                found.append((function, left))
        if len(found) > _FUNCTIONS:
            found.sort(key=itemgetter(1), reverse=True)
        for function, left in found[:_FUNCTIONS]:
            if left:
                told[function] = left
            else:
                told.pop(function, None)
        return len(found) <= _FUNCTIONS, found[:_FUNCTIONS]

    def _counts(self) -> tuple[int, ...]:
        """How many tasks are where."""
        counts = Counter[str]()
        for prefix in self._scheduler.task_prefixes.values():
            counts.update(prefix.states)
        waiting, queued = counts["waiting"], counts["queued"] + counts["no-worker"]
        return waiting, queued, counts["processing"], counts["memory"], counts["erred"]

    def _transfers(self) -> tuple[int, int, int] | None:
        """What workers fetch from each other, as they last said; None where they do not say it."""
        said = [state.metrics.get("transfer") for state in self._scheduler.workers.values()]
        if not all(said):
            return None
        return (
            sum(one["incoming_count"] for one in said),
            sum(one["incoming_bytes"] for one in said),
            sum(one["incoming_count_total"] for one in said),
        )

    def _own(self) -> tuple[Any, ...]:
        """What the scheduler itself takes."""
        recent = self._scheduler.monitor.recent()
        lag = getattr(self._scheduler, "_tick_interval_observed", None)
        return recent["cpu"], recent["memory"], lag


def _text(value: object) -> str:
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= _KEY_CHARACTERS else text[: _KEY_CHARACTERS - 1] + "\u2026"


def _of_end(facts: dict[str, Any]) -> tuple[Any, Any, float, float]:
    """Which worker and thread ended a task, and when it was begun and ended there."""
    began = ended = None
    for one in facts.get("startstops") or ():
        if one["action"] == "compute":
            began, ended = one["start"], one["stop"]
    if began is None or ended is None:
        began = ended = time()
    return facts.get("worker"), facts.get("thread"), began, ended


def _error(text: object, facts: dict[str, Any]) -> str:
    if text:
        return str(text)[:_TEXT_CHARACTERS]
    is_killed = facts.get("exception") is not None and not facts.get("startstops")
    return "KilledWorker" if is_killed else ""


def _printed(facts: dict[str, Any]) -> str:
    separator, end = facts.get("sep"), facts.get("end")
    text = (" " if separator is None else separator).join(map(str, facts.get("args") or ()))
    return text + ("\n" if end is None else end)
