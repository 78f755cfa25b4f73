"""Fixtures of the dashboard's tests."""

import pytest

from mptui.dashboard.app import import_rest
from mptui.dashboard.presentation.text import glyphs


@pytest.fixture(scope="session", autouse=True)
def _with_all() -> None:
    """As a dashboard has it soon after its first picture: no key of a test waits for an import."""
    import_rest()


@pytest.fixture
def ascii_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw with ASCII signs, as for a terminal that cannot show others."""
    monkeypatch.setattr(glyphs, "UNICODE", glyphs.ASCII)
