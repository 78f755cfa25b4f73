from typing import get_args

import pytest

from mptui.events import WaitKind
from mptui.wording.wait_kinds import WAIT_KINDS, WaitMeaning, wait_kind


def test_table_has_a_row_for_every_wait_that_events_name() -> None:
    assert set(WAIT_KINDS) == set(get_args(WaitKind))


@pytest.mark.parametrize("meaning", WAIT_KINDS.values(), ids=WAIT_KINDS)
def test_every_wait_has_words_with_a_name_and_without(meaning: WaitMeaning) -> None:
    words = (meaning.in_words("thing"), meaning.in_words(None), meaning.in_short, meaning.shortest)
    assert all(words)
    assert "{" not in "".join(words)
    assert len(meaning.in_short) <= 13
    assert len(meaning.shortest) <= 8


def test_name_is_never_taken_for_a_pattern() -> None:
    assert wait_kind("lock").in_words("{0}{x}") == "waiting for {0}{x}"
    assert wait_kind("{x}").in_words(None) == "waiting ({x})"


def test_unknown_wait_is_said_by_its_name_and_means_nothing_special() -> None:
    unknown = wait_kind("gpu")
    assert unknown.in_words("cuda:0") == "waiting for cuda:0"
    assert (unknown.in_words(None), unknown.in_short) == ("waiting (gpu)", "waits gpu")
    assert (unknown.state, unknown.ender) == ("waiting", "outside")
