"""Measures several things in turns, again and again, and keeps one figure of each."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Name = TypeVar("Name")


def medians(
    measurements: Mapping[Name, Callable[[], Mapping[str, float]]], rounds: int
) -> dict[Name, dict[str, float]]:
    """The median of each figure of each thing."""
    return _measured(measurements, rounds, statistics.median)


def minima(
    measurements: Mapping[Name, Callable[[], Mapping[str, float]]], rounds: int
) -> dict[Name, dict[str, float]]:
    """The least of each figure of each thing: for CPU time, to which other programs only add."""
    return _measured(measurements, rounds, min)


def _measured(
    measurements: Mapping[Name, Callable[[], Mapping[str, float]]],
    rounds: int,
    choose: Callable[[list[float]], float],
) -> dict[Name, dict[str, float]]:
    """Measure in turns; one more round, the first, does not count."""
    seen: dict[Name, list[Mapping[str, float]]] = {name: [] for name in measurements}
    for _ in range(1 + rounds):
        for name, measure in measurements.items():
            seen[name].append(measure())
    return {
        name: {key: choose([one[key] for one in figures[1:]]) for key in figures[0]}
        for name, figures in seen.items()
    }
