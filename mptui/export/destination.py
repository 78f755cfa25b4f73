"""Where an export goes: standard output, or a file for its owner alone, as recordings are."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from mptui.errors import EXIT_OWN_FAILURE, EXIT_USAGE, MptuiError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Write: TypeAlias = "Callable[[bytes], object]"

_BUFFER_BYTES: Final = 256 * 1024


@contextmanager
def opened(destination: str | None) -> Iterator[Write]:
    """Open what is to be written and give what writes to it.

    A file that is there already is overwritten, as a shell does it; a new one can be read by its
    owner only, since it holds what the recording holds.

    Args:
        destination: a file; None for standard output.

    Raises:
        MptuiError: it cannot be opened, or written.
        BrokenPipeError: whoever read standard output is gone.
    """
    name = "standard output" if destination is None else destination
    try:
        descriptor = os.dup(1) if destination is None else _open(destination)
    except OSError as error:
        raise MptuiError(f"cannot write {name}: {error.strerror}", EXIT_USAGE) from error
    try:
        # The file closes its descriptor, also where the last write fails.
        with os.fdopen(descriptor, "wb", _BUFFER_BYTES) as file:
            yield file.write
    except BrokenPipeError:
        raise
    except OSError as error:
        raise MptuiError(
            f"cannot write {name}: {error.strerror}; what is there is not whole", EXIT_OWN_FAILURE
        ) from error


def refuse_to_overwrite(source: Path, destination: str) -> None:
    """A recording must not be written over with what is made of it.

    Raises:
        MptuiError: both are the same file.
    """
    path = Path(destination)
    if path.exists() and path.samefile(source):
        raise MptuiError(f"{destination} is the recording itself", EXIT_USAGE)


def _open(destination: str) -> int:
    return os.open(destination, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
