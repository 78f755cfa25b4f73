"""Objects that a new process receives when it starts, as by spawn: queues, locks, conditions.

Each arrives before the object that it is a part of: the lock of a queue before the queue. So they
are reported once all have arrived, from the last to the first, and the parts of an object are
reported with it and not again. Until then they are not kept alive.
"""

from _weakref import ref

from ..guard import guarded
from ..processes.workers import before_work

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Report = Callable[[object, "Receiver"], None]
    """Takes the object that arrived, and the process that received it."""


class Receiver:
    """A process that receives objects.

    Attributes:
        process: the library's object for the process.
        parts: the handles of the semaphores that were reported as parts of something.
    """

    def __init__(self, process: object) -> None:
        self.process = process
        self.parts: set[int] = set()


_arrivals: "list[tuple[Callable[[], object], Report]]" = []


def report_once_received(thing: object, report_thing: "Report") -> None:
    """Call `report_thing` with `thing` once this process has received all its objects."""
    if not _arrivals:
        before_work.append(guarded(_report_all))
    _arrivals.append((ref(thing), report_thing))


def _report_all(process: object) -> None:
    receiver = Receiver(process)
    while _arrivals:
        find, report_thing = _arrivals.pop()
        thing = find()
        if thing is not None:
            report_thing(thing, receiver)
    before_work.clear()
