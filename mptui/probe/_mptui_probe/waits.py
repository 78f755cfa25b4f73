"""Hooks for `os.wait` and its kin: how a child ended, told by the parent that waited for it.

Only where nobody else can: on kernels that do not tell it to a bystander (Linux before 6.15), and
for forked children that have no streams of mptui's, since these only say hello by name and may be
gone before anybody looks. Whoever is interrupted in such a call sees one frame of ours in the
traceback. Put in once a fork is near or a module that makes processes is imported.
"""

import os
import posix

from . import streams
from .containment import contained
from .ends import tell_end, tell_wait_status
from .replacing import BuiltinReplacement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .replacing import Function

_EXITED, _KILLED, _DUMPED = 1, 2, 3
"""Values of `si_code`: CLD_EXITED, CLD_KILLED, CLD_DUMPED."""


class Wait(BuiltinReplacement):
    """In the place of a waiting function: tells what it returned."""

    def __init__(self, original: "Function") -> None:
        super().__init__(original)
        self._tell_result = contained(_tell_waitid if original.__name__ == "waitid" else _tell_wait)

    def __call__(self, *arguments: object, **options: object) -> object:
        result = self.__wrapped__(*arguments, **options)
        self._tell_result(result)
        return result


def hook_waits() -> None:
    """Put ours in the place of every function that waits for a child, if the kernel is silent."""
    try:
        posix.stat(f"{streams.run}/tell-ends")
    except OSError:
        return  # The kernel tells.
    replace_waits()


def replace_waits() -> None:
    """Put ours in the place of every function that waits for a child."""
    for name in ("wait", "waitpid", "wait3", "wait4", "waitid"):
        original = getattr(posix, name)
        if not isinstance(original, Wait):
            # In both modules, so that it pickles by reference.
            wait = Wait(original)
            setattr(os, name, wait)
            setattr(posix, name, wait)


def _tell_wait(result: object) -> None:
    if type(result) is tuple:
        tell_wait_status(*result[:2])


def _tell_waitid(result: object) -> None:
    if type(result) is posix.waitid_result:
        if result.si_code == _EXITED:
            tell_end(result.si_pid, result.si_status)
        elif result.si_code in (_KILLED, _DUMPED):
            tell_end(result.si_pid, -result.si_status)
