"""Finding text as a person means it: letter by letter, capitals only where they were typed."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache

_SPECIAL = re.compile(r"[][\\(){}|?*+.^$]")
_INTRICATE = re.compile(r"[][\\(){}|]")
_OPTIONAL = re.compile(r".[?*]+")
_ANYTHING = re.compile(r"[?*+.^$]+")
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
    # What comes before a ? or * need not be there.
    return max(_ANYTHING.split(_OPTIONAL.sub(".", text)), key=len)


def _flags(text: str) -> re.RegexFlag:
    return re.IGNORECASE if text == text.lower() else re.NOFLAG


def _without_classes(text: str) -> str:
    return _CLASS_OF_CHARACTERS.sub("", text)
