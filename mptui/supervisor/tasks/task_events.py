"""Turns what was read from a ring into events: some tasks singly, and the rest counted.

A limited number of tasks a second of each process come singly, and beyond those the failed ones and
the slowest, up to limits of their own. It must not read a file or know when it is time to read one.
"""

from __future__ import annotations

import heapq
import operator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from mptui import events
from mptui.supervisor.tasks.rate_limit import SECOND_NS, RateLimit
from mptui.supervisor.tasks.task_counts import count_tasks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mptui.events import Event
    from mptui.supervisor.link.probe_records import RingMade
    from mptui.supervisor.tasks.ring_file import Records
    from mptui.supervisor.tasks.ring_reader import Gap, News, RingReader

SINGLES_PER_SECOND: Final = 200
FAILURES_PER_SECOND: Final = 50
SLOWEST_PER_SECOND: Final = 20
SLOWEST_OF_A_READING: Final = 3


@dataclass(slots=True)
class SinglesLimits:
    """How many tasks of a process come singly, whichever of its threads does them."""

    all: RateLimit = field(default_factory=lambda: RateLimit(SINGLES_PER_SECOND))
    failed: RateLimit = field(default_factory=lambda: RateLimit(FAILURES_PER_SECOND))
    slowest: RateLimit = field(default_factory=lambda: RateLimit(SLOWEST_PER_SECOND))

    def choose(self, records: Records, slower: float) -> set[int]:
        """The places of the tasks to be recorded singly, with limits lower by this factor."""
        places: Sequence[int] = range(len(records.numbers))
        chosen: set[int] = set()
        if any(records.errors):
            failed = [place for place in places if records.errors[place]]
            chosen.update(_pick(self.failed, failed, records, slower))
            places = [place for place in places if not records.errors[place]]
        chosen.update(_pick(self.all, places, records, slower))
        if len(chosen) < len(records.numbers):
            took = records.took_ns.__getitem__
            slowest = heapq.nlargest(SLOWEST_OF_A_READING, range(len(records.numbers)), key=took)
            chosen.update(_pick(self.slowest, sorted(slowest), records, slower))
        return chosen


class RingNarrator:
    """Tells in events what is new in one ring.

    Args:
        made: which ring it is.
        process: the number of its process.
        reader: the ring.
        limits: how many tasks of its process may come singly.
        began_ns: when the run began.
    """

    def __init__(
        self,
        made: RingMade,
        process: int,
        reader: RingReader,
        limits: SinglesLimits,
        began_ns: int,
    ) -> None:
        self._made = made
        self._process = process
        self._reader = reader
        self._limits = limits
        self._began_ns = began_ns
        self._started = 0
        """The number of the last task whose start was recorded."""

    def finished(self, news: News, slower: float) -> list[Event]:
        """The finished tasks, in the order in which they ended."""
        found = list(self._gap(news.gap)) if news.gap is not None else []
        found += self._failed_after(news.failed_after)
        records = news.records
        singles = self._limits.choose(records, slower)
        if self._started in records.numbers:
            # Its start would stand alone in the recording otherwise.
            singles.add(operator.indexOf(records.numbers, self._started))
        found += [self._finished(records, place) for place in singles]
        if len(singles) < len(records.numbers):
            found += self._counted(records.without(singles) if singles else records)
        return sorted(found, key=_time_of)

    def running(self, latest_ns: int) -> events.TaskStarted | None:
        """The start of the task that runs, if it began before that and is not recorded yet."""
        running = self._reader.running
        if running is None or running.number == self._started or running.since_ns > latest_ns:
            return None
        self._started = running.number
        text = self._reader.text(running.number)
        return events.TaskStarted(
            t=self._run_time(running.since_ns),
            process=self._process,
            label=self._reader.label(running.label),
            item=(text and text.item) or None,
            items=running.items,
            thread=self._made.thread,
            executor=self._made.by,
        )

    def _finished(self, records: Records, place: int) -> events.TaskFinished:
        text = self._reader.text(records.numbers[place])
        error = records.errors[place]
        return events.TaskFinished(
            t=self._run_time(records.ended_ns[place]),
            process=self._process,
            label=self._reader.label(records.labels[place]),
            ok=not error,
            seconds=records.took_ns[place] / SECOND_NS,
            item=(text and text.item) or None,
            items=records.items[place],
            result=(text and text.result) or None,
            error=self._spell_error(error, text and text.message) if error else None,
            thread=self._made.thread,
            executor=self._made.by,
        )

    def _spell_error(self, error: int, message: str | None) -> str:
        kind = self._reader.label(error)
        return f"{kind}: {message}" if message else kind

    def _counted(self, records: Records) -> Iterator[events.TasksCounted]:
        for count in count_tasks(records, self._reader.label):
            yield events.TasksCounted(
                t=self._run_time(count.until_ns),
                process=self._process,
                label=count.task,
                count=count.tasks,
                failed=count.failed,
                seconds_total=count.worked_ns / SECOND_NS,
                seconds_max=count.longest_ns / SECOND_NS,
                seconds_min=count.shortest_ns / SECOND_NS,
                items=count.items,
                since=self._run_time(count.since_ns),
                histogram=count.histogram,
                thread=self._made.thread,
                executor=self._made.by,
            )

    def _gap(self, gap: Gap) -> Iterator[Event]:
        """What the counters say of tasks whose records were overwritten."""
        until = self._run_time(gap.until_ns)
        yield events.TasksCounted(
            t=until,
            process=self._process,
            label=None,
            count=gap.tasks,
            failed=gap.failed,
            seconds_total=gap.worked_ns / SECOND_NS,
            seconds_max=None,
            items=gap.items,
            since=self._run_time(gap.since_ns),
            thread=self._made.thread,
            executor=self._made.by,
        )
        yield events.EventsDropped(t=until, what="task_records", count=gap.tasks)

    def _failed_after(self, failed: Records) -> Iterator[events.TasksCounted]:
        """One more failed, none more finished: its end is recorded already."""
        for count in count_tasks(failed, self._reader.label):
            yield events.TasksCounted(
                t=self._run_time(count.until_ns),
                process=self._process,
                label=count.task,
                count=0,
                failed=count.failed,
                seconds_total=0.0,
                seconds_max=0.0,
                items=0,
                since=self._run_time(count.since_ns),
                thread=self._made.thread,
                executor=self._made.by,
            )

    def _run_time(self, at_ns: int) -> float:
        return round((at_ns - self._began_ns) / SECOND_NS, 6)


def _pick(
    limit: RateLimit, places: Sequence[int], records: Records, slower: float
) -> Iterator[int]:
    ended = records.ended_ns
    times = ended if len(places) == len(ended) else [ended[place] for place in places]
    return (places[picked] for picked in limit.pick(times, slower))


def _time_of(event: Event) -> float:
    return event.t
