"""Which processes the program meant to outlive its main process."""

from __future__ import annotations

import pytest

from mptui.leftovers import Leftover, left_on_purpose

WORKER = Leftover("worker", has_own_session=False)
DETACHED_WORKER = Leftover("worker", has_own_session=True)
CHILD = Leftover("other", has_own_session=False)
DAEMON = Leftover("other", has_own_session=True)
HELPER = Leftover("helper", has_own_session=False)


@pytest.mark.parametrize(
    ("one", "after_end", "after_kill"),
    [
        (WORKER, False, False),
        (DETACHED_WORKER, True, False),
        (CHILD, True, False),
        (DAEMON, True, True),
        (HELPER, False, False),
    ],
)
def test_what_is_meant_depends_on_how_main_ended(
    one: Leftover, after_end: bool, after_kill: bool
) -> None:
    assert (left_on_purpose({1: one}, main_was_killed=False) == {1}) == after_end
    assert (left_on_purpose({1: one}, main_was_killed=True) == {1}) == after_kill


def test_helpers_stay_with_those_that_they_help() -> None:
    left = {1: HELPER, 2: DAEMON, 3: WORKER}
    assert left_on_purpose(left, main_was_killed=True) == {1, 2}
    assert left_on_purpose({1: HELPER, 3: WORKER}, main_was_killed=True) == set()
