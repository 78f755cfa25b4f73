"""A sample of CPython's own tests ends under mptui as it does plainly."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.conformance import report
from tests.conformance.comparison import compare
from tests.conformance.interpreter_under_test import examine
from tests.conformance.stands import NotHereError, stand_for
from tests.conformance.suites import SAMPLE, Suite
from tests.interpreters import supported_interpreters

if TYPE_CHECKING:
    from pathlib import Path


def two_interpreters() -> list[str]:
    """The one that runs this, and the newest of the others."""
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    others = [version for version in supported_interpreters() if version != own]
    return [own, *others[-1:]]


@pytest.mark.parametrize("version", two_interpreters())
@pytest.mark.parametrize("suite", SAMPLE, ids=lambda suite: suite.name)
def test_cpythons_own_tests_end_as_plainly(version: str, suite: Suite, tmp_path: Path) -> None:
    interpreter = examine(supported_interpreters()[version])
    try:
        found, stand = stand_for(interpreter, suite, [interpreter], tmp_path)
    except NotHereError as missing:
        pytest.skip(str(missing))
    both = compare(found, stand.run)
    assert both.holds, "\n" + report.row(both)
