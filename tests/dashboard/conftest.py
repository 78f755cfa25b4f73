"""Fixtures of the dashboard's tests."""

import pytest

from mptui.dashboard.presentation.text import glyphs


@pytest.fixture
def ascii_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw with ASCII signs, as for a terminal that cannot show others."""
    monkeypatch.setattr(glyphs, "UNICODE", glyphs.ASCII)
