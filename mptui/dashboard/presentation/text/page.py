"""A page of lines to read, each made when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from mptui.terminal_text import Span

Spans: TypeAlias = "tuple[Span, ...]"
"""A line: two equal ones look the same."""


class Page(Protocol):
    """What there is to read in some width."""

    @property
    def line_count(self) -> int:
        """How many lines there are."""

    def line(self, number: int) -> Spans:
        """One of them, counted from 0; empty behind the last one."""
