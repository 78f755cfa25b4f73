"""What watching tasks costs: the CPU time of programs whose tasks are many and tiny.

Each program is measured by itself, under `mptui run --headless`, and under viztracer, in turns; the
CPU time is what the program and its workers say they used, so a machine that does other things too
distorts it little. A tool for one library (mpire with insights) is compared with that library
without it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

import mptui
from tests.benchmarks.commands import MPTUI
from tests.benchmarks.rounds import minima
from tests.benchmarks.table import milliseconds, print_table, ratio
from tests.programs.environments import python_with

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_PROGRAM = """
import concurrent.futures, multiprocessing, os, time
def trivial(number):
    return number
def burn(number):
    end = time.process_time() + 0.001
    while time.process_time() < end:
        pass
def take(tasks, results):
    for number in iter(tasks.get, None):
        results.put(number)
def main():
    {body}
    used = os.times()
    print(sum(used[:4]))
if __name__ == "__main__":
    main()
"""
_POOL = """with multiprocessing.get_context("fork").Pool(2) as pool:
        pool.map({call})
        pool.close()
        pool.join()"""
_EXECUTOR = """context = multiprocessing.get_context("fork")
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as executor:
        for future in [executor.submit(trivial, number) for number in range(20_000)]:
            future.result()"""
_QUEUE = """context = multiprocessing.get_context("fork")
    tasks, results = context.SimpleQueue(), context.SimpleQueue()
    workers = [context.Process(target=take, args=(tasks, results)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for number in range(100):
        tasks.put(number)
    for number in range(50_000):
        results.get()
        tasks.put(number)
    for _ in workers:
        tasks.put(None)
    for worker in workers:
        worker.join()"""
_MPIRE = """from mpire import WorkerPool
    with WorkerPool(2, start_method="fork", enable_insights={insights}) as pool:
        pool.map(trivial, range(100_000), chunk_size=1)"""
_PROGRAMS: Final = {
    "100,000 tasks, chunksize 1": _POOL.format(call="trivial, range(100_000), 1"),
    "100,000 tasks, default chunks": _POOL.format(call="trivial, range(100_000)"),
    "20,000 submits to an executor": _EXECUTOR,
    "50,000 items through a queue": _QUEUE,
    "2,000 tasks of 1 ms": _POOL.format(call="burn, range(2_000), 1"),
}
_RIVALS: Final = ("mpire", "viztracer")
_ALONE = """
import pickle, sys, time
sys.path.insert(0, sys.argv[1])
import _mptui_probe
_mptui_probe.streams.run = sys.argv[2]
from _mptui_probe.tasks.rings import open_ring_of_items, watch_calls
def function(number):
    return number
if sys.argv[3] == "call":
    begin, finish = watch_calls("pool", 0, [None])
    given, result = ((0, 0, function, (7,), {}),), (0, 0, (True, 7))
else:
    (begin, finish), given, result = open_ring_of_items(0), (pickle.dumps(7),), None
tasks, best = range(100_000), float("inf")
for _ in range(9):
    start = time.perf_counter()
    for _ in tasks:
        pass
    middle = time.perf_counter()
    for _ in tasks:
        begin(*given)
        finish(None, result)
    end = time.perf_counter()
    best = min(best, (end - middle) - (middle - start))
print(best / len(tasks))
"""
"""The best of nine rounds: what other programs take of the machine only ever adds."""


def compare(environment: Mapping[str, str], rounds: int) -> None:
    """Print the tables."""
    folder = Path(environment["XDG_STATE_HOME"])
    python = _python_with_rivals()
    rows = [
        (name, *_compare_program(_write(folder, body), environment, rounds, python))
        for name, body in _PROGRAMS.items()
    ]
    print_table(
        "CPU time of a program and its workers (the least of all rounds)",
        ("plain python", "mptui run", "ratio", "viztracer"),
        rows,
    )
    if python is not None:
        _compare_mpire(folder, environment, rounds, python)
    probe = str(Path(mptui.__file__).parent / "probe")
    for what, kind in (("a task", "call"), ("an item of a queue", "item")):
        seconds = _run((sys.executable, "-c", _ALONE, probe, str(folder), kind), environment)
        sys.stdout.write(f"\nBegin and end of {what}, alone: {1e6 * seconds:.2f} microseconds\n")


def _compare_program(
    program: Path, environment: Mapping[str, str], rounds: int, python: str | None
) -> tuple[str, ...]:
    commands: dict[str, Sequence[str]] = {
        "plain": (sys.executable, str(program)),
        "ours": (*MPTUI, "run", "--headless", "--python", sys.executable, str(program)),
    }
    if python is not None:
        trace = str(program.with_suffix(".json"))
        tracer = (python, "-m", "viztracer", "--quiet", "--log_multiprocess", "-o", trace)
        commands["viztracer"] = (*tracer, str(program))
    used = _cpu_seconds(commands, environment, rounds)
    plain = used["plain"]
    viztracer = ratio(used["viztracer"], plain) if "viztracer" in used else "-"
    return milliseconds(plain), milliseconds(used["ours"]), ratio(used["ours"], plain), viztracer


def _compare_mpire(folder: Path, environment: Mapping[str, str], rounds: int, python: str) -> None:
    programs = {
        insights: _write(folder, _MPIRE.format(insights=insights)) for insights in (False, True)
    }
    commands = {str(key): (python, str(path)) for key, path in programs.items()}
    used = _cpu_seconds(commands, environment, rounds)
    row = (milliseconds(used["False"]), milliseconds(used["True"]))
    print_table(
        "The same of mpire, without and with its insights",
        ("without", "with", "ratio"),
        [("100,000 tasks, chunk_size 1", *row, ratio(used["True"], used["False"]))],
    )


def _cpu_seconds(
    commands: Mapping[str, Sequence[str]], environment: Mapping[str, str], rounds: int
) -> dict[str, float]:
    def measure(command: Sequence[str]) -> Callable[[], dict[str, float]]:
        return lambda: {"cpu": _run(command, environment)}

    found = minima({name: measure(command) for name, command in commands.items()}, rounds)
    return {name: figures["cpu"] for name, figures in found.items()}


def _run(command: Sequence[str], environment: Mapping[str, str]) -> float:
    ran = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return float(ran.stdout.split()[-1])


def _write(folder: Path, body: str) -> Path:
    path = folder / f"program{len(list(folder.glob('*.py')))}.py"
    path.write_text(_PROGRAM.format(body=body))
    return path


def _python_with_rivals() -> str | None:
    try:
        return python_with(sys.executable, _RIVALS)
    except (pytest.skip.Exception, pytest.fail.Exception) as reason:
        sys.stdout.write(f"without {' and '.join(_RIVALS)}: {reason}\n")
        return None
