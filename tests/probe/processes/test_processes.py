"""Every process reports what it is, and the process that learns how another ended reports that."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.probe.collector import Collector, Outcome, Record

POOL = """
import multiprocessing, os, sys

def square(number):
    print("square of", number, "by", os.getpid())
    return number * number

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    pool = context.Pool(2)
    print(pool.map(square, range(4), chunksize=1))
    pool.close()
    pool.join()
"""

ENDS = """
import multiprocessing, os, signal, sys, time

def leave(): sys.exit(3)
def crash(): os.kill(os.getpid(), signal.SIGSEGV)
def linger(): time.sleep(60)

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    for target in (leave, crash, linger):
        process = multiprocessing.Process(target=target, name=target.__name__ + " it")
        process.start()
        if target is linger:
            process.terminate()
        process.join()
        print(process.pid, process.exitcode)
"""


def described(outcome: Outcome) -> dict[int, Record]:
    """What is known about each worker, whichever record has it."""
    kinds = ("hello", "process", "made")
    reported = [record for kind in kinds for record in outcome.of(kind)]
    return {record["pid"]: record for record in reported if "name" in record}


def ends(outcome: Outcome) -> dict[int, int]:
    return {record["pid"]: record["code"] for record in outcome.of("ended")}


def test_a_program_says_hello_with_its_command(collector: Collector, interpreter: str) -> None:
    command = [interpreter, "-c", "print('x')", 'quo"te', "ü\U0001f600", "\udcff", "a\nb"]
    outcome = collector.run(command)
    (hello,) = outcome.records
    assert (hello["probe"], hello["pid"], hello["how"]) == ("hello", outcome.pid, "exec")
    assert "streams" not in hello
    # Python 3.9 does not know its own command line.
    spelled_out = [argument.replace("\udcff", "\\udcff") for argument in command]
    assert hello.get("argv", spelled_out) == spelled_out
    assert outcome.text() == "x\n"


def test_workers_of_a_pool_are_named(
    collector: Collector, program: Callable[[str], str], some_interpreter: str, start_method: str
) -> None:
    outcome = collector.run([some_interpreter, program(POOL), start_method])
    assert outcome.exit_status == 0
    assert outcome.text() == "[0, 1, 4, 9]\n"
    assert not outcome.of("fault")
    workers = described(outcome)
    assert len(workers) == 2
    for pid, worker in workers.items():
        assert "PoolWorker-" in worker["name"]
        assert worker["start_method"] == start_method
        assert worker["target"] == "multiprocessing.pool.worker"
        assert worker["parent"] == outcome.pid
        assert worker["role"] == "worker"
        assert outcome.hello(pid)["how"] == ("exec" if start_method == "spawn" else "fork")
        lines = outcome.text(pid).splitlines()
        assert all(line.endswith(f"by {pid}") for line in lines)
    assert outcome.everything().count("square of") == 4


def test_the_end_of_each_process_is_reported(
    collector: Collector, program: Callable[[str], str], interpreter: str, start_method: str
) -> None:
    outcome = collector.run([interpreter, program(ENDS), start_method])
    reported = [(pid, code) for pid, code in ends(outcome).items()]
    seen = [tuple(map(int, line.split())) for line in outcome.text().splitlines()]
    assert seen == reported
    assert [code for _, code in reported] == [3, -signal.SIGSEGV, -signal.SIGTERM]
    (asked,) = outcome.of("asked")
    assert (asked["pid"], asked["by"], asked["signal"]) == (reported[2][0], outcome.pid, 15)
    names = {worker["name"] for worker in described(outcome).values()}
    # The third may be gone before it has learned its own name.
    assert {"leave it", "crash it"} <= names <= {"leave it", "crash it", "linger it"}


def test_workers_of_an_executor_are_named(
    collector: Collector, program: Callable[[str], str], start_method: str
) -> None:
    text = """
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor
if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    with ProcessPoolExecutor(2, mp_context=context) as executor:
        print(list(executor.map(abs, [-1, -2])))
