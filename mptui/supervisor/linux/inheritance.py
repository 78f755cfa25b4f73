"""The descriptors that this process was given by whoever started it, to be passed on.

A shell gives them by `prog <(command)` and `3<file`, systemd by LISTEN_FDS, make by its jobserver.
What mptui opens itself is never among them, since it closes on exec. Must not read or write any.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_STANDARD: Final = (0, 1, 2)


def inherited_descriptors() -> tuple[int, ...]:
    """The descriptors that a program started now would inherit, beyond the standard streams."""
    found = []
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - there are no paths in it
        descriptor = int(name)
        # The one that lists the folder is closed by now.
        with suppress(OSError):
            if descriptor not in _STANDARD and os.get_inheritable(descriptor):
                found.append(descriptor)
    return tuple(sorted(found))


def close_all(descriptors: Iterable[int]) -> None:
    """Close these; one that is closed already is fine."""
    for descriptor in descriptors:
        with suppress(OSError):
            os.close(descriptor)


def give_up_input() -> None:
    """Let go of standard input, so that who writes to it notices when the program closes it."""
    _open_nowhere_as(0)


def occupy_standard_descriptors() -> None:
    """Open nothing where a standard stream is closed: what is opened next would become it."""
    for descriptor in _STANDARD:
        if not _is_open(descriptor):
            _open_nowhere_as(descriptor)


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def _open_nowhere_as(descriptor: int) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    if nowhere != descriptor:
        os.dup2(nowhere, descriptor, inheritable=False)
        os.close(nowhere)
