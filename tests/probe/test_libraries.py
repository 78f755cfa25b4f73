"""One row in one table makes a library known; every part of the probe looks there."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mptui.probe import _mptui_probe as probe
from tests.probe.collector import PROBE, plain_environment

NAMES_ONLY = {
    *("derived_queues", "executor_factory", "callable_wrapper", "error_wrapper", "batch"),
    *("pickling_queues", "futures", "error_info"),
    *("context_runner", "task_runner", "task_tracer", "nanny_process", "end_of_parent"),
}
"""Roles of modules that are never hooked: the probe must only know that they are a library's."""

HOOKS = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
from _mptui_probe.import_hooks import HOOKS
for hooks in HOOKS.values():
    for hook in hooks:
        module = importlib.import_module("_mptui_probe." + hook.module)
        assert callable(getattr(module, hook.function))
print(json.dumps(list(HOOKS)))
"""


def test_each_role_has_hooks_that_exist_or_is_only_a_name(interpreter: str) -> None:
    ended = subprocess.run(
        [interpreter, "-c", HOOKS, str(PROBE)],
        capture_output=True,
        check=False,
        env=plain_environment(),
        text=True,
    )
    assert ended.stderr == ""
    hooked = set(json.loads(ended.stdout))
    assert hooked.isdisjoint(NAMES_ONLY)
    assert hooked | NAMES_ONLY == set(probe.ROLES.values())


def test_roles_that_are_asked_for_are_in_the_table() -> None:
    asked = set[str]()
    for path in (PROBE / "_mptui_probe").rglob("*.py"):
        for arguments in re.findall(r"modules_with\((\"[^)]*)\)", path.read_text()):
            asked |= set(re.findall(r'"(\w+)"', arguments))
    assert asked >= NAMES_ONLY
    assert asked <= set(probe.ROLES.values())


def test_no_other_file_of_the_probe_names_a_library() -> None:
    # In the names that processes are reported by, and as what gives a worker its tasks.
    shown = {"execnet", "gunicorn", "billiard"}
    names = {library.partition(".")[0] for library in probe.LIBRARIES} - shown
    named = re.compile(rf"[\"'](?:{'|'.join(names)})\b")
    for path in (PROBE / "_mptui_probe").rglob("*.py"):
        if path != Path(probe.__file__):
            assert not named.findall(path.read_text()), path


@pytest.mark.parametrize("library", probe.LIBRARIES)
def test_a_library_has_the_modules_of_its_row(library: str) -> None:
    if importlib.util.find_spec(library.partition(".")[0]) is None:
        pytest.skip(f"there is no {library} here")
    code = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)"
    modules = [f"{library}.{module}" for module in probe.LIBRARIES[library]]
    ended = subprocess.run([sys.executable, "-c", code, *modules], capture_output=True, check=False)
    assert ended.stderr == b""
