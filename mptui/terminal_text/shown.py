"""What can be read of a line of output: what a search looks at, and what is copied."""

from __future__ import annotations

from typing import Final

from mptui.terminal_text.spans import safe_spans

SHOWN_CHARACTERS: Final = 4096
"""Of a longer line only the beginning is shown."""


def shown_text(text: str) -> str:
    """What can be read of a line, without its colours."""
    if len(text) <= SHOWN_CHARACTERS and text.isprintable():
        return text
    return "".join(span.text for span in safe_spans(text, SHOWN_CHARACTERS))
