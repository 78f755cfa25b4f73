"""Tools that come into a program as the probe does, or that measure its code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.programs.environments import python_with
from tests.programs.watching import as_written, run_alike, without_durations

if TYPE_CHECKING:
    from pathlib import Path

    from tests.process_table import Mark

pytestmark = pytest.mark.timeout(400)

MEASURED = """\
import multiprocessing
import subprocess
import sys


def work():
    print("working", flush=True)


if __name__ == "__main__":
    process = multiprocessing.Process(target=work)
    process.start()
    process.join()
    subprocess.run([sys.executable, "child.py"], check=True)
"""
SETTINGS = "[run]\nconcurrency = multiprocessing\nparallel = true\n"


@pytest.mark.parametrize("settings", ["", "patch = subprocess\n"])
def test_coverage_counts_the_program_and_nothing_else(
    tmp_path: Path, mark: Mark, settings: str
) -> None:
    python = python_with(sys.executable, ("coverage",))
    (tmp_path / "program.py").write_text(MEASURED)
    (tmp_path / "child.py").write_text("import multiprocessing.pool\nprint('a child')\n")
    (tmp_path / ".coveragerc").write_text(SETTINGS + settings)
    coverage = f"{python} -m coverage"
    steps = f"{coverage} run program.py && {coverage} combine -q && {coverage} report"
    script = f"rm -f .coverage*[0-9]*; {steps} --fail-under=100"
    watched = run_alike(["/bin/sh", "-c", script], tmp_path, mark, normal=as_written)
    assert watched.main.exitcode == 0
    assert b"TOTAL" in watched.stream("stdout")


AGENTS = ("ddtrace", "newrelic", "opentelemetry-distro", "twisted")
LOOK = """\
import subprocess
import sys

names = ("ddtrace", "newrelic.config", "opentelemetry.instrumentation.auto_instrumentation")
print([name for name in names if name in sys.modules], flush=True)
if len(sys.argv) == 1:
    subprocess.run([sys.executable, __file__, "child"], check=True)
"""
SETTINGS_OF_AGENTS = {
    "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false",
    "DD_REMOTE_CONFIGURATION_ENABLED": "false",
    "DD_TRACE_ENABLED": "false",
    "NEW_RELIC_LICENSE_KEY": "0" * 40,
    "NEW_RELIC_MONITOR_MODE": "false",
    "OTEL_LOGS_EXPORTER": "none",
    "OTEL_METRICS_EXPORTER": "none",
    "OTEL_TRACES_EXPORTER": "none",
}


@pytest.mark.parametrize(
    "start",
    [
        pytest.param("ddtrace-run", marks=pytest.mark.slow),
        "newrelic-admin run-program",
        pytest.param("opentelemetry-instrument", marks=pytest.mark.slow),
    ],
)
def test_an_agent_and_the_probe_are_both_in_the_program(
    tmp_path: Path, mark: Mark, monkeypatch: pytest.MonkeyPatch, start: str
) -> None:
    python = python_with(sys.executable, AGENTS)
    (tmp_path / "program.py").write_text(LOOK)
    for name, value in SETTINGS_OF_AGENTS.items():
        monkeypatch.setenv(name, value)
    command = f"{python.rpartition('/')[0]}/{start} {python} program.py"
    watched = run_alike(command.split(), tmp_path, mark)
    assert watched.printed(watched.main) != b"[]\n"
    assert [process.instrumented for process in watched.processes] == [True, True]


@pytest.mark.slow
def test_workers_of_trial_have_the_probe(tmp_path: Path, mark: Mark) -> None:
    python = python_with(sys.executable, AGENTS)
    (tmp_path / "test_it.py").write_text(
        "from twisted.trial import unittest\n\n\n"
        "class Test(unittest.TestCase):\n"
        "    def test_it(self):\n"
        "        pass\n"
    )
    command = [python, "-m", "twisted.trial", "-j", "2", "test_it"]
    watched = run_alike(command, tmp_path, mark, normal=without_durations)
    assert watched.status == 0
    assert len(watched.processes) > 1
    assert all(process.instrumented for process in watched.processes)
