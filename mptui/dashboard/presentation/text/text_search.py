"""Finding text as a person means it: letter by letter, capitals only where they were typed."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache

_SPECIAL = re.compile(r"[][\\(){}|?*+.^$]")
_INTRICATE = re.compile(r"[()|]|\\[xuUN0-9]")
"""What comes apart in other ways than `_PARTS` says."""
_PARTS = re.compile(
    r"(\\.|\[\^?\]?(?:\\.|[^]\\])*\]|[].^$+[\\])|([?*]|\{\d*,?\d*\})|(.)", re.DOTALL
)
"""What stands for many characters, what makes the one before it optional, and any other."""
_BRANCHES = re.compile(r"[^][\\(){}|]+")
"""What is sought in `this|or this`, where it is simple."""
_CLASS_OF_CHARACTERS = re.compile(r"\\.")
"""As in ``\\D``, whose capital is no letter that is looked for."""


def text_pattern(text: str) -> re.Pattern[str]:
    """Finds exactly this text; whether a letter is a capital matters only if it holds some."""
    return re.compile(re.escape(text), _flags(text))


@lru_cache(maxsize=64)
def expression(text: str) -> re.Pattern[str]:
    """Finds what this regular expression describes, or the text itself, letter by letter.

    So ``task (3)`` is found as it stands, and what is no regular expression is a text.
    """
    try:
        with warnings.catch_warnings():
            # What a later Python will read in another way is nobody's trouble here.
            warnings.simplefilter("ignore")
            return re.compile(f"(?:{text})|(?:{re.escape(text)})", _flags(_without_classes(text)))
    except (re.error, RecursionError, OverflowError):
        return text_pattern(text)


def ignores_case(text: str) -> bool:
    """Whether `expression` finds this with any capitals."""
    return _flags(_without_classes(text)) == re.IGNORECASE


def required(text: str) -> str:
    """What stands in everything that `expression` finds; empty where that is not easily told."""
    if not _SPECIAL.search(text):
        return text
    if _INTRICATE.search(text):
        return ""
    pieces = [""]
    for _, optional, letter in _PARTS.findall(text):
        if letter:
            pieces[-1] += letter
            continue
        if optional:
            pieces[-1] = pieces[-1][:-1]
        pieces.append("")
    return max(pieces, key=len)


def alternatives(text: str) -> tuple[str, ...]:
    """Of which one at least stands in everything that `expression` finds; none where unknown."""
    inner = text[1:-1] if text.startswith("(") and text.endswith(")") else text
    ways = _BRANCHES.findall(inner)
    if len(ways) < 2 or "|".join(ways) != inner:
        return ()
    words = tuple(map(required, ways))
    return words if all(words) else ()


def _flags(text: str) -> re.RegexFlag:
    return re.IGNORECASE if text == text.lower() else re.NOFLAG


def _without_classes(text: str) -> str:
    return _CLASS_OF_CHARACTERS.sub("", text)
