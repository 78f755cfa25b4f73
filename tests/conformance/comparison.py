"""Compares how a suite ended plainly and under mptui; what seems to differ is tried again alone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from tests.conformance.results import NOT_RUN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tests.conformance.results import SuiteResult
    from tests.conformance.suite_run import How
    from tests.conformance.suites import Suite

    Run = Callable[[Suite, How, Sequence[str]], SuiteResult]
    """Runs a suite on one side, or only some of its tests where any are named."""

_TRIES: Final = 3
_MOST_TO_TRY: Final = 20
_LIMIT_ALONE_SECONDS: Final = 90
WHOLE_PROCESS: Final = "(the process)"
"""Stands for the suite's process where others are tests."""


@dataclass
class Endings:
    """All the ways in which one test ended."""

    plain: list[str]
    watched: list[str]
    detail: str = ""
    """What was wrong when it first differed."""

    @property
    def is_different(self) -> bool:
        """No outcome was seen on both sides."""
        return not set(self.plain) & set(self.watched)


@dataclass
class Comparison:
    """Both results of a suite, and the tests that did not end alike at first."""

    plain: SuiteResult
    watched: SuiteResult
    tried: Mapping[str, Endings] = field(default_factory=dict)

    @property
    def different(self) -> dict[str, Endings]:
        """What mptui changes."""
        return {test: seen for test, seen in self.tried.items() if seen.is_different}

    @property
    def holds(self) -> bool:
        """Something ran, and mptui changed nothing."""
        return bool(self.plain.outcomes) and not self.different

    @property
    def flaky(self) -> dict[str, Endings]:
        """What differed at first, and then also ended as it did on the other side."""
        return {test: seen for test, seen in self.tried.items() if not seen.is_different}


def compare(suite: Suite, run: Run) -> Comparison:
    """Run a suite on both sides; repeat what differs."""
    both = Comparison(run(suite, "plainly", ()), run(suite, "under mptui", ()))
    both.tried = _differing(both)
    alone = replace(suite, limit_seconds=_LIMIT_ALONE_SECONDS)
    for test in list(both.tried)[:_MOST_TO_TRY]:
        _try_again(alone, run, test, both.tried[test])
    if not both.tried and both.plain.ending != both.watched.ending:
        both.tried = {WHOLE_PROCESS: Endings([both.plain.ending], [both.watched.ending])}
    return both


def _differing(both: Comparison) -> dict[str, Endings]:
    found = {}
    for test in {**both.plain.outcomes, **both.watched.outcomes}:
        plain, watched = both.plain.kind_of(test), both.watched.kind_of(test)
        if plain != watched:
            found[test] = Endings([plain], [watched], _detail(both, test))
    return found


def _detail(both: Comparison, test: str) -> str:
    details = (side.outcomes[test].detail for side in (both.watched, both.plain)
               if test in side.outcomes)  # fmt: skip
    return next((detail for detail in details if detail), "")


def _try_again(suite: Suite, run: Run, test: str, seen: Endings) -> None:
    for _ in range(_TRIES):
        if not seen.is_different:
            break
        plain = run(suite, "plainly", [test]).kind_of(test)
        watched = run(suite, "under mptui", [test]).kind_of(test)
        if plain == watched == NOT_RUN:
            break  # What is no test, as the fixture of a class, does not run alone.
        seen.plain.append(plain)
        seen.watched.append(watched)
