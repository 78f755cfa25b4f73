"""Measures several things in turns, again and again, and keeps the median of each."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Name = TypeVar("Name")


def medians(
    measurements: Mapping[Name, Callable[[], Mapping[str, float]]], rounds: int
) -> dict[Name, dict[str, float]]:
    """The median of each figure of each thing; one more round, the first, does not count."""
    seen: dict[Name, list[Mapping[str, float]]] = {name: [] for name in measurements}
    for _ in range(1 + rounds):
        for name, measure in measurements.items():
            seen[name].append(measure())
    return {
        name: {key: statistics.median(one[key] for one in figures[1:]) for key in figures[0]}
        for name, figures in seen.items()
    }
