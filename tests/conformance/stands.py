"""Finds for a suite where it is run: by which Python, and where its tests come from."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.conformance.packages import fetch
from tests.conformance.suite_run import Stand

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.conformance.interpreter_under_test import Interpreter
    from tests.conformance.suites import Suite


class NotHereError(Exception):
    """This interpreter is installed without these tests."""


def stand_for(
    interpreter: Interpreter, suite: Suite, lenders: Sequence[Interpreter], folder: Path
) -> tuple[Suite, Stand]:
    """Prepare for a suite; where it is borrowed its modules have other names than before."""
    if suite.package is not None:
        fetched = fetch(interpreter)
        return suite, Stand(fetched.python, folder, sources=fetched.sources_of(suite.package))
    missing = [module for module in suite.modules_of_cpython if not interpreter.file_of(module)]
    if not missing:
        return suite, Stand(interpreter.python, folder)
    if not suite.is_borrowed_where_missing:
        raise NotHereError(f"not in this interpreter: {', '.join(missing)}")
    borrowed = folder / "borrowed"
    borrowed.mkdir()
    for module in missing:
        _borrow(module, interpreter, lenders, borrowed)
    targets = tuple(module.rpartition(".")[2] for module in suite.targets)
    return replace(suite, targets=targets), Stand(interpreter.python, folder, imports=borrowed)


def _borrow(
    module: str, interpreter: Interpreter, lenders: Sequence[Interpreter], to: Path
) -> None:
    """Copy a module's file or folder from the interpreter nearest in age that has it."""
    for lender in sorted(lenders, key=lambda lender: abs(lender.minor - interpreter.minor)):
        path = lender.file_of(module)
        if path is not None:
            (shutil.copytree if path.is_dir() else shutil.copy)(path, to / path.name)
            return
    raise NotHereError(f"in no interpreter at hand: {module}")
