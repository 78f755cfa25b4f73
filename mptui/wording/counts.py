"""Counts, shares and rates in words."""

from __future__ import annotations


def count_text(count: int) -> str:
    """A number in at most five characters: ``12345``, ``123k``, ``12M``."""
    for limit, divisor, unit in ((100_000, 1, ""), (10**7, 10**3, "k"), (10**10, 10**6, "M")):
        if count < limit:
            return f"{count // divisor}{unit}"
    return f"{count // 10**9}G"


def counted(count: int, noun: str, plural: str = "") -> str:
    """So many of these: ``1 task``, ``12 tasks``, ``123k processes``.

    Args:
        count: how many there are.
        noun: what one of them is called.
        plural: what several are called, where that is not the noun with an s.
    """
    return f"1 {noun}" if count == 1 else f"{count_text(count)} {plural or noun + 's'}"


def percent_text(percent: float) -> str:
    """A share: ``98%``."""
    return f"{percent:.0f}%"


def rate_text(per_second: float) -> str:
    """How often a second, no more exact than it is steady: ``0.4/s``, ``12/s``, ``1200/s``."""
    if per_second < 10 - 0.05:
        return f"{per_second:.1f}/s"
    magnitude = 10 ** max(0, len(str(int(per_second))) - 2)
    return f"{count_text(round(per_second / magnitude) * magnitude)}/s"


def about_text(quantity: str) -> str:
    """A quantity that is not exact: ``~61M``."""
    return f"~{quantity}"
