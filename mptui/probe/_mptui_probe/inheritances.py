"""What a process is given when it starts anew, as by spawn: queues, locks, conditions.

Each arrives before what it is a part of: the lock of a queue before the queue. So they are looked
at when all have arrived, from the last to the first, and what is a part of something is told as
that. Until then they are not kept alive.
"""

from _weakref import ref

from .containment import contained
from .processes import begin_work

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Tell = Callable[[object, "Heir"], None]
    """Takes what arrived, and who got it."""


class Heir:
    """A process that was given something.

    Attributes:
        process: as the library knows it.
        parts: the handles of the semaphores that were told as parts of something.
    """

    def __init__(self, process: object) -> None:
        self.process = process
        self.parts: set[int] = set()


_arrivals: "list[tuple[Callable[[], object], Tell]]" = []


def tell_later(thing: object, tell: "Tell") -> None:
    """Call `tell` once everything has arrived that this process is given."""
    if not _arrivals:
        begin_work.append(contained(_tell_all))
    _arrivals.append((ref(thing), tell))


def _tell_all(process: object) -> None:
    heir = Heir(process)
    while _arrivals:
        find, tell = _arrivals.pop()
        thing = find()
        if thing is not None:
            tell(thing, heir)
    begin_work.clear()
