"""A program's source as it is shown: its explanation, and its lines in the colours of Python.

The explanation is the docstring. The file is read and parsed, never imported; it may be anybody's,
so every line passes `safe_text` and no file takes more than a bounded share of memory and time.
"""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pygments.token import Token

from mptui.dashboard.presentation.text.palette import DIM, STRONG
from mptui.terminal_text import Span, TextStyle, safe_text

if TYPE_CHECKING:
    from pathlib import Path

_TokenType: TypeAlias = Any
"""Pygments says nothing of its types."""

MAX_BYTES: Final = 256 * 1024
MAX_LINES: Final = 2000
_LINE_CHARACTERS: Final = 400
_TAB_CELLS: Final = 4
_LIST_ITEM: Final = re.compile(r"([-*•]|\d+[.)])\s")

_STYLES: Final[dict[_TokenType, TextStyle]] = {
    Token.Comment: DIM,
    Token.Keyword: STRONG,
    Token.Operator.Word: STRONG,
    Token.Name.Function: TextStyle(foreground=6),
    Token.Name.Class: TextStyle(foreground=6, bold=True),
    Token.Name.Decorator: TextStyle(foreground=6),
    Token.Literal.String: TextStyle(foreground=2),
    Token.Literal.String.Doc: DIM,
    Token.Literal.Number: TextStyle(foreground=3),
}


@dataclass(frozen=True, slots=True)
class SourceText:
    """What there is to read about a program."""

    explanation: str
    """Paragraphs, to be wrapped by whoever shows them; empty if the program explains nothing."""
    lines: tuple[tuple[Span, ...], ...]
    first_number: int = 1
    """The number of the first line: what the explanation says is not shown twice."""


def read_source(path: Path) -> SourceText:
    """The source of a program; why it cannot be read, where it cannot."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES)
    except OSError as error:
        said = safe_text(f"cannot read {path.name}: {error.strerror or error}")
        return SourceText(explanation=said, lines=())
    return source_text(raw.decode(errors="backslashreplace"))


def source_text(text: str) -> SourceText:
    """The source of a program, from its text."""
    docstring, docstring_end = _docstring(text)
    kept = text.split("\n")[:MAX_LINES]
    safe = [safe_text(line.rstrip("\r").expandtabs(_TAB_CELLS), _LINE_CHARACTERS) for line in kept]
    coloured = _coloured("\n".join(safe))[docstring_end:]
    blank = next((number for number, line in enumerate(coloured) if line), 0)
    return SourceText(
        explanation=explanation_of(docstring),
        lines=tuple(coloured[blank:]),
        first_number=docstring_end + blank + 1,
    )


def explanation_of(docstring: str) -> str:
    """A docstring as paragraphs: lines that belong together are joined, lists stay lists."""
    said: list[str] = []
    for line in docstring.split("\n"):
        words = safe_text(line.strip(), _LINE_CHARACTERS)
        if said and said[-1] and words and not _LIST_ITEM.match(words):
            said[-1] = f"{said[-1]} {words}"
        else:
            said.append(words)
    return "\n".join(said).strip()


def _docstring(text: str) -> tuple[str, int]:
    """The docstring of a program, and the number of its last line."""
    try:
        # A program's doubtful escapes are not ours to warn of.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "", 0
    docstring = ast.get_docstring(module)
    return (docstring, module.body[0].end_lineno or 0) if docstring else ("", 0)


def _coloured(code: str) -> list[tuple[Span, ...]]:
    lines: list[tuple[Span, ...]] = []
    line: list[Span] = []
    # Only now: a program without a source to show needs none of it.
    from pygments.lexers.python import PythonLexer  # noqa: PLC0415

    for token, text in PythonLexer(stripnl=False, ensurenl=False).get_tokens(code):
        first, *others = text.split("\n")
        style = _style(token)
        if first:
            line.append(Span(first, style))
        for other in others:
            lines.append(tuple(line))
            line = [Span(other, style)] if other else []
    return [*lines, tuple(line)] if line else lines


def _style(token: _TokenType) -> TextStyle | None:
    while token is not Token:
        if token in _STYLES:
            return _STYLES[token]
        token = token.parent
    return None
