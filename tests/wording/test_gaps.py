"""Gaps in words: each code of the events has its own, and any other one is said as it is."""

from __future__ import annotations

from typing import get_args

import pytest

from mptui.events import GapCode
from mptui.wording.gaps import gap_text, gaps_text


@pytest.mark.parametrize("what", get_args(GapCode))
def test_every_known_gap_has_words_of_its_own(what: str) -> None:
    assert f"({what})" not in gap_text(what, 7)


def test_one_is_said_as_one() -> None:
    assert gap_text("output", 1) == "1 piece of output lost"
    assert gap_text("output", 12) == "12 pieces of output lost"


def test_a_gap_of_a_later_version_is_said_by_its_code() -> None:
    assert gap_text("quarks", 3) == "3 lost (quarks)"


def test_several_gaps_are_one_number() -> None:
    assert gaps_text({}) == ""
    assert gaps_text({"samples": 2}) == "2 samples lost"
    assert gaps_text({"samples": 2, "output": 5}) == "7 records lost"


def test_what_the_kernel_hides_is_not_said_to_be_lost() -> None:
    assert gaps_text({"waits_hidden": 1}) == "waits hidden by the kernel"
    assert gaps_text({"waits_hidden": 1, "samples": 1}) == (
        "1 sample lost, waits hidden by the kernel"
    )
