"""What the program can see of itself is what it would see without the probe."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.probe.collector import LIMIT_SECONDS, PROBE, plain_environment

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.probe.collector import Collector

LOOK = """
import os, sys
names = sorted(os.listdir("/proc/self/fd"), key=int)
kinds = [(name, os.path.exists("/proc/self/fd/" + name)) for name in names]
modules = {name for name in sys.modules if name.partition(".")[0] != "_mptui_probe"}
print(kinds)
print(sorted(modules - {"_socket"}))
print(sys.path)
print(sorted(path for path in sys.path_importer_cache if "_mptui_probe" not in path))
print(sys.flags, sys.argv, sys.warnoptions, sys._xoptions)
print(__name__, __spec__, vars().get("__file__"), os.getcwd())
print(len(sys._current_frames()), len(os.listdir("/proc/self/task")))
ours = "_mptui_probe"
print([finder for finder in sys.meta_path if not type(finder).__module__.startswith(ours)])
print(os.open("/dev/null", os.O_RDONLY), os.dup(1))
"""

TROUBLE = """
import multiprocessing, os, subprocess, sys

def work(): raise ValueError("as plainly")

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    process = multiprocessing.Process(target=work, name="worker")
    process.start()
    process.join()
    try:
        os.kill(2**22 + 7, 0)
    except ProcessLookupError:
        print("nobody")
    os.kill("x", 1)
"""


def run_plainly(command: list[str], **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        env=plain_environment(extra),
        text=True,
        timeout=LIMIT_SECONDS,
    )


OPTIONS = [
    [], ["-u"], ["-s"], ["-B"], ["-O"], ["-X", "dev"], ["-W", "error"], ["-bb"],
]  # fmt: skip


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_a_program_finds_itself_as_plainly(
    collector: Collector, program: Callable[[str], str], options: list[str]
) -> None:
    compare(collector, [sys.executable, *options, program(LOOK), "an argument"])


def test_every_version_finds_itself_as_plainly(collector: Collector, interpreter: str) -> None:
    compare(collector, [interpreter, "-W", "error", "-X", "dev", "-c", LOOK])


def test_a_module_finds_itself_as_plainly(
    collector: Collector, program: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = program(LOOK)
    monkeypatch.chdir(path.rpartition("/")[0])
    compare(collector, [sys.executable, "-m", "program"])
    compare(collector, [sys.executable, "-P", "-c", LOOK])


def compare(collector: Collector, command: list[str], **extra: str) -> None:
    plain = run_plainly(command, **extra)
    outcome = collector.run(command, environment=extra)
    assert outcome.text(stream="stderr") == plain.stderr
    assert outcome.exit_status == plain.returncode
    assert without_addresses(outcome.text()) == without_addresses(plain.stdout)


def without_addresses(text: str) -> list[str]:
    return re.sub(" at 0x[0-9a-f]+", "", text).splitlines()


def test_a_child_has_the_descriptors_it_would_have(
    collector: Collector, program: Callable[[str], str], start_method: str
) -> None:
    text = """
import multiprocessing, os, sys
def look():
    own = os.open("/dev/null", os.O_RDONLY)
    kinds = {fd: os.readlink("/proc/self/fd/%d" % fd).partition(":")[0]
             for fd in range(64) if os.path.lexists("/proc/self/fd/%d" % fd)}
    print(own, kinds, threading_count())
def threading_count():
    return len(os.listdir("/proc/self/task"))
if __name__ == "__main__":
    process = multiprocessing.get_context(sys.argv[1]).Process(target=look)
    process.start()
    process.join()
"""
    command = [sys.executable, program(text), start_method]
    assert collector.run(command).everything() == run_plainly(command).stdout


def test_tracebacks_are_as_plainly(
    collector: Collector, program: Callable[[str], str], start_method: str
) -> None:
    command = [sys.executable, program(TROUBLE), start_method]
    plain = run_plainly(command)
    outcome = collector.run(command)
    assert (outcome.exit_status, outcome.text()) == (plain.returncode, plain.stdout)
    assert without_probe(outcome.everything("stderr")) == sorted(plain.stderr.splitlines())
    assert "_mptui_probe" not in outcome.text(outcome.of("ended")[0]["pid"], "stderr")


def without_probe(text: str) -> list[str]:
    """The lines of a traceback but for the one frame that a failing `os.kill` shows of ours."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if "_mptui_probe/processes/sent_signals.py" in line:
            following = lines[number + 1 :]
            kept = next(i for i, other in enumerate(following) if not other.startswith("    "))
            del lines[number : number + 1 + kept]
            break
    return sorted(lines)


def test_an_interrupted_join_shows_no_frame_of_the_probe(collector: Collector) -> None:
    code = """
import multiprocessing, os, signal, time
process = multiprocessing.get_context("fork").Process(target=time.sleep, args=(60,))
process.start()
parent = os.getpid()
if os.fork() == 0:
    while "wait" not in open("/proc/%d/wchan" % parent).read():
        time.sleep(0.01)
    os.kill(parent, signal.SIGINT)
    os._exit(0)
try:
    process.join()
finally:
    process.kill()
"""
    outcome = collector.run([sys.executable, "-c", code])
    assert "KeyboardInterrupt" in outcome.text(stream="stderr")
    assert "_mptui_probe" not in outcome.text(stream="stderr")


