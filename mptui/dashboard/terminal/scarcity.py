"""Whether there is enough of what a dashboard needs: memory, and threads beside the main one.

Where a limit is too low for that (`ulimit -v`, `ulimit -u`), one line says so before the terminal
is touched. What is tried here is given back at once.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from mptui.errors import MptuiError
from mptui.wording.counts import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

_THREADS: Final = 6
"""Two where Textual's driver has the terminal, one that starts a program, one that follows it, and
two more at times."""
_WITHOUT_SCREEN: Final = "use mptui run --headless or --json for a run without a screen"
_NO_LIBRARY: Final = ("failed to map", "cannot allocate", "Cannot allocate")
"""What the loader says of a library for which there is no memory."""


def check_threads() -> None:
    """Refuse where so many threads as a dashboard has cannot be started.

    Raises:
        MptuiError: the limit on processes, or on memory, is too low.
    """
    may_end = threading.Event()
    begun: list[threading.Thread] = []
    try:
        for _ in range(_THREADS):
            thread = threading.Thread(target=may_end.wait, daemon=True)
            thread.start()
            begun.append(thread)
    except (RuntimeError, MemoryError):
        raise MptuiError(
            f"no more than {counted(len(begun), 'thread')} can be started here, and a dashboard "
            f"needs {_THREADS}: raise the limit on processes (ulimit -u) or on memory (ulimit -v), "
            f"or {_WITHOUT_SCREEN}"
        ) from None
    finally:
        may_end.set()
        for thread in begun:
            thread.join()


@contextmanager
def told_in_one_line() -> Iterator[None]:
    """Let one line say so where memory or threads run out inside the block.

    Raises:
        MptuiError: they did.
    """
    try:
        yield
    except MemoryError:
        raise MptuiError(_no_memory()) from None
    except ImportError as error:
        if not any(said in str(error) for said in _NO_LIBRARY):
            raise
        raise MptuiError(_no_memory()) from None
    except RuntimeError as error:
        if "start new thread" not in str(error):
            raise
        raise MptuiError(
            f"no more threads can be started here (ulimit -u, ulimit -v); {_WITHOUT_SCREEN}"
        ) from None


def _no_memory() -> str:
    return (
        "not enough memory for a dashboard: raise the limit (ulimit -v, 1 GB is plenty), or "
        f"{_WITHOUT_SCREEN}"
    )
