"""Whether the terminal can show a dashboard, and how large it is."""

from __future__ import annotations

import contextlib
import locale
import os

from mptui.errors import EXIT_USAGE, MptuiError

LEAST_COLUMNS = 60
LEAST_ROWS = 15

_USUAL_SIZE = (80, 24)
_MOST_CELLS = 1000


def terminal_size() -> tuple[int, int]:
    """The columns and rows of the terminal this runs on, or the usual ones without a terminal."""
    for descriptor in (1, 2, 0):
        with contextlib.suppress(OSError):
            size = os.get_terminal_size(descriptor)
            if size.columns and size.lines:
                return size.columns, size.lines
    return _USUAL_SIZE


def size_of(text: str) -> tuple[int, int]:
    """The columns and rows that are meant by ``120x40``.

    Raises:
        MptuiError: it is no size, or none that a dashboard can have.
    """
    columns, _, rows = text.lower().partition("x")
    try:
        size = int(columns), int(rows)
    except ValueError:
        raise MptuiError(f"a size is COLUMNSxROWS, 120x40, not {text}", EXIT_USAGE) from None
    if not (LEAST_COLUMNS <= size[0] <= _MOST_CELLS and LEAST_ROWS <= size[1] <= _MOST_CELLS):
        raise MptuiError(
            f"a size is from {LEAST_COLUMNS}x{LEAST_ROWS} to {_MOST_CELLS}x{_MOST_CELLS}, "
            f"not {text}",
            EXIT_USAGE,
        )
    return size


def check_screen(*, is_ascii: bool | None) -> None:
    """Refuse what cannot show a dashboard.

    Args:
        is_ascii: whether it is to be drawn with ASCII alone; None: as the locale says.

    Raises:
        MptuiError: what is missing, and what to do instead.
    """
    without = "use mptui run --headless or --json for a run without a screen"
    if not (os.isatty(0) and os.isatty(1)):
        raise MptuiError(f"the dashboard needs a terminal; {without}", EXIT_USAGE)
    if os.environ.get("TERM", "dumb") in ("dumb", "unknown", ""):
        raise MptuiError(
            f"the terminal can't place text (TERM={os.environ.get('TERM', '')}); set TERM to its "
            f"kind, such as xterm-256color, or {without}",
            EXIT_USAGE,
        )
    columns, rows = os.get_terminal_size(1)
    # A pseudo-terminal without a size says 0 x 0; then nothing is known against it.
    if 0 < columns < LEAST_COLUMNS or 0 < rows < LEAST_ROWS:
        raise MptuiError(
            f"the terminal is too small: {columns}x{rows}; make it {LEAST_COLUMNS}x{LEAST_ROWS} "
            "at least (80x24 is comfortable)",
            EXIT_USAGE,
        )
    if is_ascii is False and not shows_unicode():
        raise MptuiError(
            f"the dashboard draws with UTF-8 but the locale is {locale.getencoding()}; set "
            "LC_ALL=C.UTF-8 if the terminal shows UTF-8, or leave ascii = false away",
            EXIT_USAGE,
        )


def shows_unicode() -> bool:
    """Whether the locale says that the terminal shows more than ASCII."""
    return locale.getencoding().lower().replace("-", "") == "utf8"
