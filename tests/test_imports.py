"""A block of imports leaves the interpreter as it was, but for how it looks for garbage."""

from __future__ import annotations

import gc
import importlib
import sys

import pytest

from mptui.imports import ImportingMuch

SELDOM = "nturl2path"
ABSENT = "mptui_has_no_such_module"


@pytest.fixture(autouse=True)
def _garbage_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    # It would hold for all tests that come after these.
    for name in ("freeze", "set_threshold"):
        monkeypatch.setattr(gc, name, lambda *_: None)


def test_what_is_left_out_is_there_for_who_asks_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, SELDOM, raising=False)
    with ImportingMuch(ABSENT, SELDOM):
        assert not gc.isenabled()
        with pytest.raises(ImportError):
            importlib.import_module(SELDOM)
    assert gc.isenabled()
    assert importlib.import_module(SELDOM).__name__ == SELDOM
    assert ABSENT not in sys.modules


def test_what_was_imported_before_stays() -> None:
    with ImportingMuch("sys"):
        assert importlib.import_module("sys") is sys
    assert sys.modules["sys"] is sys


def test_a_failure_inside_is_passed_on_and_puts_everything_right() -> None:
    with pytest.raises(ZeroDivisionError), ImportingMuch(ABSENT):
        raise ZeroDivisionError
    assert gc.isenabled()
    assert ABSENT not in sys.modules
