"""Why the kernel does not let one process look into another one, and what helps."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from mptui.supervisor.linux import kernel

_SCOPE: Final = Path("/proc/sys/kernel/yama/ptrace_scope")
_ANCESTOR_SCOPE: Final = 1
"""Where `ptrace_scope` is this, root and an ancestor may read a process."""
_NOBODY_SCOPE: Final = 2
"""From this one on not even an ancestor may."""


def why_forbidden(pid: int) -> str:
    """Why the kernel may forbid it, as far as that can be seen."""
    with suppress(OSError, ValueError):
        scope = int(_SCOPE.read_text(encoding="ascii"))
        if scope >= _NOBODY_SCOPE:
            return f"kernel.yama.ptrace_scope is {scope}"
        if scope == _ANCESTOR_SCOPE and os.getpid() not in kernel.ancestors_of(pid):
            return (
                "kernel.yama.ptrace_scope is 1, so only what started it may; attach as root, or "
                "first: sudo sysctl kernel.yama.ptrace_scope=0"
            )
    with suppress(OSError):
        owner = Path(f"/proc/{pid}").stat().st_uid
        if owner != os.geteuid():
            return f"it belongs to user {owner}"
    return "it hides its memory, or a security module or ptrace_scope guards it"
