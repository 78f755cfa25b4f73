"""Why the stacks of a process cannot be read, in words; each goes on from its name."""

from __future__ import annotations

from typing import Final

_TEXTS: Final = {
    "permission": "the kernel does not let it be read",
    "not_python": "it runs no Python, only C code or another interpreter",
    "unreadable": "its interpreter cannot be read: it starts, ends, or is unknown",
    "ended": "it ended before",
    "no_reader": "pystack, which reads stacks, cannot be used here",
    "reader_failed": "what reads stacks has failed; another takes its place within a minute",
}


def stack_problem_text(code: str, detail: str | None = None) -> str:
    """The problem in words; one that is not known by its code, which is not safe to show.

    Args:
        code: the problem.
        detail: more about it, not safe to show either; said where a person can act on it.
    """
    said = _TEXTS.get(code, code)
    return f"{said}: {detail}" if code == "permission" and detail else said
