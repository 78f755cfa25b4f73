"""Libraries that make processes, each doing what it is made for."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from mptui import events
from tests.programs.conftest import START_METHODS
from tests.programs.watching import as_written
from tests.running import of_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from mptui.model import ProcessState
    from tests.programs.watching import Watched

pytestmark = pytest.mark.timeout(400)

each_start_method = pytest.mark.parametrize("start_method", START_METHODS)
mostly_slow_start_method = pytest.mark.parametrize(
    "start_method",
    ["fork", *(pytest.param(method, marks=pytest.mark.slow) for method in START_METHODS[1:])],
)

JOBLIB = """
import sys

from joblib import Parallel, delayed

def inner(number):
    return number * 2

def outer(number):
    print("outer", number, flush=True)
    return sum(Parallel(n_jobs=2)(delayed(inner)(i) for i in range(number)))

if __name__ == "__main__":
    for backend in sys.argv[1:]:
        tasks = (delayed(outer)(number) for number in range(4))
        print(backend, Parallel(n_jobs=2, backend=backend)(tasks))
"""

LOKY = """
import os
import signal

import loky

def say(number):
    print("working on", number, flush=True)
    return number

def die(number):
    os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    executor = loky.get_reusable_executor(max_workers=2)
    print(list(executor.map(say, range(4))))
    try:
        executor.submit(die, 0).result()
    except loky.process_executor.TerminatedWorkerError as error:
        print(type(error).__name__)
    executor = loky.get_reusable_executor(max_workers=2)
    print(list(executor.map(say, range(4, 6))))
    executor.shutdown(kill_workers=True)
"""

TASKS = """
import loky
from joblib import Parallel, delayed

def say(number):
    print(number, flush=True)

if __name__ == "__main__":
    executor = loky.get_reusable_executor(max_workers=2)
    list(executor.map(say, range(4)))
    executor.shutdown()
    for first, backend in (10, "loky"), (20, "multiprocessing"):
        tasks = (delayed(say)(number) for number in range(first, first + 4))
        Parallel(n_jobs=2, backend=backend, batch_size=1)(tasks)
"""

BARS = """
import time
from multiprocessing import Pool, RLock

from tqdm import tqdm
from tqdm.contrib.concurrent import process_map

def square(number):
    return number * number

def show(number):
    for _ in tqdm(range(5), desc=f"bar {number}", position=number, mininterval=0, ascii=True):
        time.sleep(0.01)

if __name__ == "__main__":
    print(process_map(square, range(20), max_workers=2, chunksize=5, mininterval=60))
    with Pool(2, initializer=tqdm.set_lock, initargs=(RLock(),)) as pool:
        pool.map(show, range(3), chunksize=1)
        pool.close()
        pool.join()
"""

MULTIPROCESS = """
import sys

import multiprocess

if __name__ == "__main__":
    multiprocess.set_start_method(sys.argv[1])
    with multiprocess.Pool(2) as pool:
        print(pool.map(lambda number: number + 1, range(4)))
        pool.close()
        pool.join()
    process = multiprocess.Process(target=lambda: print("from a process"), name="speaker")
    process.start()
    process.join()
    print(process.exitcode)
"""

PATHOS = """
from pathos.multiprocessing import ProcessPool

if __name__ == "__main__":
    pool = ProcessPool(2)
    print(pool.map(lambda number: number * 2, range(4)))
    pool.close()
    pool.join()
"""

PEBBLE = """
import os
import time
from concurrent.futures import TimeoutError

from pebble import ProcessExpired, ProcessPool, concurrent

def say(number):
    print("working on", number, flush=True)
    return number

def crash():
    os._exit(9)

@concurrent.process(timeout=0.3)
def sleep():
    time.sleep(60)

if __name__ == "__main__":
    with ProcessPool(2) as pool:
        print(list(pool.map(say, range(4)).result()), flush=True)
        try:
            pool.schedule(time.sleep, args=[60], timeout=0.3).result()
        except TimeoutError:
            print("too late in the pool", flush=True)
    with ProcessPool(1) as pool:
        try:
            pool.schedule(crash).result()
        except ProcessExpired as error:
            print("expired with", error.exitcode, flush=True)
    try:
        sleep().result()
    except TimeoutError:
        print("too late")
"""

MPIRE = """
import sys

from mpire import WorkerPool

def say(number):
    print("working on", number, flush=True)
    return number * number

if __name__ == "__main__":
    with WorkerPool(n_jobs=2, start_method=sys.argv[1], daemon=False) as pool:
        print(pool.map(say, range(6)))
"""

BILLIARD = """
import sys
import time

import billiard
from billiard.pool import Pool

def say(number):
    print("working on", number, flush=True)
    time.sleep(0.1)
    return number

