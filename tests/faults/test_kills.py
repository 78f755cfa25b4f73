"""Each victim once; `make faults` tries them again and again."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from tests.faults.kills import VICTIMS, attempt

if TYPE_CHECKING:
    from pathlib import Path


# With a screen it takes longer; the way out of a dashboard has quick tests of its own.
_SLOW = [victim for victim in VICTIMS if "screen" in victim or victim == "terminal"]


@pytest.mark.parametrize(
    "victim",
    [pytest.param(victim, marks=pytest.mark.slow if victim in _SLOW else ()) for victim in VICTIMS],
)
def test_nothing_is_lost_and_nothing_is_left(victim: str, tmp_path: Path) -> None:
    outcome = attempt(victim, tmp_path, random.Random(victim))
    assert outcome.problems == ()
