"""What counts as a difference, shown with results made up for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.conformance import report
from tests.conformance.comparison import WHOLE_PROCESS, Comparison, compare
from tests.conformance.results import NOT_RUN, Outcome, SuiteResult, read_outcomes
from tests.conformance.suites import Suite

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.conformance.suite_run import How

SUITE = Suite("suite", ("test.test_nothing",))


def ended(ending: str = "exit status 0", **kinds: str) -> SuiteResult:
    outcomes = {test: Outcome(kind, f"why {kind}") for test, kind in kinds.items()}
    return SuiteResult(outcomes, ending, seconds=1.0)


def compared(plain: list[SuiteResult], watched: list[SuiteResult]) -> Comparison:
    """What comes out where nothing runs: a side ends as told, and then always as told last."""
    told = {"plainly": plain, "under mptui": watched}

    def run(_suite: Suite, how: How, _only: Sequence[str] = ()) -> SuiteResult:
        return told[how].pop(0) if len(told[how]) > 1 else told[how][0]

    return compare(SUITE, run)


def test_the_same_results_hold() -> None:
    both = compared([ended(a="ok", b="failure")], [ended(a="ok", b="failure")])
    assert both.holds
    assert not both.tried
    assert report.row(both).endswith("| same\n")


def test_a_test_that_always_fails_only_under_mptui_counts() -> None:
    both = compared([ended(a="ok", b="ok")], [ended(a="failure", b="ok")])
    assert not both.holds
    assert list(both.different) == ["a"]
    row = report.row(both)
    assert "1 differ" in row
    assert "differs: a: plainly ok, ok, ok, ok; under mptui failure," in row
    assert "why failure" in row


def test_a_test_that_fails_once_does_not_count_but_is_said() -> None:
    both = compared([ended(a="ok")], [ended(a="failure"), ended(a="ok")])
    assert both.holds
    assert list(both.flaky) == ["a"]
    assert "flaky, does not count: a" in report.row(both)


def test_a_test_that_fails_plainly_too_does_not_count() -> None:
    both = compared([ended(a="ok"), ended(a="failure")], [ended(a="failure")])
    assert both.holds


def test_a_test_that_is_not_reached_counts() -> None:
    both = compared([ended(a="ok", b="ok")], [ended(a="ok")])
    assert both.different["b"].watched[0] == NOT_RUN


def test_what_cannot_be_tried_alone_counts() -> None:
    plain = [ended(a="ok")]
    watched = [ended(a="ok", fixture="error"), ended(a="ok")]
    assert list(compared(plain, watched).different) == ["fixture"]


def test_another_end_of_the_process_counts() -> None:
    both = compared([ended(a="ok")], [ended("exit status 134", a="ok")])
    assert list(both.different) == [WHOLE_PROCESS]


def test_nothing_run_does_not_hold() -> None:
    both = compared([ended()], [ended()])
    assert not both.holds
    assert "NOTHING RAN" in report.row(both)


def test_of_a_test_with_several_outcomes_the_first_counts(tmp_path: Path) -> None:
    path = tmp_path / "results"
    told = [("a", "begun"), ("a", "failure"), ("a", "error"), ("b", "begun")]
    lines = (json.dumps({"test": t, "outcome": kind, "detail": ""}) + "\n" for t, kind in told)
    path.write_text("".join(lines))
    outcomes = read_outcomes(path)
    assert {test: outcome.kind for test, outcome in outcomes.items()} == {
        "a": "failure",
        "b": "begun",
    }
    assert read_outcomes(tmp_path / "nothing") == {}
