"""How the tests of a suite ended, read from the file that the runner inside has written."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BEGUN: Final = "begun"
"""The outcome of a test in which the process ended."""
NOT_RUN: Final = "not run"


@dataclass(frozen=True)
class Outcome:
    """How one test ended, and the reason or traceback."""

    kind: str
    detail: str = ""


@dataclass(frozen=True)
class SuiteResult:
    """How a whole suite ended."""

    outcomes: Mapping[str, Outcome]
    ending: str
    """How its process ended, in words."""
    seconds: float

    def count(self, *kinds: str) -> int:
        """How many tests ended in one of these ways."""
        counts = Counter(outcome.kind for outcome in self.outcomes.values())
        return sum(counts[kind] for kind in kinds)

    def kind_of(self, test: str) -> str:
        """How a test ended; it may not have been reached."""
        outcome = self.outcomes.get(test)
        return NOT_RUN if outcome is None else outcome.kind


def read_outcomes(path: Path) -> dict[str, Outcome]:
    """Return what was written; of several outcomes of a test the first counts."""
    found: dict[str, Outcome] = {}
    if not path.exists():
        return found
    for line in path.read_text(encoding="ascii").splitlines():
        record = json.loads(line)
        test = record["test"]
        if test not in found or found[test].kind == BEGUN:
            found[test] = Outcome(record["outcome"], record["detail"])
    return found