if __name__ == "__main__":
    billiard.set_start_method(sys.argv[1])
    pool = Pool(2)
    print(pool.map(say, range(4)))
    pool.close()
    pool.join()
    process = billiard.Process(target=time.sleep, args=(60,), name="sleeper")
    process.start()
    time.sleep(0.5)
    process.terminate()
    process.join()
    print(process.exitcode)
"""

TWISTED = """
import sys

from twisted.internet import protocol, reactor

class Conversation(protocol.ProcessProtocol):
    def connectionMade(self):
        self.transport.write(b"question\\n")
        self.transport.closeStdin()

    def outReceived(self, data):
        print("heard", data)

    def processEnded(self, reason):
        print("ended", reason.value.exitCode)
        reactor.stop()

def ask():
    code = "print(input().upper()); raise SystemExit(3)"
    reactor.spawnProcess(Conversation(), sys.executable, [sys.executable, "-c", code], env=None)

reactor.callWhenRunning(ask)
reactor.run()
"""

RUNNERS = """
import sys

import invoke
import sh

print(invoke.run("echo to the terminal; exit 3", warn=True, in_stream=False).exited)
python = sys.executable
print(repr(invoke.run(f"{python} -c 'print(1)'", hide=True, in_stream=False).stdout))
print(invoke.run(f"{python} -c 'print(2)'", pty=True, in_stream=False).exited)
print(sh.Command(python)("-c", "print(3)"))
try:
    sh.Command(python)("-c", "raise SystemExit(5)")
except sh.ErrorReturnCode_5 as error:
    print("ended with", error.exit_code)
"""

RELOADER = """
import os
import signal
import sys
import time

import watchfiles

def serve():
    print("serving", flush=True)
    with open("watched/changed", "w") as file:
        file.write("by process %d" % os.getpid())
    time.sleep(60)

def stop_after(changes):
    os.kill(os.getpid(), signal.SIGINT)

if __name__ == "__main__":
    os.makedirs("watched", exist_ok=True)
    options = {"debounce": 50, "step": 10}
    print(watchfiles.run_process("watched", target=serve, callback=stop_after, **options))
"""


def said_by_each(watched: Watched, workers: list[ProcessState]) -> Counter[bytes]:
    """The lines of these workers."""
    lines = [line for worker in workers for line in watched.printed(worker).splitlines()]
    return Counter(lines)


def working_on(numbers: range) -> Counter[bytes]:
    return Counter(b"working on %d" % number for number in numbers)


def helper_names(watched: Watched) -> set[str]:
    return {process.name for process in watched.processes if process.role == "helper"}


def test_joblib_works_on_loky_with_parallel_calls_inside(
    each_environment: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(each_environment, JOBLIB, "loky")
    workers = watched.workers()
    assert {"LokyProcess-1", "LokyProcess-2"} <= {worker.name for worker in workers}
    assert {worker.start_method for worker in workers} == {"loky"}
    assert {worker.parent for worker in workers if worker.name.count("-") == 1} == {0}
    assert said_by_each(watched, workers) == Counter(b"outer %d" % n for n in range(4))
    assert helper_names(watched) == {"resource tracker"}


def test_joblib_works_on_multiprocessing_and_on_threads(
    environment: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(environment, JOBLIB, "multiprocessing", "threading")
    workers = watched.workers()
    assert all(worker.name.startswith("ForkPoolWorker-") for worker in workers)
    assert said_by_each(watched, workers) == Counter(b"outer %d" % n for n in range(4))
    assert watched.printed(watched.main).count(b"outer") == 4


def test_tasks_of_loky_and_joblib_are_told_of_who_did_them_in_their_order(
    each_environment: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(each_environment, TASKS)
    finished = sorted(of_type(events.TaskFinished, watched.events), key=lambda task: task.t)
    assert len(finished) == 12
    assert {(task.label, task.ok, task.items) for task in finished} == {("say", True, 1)}
    counted = of_type(events.QueueSampled, watched.events)
    last = {sample.queue: (sample.kind, sample.put, sample.got) for sample in counted}
    assert sorted(last.values()) == [("executor", 4, 4), ("executor", 4, 4), ("pool", 4, 4)]
    assert {(task.item, task.executor) for task in finished if task.executor == "pool"} == {
        (str(number), "pool") for number in range(20, 24)
    }
    for worker in watched.workers():
        done = [task.item for task in finished if task.process == worker.process]
        assert done == watched.printed(worker).decode().split()


def test_a_worker_of_loky_that_dies_is_told_from_those_that_are_ended(
    each_environment: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(each_environment, LOKY, normal=_without_leaks)
    assert b"TerminatedWorkerError" in watched.printed(watched.main)
    workers = watched.workers()
    assert {worker.signal for worker in workers} == {9}
    assert said_by_each(watched, workers) == working_on(range(6))
    # One ended itself, the others were ended by the executor.
    assert {worker.terminated_by for worker in workers} >= {0}
    assert None not in {worker.terminated_by for worker in workers}


def _without_leaks(output: bytes) -> object:
    """Line for line, but for loky's warning of what a killed worker leaked, which is a race."""
    lines = output.splitlines()
    return Counter(ln for ln in lines if b"resource_tracker" not in ln and b"warnings" not in ln)


