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

    from _pytest.mark import ParameterSet


def samples() -> list[ParameterSet]:
    """All of it for the interpreter that runs this; for the newest other one a part is enough."""
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    others = [version for version in supported_interpreters() if version != own]
    return [
        pytest.param(
            version,
            suite,
            id=f"{suite.name}-{version}",
            marks=[pytest.mark.slow] if version != own and suite is not SAMPLE[0] else [],
        )
        for version in (own, *others[-1:])
        for suite in SAMPLE
    ]


@pytest.mark.parametrize(("version", "suite"), samples())
def test_cpythons_own_tests_end_as_plainly(version: str, suite: Suite, tmp_path: Path) -> None:
    interpreter = examine(supported_interpreters()[version])
    try:
        found, stand = stand_for(interpreter, suite, [interpreter], tmp_path)
    except NotHereError as missing:
        pytest.skip(str(missing))
    both = compare(found, stand.run)
    assert both.holds, "\n" + report.row(both)
