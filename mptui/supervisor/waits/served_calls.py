"""Whether the process of a Manager answers a call after a time by itself, as ``get(timeout=5)``.

The caller waits for the answer without a limit; the limit is that of the thread that serves it.
"""

from __future__ import annotations

import contextlib
import itertools
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mptui.supervisor.waits.blocked_call import Futex, Plain, call_table, parse_blocked_call

if TYPE_CHECKING:
    from mptui.supervisor.processes.watched_process import WatchedProcess

_SERVER: Final = "BaseManager._run_server"
_MOST_THREADS: Final = 256
_CALLS: Final = call_table(os.uname().machine)


def is_manager(process: WatchedProcess) -> bool:
    """Whether a process is the one in which a Manager keeps its objects."""
    return (process.target or "").endswith(_SERVER)


def has_limited_wait(process: WatchedProcess) -> bool:
    """Whether a thread beside the main one waits for no longer than some time."""
    with contextlib.suppress(OSError):
        threads = Path(f"/proc/{process.pid}/task").iterdir()
        for folder in itertools.islice(threads, _MOST_THREADS):
            if folder.name != str(process.pid) and _is_limited(folder):
                return True
    return False


def _is_limited(thread: Path) -> bool:
    with contextlib.suppress(OSError):
        call = parse_blocked_call((thread / "syscall").read_bytes(), _CALLS)
        return isinstance(call, Futex | Plain) and call.timed
    return False
