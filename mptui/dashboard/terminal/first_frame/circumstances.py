"""All that the first picture of a dashboard depends on, as one text: same text, same picture.

What is missing here would let a picture be shown that is not true any more, until the app has drawn
its own; so rather too much is in it than too little. The current folder is not: the gallery looks
the same in each.
"""

from __future__ import annotations

import os
import sys

from mptui import __version__
from mptui.own_folders import config_folder, state_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

_FORM: Final = "1"
_VARIABLES: Final = (
    "TERM", "COLORTERM", "COLORFGBG", "NO_COLOR", "FORCE_COLOR", "TERM_PROGRAM", "VTE_VERSION",
    "COLUMNS", "LINES", "LANG", "LC_ALL", "LC_CTYPE", "UNICODE_VERSION",
)  # fmt: skip
_BEGINNINGS: Final = ("MPTUI_", "TEXTUAL", "PYTHON", "TTY_", "JUPYTER_")
_PACKAGE: Final = os.path.dirname(sys.modules["mptui"].__file__ or "")  # noqa: PTH120
_SEEN: Final = (".py", ".tcss")
_DRAWING: Final = ("dashboard", "scenarios", "settings", "terminal_text", "wording")
"""The folders of the package that have to do with how a program looks that has not run."""


def circumstances(columns: int, rows: int) -> str:
    """The text, for a terminal of this size."""
    cores = len(os.sched_getaffinity(0))
    parts = [_FORM, __version__, sys.version, sys.executable, f"{columns}x{rows}", f"{cores} cores"]
    parts += [*sys.argv[1:], ""]
    parts += [f"{name}={os.environ.get(name)}" for name in _VARIABLES]
    parts += sorted(
        f"{name}={value}" for name, value in os.environ.items() if name.startswith(_BEGINNINGS)
    )
    config = os.environ.get("MPTUI_CONFIG") or f"{config_folder()}/config.toml"
    parts += [_stamp(config), _stamp(f"{state_folder()}/table.json"), *_stamps_of_package()]
    return "\0".join(parts)


def _stamps_of_package() -> list[str]:
    """Which code draws it: a version is not enough where the code is being worked on."""
    is_worked_on = os.path.exists(f"{_PACKAGE}/../pyproject.toml")  # noqa: PTH110
    stamps = [_stamp(f"{_PACKAGE}/__init__.py")]
    for folder in _DRAWING if is_worked_on else ():
        stamps += sorted(_stamps_below(f"{_PACKAGE}/{folder}"))
    return stamps


def _stamps_below(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(_SEEN):
                found = entry.stat()
                yield f"{entry.path} {found.st_mtime_ns} {found.st_size}"
            elif entry.is_dir() and entry.name != "__pycache__":
                yield from _stamps_below(entry.path)


def _stamp(path: str) -> str:
    try:
        found = os.stat(path)  # noqa: PTH116
    except OSError:
        return f"no {path}"
    return f"{path} {found.st_mtime_ns} {found.st_size} {found.st_ino}"
