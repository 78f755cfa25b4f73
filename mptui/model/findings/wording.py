"""The words that all findings share: names, lists, times, sizes, ends.

Texts from the program are cut but not made safe: that is for whoever shows them.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mptui.model.processes.process_state import ProcessState
    from mptui.model.run import Run

_LONGEST_NAME: Final = 60
_NAMED: Final = 4
"""So many of a list are named, any more are counted."""
_MEBIBYTE: Final = 1024 * 1024


def cut(text: str) -> str:
    """A name from the program, short enough for a sentence."""
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 1]}…"


def name_of(run: Run, process: int) -> str:
    """What a process is called."""
    state = run.processes.get(process)
    return cut(state.name) if state is not None and state.name else f"process {process}"


def listed(names: Iterable[str]) -> str:
    """``Ada``, ``Ada and Ben``, ``Ada, Ben, Cid, Dan and 3 more``."""
    named = list(names)
    if len(named) > _NAMED + 1:
        named[_NAMED:] = [f"{len(named) - _NAMED} more"]
    if len(named) < 2:
        return "".join(named)
    return f"{', '.join(named[:-1])} and {named[-1]}"


def names_of(run: Run, processes: Iterable[int]) -> str:
    """What these processes are called, in a sentence."""
    return listed(name_of(run, process) for process in processes)


def span(seconds: float) -> str:
    """``0.004 s``, ``3.2 s``, ``45 s``, ``12 min``."""
    if seconds < 0.1:
        return f"{seconds:.3f} s"
    if seconds < 10:
        return f"{seconds:.1f} s"
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def tiny_span(seconds: float) -> str:
    """The same for what is far below a second: ``85 µs``, ``3.2 ms``."""
    if seconds < 0.001:
        return f"{seconds * 1e6:.0f} µs"
    return f"{seconds * 1e3:.1f} ms" if seconds < 0.1 else span(seconds)


def size(count: float) -> str:
    """``14 MB``, ``6.1 GB``; a megabyte is 1024 times 1024 bytes, as everywhere on the screen."""
    megabytes = count / _MEBIBYTE
    return f"{megabytes:.0f} MB" if megabytes < 1000 else f"{megabytes / 1024:.1f} GB"


def signal_name(number: int) -> str:
    """``SIGKILL``."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def ending(state: ProcessState) -> str:
    """How a process ended: ``killed by SIGKILL``, ``ended with exit code 1``."""
    if state.signal is not None:
        return f"killed by {signal_name(state.signal)}"
    code = state.exitcode
    return "ended, nobody knows how" if code is None else f"ended with exit code {code}"