def test_what_is_replaced_looks_like_the_original(collector: Collector) -> None:
    code = """
import inspect, os, pickle, signal, subprocess
from multiprocessing import popen_fork, process
if not os.fork(): os._exit(0)
for function in (os.kill, os.killpg, os.posix_spawn, os.posix_spawnp, os.execv, os.execve,
                 process.BaseProcess._bootstrap, subprocess.Popen._handle_exitstatus):
    print(function.__name__, function.__qualname__, function.__module__, function.__doc__,
          inspect.signature(function), pickle.loads(pickle.dumps(function)) is function)
class Killer:
    kill = os.kill
    bootstrap = process.BaseProcess._bootstrap
print(os.kill, callable(os.kill), subprocess.Popen.__init__.__qualname__)
print([function in os.supports_fd for function in (os.execv, os.execve, os.fstat)])
for command in ("/bin/true", []), ("/no/such/program", ["x"]), ("/etc", ["x"]), (1.5, ["x"]):
    try:
        os.execv(*command)
    except Exception as error:
        print(repr(error))
print([hasattr(popen_fork.Popen, name) for name in ("pid", "returncode")])
Killer().kill(os.getpid(), 0)
for wrong in ((), (1,), (1, 2, 3), (1, "x")):
    try:
        os.kill(*wrong)
    except TypeError as error:
        print(error)
"""
    compare(collector, [sys.executable, "-c", code])


def test_the_users_own_sitecustomize_runs(
    collector: Collector, interpreter: str, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import subprocess, multiprocessing.process\nvalue = __file__\n"
    )
    code = (
        "import sitecustomize, sys, subprocess; print(sitecustomize.value, sitecustomize.__spec__,"
        " sys.path, sys.modules['sitecustomize'].__dict__.keys());"
        " subprocess.run(['/bin/true'])"
    )
    compare(collector, [interpreter, "-c", code], PYTHONPATH=str(tmp_path))


@pytest.mark.parametrize("error", ["1 / 0", "import nothing_like_it", "raise ImportError"])
def test_a_failing_sitecustomize_fails_as_plainly(
    collector: Collector, tmp_path: Path, error: str
) -> None:
    (tmp_path / "sitecustomize.py").write_text(error)
    compare(collector, [sys.executable, "-c", "print(1)"], PYTHONPATH=str(tmp_path))


def test_what_was_imported_before_the_probe_is_watched_too(
    collector: Collector, tmp_path: Path
) -> None:
    # PYTHONUSERBASE is where an interpreter looks for .pth files that are read before us.
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    user_site = tmp_path / "lib" / version / "site-packages"
    user_site.mkdir(parents=True)
    (user_site / "early.pth").write_text("import subprocess\n")
    base = sys.base_prefix + "/bin/" + version
    run = "import subprocess; subprocess.run(['/bin/sh', '-c', 'exit 6'])"
    outcome = collector.run([base, "-c", run], environment={"PYTHONUSERBASE": str(tmp_path)})
    assert [record["code"] for record in outcome.of("ended")] == [6]


def test_old_interpreters_notice_nothing(collector: Collector, old_interpreter: str) -> None:
    code = "import sys; print(sorted(sys.modules), sys.path)"
    compare(collector, [old_interpreter, "-c", code])
    assert collector.run([old_interpreter, "-c", "pass"]).records == []


def test_an_old_interpreter_runs_its_own_sitecustomize(
    collector: Collector, old_interpreter: str, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text("value = 42\n")
    code = "import sitecustomize; print(sitecustomize.value)"
    compare(collector, [old_interpreter, "-c", code], PYTHONPATH=str(tmp_path))


def test_without_a_run_nothing_is_loaded(interpreter: str) -> None:
    code = "import sys; print([name for name in sys.modules if 'mptui' in name], sys.path)"
    plain = run_plainly([interpreter, "-c", code])
    assert run_plainly([interpreter, "-c", code], PYTHONPATH=str(PROBE)).stdout == plain.stdout


@pytest.mark.parametrize("option", ["-v", "-X importtime"])
def test_options_that_speak_of_imports_work(collector: Collector, option: str) -> None:
    outcome = collector.run([sys.executable, *option.split(), "-c", "print(1)"])
    assert (outcome.exit_status, outcome.text()) == (0, "1\n")


def test_starting_imports_only_builtin_modules(collector: Collector, interpreter: str) -> None:
    code = "import sys; print(sorted(name for name in sys.modules if '_mptui_probe' in name))"
    outcome = collector.run([interpreter, "-S", "-c", "pass"])
    assert outcome.records == []
    outcome = collector.run([interpreter, "-c", code])
    assert ast.literal_eval(outcome.text()) == [
        "_mptui_probe",
    ]
