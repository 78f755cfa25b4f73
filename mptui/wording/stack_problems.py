"""Why the stacks of a process cannot be read, in words; each goes on from its name."""

from __future__ import annotations

from typing import Final

_TEXTS: Final = {
    "permission": "the kernel does not let it be read",
    "not_python": "it runs no Python, only C code or another interpreter",
    "unreadable": "its interpreter cannot be read: it starts, ends, or is unknown",
    "ended": "it ended before",
    "no_reader": "pystack, which reads stacks, cannot be used here",
    "reader_failed": "the process that reads stacks has failed",
}


def stack_problem_text(code: str) -> str:
    """The problem in words; one that is not known by its code, which is not safe to show."""
    return _TEXTS.get(code, code)
