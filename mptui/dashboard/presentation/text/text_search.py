"""Finding text as a person means it: letter by letter, capitals only where they were typed."""

from __future__ import annotations

import re


def text_pattern(text: str) -> re.Pattern[str]:
    """Finds exactly this text; whether a letter is a capital matters only if it holds some."""
    return re.compile(re.escape(text), re.IGNORECASE if text == text.lower() else 0)
