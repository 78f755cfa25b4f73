"""All rules about what piles up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mptui.model.findings.piles.left_open import find_left_open
from mptui.model.findings.piles.rising import find_rising

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.model.findings.finding import Finding
    from mptui.model.findings.piles.piled import Piled
    from mptui.model.run import Run


def find_piles(run: Run, piled: Piled) -> Iterator[Finding]:
    """What piles up in this run."""
    yield from find_left_open(run, piled)
    yield from find_rising(run, piled)
