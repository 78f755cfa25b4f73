"""Real programs whose work will never be done, and near misses: programs that only look like it."""

from __future__ import annotations

import pytest

from tests.findings.watching import watching_code

pytestmark = pytest.mark.slow
"""Real programs that hang or fail take their time; the rules have their histories."""

RESULT_THREAD = """
from multiprocessing import get_context
class Quota(Exception):
    def __init__(self, user, used): super().__init__(f"{user}: {used}")
def store(user):
    if user == "eve": raise Quota(user, 12)
pool = get_context("fork").Pool(2)
for user in "ada", "eve", "dan": pool.apply(store, (user,))
"""
HANDLED_ERRORS = """
from multiprocessing import get_context
import time
def store(user):
    if user == "eve": raise ValueError(user)
    time.sleep(6)
pool = get_context("fork").Pool(2)
results = [pool.apply_async(store, (user,)) for user in ("eve", "ada")]
for result in results:
    try: result.get()
    except ValueError: pass
pool.close(); pool.join()
"""
UNKNOWN_FUNCTION = """
from multiprocessing import get_context
pool = get_context("fork").Pool(2)
def clean(row): return row.strip()
pool.map(clean, "abcd", chunksize=1)
"""
IDLE_WORKER_KILLED = """
import os, signal, time
from multiprocessing import get_context
pool = get_context("fork").Pool(3)
pool.map(abs, range(6), chunksize=1)
time.sleep(1)
for worker in list(pool._pool): os.kill(worker.pid, signal.SIGKILL)
time.sleep(1)
pool.map(abs, range(6), chunksize=1)
"""
FULL_PIPE = """
import subprocess, sys
tool = subprocess.Popen([sys.executable, "-c", "print('x' * 200000)"], stdout=subprocess.PIPE)
tool.wait()
"""
SLOWLY_READ_PIPE = """
import subprocess, sys, threading, time
def read():
    time.sleep(5)
    tool.stdout.read()
tool = subprocess.Popen([sys.executable, "-c", "print('x' * 200000)"], stdout=subprocess.PIPE)
reader = threading.Thread(target=read)
reader.start()
tool.wait(); reader.join()
"""
FORKED_LOCK = """
import threading, time
from multiprocessing import get_context
lock = threading.Lock()
def refresh():
    while True:
        with lock: time.sleep(0.4)
def report():
    with lock: pass
threading.Thread(target=refresh, daemon=True, name="refresher").start()
time.sleep(0.1)
worker = get_context("fork").Process(target=report, name="report")
worker.start(); worker.join()
"""
SERVER = """
import signal, threading, time
from multiprocessing import get_context
def serve():
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    stop.wait()
timer = threading.Thread(target=time.sleep, args=(6,))
timer.start()
worker = get_context("fork").Process(target=serve, name="server")
worker.start(); timer.join(); worker.terminate(); worker.join()
"""
OUTSIDE = """
import os, socket, subprocess, sys
from multiprocessing import get_context
LATE = "import socket, sys, time; s = socket.create_connection(('127.0.0.1', int(sys.argv[1]))); "
def take(server):
    server.accept()[0].recv(10)
server = socket.create_server(("127.0.0.1", 0))
port = str(server.getsockname()[1])
subprocess.Popen([sys.executable, "-I", "-c", LATE + "time.sleep(7); s.send(b'job')", port])
worker = get_context("fork").Process(target=take, args=(server,))
worker.start(); worker.join()
"""


def test_a_pool_whose_results_nobody_receives() -> None:
    with watching_code(RESULT_THREAD) as dead, watching_code(HANDLED_ERRORS) as handled:
        finding = dead.finds("pool-stuck")
        assert "that receives the results of pool has died: TypeError" in finding.headline
        assert "raised Quota: eve: 12" in finding.evidence
        assert set(handled.ends()) <= {"no-progress"}


def test_a_pool_that_lost_tasks_with_its_workers_or_their_lock() -> None:
    with watching_code(UNKNOWN_FUNCTION) as unknown, watching_code(IDLE_WORKER_KILLED) as killed:
        while ", and pool will never finish" not in unknown.finds("worker-failed").headline:
            assert unknown.goes_on()
        finding = unknown.now()["worker-failed"]
        assert "ended with exit code 1: AttributeError" in finding.headline
        assert "2 tasks were lost" in finding.evidence
        assert "took the lock" not in finding.evidence
        assert "was killed by SIGKILL" in killed.finds("pool-stuck").headline


def test_a_child_that_writes_into_a_pipe_that_nobody_reads() -> None:
    with watching_code(FULL_PIPE) as full, watching_code(SLOWLY_READ_PIPE) as read:
        finding = full.finds("deadlock")
        assert "waits to write to its output, a full pipe that only" in finding.evidence
        assert read.ends() == {}


def test_a_lock_that_was_taken_before_a_fork() -> None:
    with watching_code(FORKED_LOCK) as stuck, watching_code(SERVER) as serving:
        finding = stuck.finds("deadlock")
        assert finding.headline.startswith("report waits for a lock inside itself, taken when it ")
        assert serving.ends() == {}


def test_a_worker_that_waits_for_somebody_outside_is_no_deadlock() -> None:
    with watching_code(OUTSIDE) as watched:
        assert set(watched.ends()) <= {"no-progress"}
