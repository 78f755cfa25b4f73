"""The probe's code is none of the program's, for tools that measure the program."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

from tests.probe.plain_runs import run_plainly

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.probe.collector import Collector

PROGRAM = """
import sys, threading
seen = set()
def see(frame, event, argument):
    if "mptui" in frame.f_code.co_filename:
        seen.add(frame.f_code.co_filename)
sys.settrace(see)
threading.settrace(see)
import multiprocessing, subprocess
if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(1) as pool:
        pool.map(abs, range(3))
    subprocess.run(["/bin/true"])
    sys.settrace(None)
    print(sorted(seen))
"""


COUNTED = """
import sys, threading, multiprocessing
calls = 0
def count(frame, event, argument):
    global calls
    name = frame.f_code.co_filename
    # A pool asks for the ends of its workers now and then.
    if event == "call" and name.startswith("<mptui: ") and "child_exits" not in name:
        calls += 1
def begin():
    sys.setprofile(count)
def calls_until_now(_):
    return calls
if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(1, begin) as pool:
        pool.map(calls_until_now, [0] * 30, 1)  # The first of a second are spelled out.
        threading.setprofile(count)
        with multiprocessing.get_context("fork").Pool(2) as other:
            other.map(abs, [0])
            before = calls
            other.map(abs, [0] * 500, 1)
            print(calls - before)
        inside = pool.map(calls_until_now, [0] * 500, 1)
    print(min(b - a for a, b in zip(inside, inside[1:])))
"""


def test_its_code_is_of_no_file(collector: Collector, interpreter: str) -> None:
    outcome = collector.run([interpreter, "-c", PROGRAM])
    names = ast.literal_eval(outcome.text())
    assert "<mptui: _mptui_probe/__init__.py>" in names
    assert "<mptui: _mptui_probe/processes/workers.py>" in names
    assert [name for name in names if not (name[0] == "<" and name[-1] == ">")] == []


def test_a_fault_in_it_can_be_found_by_file_and_line(collector: Collector) -> None:
    code = """
import sys, traceback
import multiprocessing.process, _mptui_probe.processes.workers as workers
try:
    workers.hook_bootstrap(None)
except AttributeError as error:
    for frame in traceback.extract_tb(error.__traceback__)[1:]:
        print(frame.filename, frame.lineno > 0, frame.name)
print(workers.__file__, workers.__spec__.loader.get_source(workers.__name__)[:3])
"""
    first, *others = collector.run([sys.executable, "-c", code]).text().splitlines()
    assert first == "<mptui: _mptui_probe/processes/workers.py> True hook_bootstrap"
    assert others[-1].endswith('/_mptui_probe/processes/workers.py """')


def test_a_start_that_is_measured_shows_no_file_of_it(
    collector: Collector, interpreter: str, tmp_path: Path
) -> None:
    # As coverage.py, which its .pth file may start before the probe.
    (tmp_path / "coverage").mkdir()
    (tmp_path / "coverage" / "__init__.py").write_text("")
    (tmp_path / "coverage" / "collector.py").write_text(
        """
import sys
class Collector:
    _collectors = []
    def __init__(self):
        self.data = {}
        self._collectors.append(self)
    def count(self, frame, event, argument):
        name = frame.f_code.co_filename
        if name[0] == "<":
            return None
        lines = self.data.setdefault(name, set())
        def count_line(frame, event, argument):
            lines.add(frame.f_lineno)
            return count_line
        return count_line
measured = Collector()
"""
    )
    (tmp_path / "sitecustomize.py").write_text(
        """
import os, sys
import coverage.collector
sys.path.remove(os.path.dirname(__file__))
sys.modules.pop("sitecustomize")
sys.settrace(coverage.collector.measured.count)
try:
    import sitecustomize
except ImportError:
    pass
sys.settrace(None)
sys.path.append(os.path.dirname(__file__))
"""
    )
    code = "import coverage.collector as c; print([n for n in c.measured.data if 'mptui' in n])"
    path = f"PYTHONPATH={tmp_path}:{collector.environment()['PYTHONPATH']}"
    outcome = collector.run(["/usr/bin/env", path, interpreter, "-c", code])
    assert outcome.text() == "[]\n"
    assert len(outcome.of("hello")) == 1


PROFILED = """
import cProfile, os, signal
def work():
    import subprocess, multiprocessing.pool
    os.kill(os.getpid(), 0)
    subprocess.run(["/bin/true"])
profile = cProfile.Profile()
profile.runcall(work)
profile.create_stats()
names = [(name[0], name[2]) for name in profile.stats]
print([name for name in names if "mptui" in name[0]])
for name in ("<built-in method posix.kill>", "<built-in method posix.getpid>"):
    print([value[:2] for key, value in profile.stats.items() if key[2] == name])
"""


def test_a_profile_shows_none_of_its_functions(collector: Collector, interpreter: str) -> None:
    outcome = collector.run([interpreter, "-c", PROFILED])
    assert outcome.text(stream="stderr") == ""
    # Python 3.15 itself asks for its pid twice.
    plain = run_plainly([interpreter, "-c", PROFILED])
    assert outcome.text() == plain.stdout
    assert plain.stdout.startswith("[]\n[(1, 1)]\n")
    assert not outcome.of("fault")


def test_a_program_run_by_the_profiler_shows_none_either(
    collector: Collector, program: Callable[[str], str], interpreter: str
) -> None:
    path = program("import subprocess\nsubprocess.run(['/bin/true'])\n")
    outcome = collector.run([interpreter, "-m", "cProfile", path])
    assert "function calls" in outcome.text()
    assert "mptui" not in outcome.text()


def test_a_task_of_a_pool_makes_two_calls_and_its_result_none(
    collector: Collector, interpreter: str
) -> None:
    outcome = collector.run([interpreter, "-c", COUNTED])
    by_the_pool, by_a_worker = map(int, outcome.text().split())
    assert by_the_pool < 50
    assert by_a_worker == 2
    assert outcome.of("fault") == []
