"""Processes that no library makes: forks, programs in their place, daemons, shells, pipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.programs.watching import as_written

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.programs.watching import Watched

pytestmark = pytest.mark.timeout(200)

FORKS = """
import os
import sys
import time

def fork(code):
    pid = os.fork()
    if pid == 0:
        print("child", code, flush=True)
        time.sleep(0.3)
        os._exit(code)
    return pid

for pid in [fork(code) for code in range(3)]:
    print(os.waitpid(pid, 0)[1] >> 8)
"""

SHORT_FORKS = """
import os

for code in range(10):
    pid = os.fork()
    if pid == 0:
        os._exit(code)
    print(os.waitpid(pid, 0)[1] >> 8)
"""

DAEMON = """
import os
import time

pid = os.fork()
if pid == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    os.chdir("/")
    os.closerange(0, 256)
    for _ in range(3):
        os.open(os.devnull, os.O_RDWR)
    print("nobody hears this", flush=True)
    time.sleep(0.5)
    os._exit(42)
time.sleep(0.3)
os.waitpid(pid, 0)
print("the daemon is on its own")
time.sleep(0.5)
"""

IN_PLACE = """
import multiprocessing
import os
import sys

def become_python():
    print("before", flush=True)
    code = "print('after'); raise SystemExit(6)"
    os.execv(sys.executable, [sys.executable, "-c", code])

def become_shell():
    os.execv("/bin/sh", ["sh", "-c", "echo after; exit 8"])

if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    for target in (become_python, become_shell):
        process = multiprocessing.Process(target=target, name=target.__name__)
        process.start()
        process.join()
        print(process.exitcode, flush=True)
    os.execv(sys.executable, [sys.executable, "-c", "print('main goes on')"])
"""

CHILDREN = """
import os
import pty
import shelve
import subprocess
import sys
import tempfile
import time

python = sys.executable
print(os.popen("echo from popen").read().strip(), flush=True)
print(os.system("echo from a shell; exit 3") >> 8, flush=True)
upper = "import sys; print(sys.stdin.read().upper(), end='')"
first = subprocess.Popen(["/bin/echo", "through a pipeline"], stdout=subprocess.PIPE)
second = subprocess.Popen([python, "-c", upper], stdin=first.stdout)
first.stdout.close()
print(second.wait(), first.wait(), flush=True)
print(subprocess.run([python, "-c", "print('captured')"], stdout=subprocess.PIPE).stdout)
both = "import sys; print('out', flush=True); print('err', file=sys.stderr)"
merged = subprocess.run([python, "-c", both], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
print(merged.stdout, flush=True)
subprocess.run([python, "-c", "print('to stderr')"], stdout=sys.stderr)
subprocess.run([python, "-I", "-c", "print('isolated')"])
subprocess.run([python, "-S", "-c", "print('without site')"])
subprocess.run(["env", "-i", python, "-c", "print('no environment')"])
subprocess.run([python, "-c", "print('own group')"], start_new_session=True, preexec_fn=int)
crash = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
print(subprocess.run([python, "-c", crash]).returncode, flush=True)
pid, terminal = pty.fork()
if pid == 0:
    print(sys.stdout.isatty(), flush=True)
    os._exit(7)
print(os.read(terminal, 100), flush=True)
time.sleep(0.3)
print(os.waitpid(pid, 0)[1] >> 8, flush=True)
with tempfile.TemporaryDirectory() as folder:
    with shelve.open(os.path.join(folder, "shelf")) as shelf:
        shelf["key"] = "value"
print("done", flush=True)
"""

ASYNCIO = """
import asyncio
import sys

async def main():
    echo = "print(input() + '!', end=''); import time; time.sleep(0.2)"
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", echo, stdin=pipe, stdout=pipe
    )
    print((await process.communicate(b"hello\\n"))[0], flush=True)
    code = "print('printed'); raise SystemExit({})"
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", code.format(number))
        for number in range(4)
    ]
    print([await process.wait() for process in processes], flush=True)
    process = await asyncio.create_subprocess_shell("echo from a shell; exit 4")
    print(await process.wait(), flush=True)

asyncio.run(main())
"""

BLINKS = """
import subprocess

for _ in range(3):
    subprocess.run(["/bin/true"])
process = subprocess.Popen(["/bin/sleep", "60"])
process.kill()
print(process.wait())
"""

TERMINATED_AT_ONCE = """
import multiprocessing
import time

if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    process = multiprocessing.Process(target=time.sleep, args=(60,))
    process.start()
    process.terminate()
    process.join()
    print(process.exitcode)
"""

GROUP = """
import os
import signal
import subprocess
import sys

