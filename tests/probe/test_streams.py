"""Each process's output comes under its own name, and only mptui's own streams are touched."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.probe.collector import LIMIT_SECONDS, plain_environment

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.probe.collector import Collector


def test_a_forked_child_writes_under_its_own_name(collector: Collector, interpreter: str) -> None:
    code = """
import os, sys
def say(who):
    print(who)
    print(who, file=sys.stderr)
    os.write(1, b"raw\\n")
    os.system("echo from the shell")
say("parent")
if os.fork() == 0:
    say("child")
    if os.fork() == 0:
        say("grandchild")
    else:
        os.wait()
else:
    os.wait()
"""
    outcome = collector.run([interpreter, "-W", "error", "-c", code])
    assert outcome.text() == "parent\nraw\nfrom the shell\n"
    child, grandchild = [hello["pid"] for hello in outcome.of("hello") if hello["how"] == "fork"]
    assert outcome.text(child) == "child\nraw\nfrom the shell\n"
    assert outcome.text(grandchild) == "grandchild\nraw\nfrom the shell\n"
    assert outcome.text(grandchild, "stderr") == "grandchild\n"


def test_what_was_imported_before_the_probe_changes_nothing(
    collector: Collector, interpreter: str, tmp_path: Path
) -> None:
    """Agents and coverage tools begin in a .pth file, which is read before the probe starts."""
    subprocess.run([interpreter, "-m", "venv", "--without-pip", tmp_path], check=True)
    (packages,) = tmp_path.glob("lib/python*/site-packages")
    (packages / "agent.pth").write_text("import multiprocessing.process, subprocess\n")
    code = "import os\nif os.fork() == 0:\n    print('child')\nelse:\n    os.wait()\n"
    outcome = collector.run([str(tmp_path / "bin" / "python"), "-c", code])
    (child,) = [hello["pid"] for hello in outcome.of("hello") if hello["how"] == "fork"]
    assert outcome.text(child) == "child\n"


def test_a_python_child_writes_under_its_own_name(collector: Collector, interpreter: str) -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(1)'], check=True)"
    outcome = collector.run([interpreter, "-c", code])
    (child,) = [hello["pid"] for hello in outcome.of("hello") if hello["ppid"] == outcome.pid]
    assert outcome.hello(child)["streams"] == ["stdout", "stderr"]
    assert outcome.text(child) == "1\n"


def test_output_is_there_line_by_line(collector: Collector, interpreter: str) -> None:
    code = "import os; print('first'); os.write(1, b'second\\n'); print('third')"
    assert collector.run([interpreter, "-c", code]).text() == "first\nsecond\nthird\n"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {code!r}])"
    assert collector.run([interpreter, "-c", child]).everything() == "first\nsecond\nthird\n"


def test_both_streams_on_one_pipe_stay_on_one(collector: Collector) -> None:
    code = "import os, sys; print(1); print(2, file=sys.stderr); print(3)"
    shell = f'exec 1>&2; "{sys.executable}" -c "{code}"; true'
    outcome = collector.run(["/bin/sh", "-c", shell])
    (hello,) = outcome.of("hello")
    assert hello["streams"] == ["stderr"]
    assert outcome.text(hello["pid"], "stderr") == "1\n2\n3\n"


def test_a_process_keeps_its_pipes_when_it_replaces_itself(collector: Collector) -> None:
    last = "import sys; print('end', sys.stdout.line_buffering)"
    code = f"import os, sys; print('begin'); os.execv(sys.executable, ['python', '-c', {last!r}])"
    outcome = collector.run([sys.executable, "-c", code])
    assert outcome.text() == "begin\nend True\n"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {code!r}])"
    outcome = collector.run([sys.executable, "-c", parent])
    assert outcome.everything() == "begin\nend True\n"
    first, second = [hello for hello in outcome.of("hello") if hello["pid"] != outcome.pid]
    assert first["pid"] == second["pid"]
    assert "streams" not in second


def test_a_redirected_stream_is_left_alone(collector: Collector, tmp_path: Path) -> None:
    code = """
import os, subprocess, sys
child = [sys.executable, "-c",
         "import os, sys; print(os.fstat(1).st_ino, sys.stdout.line_buffering)"]
print(subprocess.run(child, stdout=subprocess.PIPE).stdout.decode(), end="")
with open(sys.argv[1], "w") as file:
    subprocess.run(child, stdout=file)