"""
    outcome = collector.run([sys.executable, program(text), start_method])
    assert outcome.text() == "[1, 2]\n"
    targets = {worker["target"] for worker in described(outcome).values()}
    assert targets == {"concurrent.futures.process._process_worker"}
    assert set(ends(outcome)) >= set(described(outcome))


def test_what_runs_is_named_whatever_it_is(
    collector: Collector, program: Callable[[str], str]
) -> None:
    text = """
import functools, multiprocessing

class Secret:
    def __getattribute__(self, name): raise SystemExit("looked at " + name)
    def __call__(self): pass

class Runner:
    def go(self): pass

class Own(multiprocessing.Process):
    def run(self): pass

class Shy(multiprocessing.Process):
    def __getattr__(self, name): raise SystemExit("looked at " + name)

if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    targets = [print, functools.partial(functools.partial(print)), Runner().go, Secret(), Runner]
    processes = [multiprocessing.Process(target=target) for target in targets] + [Own(), Shy()]
    for process in processes:
        process.start()
        process.join()
"""
    outcome = collector.run([sys.executable, program(text)])
    assert (outcome.exit_status, outcome.everything("stderr")) == (0, "")
    assert [worker.get("target") for worker in described(outcome).values()] == [
        "builtins.print",
        "builtins.print",
        "__main__.Runner.go",
        "__main__.Secret",
        "__main__.Runner",
        "__main__.Own.run",
        None,
    ]


def test_helpers_are_ordinary_processes(
    collector: Collector, program: Callable[[str], str]
) -> None:
    outcome = collector.run([sys.executable, program(POOL), "forkserver"])
    commands = [" ".join(hello.get("argv", [])) for hello in outcome.of("hello")]
    assert sum("resource_tracker" in command for command in commands) == 1
    (server,) = [
        hello
        for hello in outcome.of("hello")
        if "forkserver" in str(hello.get("argv")) and hello["pid"] != outcome.pid
    ]
    for pid in described(outcome):
        assert outcome.hello(pid)["ppid"] == server["pid"]


def test_a_nested_pool_has_its_own_parent(
    collector: Collector, program: Callable[[str], str], start_method: str
) -> None:
    text = """
import multiprocessing, sys

def inner(): print("inner")

def outer(method):
    process = multiprocessing.get_context(method).Process(target=inner, name="inner one")
    process.start()
    process.join()

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    process = context.Process(target=outer, args=(sys.argv[1],), name="outer one")
    process.start()
    process.join()
"""
    outcome = collector.run([sys.executable, program(text), start_method])
    by_name = {worker["name"]: worker for worker in described(outcome).values()}
    assert by_name["outer one"]["parent"] == outcome.pid
    assert by_name["inner one"]["parent"] == by_name["outer one"]["pid"]
    assert outcome.text(by_name["inner one"]["pid"]) == "inner\n"


@pytest.mark.parametrize(
    ("make", "how"),
    [
        ("pid = os.fork()", "fork"),
        ("pid, fd = os.forkpty()", "fork"),
        (
            "pid = os.posix_spawn(sys.executable, [sys.executable, '-c', 'print(7)'], os.environ)",
            "exec",
        ),
        (
            "pid = os.fork()\nif not pid:"
            " os.execv(sys.executable, [sys.executable, '-c', 'print(7)'])",
            "fork exec",
        ),
        ("pid = os.spawnv(os.P_NOWAIT, sys.executable, [sys.executable, '-c', '0'])", "fork exec"),
    ],
    ids=["fork", "forkpty", "posix_spawn", "fork then exec", "spawnv"],
)
def test_processes_made_by_hand_say_hello(
    collector: Collector, program: Callable[[str], str], make: str, how: str
) -> None:
    text = f"import os, sys\n{make}\nif not pid: os._exit(0)\nos.waitpid(pid, 0)\nprint(pid)\n"
    outcome = collector.run([sys.executable, program(text)])
    child = int(outcome.text())
    hellos = [hello for hello in outcome.of("hello") if hello["pid"] == child]
    assert " ".join(hello["how"] for hello in hellos) == how
    assert all(hello["ppid"] == outcome.pid for hello in hellos)


def test_the_exit_status_of_a_subprocess_is_reported(
    collector: Collector, program: Callable[[str], str], some_interpreter: str
) -> None:
    text = """