code = "import time; print('ready', flush=True); time.sleep(60)"
process = subprocess.Popen(
    [sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True
)
process.stdout.readline()
os.killpg(process.pid, signal.SIGTERM)
print(process.wait())
"""

ASKED_TWICE = """
import multiprocessing
import os
import signal

def wait(ready, go_on):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    ready.set()
    go_on.wait()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])

if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    ready, go_on = context.Event(), context.Event()
    process = context.Process(target=wait, args=(ready, go_on), name="patient")
    process.start()
    ready.wait()
    os.kill(process.pid, signal.SIGTERM)
    os.kill(process.pid, signal.SIGINT)
    go_on.set()
    process.join()
    print(process.exitcode)
"""


def test_forked_children_speak_for_themselves(
    each_python: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(each_python, FORKS)
    children = watched.processes[1:]
    said = {child.exitcode: watched.printed(child) for child in children}
    assert said == {code: b"child %d\n" % code for code in range(3)}
    assert {child.parent for child in children} == {0}


def test_the_end_of_a_child_that_lives_for_a_moment_is_known(
    each_python_slowly: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(each_python_slowly, SHORT_FORKS, normal=as_written)
    assert sorted(child.exitcode or 0 for child in watched.processes[1:]) == list(range(10))


def test_a_daemon_that_forks_twice_and_closes_everything_is_followed_to_its_end(
    each_python_slowly: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(each_python_slowly, DAEMON)
    assert [process.exitcode for process in watched.processes] == [0, 0, 42]
    assert watched.stream("stdout") == b"the daemon is on its own\n"


def test_a_daemon_shows_whose_child_it_was(
    each_python_slowly: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(each_python_slowly, DAEMON)
    assert [process.parent for process in watched.processes] == [None, 0, 1]


def test_a_program_in_the_place_of_another_is_the_same_process(
    each_python: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(each_python, IN_PLACE)
    main, python, shell = watched.processes
    assert (python.exitcode, watched.printed(python)) == (6, b"before\nafter\n")
    # To multiprocessing it is still the worker that it started.
    assert (python.name, python.role) == ("become_python", "worker")
    assert python.argv is not None
    assert python.argv[1] == "-c"
    assert (shell.exitcode, watched.printed(shell)) == (8, b"after\n")
    assert watched.printed(main) == b"6\n8\nmain goes on\n"
    assert main.role == "main"


def test_children_of_every_kind_do_what_they_did(
    each_python: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(each_python, CHILDREN)
    upper = [p for p in watched.processes if watched.printed(p) == b"THROUGH A PIPELINE\n"]
    assert len(upper) == 1
    assert {process.signal for process in watched.processes} == {None, 11}


def test_a_python_child_is_called_by_its_own_command_line(
    each_python: str, run_script: Callable[..., Watched]
) -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'pass', 'argument'])"
    watched = run_script(each_python, code)
    (child,) = watched.processes[1:]
    assert child.name == "python -c"
    assert child.argv is not None
    assert child.argv[1:] == ("-c", "pass", "argument")


def test_asyncio_runs_subprocesses(
    each_python_slowly: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(each_python_slowly, ASYNCIO, has_known_ends=False)
    said = [watched.printed(process) for process in watched.processes[1:]]
    assert said.count(b"printed\n") == 4


def test_a_child_without_the_probe_is_shown_however_short_its_life(
    each_python_slowly: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(each_python_slowly, BLINKS)
    ends = [(process.exitcode, process.signal) for process in watched.processes[1:]]
    assert ends == [(0, None), (0, None), (0, None), (None, 9)]


def test_a_worker_terminated_while_it_starts_is_shown(
    each_python_slowly: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(each_python_slowly, TERMINATED_AT_ONCE)
    assert 15 in {process.signal for process in watched.processes}


def test_who_ended_a_process_group_is_known(
    each_python_slowly: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(each_python_slowly, GROUP)
    (child,) = watched.processes[1:]
    assert (child.signal, child.terminated_by) == (15, 0)


def test_who_asked_is_known_though_something_else_was_asked_later(
    each_python_slowly: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(each_python_slowly, ASKED_TWICE)
    patient = watched.named("patient")
    assert (patient.signal, patient.terminated_by) == (15, 0)


def test_the_standard_input_of_the_program_is_that_of_mptui(
    each_python_slowly: str, run_script: Callable[..., Watched]
) -> None:
    code = "import subprocess; print(input()); subprocess.run(['cat'])"
    watched = run_script(each_python_slowly, code, stdin=b"a line\n")
    assert watched.printed(watched.main) == b"a line\n"
