"""What a process does with a signal: proc_pid_status(5) tells which it ignores, catches, blocks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mptui.events import Disposition

_MASKS: Final[tuple[tuple[str, Disposition], ...]] = (
    ("SigBlk:", "blocked"),
    ("SigIgn:", "ignored"),
    ("SigCgt:", "caught"),
)
"""The first that holds is what matters."""
_NAMES: Final = tuple(name for name, _ in _MASKS)


def disposition_of(pid: int, signal: int) -> Disposition | None:
    """What the main thread of a process does with this signal; None where that is not known."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(errors="replace").splitlines()
        fields = (line.split() for line in lines if line.startswith(_NAMES))
        masks = {name: int(mask, 16) for name, mask in fields}
    except (OSError, ValueError):
        return None
    bit = 1 << (signal - 1)
    found = (disposition for name, disposition in _MASKS if masks.get(name, 0) & bit)
    return next(found, "default") if masks else None
