"""Prints an aligned table: a title, a heading for each column, a row for each thing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAME_WIDTH = 34
_WIDTH = 14


def print_table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    sys.stdout.write(f"\n{title}\n")
    for name, *figures in (("", *headings), *rows):
        columns = "".join(f"{figure:>{_WIDTH}}" for figure in figures)
        sys.stdout.write(f"  {name:<{_NAME_WIDTH}}{columns}\n")
    sys.stdout.flush()


def milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:,.0f} ms"


def ratio(figure: float, base: float) -> str:
    return f"{figure / base:.2f}x" if base else "-"
