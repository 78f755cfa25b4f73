"""Makes lines safe for a terminal: colours stay, other control characters cannot act on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mptui.terminal_text import safe_spans, sgr_parameters

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mptui.terminal_text import Span


def safe_lines(lines: bytes, *, has_colour: bool) -> bytes:
    """The same lines, made safe; each keeps its line feed."""
    text = lines.decode(errors="backslashreplace")
    safe = (safe_line(safe_spans(line), has_colour=has_colour) for line in text[:-1].split("\n"))
    return ("\n".join(safe) + "\n").encode()


def safe_line(spans: Iterable[Span], *, has_colour: bool) -> str:
    """One line of what was made safe before, with its colours where they are wanted."""
    return "".join(_render(span, has_colour) for span in spans)


def _render(span: Span, has_colour: bool) -> str:  # noqa: FBT001 - private
    if span.style is None or not has_colour:
        return span.text
    codes = sgr_parameters(span.style)
    return f"\x1b[{codes}m{span.text}\x1b[0m" if codes else span.text