subprocess.run(child, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
shell = subprocess.Popen(["/bin/sh", "-c", '"$0" -c "print(input())" | cat', sys.executable],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
print(shell.communicate(b"handshake\\n")[0].decode(), end="")
"""
    path = tmp_path / "file"
    outcome = collector.run([sys.executable, "-c", code, str(path)])
    first, second = outcome.text().splitlines()
    assert first.endswith(" False")
    assert second == "handshake"
    assert path.read_text() == f"{path.stat().st_ino} False\n"
    assert all("stdout" not in hello.get("streams", []) for hello in outcome.of("hello"))


def test_a_program_that_points_its_streams_elsewhere_keeps_them(
    collector: Collector, tmp_path: Path
) -> None:
    code = """
import os, sys
saved = os.dup(1)
file = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
os.dup2(file, 1)
if os.fork() == 0:
    os.write(1, b"into the file\\n")
    os._exit(0)
os.wait()
os.dup2(saved, 1)
if os.fork() == 0:
    os.write(1, b"into a pipe\\n")
    os._exit(0)
os.wait()
os.write(1, b"done\\n")
"""
    outcome = collector.run([sys.executable, "-c", code, str(tmp_path / "file")])
    assert (tmp_path / "file").read_text() == "into the file\n"
    first, second = [hello["pid"] for hello in outcome.of("hello") if hello["how"] == "fork"]
    assert outcome.text(first) == ""
    assert outcome.text(second) == "into a pipe\n"
    assert outcome.text() == "done\n"


def test_a_program_whose_streams_are_closed_runs(
    collector: Collector, some_interpreter: str
) -> None:
    code = "import os, sys; open(sys.argv[1], 'w').write(repr((sys.stdout, os.fork() and 1)))"

    def close_output() -> None:
        os.close(1)

    outcome = collector.run([some_interpreter, "-c", code, "/dev/null"], before_exec=close_output)
    assert outcome.exit_status == 0
    assert outcome.text(stream="stderr") == ""


def test_a_preexec_function_is_harmless(collector: Collector) -> None:
    code = """
import os, subprocess, sys
say = lambda: os.write(1, b"before\\n")
subprocess.run(["/bin/echo", "echoed"], preexec_fn=say)
print(subprocess.run([sys.executable, "-c", "print('own')"], preexec_fn=say,
                     stdout=subprocess.PIPE).stdout)
subprocess.run([sys.executable, "-c", "print('named')"], preexec_fn=say)
"""
    outcome = collector.run([sys.executable, "-c", code])
    assert outcome.text() == "b'before\\nown\\n'\n"
    others = sorted(
        text.decode()
        for (pid, label), text in outcome.output.items()
        if pid != outcome.pid and label == "stdout" and text
    )
    assert others == ["before\nechoed\n", "before\nnamed\n"]
    assert outcome.text(stream="stderr") == ""


def test_a_program_that_closes_all_descriptors_goes_on(collector: Collector) -> None:
    code = """
import os
os.closerange(3, 4096)
if os.fork() == 0:
    os.setsid()
    os.closerange(3, 4096)
    if os.fork() == 0:
        print("daemon")
else:
    os.wait()
    print("left")
"""
    outcome = collector.run([sys.executable, "-c", code])
    assert outcome.text() == "left\n"
    assert outcome.everything().count("daemon\n") == 1
    assert len(outcome.of("hello")) == 3


def test_unflushed_text_is_written_as_often_as_plainly(collector: Collector) -> None:
    code = "import os, sys; sys.stdout.write('half '); os.fork() and os.wait(); print(os.getpid())"
    outcome = collector.run([sys.executable, "-c", code])
    texts = [text.decode() for (_, label), text in outcome.output.items() if label == "stdout"]
    assert [text.split()[0] for text in texts] == ["half", "half"]
    plain = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        env=plain_environment(),
        timeout=LIMIT_SECONDS,
    )
    assert plain.stdout.count(b"half") == 2


def test_a_subinterpreter_says_nothing_again(
    collector: Collector, interpreter: str, program: Callable[[str], str]
) -> None:
    text = """
import os, sys
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
before = os.fstat(1).st_ino
run = getattr(interpreters, "run_string", None) or interpreters.exec
run(interpreters.create(), "import sys; print('inside', sys.stdout.line_buffering)")
print(before == os.fstat(1).st_ino)
"""
    outcome = collector.run([interpreter, program(text)])
    assert outcome.exit_status == 0
    assert sorted(outcome.text().splitlines()) == ["True", "inside True"]
    assert len(outcome.records) == 1