import subprocess, sys
subprocess.run(["/bin/sh", "-c", "exit 5"])
child = subprocess.Popen(["/bin/sleep", "60"])
child.kill()
child.wait()
print(child.pid)
"""
    outcome = collector.run([some_interpreter, program(text)])
    assert sorted(ends(outcome).values()) == [-9, 5]
    (asked,) = outcome.of("asked")
    assert asked["pid"] == int(outcome.text())
    assert ends(outcome)[asked["pid"]] == -9


def test_two_threads_may_start_processes_at_once(
    collector: Collector, program: Callable[[str], str]
) -> None:
    text = """
import multiprocessing, os, sys, threading

def show(name):
    links = []
    for fd in os.listdir("/proc/self/fd"):
        try:
            links.append(os.readlink("/proc/self/fd/" + fd))
        except OSError:
            pass
    print(name, any(os.environ["MPTUI_RUN"] in link for link in links))

def start(names):
    for name in names:
        process = context.Process(target=show, args=(name,), name=name)
        process.start()
        process.join()

context = multiprocessing.get_context("fork")
threads = [threading.Thread(target=start, args=([f"{letter}{n}" for n in range(20)],))
           for letter in "abc"]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
    outcome = collector.run([sys.executable, "-W", "ignore", program(text)])
    workers = described(outcome)
    assert len(workers) == 60
    for pid, worker in workers.items():
        assert outcome.text(pid) == f"{worker['name']} False\n"
    assert len(ends(outcome)) == 60


def test_loky_workers_are_named(collector: Collector, program: Callable[[str], str]) -> None:
    pytest.importorskip("loky")
    text = """
import loky
if __name__ == "__main__":
    executor = loky.get_reusable_executor(max_workers=2)
    print(list(executor.map(abs, [-1, -2])))
    executor.shutdown(wait=True)
"""
    outcome = collector.run([sys.executable, program(text)])
    assert outcome.text() == "[1, 2]\n"
    workers = described(outcome)
    assert {worker["start_method"] for worker in workers.values()} == {"loky"}
    assert set(ends(outcome)) >= set(workers)


def test_a_parent_reports_each_child_it_starts(
    collector: Collector, program: Callable[[str], str], some_interpreter: str
) -> None:
    text = """
import os, pathlib, subprocess
subprocess.run([pathlib.Path("/bin/true"), b"of bytes", "of text"])
subprocess.run("exit 3", shell=True)
os.waitpid(os.posix_spawn("/bin/true", ("true",), {}), 0)
"""
    outcome = collector.run([some_interpreter, program(text)])
    made = outcome.of("made")
    commands = [["/bin/true", "of bytes", "of text"], ["/bin/sh", "-c", "exit 3"], ["true"]]
    assert [record["argv"] for record in made] == commands
    assert {record["by"] for record in made} == {outcome.pid}
    assert [*ends(outcome)] == [record["pid"] for record in made[:2]]


def test_a_parent_reports_each_worker_in_one_record(
    collector: Collector, program: Callable[[str], str], some_interpreter: str, start_method: str
) -> None:
    outcome = collector.run([some_interpreter, program(POOL), start_method])
    workers = [record for record in outcome.of("made") if "name" in record]
    assert len(workers) == 2
    for worker in workers:
        assert (worker["by"], worker["start_method"]) == (outcome.pid, start_method)
        assert worker["target"] == "multiprocessing.pool.worker"
    assert {record["pid"] for record in outcome.of("ended")} >= {w["pid"] for w in workers}


