"""The one place of a stack that tells a person most: the innermost frame of their own code.

Pure; texts are not safe to show.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mptui.events import NativeFrame, StackFrame

_INSTALLED: Final = re.compile(r"/(?:site|dist)-packages/|^<frozen |^<string>$")
_STANDARD_LIBRARY: Final = re.compile(r"/lib(?:64)?/(?:python|pypy)\d[\d.t]*/|\.zip/")


def place(frames: Sequence[StackFrame]) -> StackFrame | None:
    """The innermost frame that is not a library's; where all are, the innermost one."""
    own = (frame for frame in frames if not is_library(frame))
    return next(own, frames[0] if frames else None)


def is_library(frame: StackFrame) -> bool:
    """Whether a frame is in the standard library or in an installed package."""
    return _is_of_library(frame.file)


@lru_cache(maxsize=1024)
def _is_of_library(file: str) -> bool:
    """The same of a file: few are in all the stacks that are looked at again and again."""
    return bool(_INSTALLED.search(file) or _STANDARD_LIBRARY.search(file))


def place_text(frame: StackFrame) -> str:
    """``hang.py:9 in locked``."""
    return f"{short_file(frame.file)}:{frame.line} in {frame.function}"


def native_text(frame: NativeFrame) -> str:
    """``libc.so.6: clock_nanosleep, clock_nanosleep.c:78``."""
    where = f", {short_file(frame.file)}:{frame.line}" if frame.file else ""
    return f"{short_file(frame.library)}: {frame.function}{where}"


def short_file(path: str) -> str:
    """The name of a file; of ``__init__.py`` and its like with the folder that tells more."""
    parts = path.rsplit("/", 2)
    return "/".join(parts[-2:]) if parts[-1].startswith("__") else parts[-1]
