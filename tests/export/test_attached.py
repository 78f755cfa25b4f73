"""A program that ran before mptui came, in a report: what was not seen is not told as nothing."""

from __future__ import annotations

from mptui.export.report import facts_of, has_failed, status_of
from tests.dashboard.test_attached import ended


def test_report_of_a_program_that_went_on() -> None:
    run = ended(stopped="user", goes_on=True).run
    assert dict(facts_of(run))["output"] == "not seen: not started through mptui"
    assert status_of(run) == "no longer watched, it went on, after 5.0 s"
    assert not has_failed(run)


def test_report_of_one_that_ended() -> None:
    assert not has_failed(ended().run)
    assert has_failed(ended(exitcode=3).run)
    assert status_of(ended().run).startswith("ended, it is not known how")
