"""The rules about time that is lost, together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mptui.model.findings.slow.busy_managers import find_busy_managers
from mptui.model.findings.slow.contention import find_contention
from mptui.model.findings.slow.pools_again import find_pools_made_again
from mptui.model.findings.slow.sending import find_costly_sending
from mptui.model.findings.slow.stragglers import find_stragglers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.model.findings.finding import Finding
    from mptui.model.run import Run


def find_slow(run: Run) -> Iterator[Finding]:
    """What costs time though nothing fails."""
    yield from find_stragglers(run)
    yield from find_contention(run)
    yield from find_busy_managers(run)
    yield from find_costly_sending(run)
    yield from find_pools_made_again(run)
