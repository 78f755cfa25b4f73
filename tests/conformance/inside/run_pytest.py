"""Runs tests by pytest in the interpreter that starts this file; writes down how each one ended.

    run_pytest.py RESULTS FOLDER PATHS [TEST ...]

PATHS are separated by commas. FOLDER is not used. With TESTs (their full names), only these run.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from results_file import BEGUN, ResultsFile  # type: ignore[import-not-found]

if TYPE_CHECKING:
    from collections.abc import Collection


class Recorder:
    """The plugin that writes, and that leaves out what is not asked for."""

    def __init__(self, file: ResultsFile, only: Collection[str]) -> None:
        self._file = file
        self._only = only

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        if self._only:
            left_out = [item for item in items if item.nodeid not in self._only]
            config.hook.pytest_deselected(items=left_out)
            items[:] = [item for item in items if item.nodeid in self._only]

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._file.write(nodeid, BEGUN)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if hasattr(report, "wasxfail"):
            outcome = "expected failure" if report.skipped else "unexpected success"
        elif report.failed:
            outcome = "failure" if report.when == "call" else "error"
        elif report.skipped:
            outcome = "skipped"
        elif report.when == "call":
            outcome = "ok"
        else:
            return
        self._file.write(report.nodeid, outcome, report.longreprtext)


def main() -> None:
    """Run the tests; the exit status is pytest's."""
    results, _, paths, *only = sys.argv[1:]
    recorder = Recorder(ResultsFile(results), frozenset(only))
    sys.exit(pytest.main(["-p", "no:cacheprovider", *paths.split(",")], plugins=[recorder]))


if __name__ == "__main__":
    main()
