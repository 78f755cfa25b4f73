"""A run as far as its recording goes, from the latest state that its index knows.

Must not be needed: without an index the recording is folded from its beginning.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, NamedTuple

from mptui.replay.index import Index

if TYPE_CHECKING:
    from pathlib import Path

    from mptui.model import Run
    from mptui.model.findings import Findings


class KnownWhole(NamedTuple):
    """The state that a whole recording makes."""

    run: Run
    findings: Findings


def known_whole(recording: Path) -> KnownWhole | None:
    """The state at the end of a recording; None where no index leads there quickly.

    Raises:
        MptuiError: the recording has a schema that this version does not know.
    """
    index = Index(recording)
    try:
        if not index.is_whole:
            return None
        moment = index.before(inf)
        try:
            while not moment.advance(inf):
                pass
        finally:
            moment.close()
    except OSError:
        return None
    finally:
        index.close()
    return KnownWhole(moment.run, moment.findings)
