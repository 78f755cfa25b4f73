"""Hooks for `os.kill` and `os.killpg`: who in the program asked for the end of which process.

Everything that ends a process by name goes through them: `Process.terminate` and `kill`,
`Popen.send_signal`, executors, process managers. A worker that was asked to go did not crash.
"""

import os
import posix

from . import tell
from .containment import contained
from .replacing import BuiltinReplacement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .replacing import Function

_ENDING_SIGNALS = (2, 3, 6, 9, 15)
"""SIGINT, SIGQUIT, SIGABRT, SIGKILL, SIGTERM; SIGHUP more often means: read your settings again."""


class Kill(BuiltinReplacement):
    """In the place of `os.kill` or `os.killpg`."""

    def __init__(self, original: "Function") -> None:
        super().__init__(original)
        is_for_group = original.__name__ == "killpg"
        self._tell_request = contained(_tell_group_request if is_for_group else _tell_request)

    def __call__(self, *arguments: object, **options: object) -> object:
        self._tell_request(*arguments)
        return self.__wrapped__(*arguments, **options)


def hook_kill() -> None:
    """Put ours in the place of both."""
    for name in ("kill", "killpg"):
        original = getattr(posix, name)
        if not isinstance(original, Kill):
            # In both modules, so that it pickles by reference.
            kill = Kill(original)
            setattr(os, name, kill)
            setattr(posix, name, kill)


def _tell_request(pid: object = None, signal: object = None, *_: object) -> None:
    if type(pid) is int and isinstance(signal, int) and signal in _ENDING_SIGNALS:
        if pid > 0:
            tell("asked", {"by": posix.getpid(), "signal": int(signal)}, pid)
        elif pid != -1:  # Which is for everybody, far beyond the program.
            _tell_group_request(-pid, signal)


def _tell_group_request(group: object = None, signal: object = None, *_: object) -> None:
    if type(group) is int and isinstance(signal, int) and signal in _ENDING_SIGNALS and group >= 0:
        fields = {"by": posix.getpid(), "signal": int(signal)}
        tell("asked_group", fields, group or posix.getpgrp())
