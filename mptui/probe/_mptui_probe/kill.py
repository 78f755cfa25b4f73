"""Hook for `os.kill`: who in the program asked for the end of which process.

Everything that ends a process by name goes through it: `Process.terminate` and `kill`,
`Popen.send_signal`, executors, process managers. A worker that was asked to go did not crash.
"""

import os
import posix

from .containment import contained
from .records import tell
from .replacing import BuiltinReplacement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from .replacing import Function

_ENDING_SIGNALS = (2, 3, 6, 9, 15)
"""SIGINT, SIGQUIT, SIGABRT, SIGKILL, SIGTERM; SIGHUP more often means: read your settings again."""


class Kill(BuiltinReplacement):
    """In the place of `os.kill`."""

    def __init__(self, original: "Function") -> None:
        super().__init__(original)
        self._tell_request = contained(_tell_request)

    def __call__(self, *arguments: object, **options: object) -> object:
        self._tell_request(*arguments)
        return self.__wrapped__(*arguments, **options)


def hook_kill(_signal: "ModuleType") -> None:
    """Put ours in the place of `os.kill`."""
    if not isinstance(posix.kill, Kill):
        # In both modules, so that it pickles by reference.
        os.kill = posix.kill = Kill(posix.kill)  # type: ignore[assignment]


def _tell_request(pid: object = None, signal: object = None, *_: object) -> None:
    if type(pid) is int and pid > 0 and isinstance(signal, int) and signal in _ENDING_SIGNALS:
        tell("asked", {"by": posix.getpid(), "signal": int(signal)}, pid)
