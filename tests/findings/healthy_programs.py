"""Programs in which nothing is wrong, though they wait, fail and kill as a matter of course."""

from __future__ import annotations

from typing import Final

SERVERS: Final = """
import asyncio, os, signal, socket
from multiprocessing import Process, Queue

def accept(listener):
    while True:
        listener.accept()[0].close()

def loop():
    async def main():
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        await server.serve_forever()
    asyncio.run(main())

def work(orders):
    while orders.get() is not None:
        pass

if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0))
    orders = Queue()
    processes = [Process(target=accept, args=(listener,)) for _ in range(2)]
    processes += [Process(target=loop), Process(target=work, args=(orders,))]
    for process in processes:
        process.start()
    signal.signal(signal.SIGTERM, lambda *_: [process.terminate() for process in processes])
    for process in processes:
        process.join()
"""
"""It never ends by itself."""

PROGRAMS: Final = {
    "idle between batches": """
import time
from multiprocessing import Pool

def square(n):
    time.sleep(0.05)
    return n * n

if __name__ == "__main__":
    with Pool(4) as pool:
        for batch in range(2):
            sum(pool.map(square, range(20)))
            time.sleep(6)
""",
    "executor cancelled": """
import time
from concurrent.futures import ProcessPoolExecutor

def work(n):
    time.sleep(0.5)
    return n

if __name__ == "__main__":
    executor = ProcessPoolExecutor(3)
    futures = [executor.submit(work, n) for n in range(60)]
    for future in futures[:9]:
        future.result()
    executor.shutdown(wait=True, cancel_futures=True)
    assert any(future.cancelled() for future in futures)
""",
    "exit codes are answers": """
import subprocess, sys, time
from multiprocessing import Process

def check(n):
    time.sleep(0.2)
    sys.exit(n % 3)

if __name__ == "__main__":
    for n in range(12):
        process = Process(target=check, args=(n,), name=f"check-{n}")
        process.start()
        process.join()
        print(n, {0: "same", 1: "differs", 2: "unknown"}[process.exitcode])
        print(subprocess.run([sys.executable, "-c", "raise SystemExit(3)"]).returncode)
    sys.exit("8 differences")
""",
    "short timeouts polled": """
import queue, time
from multiprocessing import Event, Process, Queue

def poll(orders, stop):
    while not stop.is_set():
        try:
            orders.get(timeout=0.2)
        except queue.Empty:
            continue

if __name__ == "__main__":
    orders, stop = Queue(), Event()
    team = [Process(target=poll, args=(orders, stop)) for _ in range(3)]
    for process in team:
        process.start()
    for n in range(4):
        time.sleep(2)
        orders.put(n)
    stop.set()
    for process in team:
        process.join()
""",
    "stopped in order": """
import signal, time
from multiprocessing import Process

def work():
    done = []
    signal.signal(signal.SIGTERM, lambda *_: done.append(1))
    while not done:
        time.sleep(0.1)
    time.sleep(0.5)

if __name__ == "__main__":
    for reload in range(3):
        team = [Process(target=work, name=f"server-{n}") for n in range(2)]
        for process in team:
            process.start()
        time.sleep(2.5)
        for process in team:
            process.terminate()
        for process in team:
            process.join()
""",
    "a manager": """
import time
from multiprocessing import Manager, Process

def work(shared, lock, n):
    for step in range(15):
        with lock:
            shared[f"{n}-{step}"] = step
        time.sleep(0.2)

if __name__ == "__main__":
    with Manager() as manager:
        shared, lock = manager.dict(), manager.Lock()
        team = [Process(target=work, args=(shared, lock, n)) for n in range(3)]
        for process in team:
            process.start()
        for process in team:
            process.join()
        time.sleep(5)
""",
    "daemons on a joinable queue": """
import time
from multiprocessing import JoinableQueue, Process

def work(orders):
    while True:
        orders.get()
        time.sleep(0.1)
        orders.task_done()

if __name__ == "__main__":
    orders = JoinableQueue()
    for n in range(3):
        Process(target=work, args=(orders,), daemon=True).start()
    for batch in range(2):
        for n in range(20):
            orders.put(n)
        orders.join()
        time.sleep(5)
""",
    "barrier and event": """
import time
from multiprocessing import Barrier, Event, Process

def party(barrier, start, n):
    start.wait()
    for step in range(4):
        time.sleep(0.3 + 0.5 * n)
        barrier.wait()

if __name__ == "__main__":
    barrier, start = Barrier(3), Event()
    team = [Process(target=party, args=(barrier, start, n)) for n in range(3)]
    for process in team:
        process.start()
    time.sleep(5)
    start.set()
    for process in team:
        process.join()
""",
    "questions through pipes": """
import time
from multiprocessing import Pipe, Process

def answer(connection):
    while True:
        time.sleep(0.3)
        connection.send(connection.recv() * 2)

if __name__ == "__main__":
    pairs = []
    for n in range(3):
        mine, theirs = Pipe()
        process = Process(target=answer, args=(theirs,))
        process.start()
        theirs.close()
        pairs.append((mine, process))
    for n in range(4):
        for mine, _ in pairs:
            mine.send(n)
        print([mine.recv() for mine, _ in pairs])
        time.sleep(2)
    for _, process in pairs:
        process.terminate()
        process.join()
""",
    "joined in order": """
import time
from multiprocessing import Process

if __name__ == "__main__":
    team = [Process(target=time.sleep, args=(seconds,)) for seconds in (12, 1, 1, 0.2)]
    for process in team:
        process.start()
    for process in team:
        process.join()
""",
    "too slow is an answer": """
import time
from multiprocessing import Process

def run(n):
    time.sleep(30 if n % 3 else 0.1)

if __name__ == "__main__":
    for n in range(8):
        process = Process(target=run, args=(n,), name=f"submission-{n}")
        process.start()
        process.join(1)
        if process.is_alive():
            process.kill()
            process.join()
""",
    "results taken at the end": """
import time
from multiprocessing import Process, Queue

def work(results, n):
    for step in range(350):
        results.put((n, step))
        time.sleep(0.02)
    results.put(None)

if __name__ == "__main__":
    results = Queue()
    team = [Process(target=work, args=(results, n)) for n in range(3)]
    for process in team:
        process.start()
    time.sleep(9)
    left = 3
    while left:
        left -= results.get() is None
    for process in team:
        process.join()
""",
    "a program outside answers": """
import socket, subprocess, sys
from multiprocessing import Lock, Process

SERVER = (
    "import socket, time; listener = socket.create_server(('127.0.0.1', 0));"
    "print(listener.getsockname()[1], flush=True);"
    "[(time.sleep(3), listener.accept()[0].sendall(b'x')) for _ in range(3)]"
)

def ask(lock, port):
    with lock, socket.create_connection(("127.0.0.1", port)) as connection:
        connection.recv(1)

if __name__ == "__main__":
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE)
    port, lock = int(server.stdout.readline()), Lock()
    team = [Process(target=ask, args=(lock, port)) for _ in range(3)]
    for process in team:
        process.start()
    for process in team:
        process.join()
    server.wait()
""",
    "a pipe that somebody opens later": """
import os, tempfile, time
from multiprocessing import Process

def read(path):
    with open(path) as pipe:
        print(pipe.read())

if __name__ == "__main__":
    path = os.path.join(tempfile.mkdtemp(), "pipe")
    os.mkfifo(path)
    process = Process(target=read, args=(path,), name="reader")
    process.start()
    time.sleep(8)
    with open(path, "w") as pipe:
        pipe.write("hello")
    process.join()
""",
    "stopped and continued": """
import os, signal, time
from multiprocessing import Process

def work():
    end = time.monotonic() + 8
    while time.monotonic() < end:
        time.sleep(0.1)

if __name__ == "__main__":
    process = Process(target=work)
    process.start()
    time.sleep(1)
    os.kill(process.pid, signal.SIGSTOP)
    time.sleep(5)
    os.kill(process.pid, signal.SIGCONT)
    process.join()
""",
    "semaphore as a rate limit": """
import threading, time
from multiprocessing import Process, Semaphore

def work(permits):
    for _ in range(5):
        permits.acquire()

if __name__ == "__main__":
    permits = Semaphore(0)
    team = [Process(target=work, args=(permits,)) for _ in range(3)]
    for process in team:
        process.start()
    def refill():
        for _ in range(15):
            time.sleep(0.6)
            permits.release()
    threading.Thread(target=refill, daemon=True).start()
    for process in team:
        process.join()
""",
    "waits that end by themselves": """
import queue
from multiprocessing import Event, Process, Queue

def wait(event):
    event.wait(9)

if __name__ == "__main__":
    orders, event = Queue(), Event()
    team = [Process(target=wait, args=(event,)) for _ in range(2)]
    for process in team:
        process.start()
    try:
        orders.get(timeout=8)
    except queue.Empty:
        print("nothing came")
    for process in team:
        process.join()
""",
}
"""Each by what it does as a matter of course; all of them end by themselves."""