def test_tqdm_draws_the_bars_of_several_processes(
    each_environment: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(each_environment, BARS, normal=_without_speed)
    workers = [worker for worker in watched.workers() if "Pool" in worker.name]
    drawn = [watched.printed(worker, "stderr") for worker in workers]
    assert all(b"\r" in bars for bars in drawn if bars)
    for number in range(3):
        # A bar is drawn by one process from its first step to its last.
        assert len([bars for bars in drawn if b"bar %d:" % number in bars]) == 1


def _without_speed(output: bytes) -> object:
    """Bars, but for what depends on the time: the speed, and the escapes that move between bars."""
    pieces = re.split(rb"[\r\n]+|\x1b\[A", output)
    whole = [piece for piece in pieces if b"|" not in piece or b"100%" in piece]
    return {re.sub(rb"\[.*\]", b"[]", piece).strip() for piece in whole}


@mostly_slow_start_method
def test_multiprocess_works(
    environment: str, start_method: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(environment, MULTIPROCESS, start_method, has_known_ends=False)
    assert b"from a process\n" in [watched.printed(process) for process in watched.processes[1:]]


@mostly_slow_start_method
def test_the_workers_of_multiprocess_are_workers(
    environment: str, start_method: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(environment, MULTIPROCESS, start_method)
    assert watched.named("speaker").role == "worker"
    assert len(watched.workers()) == 3
    assert "python -c" not in {process.name for process in watched.processes}


def test_pathos_works(environment: str, run_script: Callable[..., Watched]) -> None:
    watched = run_script(environment, PATHOS, has_known_ends=False)
    assert len(watched.processes) == 3


def test_pebble_ends_workers_that_take_too_long(
    environment: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(environment, PEBBLE)
    assert said_by_each(watched, watched.workers()) == working_on(range(4))
    assert 9 in {worker.exitcode for worker in watched.workers()}


@mostly_slow_start_method
def test_mpire_works(
    environment: str, start_method: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(environment, MPIRE, start_method)
    workers = {worker.name: worker for worker in watched.workers()}
    assert {"Worker-0", "Worker-1"} <= workers.keys()
    assert workers["Worker-0"].start_method == start_method
    assert said_by_each(watched, watched.workers()) == working_on(range(6))


@mostly_slow_start_method
def test_billiard_works(
    environment: str, start_method: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(environment, BILLIARD, start_method, has_known_ends=False)
    assert said_by_each(watched, watched.processes[1:]) == working_on(range(4))
    assert (15, 0) in {(process.signal, process.terminated_by) for process in watched.processes}


@pytest.mark.slow
def test_the_workers_of_billiard_are_workers(
    environment: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(environment, BILLIARD, "fork")
    assert watched.named("sleeper").role == "worker"
    finished = of_type(events.TaskFinished, watched.events)
    assert {(task.label, task.executor, task.ok) for task in finished} == {
        ("say", "billiard", True)
    }
    assert sum(task.items for task in finished) == 4


def test_twisted_talks_to_a_process(environment: str, run_script: Callable[..., Watched]) -> None:
    watched = run_script(environment, TWISTED, normal=as_written)
    assert watched.stream("stdout") == b"heard b'QUESTION\\n'\nended 3\n"
    (child,) = watched.processes[1:]
    assert (child.exitcode, child.byte_count) == (3, 0)


def test_invoke_and_sh_run_commands(environment: str, run_script: Callable[..., Watched]) -> None:
    watched = run_script(environment, RUNNERS, normal=as_written)
    assert b"ended with 5" in watched.stream("stdout")
    # What they read through pipes and terminals of their own is printed by nobody else.
    assert {process.byte_count for process in watched.processes[1:]} == {0}


def test_watchfiles_serves_in_a_process_and_stops_it(
    environment: str, run_script: Callable[..., Watched]
) -> None:
    watched = run_script(environment, RELOADER, normal=_first_lines)
    assert b"serving" in {watched.printed(worker).strip() for worker in watched.workers()}


def _first_lines(output: bytes) -> object:
    """What is the same each time: a traceback shows where exactly the signal struck."""
    return {
        line for line in output.splitlines() if line in (b"serving", b"1", b"KeyboardInterrupt")
    }
