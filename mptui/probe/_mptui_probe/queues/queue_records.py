"""The record about a queue, or about a pool or an executor, which is reported as a queue."""

from .. import report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .. import Value

    Use = tuple[str, Any]
    """What a process waits for at a lock inside a queue, and the lock."""

_UNLIMITED = 2**31 - 1


def report_queue(
    kind: str,
    identity: int,
    name: "str | None",
    maxsize: object = None,
    uses: "Iterable[Use]" = (),
    place: "str | None" = None,
) -> None:
    """Report a queue, or a pool or an executor as a queue.

    A record has one lock for each use. If there are several locks for one use there are several
    records; the last of them has the locks that come first in `uses`.
    """
    layers: list[dict[str, int]] = [{}]
    for use, lock in uses:
        layer = next((layer for layer in layers if use not in layer), None)
        if layer is None:
            layer = {}
            layers.append(layer)
        layer[use] = lock._semlock.handle
    limit = maxsize if type(maxsize) is int and 0 < maxsize < _UNLIMITED else None
    for layer in reversed(layers):
        fields: dict[str, Value] = {"id": identity, "kind": kind, "name": name, "maxsize": limit}
        report("queue", {**fields, "place": place, "locks": layer})
