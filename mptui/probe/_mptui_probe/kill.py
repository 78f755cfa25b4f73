"""Hook for `os.kill`: who in the program asked for the end of which process.

Everything that ends a process by name goes through it: `Process.terminate` and `kill`,
`Popen.send_signal`, executors, process managers. A worker that was asked to go did not crash.
"""

import os
import posix

from .containment import contained
from .records import tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_ENDING_SIGNALS = (2, 3, 6, 9, 15)
"""SIGINT, SIGQUIT, SIGABRT, SIGKILL, SIGTERM; SIGHUP more often means: read your settings again."""


class Kill:
    """In the place of `os.kill`: an object, because a function would bind in a class's body."""

    def __init__(self, original: "Callable[..., object]") -> None:
        self.__wrapped__ = original
        self._tell_request = contained(_tell_request)

    def __call__(self, *arguments: object, **options: object) -> object:
        self._tell_request(*arguments)
        return self.__wrapped__(*arguments, **options)

    def __getattr__(self, name: str) -> object:
        return getattr(self.__wrapped__, name)

    def __repr__(self) -> str:
        return repr(self.__wrapped__)

    def __reduce__(self) -> str:
        return "kill"


def hook_kill(_signal: "ModuleType") -> None:
    """Put ours in the place of `os.kill`."""
    if isinstance(posix.kill, Kill):
        return
    kill = Kill(posix.kill)
    kill.__doc__, kill.__module__ = posix.kill.__doc__, posix.kill.__module__
    # In both modules, so that it pickles by reference.
    os.kill = posix.kill = kill  # type: ignore[assignment]


def _tell_request(pid: object = None, signal: object = None, *_: object) -> None:
    if type(pid) is int and pid > 0 and isinstance(signal, int) and signal in _ENDING_SIGNALS:
        tell("asked", {"by": posix.getpid(), "signal": int(signal)}, pid)
