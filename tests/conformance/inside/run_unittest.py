"""Runs test modules in the interpreter that starts this file, and writes down how each test ended.

    run_unittest.py RESULTS FOLDER MODULES [TEST ...]

MODULES are separated by commas; a package stands for all of its test modules. FOLDER is one more to
import them from. With TESTs (their full names), only these run.
"""

# ruff: noqa: N802 - the methods of a unittest result have the names that unittest gives them.

from __future__ import annotations

import importlib
import pkgutil
import signal
import sys
import traceback
import unittest
from typing import TYPE_CHECKING

from results_file import BEGUN, ResultsFile  # type: ignore[import-not-found]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType

    Raised = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]

RESOURCES = ["cpu", "network", "walltime"]
"""What regrtest calls resources, as far as the tests may use them."""

TIME_BOXES = {
    # Its tasks sleep for five minutes and it races with the first of them, with or without mptui.
    "WithThreadsTestPool.test_terminate": 20,
}
"""Seconds after which a test is interrupted, by the end of its name."""


class OverrunError(Exception):
    """A test has outlived its time box."""


class WritingResult(unittest.TextTestResult):
    """Writes to a file what becomes of each test, beside showing it."""

    file: ResultsFile

    def startTest(self, test: unittest.TestCase) -> None:
        super().startTest(test)
        self.file.write(test.id(), BEGUN)

    def addSuccess(self, test: unittest.TestCase) -> None:
        super().addSuccess(test)
        self.file.write(test.id(), "ok")

    def addError(self, test: unittest.TestCase, err: Raised) -> None:
        super().addError(test, err)
        outcome = "overran" if err[0] is OverrunError else "error"
        self.file.write(test.id(), outcome, _text_of(err))

    def addFailure(self, test: unittest.TestCase, err: Raised) -> None:
        super().addFailure(test, err)
        self.file.write(test.id(), "failure", _text_of(err))

    def addSubTest(
        self, test: unittest.TestCase, subtest: unittest.TestCase, err: Raised | None
    ) -> None:
        super().addSubTest(test, subtest, err)
        if err is not None:
            detail = f"{subtest}\n{_text_of(err)}"
            self.file.write(test.id(), "failure", detail)

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        super().addSkip(test, reason)
        self.file.write(test.id(), "skipped", reason)

    def addExpectedFailure(self, test: unittest.TestCase, err: Raised) -> None:
        super().addExpectedFailure(test, err)
        self.file.write(test.id(), "expected failure")

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:
        super().addUnexpectedSuccess(test)
        self.file.write(test.id(), "unexpected success")


def _text_of(raised: Raised) -> str:
    return "".join(traceback.format_exception(*raised))


def load(name: str) -> unittest.TestSuite:
    """Return the tests of a module, a class or a package."""
    loader = unittest.defaultTestLoader
    try:
        path = [] if "." in name else getattr(importlib.import_module(name), "__path__", [])
        if not path:
            return loader.loadTestsFromName(name)
        # A borrowed package would look for its tests where the interpreter has its own.
        modules = sorted(module.name for module in pkgutil.iter_modules(path))
        names = [f"{name}.{module}" for module in modules if module.startswith("test_")]
        return unittest.TestSuite(loader.loadTestsFromName(each) for each in names)
    except unittest.SkipTest as skip:
        return unittest.TestSuite([skipped(name, str(skip))])


def skipped(name: str, reason: str) -> unittest.TestCase:
    """Return a test that stands for a module which does not want to run here."""

    def skip() -> None:
        raise unittest.SkipTest(reason)

    skip.__name__ = name
    return unittest.FunctionTestCase(skip)


def flatten(tests: Iterable[unittest.TestCase | unittest.TestSuite]) -> Iterator[unittest.TestCase]:
    """Yield each single test of a suite."""
    for test in tests:
        if isinstance(test, unittest.TestSuite):
            yield from flatten(test)
        else:
            yield test


def time_box(test: unittest.TestCase) -> None:
    """Interrupt a test when its time is over, if it is one that must be."""
    for ending, seconds in TIME_BOXES.items():
        if test.id().endswith("." + ending):
            name = test._testMethodName
            setattr(test, name, interrupted_after(seconds, getattr(test, name)))


def interrupted_after(seconds: int, method: Callable[[], object]) -> Callable[[], None]:
    """Return `method` with a time box round it."""

    def interrupt(*_: object) -> None:
        raise OverrunError(f"interrupted after {seconds} s")

    def run() -> None:
        previous = signal.signal(signal.SIGALRM, interrupt)
        signal.alarm(seconds)
        try:
            method()
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, previous)

    return run


def main() -> None:
    """Run the tests; the exit status tells whether all passed."""
    results, folder, modules, *only = sys.argv[1:]
    sys.path.append(folder)
    WritingResult.file = ResultsFile(results)
    support = importlib.import_module("test.support")
    vars(support)["use_resources"] = RESOURCES
    # A suite as the modules make it, where possible: their classes and modules have fixtures.
    suite = unittest.TestSuite(load(name) for name in modules.split(","))
    if only:
        suite = unittest.TestSuite(test for test in flatten(suite) if test.id() in only)
    for test in flatten(suite):
        time_box(test)
    result = WritingResult
    runner = unittest.TextTestRunner(verbosity=2, resultclass=result)  # type: ignore[arg-type]
    sys.exit(not runner.run(suite).wasSuccessful())


if __name__ == "__main__":
    main()
