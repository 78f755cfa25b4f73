"""Whether what is thought to go on has ended, when things are told late.

A thread does one task after the other and waits for one thing after the other. What began is told
once it has lasted for a moment, so the end of what came before it may be told after it.
"""

from __future__ import annotations

from typing import Final

SLACK_SECONDS: Final = 1e-5
"""Times that lie so near together may be the same one, rounded differently."""


def is_over(since: float, began: float, ended: float) -> bool:
    """Whether what goes on since then must be over, when something lasted from began to ended.

    Where that is the same thing, or one that came after it, most of it lies after ``since``.
    """
    return (began + ended) / 2 >= since - SLACK_SECONDS
