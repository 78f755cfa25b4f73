"""Sizes of memory and output in words; a kilobyte is 1024 bytes, a megabyte 1024 of these."""

from __future__ import annotations

_STEP = 1024


def bytes_text(size_bytes: float) -> str:
    """A size in a column, at most five cells: ``0B``, ``9.5M``, ``24M``, ``1.2G``."""
    return "".join(_figure_and_unit(size_bytes))


def size_text(size_bytes: float) -> str:
    """A size in a sentence: ``45 B``, ``9.5 MB``, ``24 MB``, ``1.2 GB``."""
    figure, unit = _figure_and_unit(size_bytes)
    return f"{figure} {unit.removesuffix('B')}B"


def _figure_and_unit(size_bytes: float) -> tuple[str, str]:
    size, unit = float(size_bytes), "B"
    for larger in "KMGTP":
        if size < _STEP - 0.5:
            break
        size, unit = size / _STEP, larger
    return (f"{size:.1f}" if unit != "B" and size < 10 - 0.05 else f"{size:.0f}"), unit