def test_a_program_that_does_not_exist_was_never_started(
    collector: Collector, program: Callable[[str], str]
) -> None:
    text = """
import subprocess
for _ in range(2):
    try:
        subprocess.run(["/nothing/like/it"])
    except FileNotFoundError:
        print("missing")
subprocess.run(["/bin/sh", "-c", "exit 255"])
"""
    outcome = collector.run([sys.executable, program(text)])
    assert outcome.text() == "missing\nmissing\n"
    assert [record["argv"][0] for record in outcome.of("made")] == ["/bin/sh"]
    assert list(ends(outcome).values()) == [255]


def test_a_forked_child_knows_its_parent_even_if_that_is_gone(
    collector: Collector, program: Callable[[str], str]
) -> None:
    text = """
import os, time
if os.fork() == 0:
    if os.fork() == 0:
        time.sleep(0.1)
        os._exit(0)
    os._exit(0)
os.wait()
"""
    outcome = collector.run([sys.executable, program(text)])
    _, child, grandchild = sorted(outcome.of("hello"), key=lambda hello: hello["pid"])
    assert child["parent"] == outcome.pid
    assert grandchild["parent"] == child["pid"]


def test_a_signal_that_ends_a_group_is_reported_with_its_sender(
    collector: Collector, program: Callable[[str], str]
) -> None:
    text = """
import os, signal, subprocess
for kill, sign in ((os.killpg, 1), (os.kill, -1)):
    child = subprocess.Popen(["/bin/sleep", "60"], start_new_session=True)
    kill(sign * child.pid, signal.SIGTERM)
    child.wait()
"""
    outcome = collector.run([sys.executable, program(text)])
    asked = [(record["pid"], record["signal"]) for record in outcome.of("asked_group")]
    assert asked == [(pid, signal.SIGTERM) for pid in ends(outcome)]


FAILURES = """
import multiprocessing, os, sys

class Quota(Exception):
    def __str__(self): raise SystemError("never asked for")

def fail(how):
    if how == "key": {}["region"]
    if how == "text": raise ValueError("no such page\\n" + 500 * "x")
    if how == "own": raise Quota("ada", 3, object())
    if how == "leave": sys.exit(3)
    if how == "nested":
        child = multiprocessing.get_context("fork").Process(target=fail, args=("key",))
        child.start(); child.join()

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    for how in "key", "text", "own", "leave", "nested", "well":
        process = context.Process(target=fail, args=(how,), name=how)
        process.start(); process.join()
"""
READINGS = """
import multiprocessing, os, sys
read, unread, well = [
    multiprocessing.get_context("fork").Process(target=os._exit, args=(code,)) for code in (3, 3, 0)
]
for process in read, unread, well:
    process.start()
    process.join()
    process.is_alive()
print(read.pid, read.exitcode, read.exitcode, well.exitcode)
pool = multiprocessing.get_context("fork").Pool(1)
first = pool._pool[0]
pool.apply_async(os._exit, (1,))
while first in pool._pool:
    pass
pool.terminate()
"""


def test_the_exception_that_ends_a_worker_is_reported(
    collector: Collector, program: Callable[[str], str], start_method: str
) -> None:
    command = [sys.executable, program(FAILURES), start_method]
    outcome = collector.run(command)
    names = {pid: record["name"] for pid, record in described(outcome).items()}
    errors = {names[record["pid"]]: record["error"] for record in outcome.of("failed")}
    assert errors.pop("key") == "KeyError: 'region'"
    assert errors.pop("own") == "Quota: 'ada', 3, object"
    assert errors.pop("text").startswith("ValueError: no such page\nxxx")
    (nested,) = errors.items()
    assert nested[1] == "KeyError: 'region'"
    assert "_mptui_probe" not in outcome.everything("stderr")
    arguments = {record["name"]: record.get("arguments") for record in described(outcome).values()}
    assert arguments["key"] == "'key'"


def test_that_the_program_reads_an_exit_code_is_reported_once(collector: Collector) -> None:
    outcome = collector.run([sys.executable, "-c", READINGS])
    (record,) = outcome.of("exitcode_read")
    assert str(record["pid"]) == outcome.text().split()[0]
    assert outcome.of("fault") == []
