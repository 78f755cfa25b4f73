"""Names of processes where there is little room: shorter, and still told apart from each other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from mptui.dashboard.presentation.text.shortening import START_METHOD, shorten_keeping_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mptui.dashboard.presentation.text.glyphs import Glyphs

_NUMBERED: Final = re.compile(r"(.*?)([-_:# ]?)(\d+(?::\d+)*)", re.DOTALL)
_FIRST_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


class ShortNames:
    """The short forms of these names, of which each stands for one of them only.

    Of ``ForkPoolWorker-3`` these are ``PoolWorker-3``, ``Pool-3``, ``P3`` and ``3``.

    Args:
        names: all that may stand beside each other, safe to show.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        meant: dict[str, set[str]] = {}
        forms = {name: tuple(_forms(name)) for name in names}
        for name, shorter in forms.items():
            for form in shorter:
                meant.setdefault(form, set()).add(name)
        self._forms = {
            name: tuple(form for form in shorter if len(meant[form]) == 1)
            for name, shorter in forms.items()
        }
        self._widest: dict[int, list[int]] = {}
        """How wide the forms are, each at its widest, of names that have so many of them."""
        for shorter in self._forms.values():
            widest = self._widest.setdefault(len(shorter), [0] * len(shorter))
            widest[:] = map(max, widest, map(cell_len, shorter))

    def of(self, name: str) -> tuple[str, ...]:
        """The forms of a name, the whole name first."""
        return self._forms.get(name, ()) or (name,)

    def within(self, name: str, width: int, glyphs: Glyphs) -> str:
        """The longest form that fits into so many cells; where none does, the name cut.

        The same form for all names of a kind, as long as there is one that fits of all of them.
        """
        forms = self.of(name)
        for form, widest in zip(forms, self._widest.get(len(forms), ()), strict=False):
            if widest <= width:
                return form
        for form in forms:
            if cell_len(form) <= width:
                return form
        return shorten_keeping_number(name, width, glyphs)


def _forms(name: str) -> Iterator[str]:
    yield name
    found = _NUMBERED.fullmatch(name)
    if found is None or not found[1]:
        return
    words, gap, number = found.groups()
    bare = words[match.end() :] if (match := START_METHOD.match(words)) else words
    if bare != words:
        yield f"{bare}{gap}{number}"
    first = _FIRST_WORD.match(bare)
    if first is None:
        return
    if first[0] != bare:
        yield f"{first[0]}{gap}{number}"
    yield f"{first[0][0]}{number}"
    yield number
