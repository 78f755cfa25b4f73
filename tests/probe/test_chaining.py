"""Another tool's `sitecustomize` before the probe's finds what it would find without the probe."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.probe.collector import PROBE
from tests.probe.plain_runs import run_plainly, without_addresses

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.probe.collector import Collector

FIND = '''
"""A tool."""
import os, sys
from importlib.machinery import PathFinder
sys.path.remove(os.path.dirname(__file__))
spec = PathFinder.find_spec("sitecustomize", path=sys.path)
'''
BY_LOAD_MODULE = """
import warnings
warnings.simplefilter("ignore")
if spec is not None:
    spec.loader.load_module("sitecustomize")
"""
TOOLS = {
    # As New Relic's agent does it.
    "load_module": FIND + BY_LOAD_MODULE,
    "load_module, new": FIND + "sys.modules.pop('sitecustomize')\n" + BY_LOAD_MODULE,
    "exec_module": FIND
    + """
from importlib.util import module_from_spec
if spec is not None:
    spec.loader.exec_module(module_from_spec(spec))
""",
    "exec_module in place": FIND
    + """
if spec is not None:
    spec.loader.exec_module(sys.modules["sitecustomize"])
""",
    # As ddtrace does it.
    "import": FIND
    + """
this = sys.modules.pop("sitecustomize")
try:
    import sitecustomize
except ImportError:
    sys.modules["sitecustomize"] = this
""",
}
OWN = "value = 42\nprint('own', __file__, __spec__.origin)\n"
LOOK = """
import sys
found = sys.modules.get("sitecustomize")
names = vars(found) if found else {}
print(names.get("finished"), names.get("value"), names.get("__doc__"), names.get("__file__"))
print(sorted(name for name in names if not name.startswith("__")), sys.path)
print(names.get("__spec__"), names.get("__cached__"))
"""


@pytest.mark.parametrize("following", ["", OWN, "1 / 0", "import nothing_like_it"])
@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_before_the_probe_finds_what_it_would_find(
    collector: Collector, tmp_path: Path, tool: str, following: str, some_interpreter: str
) -> None:
    if tool == "load_module, new" and not following:
        pytest.skip("what its loader executed has to stay in sys.modules: the probe's module")
    program = _program(tmp_path, TOOLS[tool], following, some_interpreter)
    plain = run_plainly(program())
    outcome = collector.run(program(str(PROBE)))
    assert outcome.text(stream="stderr") == plain.stderr
    assert without_addresses(outcome.text()) == without_addresses(plain.stdout)
    assert len(outcome.of("hello")) == 1


def test_a_tool_that_loads_what_is_no_module_yet_goes_on(
    collector: Collector, tmp_path: Path, interpreter: str
) -> None:
    tool = TOOLS["load_module, new"] + "print('finished')\n"
    ask = "from importlib.machinery import SourceFileLoader; SourceFileLoader.load_module"
    if run_plainly([interpreter, "-c", ask]).stderr:
        pytest.skip("from Python 3.15 on no loader has this")
    outcome = collector.run(_program(tmp_path, tool, "", interpreter)(str(PROBE)))
    assert outcome.text(stream="stderr") == ""
    assert outcome.text().startswith("finished\n")


def test_a_tool_goes_on_in_an_old_interpreter(
    collector: Collector, tmp_path: Path, old_interpreter: str
) -> None:
    tool = """
import os, sys
sys.path.remove(os.path.dirname(__file__))
if sys.version_info < (3, 5):
    import imp
    imp.load_module("sitecustomize", *imp.find_module("sitecustomize", sys.path))
else:
    from importlib.machinery import PathFinder
    PathFinder.find_spec("sitecustomize", path=sys.path).loader.load_module("sitecustomize")
print("finished")
"""
    outcome = collector.run(_program(tmp_path, tool, "", old_interpreter)(str(PROBE)))
    assert outcome.text(stream="stderr") == ""
    assert outcome.text().startswith("finished\n")
    assert outcome.records == []


def _program(folder: Path, tool: str, following: str, interpreter: str) -> Callable[..., list[str]]:
    """Write the tool and what follows it; return what makes the command, given folders between."""
    first, last = folder / "tool", folder / "following"
    for each, text in ((first, tool), (last, following)):
        each.mkdir()
        if text:
            (each / "sitecustomize.py").write_text(text)

    def command(*between: str) -> list[str]:
        path = os.pathsep.join([str(first), *between, str(last)])
        return ["/usr/bin/env", f"PYTHONPATH={path}", interpreter, "-c", LOOK]

    return command
