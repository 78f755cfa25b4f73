"""Puts both results of each suite side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.conformance.comparison import Comparison, Endings
    from tests.conformance.results import SuiteResult

_NAME_WIDTH: Final = 34
_SIDE_WIDTH: Final = 34
_DETAIL_LINES: Final = 6
_COLUMNS: Final = f"{'run':>5} {'failed':>6} {'errors':>6} {'skipped':>7} {'s':>6}"


def header(version: str) -> str:
    """The lines above the suites of an interpreter."""
    sides = f"{'plainly':^{_SIDE_WIDTH}} | {'under mptui':^{_SIDE_WIDTH}} |"
    columns = f"{'':{_NAME_WIDTH}} {_COLUMNS} | {_COLUMNS} |"
    return f"\n{'Python ' + version:{_NAME_WIDTH}} {sides}\n{columns}\n"


def title(name: str) -> str:
    """How the line of a suite begins, for as long as it runs."""
    return f"{name:{_NAME_WIDTH}} "


def left_out(reason: str) -> str:
    """The rest of the line of a suite that is not run."""
    return f"{reason}\n"


def row(both: Comparison) -> str:
    """The rest of the line of a suite, and the lines below it for what did not end alike."""
    verdict = "same" if both.holds else f"{len(both.different)} differ"
    if not both.plain.outcomes:
        verdict = "NOTHING RAN"
    sides = f"{_side(both.plain)} | {_side(both.watched)} |"
    lines = [f"{sides} {verdict}"]
    lines += _lines_for("differs", both.different)
    lines += _lines_for("flaky, does not count", both.flaky)
    return "\n".join(lines) + "\n"


def _side(result: SuiteResult) -> str:
    failures = result.count("failure", "unexpected success")
    errors = result.count("error", "begun", "overran")
    figures = f"{len(result.outcomes):5} {failures:6} {errors:6} {result.count('skipped'):7}"
    return f"{figures} {result.seconds:6.1f}"


def _lines_for(word: str, tests: Mapping[str, Endings]) -> Iterator[str]:
    for test, seen in tests.items():
        plain, watched = ", ".join(seen.plain), ", ".join(seen.watched)
        yield f"    {word}: {test}: plainly {plain}; under mptui {watched}"
        for line in seen.detail.splitlines()[-_DETAIL_LINES:]:
            yield f"        {line}"
