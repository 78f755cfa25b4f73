"""Words that a person wants to stand out, each in a style of its own."""

from __future__ import annotations

import re
from itertools import cycle
from typing import Final

from mptui.dashboard.presentation.output.lines import Highlight
from mptui.dashboard.presentation.text.palette import HIGHLIGHTS
from mptui.dashboard.presentation.text.text_search import expression

_WORD: Final = re.compile(r"""(?:"([^"]+)"|'([^']+)')(?!\S)|(\S+)""")


def highlights_of(text: str) -> tuple[Highlight, ...]:
    """What stands out: words are parted by blanks; one with blanks in it stands in quotes."""
    words = dict.fromkeys(double or single or bare for double, single, bare in _WORD.findall(text))
    return tuple(
        Highlight(expression(word), style)
        for word, style in zip(words, cycle(HIGHLIGHTS), strict=False)
    )
