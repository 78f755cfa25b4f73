"""A program that this one starts has the probe, if its PYTHONPATH was built anew on the way."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from tests.probe.collector import PROBE, Collector, plain_environment
from tests.probe.plain_runs import run_as_plainly

if TYPE_CHECKING:
    from collections.abc import Callable

SHOW = "import os, json; print(json.dumps(dict(os.environ)))"
START = """
import os, subprocess, sys, threading
command = [sys.executable, "-c", sys.argv[1]]
changed = {**os.environ, "PYTHONPATH": "/nowhere:/else", "OTHER": "kept"}
def after_fork(step):
    pid = os.fork()
    if pid == 0:
        step()
    assert os.waitpid(pid, 0)[1] == 0
def change():
    os.environ.update(changed)
"""
WAYS = {
    "execve": "os.execve(command[0], command, changed)",
    "execvpe": "os.execvpe(command[0], command, changed)",
    "execv": "change(); os.execv(command[0], command)",
    "execlp": "change(); os.execlp(command[0], *command)",
    "fork and execve": "after_fork(lambda: os.execve(command[0], command, changed))",
    "fork and execv": "change(); after_fork(lambda: os.execv(command[0], command))",
    "Popen": "subprocess.run(command, env=changed, check=True)",
    "Popen, not all descriptors": "subprocess.run(command, env=changed, close_fds=False)",
    "Popen, own": "change(); subprocess.run(command, check=True)",
    "Popen, own, no descriptors": "change(); subprocess.run(command, close_fds=False)",
    "Popen, preexec": "subprocess.run(command, env=changed, preexec_fn=lambda: None)",
    "posix_spawn": "os.waitpid(os.posix_spawn(command[0], command, changed), 0)",
    "system": "change(); subprocess.run(['/bin/sh', '-c', f'{command[0]} -c \"$0\"', command[2]])",
}


@pytest.mark.parametrize("way", WAYS)
def test_a_program_with_another_path_has_the_probe(
    collector: Collector, way: str, some_interpreter: str
) -> None:
    outcome = collector.run([some_interpreter, "-c", START + WAYS[way], SHOW])
    assert outcome.text(stream="stderr") == ""
    (last,) = [line for line in outcome.everything().splitlines() if line]
    seen = json.loads(last)
    assert seen["PYTHONPATH"] == f"{PROBE}:/nowhere:/else"
    assert seen["OTHER"] == "kept"
    assert sum(record["how"] == "exec" for record in outcome.of("hello")) == 2
    assert not outcome.of("fault")


SPAWNED = """
import multiprocessing, os, sys
def show():
    print(os.environ["PYTHONPATH"], flush=True)
if __name__ == "__main__":
    os.environ["PYTHONPATH"] = "/nowhere"
    process = multiprocessing.get_context(sys.argv[1]).Process(target=show)
    process.start()
    process.join()
    print(os.environ["PYTHONPATH"], os.popen("echo $PYTHONPATH").read().strip()[-8:])
"""


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_spawned_worker_has_the_probe_whatever_its_parents_path_is(
    collector: Collector, program: Callable[[str], str], some_interpreter: str, method: str
) -> None:
    outcome = collector.run([some_interpreter, program(SPAWNED), method])
    assert outcome.everything("stderr") == ""
    assert outcome.text() == "/nowhere /nowhere\n"
    (worker,) = [record for record in outcome.of("process") if record["pid"] != outcome.pid]
    assert outcome.text(worker["pid"]) == f"{PROBE}:/nowhere\n"
    assert not outcome.of("fault")


def test_a_folder_before_the_probes_comes_behind_it(collector: Collector) -> None:
    code = START + f"changed['PYTHONPATH'] = '/first:{PROBE}:/last'\n" + WAYS["execve"]
    seen = json.loads(collector.run([sys.executable, "-c", code, SHOW]).text())
    assert seen["PYTHONPATH"] == f"{PROBE}:/first:/last"


@pytest.mark.parametrize("environment", ["{}", "{'PYTHONPATH': '/nowhere'}", "{b'A': b'1'}"])
@pytest.mark.parametrize(
    "start",
    [
        "subprocess.run(['/usr/bin/env'], env=given)",
        "os.execve('/usr/bin/env', ['env'], given)",
        "os.waitpid(os.posix_spawn('/usr/bin/env', ['env'], given), 0)",
    ],
)
def test_an_environment_that_names_no_run_stays_as_it_is(
    collector: Collector, environment: str, start: str
) -> None:
    code = f"import os, subprocess, threading\ngiven = {environment}\n{start}"
    run_as_plainly(collector, [sys.executable, "-c", code])


def test_this_process_keeps_its_own(collector: Collector) -> None:
    code = """
import ctypes, os, subprocess
getenv = ctypes.CDLL(None).getenv
getenv.restype = ctypes.c_char_p
os.environ["PYTHONPATH"] = "/nowhere"
subprocess.run(["/bin/true"])
print(getenv(b"PYTHONPATH"), os.environ["PYTHONPATH"])
try:
    os.execv("/nowhere/at/all", ["all"])
except FileNotFoundError as error:
    print(error)
print(getenv(b"PYTHONPATH"), os.environ["PYTHONPATH"])
del os.environ["PYTHONPATH"]
subprocess.run(["/bin/true"])
print(getenv(b"PYTHONPATH"), "PYTHONPATH" in os.environ)
"""
    run_as_plainly(collector, [sys.executable, "-c", code])


@pytest.mark.parametrize(
    "wrong",
    [
        "os.execve('/bin/true', ['true'], {1: 2})",
        "os.execve('/bin/true', ['true'])",
        "os.execv()",
        "os.execv('/bin/true', [])",
        "os.posix_spawn('/bin/true', ['true'], 5)",
        "os.execve(path='/nowhere', argv=['x'], env={})",
    ],
)
def test_mistakes_are_told_as_plainly(collector: Collector, wrong: str) -> None:
    code = f"""
import os, threading, signal
try:
    {wrong}
except Exception as error:
    print(type(error), error)
print(os.execv, os.execve.__name__)
"""
    run_as_plainly(collector, [sys.executable, "-c", code])
    assert "MPTUI_RUN" not in plain_environment()


def test_the_calls_that_are_replaced_twice_equal_the_original(
    collector: Collector, some_interpreter: str
) -> None:
    code = "import os, signal\nif os.fork() == 0: os._exit(0)\nos.wait()\n"
    ask = "print(os.execve in os.supports_fd, os.execve == os.execv)"
    assert collector.run([some_interpreter, "-c", code + ask]).text() == "True False\n"
