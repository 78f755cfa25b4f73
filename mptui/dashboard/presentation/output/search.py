"""Where a text stands in a log, searched a piece at a time so that no frame has to wait for it.

A line is found by what can be read of it, never by its escape sequences. What only the recording
still has is searched elsewhere, and what is found there is gone through with the rest. Must not
scroll.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from mptui.dashboard.presentation.output.line_scan import LineScan
from mptui.dashboard.presentation.text.text_search import (
    alternatives,
    expression,
    ignores_case,
    required,
)
from mptui.replay.output_search import Sought
from mptui.replay.whole_log import WholeLog
from mptui.terminal_text import shown_text

if TYPE_CHECKING:
    from mptui.model import Line
    from mptui.replay.output_search import OlderSearch
    from mptui.replay.whole_log import Log


class OutputSearch(LineScan):
    """A search in one log, which may grow and lose its oldest lines meanwhile.

    Args:
        text: what to look for, a regular expression; capitals count only if it has some.
        among: finds only lines that this one accepts too.
        near: the number of the line near which to begin; None: at the end.
    """

    def __init__(self, text: str, among: LineScan | None = None, near: int | None = None) -> None:
        super().__init__()
        self.text = text
        self.pattern = expression(text)
        self.current: int | None = None
        """The number of the line that it has come to."""
        self._among = among
        self._near = near
        self._older: OlderSearch | None = None
        self._is_kept_done = False
        """Whether all that is kept was searched."""

    @property
    def count(self) -> int:
        """How many lines were found by now."""
        return len(self.found) + (self._older.count if self._older is not None else 0)

    @property
    def result(self) -> str:
        """How it stands, in words: ``3 of 17``."""
        count = self.count
        older = self._older
        if older is not None and not self.is_done:
            so_far = f", {count:,} found" if count else ""
            return f"searching, {older.progress:.0%}{so_far}"
        if older is not None and older.problem is not None:
            return f"{count:,} found, {older.problem}"
        if self.current is not None:
            before = older.count_up_to(self.current) if older is not None else 0
            return f"{before + bisect_right(self.found, self.current)} of {count}"
        if not self.is_done:
            return "searching"
        return f"{count} found" if count else "not found"

    def accepts(self, line: Line) -> bool:
        """Whether it is found in this line."""
        if self._among is not None and not self._among.accepts(line):
            return False
        return self.pattern.search(shown_text(line.text)) is not None

    def advance(self, log: Log) -> None:
        """Look through the next piece of the log."""
        super().advance(log)
        self._is_kept_done = self.is_done
        self.is_done = self.is_done and (self._older is None or self._older.is_done)

    def close(self) -> None:
        """Search no more."""
        if self._older is not None:
            self._older.close()

    def can_come_to(self, line: int) -> bool:
        """Whether the nearest match that is not below this line is known by now, if there is one.

        Further ones may not be.
        """
        if self.is_done:
            return True
        if self._older is None or not self._is_kept_done:
            return False
        if self._above(line + 1) is not None:
            return True
        # There is none above, and those below were searched downwards.
        return self._older.is_above_done and self._older.below(line) is not None

    def come_to(self, line: int) -> None:
        """Come to the nearest match that is not below this line, or to the first one."""
        nearest = self._above(line + 1)
        if nearest is None:
            nearest = self._below(-1)
        if nearest is not None:
            self.current = nearest

    def step(self, step: int, line: int) -> None:
        """Come to the next match below (1) or above (-1); behind the last one is the first.

        Args:
            step: which way.
            line: where to begin, as long as it has not come to any.
        """
        start = line if self.current is None else self.current
        beside = self._below(start) if step > 0 else self._above(start)
        if beside is None:
            beside = self._below(-1) if step > 0 else self._above(None)
        if beside is not None:
            self.current = beside

    def forget_before(self, first_line: int) -> None:
        """Lines that are no longer kept are not found any more."""
        super().forget_before(first_line)
        if self.current is not None and self.current < first_line:
            self.current = None

    def _skip(self, log: Log) -> None:
        """Have searched elsewhere what is no longer kept."""
        if not isinstance(log, WholeLog) or self._next_line >= log.kept.first_line:
            return
        if self._older is None:
            self._older = log.begin_search(self._sought())
        first_kept = log.kept.first_line
        near = first_kept if self._near is None else self._near
        self._older.look_through(self._next_line, first_kept, near)
        self._next_line = first_kept

    def _sought(self) -> Sought:
        """What is looked for, for others to look for it."""
        word = required(self.text)
        pattern = self.pattern if self._among is None else None
        return Sought(
            self.accepts,
            word,
            ignores_case(self.text),
            pattern,
            is_literal=word == self.text,
            alternatives=() if word else alternatives(self.text),
        )

    def _above(self, line: int | None) -> int | None:
        """The nearest match before a line, or of all."""
        before = len(self.found) if line is None else bisect_left(self.found, line)
        kept = self.found[before - 1] if before else None
        if self._older is None:
            return kept
        older = self._older.above(self._next_line if line is None else line)
        return max((one for one in (kept, older) if one is not None), default=None)

    def _below(self, line: int) -> int | None:
        """The nearest match after a line."""
        after = bisect_right(self.found, line)
        kept = self.found[after] if after < len(self.found) else None
        if self._older is None:
            return kept
        older = self._older.below(line)
        return min((one for one in (kept, older) if one is not None), default=None)
