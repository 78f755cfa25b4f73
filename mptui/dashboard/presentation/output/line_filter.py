"""Which lines are shown: those with a text, of some workers, of standard error.

What is asked for is one line of text, as a person types it: ``!`` for standard error alone, words
that begin with ``@`` for the workers, the rest is a regular expression. The lines that are left are
numbered anew, without gaps, so that a view scrolls through them as through a log.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Final, NamedTuple

from mptui.dashboard.presentation.output.line_scan import LineScan
from mptui.dashboard.presentation.output.scroll_position import Extent
from mptui.dashboard.presentation.text.text_search import expression
from mptui.terminal_text import shown_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.model import Line
    from mptui.replay.whole_log import Log

_RANGE: Final = re.compile(r"(\d{1,9})-(\d{1,9})")
_LAST_NUMBER: Final = re.compile(r"(\d{1,9})\D*$")


class LineWish(NamedTuple):
    """What lines are to be shown."""

    pattern: re.Pattern[str] | None = None
    workers: tuple[str, ...] = ()
    """Parts of names, numbers at the end of a name, ranges of these; of any of them."""
    is_stderr_only: bool = False

    def wants_worker(self, name: str) -> bool:
        """Whether lines of a process with this name are shown."""
        return not self.workers or any(_is_meant(word, name) for word in self.workers)


def read_wish(text: str) -> LineWish | None:
    """What a person asks for; None where that is every line."""
    is_stderr_only = False
    workers: list[str] = []
    rest = text.strip()
    while rest[:1] in ("!", "@"):
        if rest[0] == "!":
            is_stderr_only, rest = True, rest[1:].lstrip()
            continue
        word, _, rest = rest[1:].partition(" ")
        workers += filter(None, word.split(","))
        rest = rest.lstrip()
    wish = LineWish(expression(rest) if rest else None, tuple(workers), is_stderr_only)
    return wish if wish != LineWish() else None


def stderr_toggled(text: str) -> str:
    """The same wish with standard error alone, or with both streams again."""
    rest = text.strip()
    return rest[1:].strip() if rest.startswith("!") else f"! {rest}".strip()


class LineFilter(LineScan):
    """The lines of one log that are wished for.

    Args:
        text: what a person asks for.
        name_of: the name of a process by its number.
    """

    def __init__(self, text: str, name_of: Callable[[int], str]) -> None:
        super().__init__()
        self.text = text
        self._wish = read_wish(text) or LineWish()
        self._name_of = name_of
        self._wanted: dict[tuple[int, str], bool] = {}

    def accepts(self, line: Line) -> bool:
        """Whether this line is shown."""
        wish = self._wish
        if wish.is_stderr_only and line.stream != "stderr":
            return False
        if wish.workers and not self._wants(line.process):
            return False
        return wish.pattern is None or wish.pattern.search(shown_text(line.text)) is not None

    def extent(self, log: Log) -> Extent:
        """The new numbers of the lines that can be shown, those that are not whole among them."""
        end = self.forgotten_count + len(self.found)
        return Extent(self.forgotten_count, end + len(self._pending(log)))

    def lines(self, log: Log, places: range) -> list[Line]:
        """The lines with these new numbers."""
        before = self.forgotten_count
        end = before + len(self.found)
        numbers = self.found[max(places.start - before, 0) : max(places.stop - before, 0)]
        lines = [line for number in numbers for line in log.lines(number, number + 1)]
        pending = enumerate(self._pending(log), end)
        return lines + [line for place, line in pending if place in places]

    def place_of(self, number: int) -> int:
        """The new number of a line, or of the next one that is shown."""
        return self.forgotten_count + bisect_left(self.found, number)

    def number_at(self, place: int) -> int | None:
        """The number of the whole line in this place, or of the nearest one; None without any."""
        if not self.found:
            return None
        return self.found[max(0, min(place - self.forgotten_count, len(self.found) - 1))]

    def _pending(self, log: Log) -> list[Line]:
        return [line for line in log.pending() if self.accepts(line)]

    def _wants(self, process: int) -> bool:
        # By its name too: that may become known later.
        key = (process, self._name_of(process))
        wanted = self._wanted.get(key)
        if wanted is None:
            wanted = self._wanted[key] = self._wish.wants_worker(key[1])
        return wanted


def _is_meant(word: str, name: str) -> bool:
    """Whether a word means the process with this name: 3 is ``ForkPoolWorker-3``, not 13."""
    number = _LAST_NUMBER.search(name)
    if word.isdecimal():
        return number is not None and int(number[1]) == int(word)
    if part := _RANGE.fullmatch(word):
        return number is not None and int(part[1]) <= int(number[1]) <= int(part[2])
    return word.lower() in name.lower()
