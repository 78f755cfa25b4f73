"""The way to a scheduler where there is no way."""

from __future__ import annotations

import sys

import pytest

from mptui.cluster.scheduler_link import SchedulerLink
from mptui.errors import EXIT_USAGE, MptuiError


async def test_distributed_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MptuiError, match=r"pip install 'mptui\[dask\]'") as raised:
        await SchedulerLink.connect("tcp://127.0.0.1:8786", 1.0)
    assert raised.value.exit_status == EXIT_USAGE
