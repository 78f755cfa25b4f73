"""What goes through the program's queues is counted, and the queues are the program's own still."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.probe.plain_runs import INTERRUPT_ONCE_BLOCKED, run_as_plainly, run_plainly
from tests.probe.queues.item_counts import Counts, counts_by_process, queues, totals, totals_by_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.probe.collector import Collector

PRODUCERS_AND_CONSUMERS = """
import multiprocessing, sys

def produce(tasks, done):
    for number in range(100):
        tasks.put(number)
    done.put("done")

def consume(tasks, results):
    while True:
        number = tasks.get()
        if number is None:
            break
        results.put(number)

class Work:
    pass

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    work = Work()
    task_queue, work.done = context.Queue(), context.SimpleQueue()
    work.results = context.JoinableQueue(5)
    producers = [context.Process(target=produce, args=(task_queue, work.done)) for _ in range(3)]
    consumers = [context.Process(target=consume, args=(task_queue, work.results)) for _ in range(4)]
    for process in producers + consumers:
        process.start()
    for producer in producers:
        work.done.get()
        producer.join()
    for _ in consumers:
        task_queue.put(None)
    total = 0
    for _ in range(300):
        total += work.results.get(timeout=60)
        work.results.task_done()
    work.results.join()
    for consumer in consumers:
        consumer.join()
    print(total, [process.exitcode for process in producers + consumers])
"""


def test_every_item_is_counted_where_it_is_put_and_where_it_is_got(
    collector: Collector, program: Callable[[str], str], interpreter: str, start_method: str
) -> None:
    outcome = collector.run([interpreter, program(PRODUCERS_AND_CONSUMERS), start_method])
    assert outcome.everything("stderr") == ""
    assert outcome.text() == "14850 [0, 0, 0, 0, 0, 0, 0]\n"
    assert not outcome.of("fault")
    assert totals_by_name(collector, outcome) == {
        "task_queue": Counts(304, 304),
        "results": Counts(300, 300),
        "done": Counts(3, 3),
    }
    reported = {queue["name"]: queue for queue in queues(outcome).values()}
    assert {name: queue["kind"] for name, queue in reported.items()} == {
        "task_queue": "queue",
        "results": "joinable",
        "done": "simple",
    }
    assert {name: queue.get("maxsize") for name, queue in reported.items()} == {
        "task_queue": None,
        "results": 5,
        "done": None,
    }
    assert set(reported["results"]["locks"]) == {"get", "put", "join"}
    by_process = counts_by_process(collector, outcome)
    tasks = reported["task_queue"]["id"]
    assert sorted(counts[tasks].put for counts in by_process.values() if counts[tasks].put) == [
        4, 100, 100, 100,
    ]  # fmt: skip
    assert by_process[outcome.pid][reported["results"]["id"]] == Counts(0, 300)


def test_a_spawned_process_reports_where_it_has_the_locks_of_its_queues(
    collector: Collector, program: Callable[[str], str], some_interpreter: str
) -> None:
    outcome = collector.run([some_interpreter, program(PRODUCERS_AND_CONSUMERS), "spawn"])
    made = queues(outcome)
    given = [record for record in outcome.of("queue") if record["pid"] != outcome.pid]
    assert given
    for record in given:
        assert "name" not in record
        assert record["kind"] == made[record["id"]]["kind"]
        assert record.get("maxsize") == made[record["id"]].get("maxsize")
    uses = {(record["pid"], record["id"], use) for record in given for use in record["locks"]}
    kinds = {made[record["id"]]["kind"]: record for record in given}
    for kind, expected in {"queue": {"get", "put"}, "joinable": {"get", "put", "join"}}.items():
        pid, identity = kinds[kind]["pid"], kinds[kind]["id"]
        assert {use for *queue, use in uses if queue == [pid, identity]} == expected
    assert not outcome.of("lock")


def test_a_child_that_was_forked_by_hand_counts_for_itself(
    collector: Collector, interpreter: str
) -> None:
    code = """
import multiprocessing, os
context = multiprocessing.get_context("fork")
simple, queue = context.SimpleQueue(), context.Queue()
for item in range(5):
    simple.put(item)
    queue.put(item)
simple.get(), queue.get()
if os.fork() == 0:
    simple.get(), simple.get(), queue.get()
    simple.put(5)
    os._exit(0)
os.wait()
print(simple.get())
"""
    outcome = collector.run([interpreter, "-W", "ignore", "-c", code])
    assert (outcome.text(), outcome.text(stream="stderr")) == ("3\n", "")
    names = {queue["name"]: identity for identity, queue in queues(outcome).items()}
    by_process = counts_by_process(collector, outcome)
    (child,) = set(by_process) - {outcome.pid}
    assert by_process[outcome.pid] == {names["simple"]: (5, 2), names["queue"]: (5, 1)}
    assert by_process[child] == {names["simple"]: (1, 2), names["queue"]: (0, 1)}


def test_a_queue_that_is_closed_is_inherited_as_plainly(
    collector: Collector, interpreter: str
) -> None:
    code = """
import multiprocessing
from multiprocessing.queues import Queue
context = multiprocessing.get_context("fork")
class Delegating(Queue):
    def __getattr__(self, name):
        raise RuntimeError(name)
queues = [context.Queue(), context.SimpleQueue(), Delegating(ctx=context)]
for queue in queues:
    queue.put(1)
    queue.get()
    queue.close()
queues[0].join_thread(), queues[2].join_thread()
def look():
    print([queue._reader.closed for queue in queues])
process = context.Process(target=look)
process.start()
process.join()
"""
    command = [interpreter, "-W", "ignore", "-c", code]
    outcome = run_as_plainly(collector, command)
    assert outcome.everything() == "[True, True, True]\n"
    assert list(totals(collector, outcome).values()) == [Counts(1, 1)] * 3


def test_queues_beyond_the_room_of_a_file_get_another(
    collector: Collector, some_interpreter: str
) -> None:
    code = """
import multiprocessing
for _ in range(140):
    queue = multiprocessing.get_context("fork").SimpleQueue()
    queue.put(1)
    queue.get()
"""
    outcome = collector.run([some_interpreter, "-c", code])
    assert outcome.text(stream="stderr") == ""
    assert len(outcome.of("counts")) == 2
    assert list(totals(collector, outcome).values()) == [Counts(1, 1)] * 140


def test_an_item_that_cannot_be_sent_has_left_the_queue(
    collector: Collector, interpreter: str
) -> None:
    code = """
import multiprocessing
queue = multiprocessing.get_context("fork").Queue()
queue.put(lambda: None)
queue.put("sent")
print(queue.get())
"""
    outcome = run_as_plainly(collector, [interpreter, "-c", code])
    assert "pickle" in outcome.text(stream="stderr")
    assert totals_by_name(collector, outcome) == {"queue": Counts(2, 2)}


BEHAVIOUR = """
import gc, multiprocessing, os, queue, threading
context = multiprocessing.get_context("fork")
def attempt(call, *arguments, **options):
    try:
        print(call.__name__, call(*arguments, **options))
    except Exception as error:
        print(call.__name__, type(error), error)
def count_descriptors():
    return len(os.listdir("/proc/self/fd"))
for kind in (context.Queue, context.JoinableQueue):
    bounded = kind(2)
    attempt(bounded.get, timeout=0.01)
    attempt(bounded.get_nowait)
    attempt(bounded.put, 1)
    attempt(bounded.put, 2, timeout=10)
    attempt(bounded.put, 3, timeout=0.01)
    attempt(bounded.put_nowait, 3)
    print(bounded.qsize(), bounded.full())
    attempt(bounded.get)
    attempt(bounded.get, timeout=60)
    print(bounded.qsize(), bounded.empty())
    bounded.close()
    attempt(bounded.put, 1)
    attempt(bounded.join_thread)
    attempt(bounded.get)
abandoned = context.Queue()
abandoned.put(bytes(1 << 20))
abandoned.cancel_join_thread()
abandoned.close()
simple = context.SimpleQueue()
attempt(simple.put, b"text")
attempt(simple.get)
simple.put(1)
print(simple.empty(), simple.get(), simple.empty())
simple.close()
attempt(simple.get)
attempt(simple.put, 1)
gc.collect()
gc.disable()
before = count_descriptors()
simple = context.SimpleQueue()
simple.put(1)
simple.get()
unused = context.Queue()
print(count_descriptors() - before)
del simple, unused
print(count_descriptors() - before)
print(sorted(thread.name for thread in threading.enumerate()))
"""


def test_a_queue_behaves_as_plainly(collector: Collector, interpreter: str) -> None:
    outcome = run_as_plainly(collector, [interpreter, "-W", "error", "-bb", "-c", BEHAVIOUR])
    assert outcome.exit_status == 0


PICKLED = """
import pickle, pickletools, sys, multiprocessing
from multiprocessing import context, reduction
given = multiprocessing.get_context("spawn")
class Popen:
    def duplicate_for_child(self, descriptor):
        return 7
def spell(argument):
    if type(argument) is int and argument > 1 << 20 and argument != (1 << 31) - 1:
        return "an address or a pid"
    if type(argument) is str and argument.startswith("/mp-"):
        return "a name"
    return argument
things = [
    given.Queue(), given.Queue(3), given.JoinableQueue(), given.SimpleQueue(), given.Lock(),
    given.RLock(), given.Semaphore(), given.Condition(), given.Event(), given.Barrier(2),
]
multiprocessing.process.current_process()._config.pop("authkey", None)
things[0].put(1), things[0].get()
things[3].put(1), things[3].get()
import os
own = os.getpid()
context.set_spawning_popen(Popen())
for thing in things[:-1]:
    pickled = bytes(reduction.ForkingPickler.dumps(thing))
    print([(operation.name, spell(argument)) for operation, argument, _ in
           pickletools.genops(pickled) if argument != own])
print(type(things[-1].__getstate__()), len(things[-1].__getstate__()))
"""


def test_what_a_queue_or_a_lock_is_pickled_as_is_unchanged(
    collector: Collector, interpreter: str
) -> None:
    run_as_plainly(collector, [interpreter, "-c", PICKLED])


BLOCKING = {
    "queue.get()": ("pipe", "read"),
    "queue.get(timeout=60)": ("poll",),
    "queue.put(3)": ("futex",),
    "joinable.join()": ("futex",),
    "simple.get()": ("pipe", "read"),
    "simple.put(bytes(1 << 20))": ("pipe", "write"),
    "lock.acquire()": ("futex",),
    "condition.wait()": ("futex",),
    "event.wait()": ("futex",),
    "barrier.wait()": ("futex",),
}


@pytest.mark.parametrize("call", BLOCKING)
def test_an_interrupted_call_shows_no_frame_of_the_probe(
    collector: Collector, some_interpreter: str, call: str
) -> None:
    code = f"""
import multiprocessing, os, signal, time
{INTERRUPT_ONCE_BLOCKED}
context = multiprocessing.get_context("fork")
queue = context.Queue({1 if "put" in call else 0})
joinable, simple = context.JoinableQueue(), context.SimpleQueue()
lock, condition, event = context.Lock(), context.Condition(), context.Event()
barrier = context.Barrier(2)
lock.acquire()
condition.acquire()
if {"put" in call}:
    queue.put(1)
    while queue._thread is None or queue._buffer:
        time.sleep(0.001)
joinable.put(1)
joinable.get()
parent = os.getpid()
if os.fork() == 0:
    try:
        interrupt_once_blocked(parent, {BLOCKING[call]!r})
    finally:
        os._exit(0)
queue.cancel_join_thread()
{call}
"""
    command = [some_interpreter, "-W", "ignore", "-c", code]
    plain, outcome = run_plainly(command), collector.run(command)
    assert "KeyboardInterrupt" in plain.stderr
    assert outcome.text(stream="stderr") == plain.stderr
    assert not outcome.of("fault")


def test_a_worker_that_is_interrupted_in_a_get_shows_no_frame_of_the_probe(
    collector: Collector, program: Callable[[str], str], some_interpreter: str, start_method: str
) -> None:
    text = f"""
import multiprocessing, sys
{INTERRUPT_ONCE_BLOCKED}
def work(queue, started):
    started.set()
    queue.get()

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    queue, started = context.Queue(), context.Event()
    process = context.Process(target=work, args=(queue, started))
    process.start()
    started.wait()
    interrupt_once_blocked(process.pid, ("pipe", "read"))
    process.join()
    print(process.exitcode)
"""
    outcome = run_as_plainly(collector, [some_interpreter, program(text), start_method])
    assert "KeyboardInterrupt" in outcome.everything("stderr")
    assert outcome.text() == "1\n"


MODULES = (
    "attribute_hooks",
    "queues.assigned_names",
    "queues.constructions",
    "queues.item_counts",
    "queues.queue_records",
    "queues.queues",
    "queues.received_objects",
)


@pytest.mark.parametrize("module", MODULES)
def test_a_failing_import_of_a_hook_leaves_the_queues_alone(
    collector: Collector, program: Callable[[str], str], module: str
) -> None:
    text = f'import sys\nsys.modules["_mptui_probe.{module}"] = None\n' + PRODUCERS_AND_CONSUMERS
    outcome = collector.run([sys.executable, program(text), "fork"])
    assert outcome.everything("stderr") == ""
    assert outcome.text() == "14850 [0, 0, 0, 0, 0, 0, 0]\n"


@pytest.mark.parametrize(
    ("module", "name", "step"),
    [
        ("item_counts", "posix", "_prepare"),
        ("queues", "report_queue", "_prepare"),
        ("item_counts", "make_mapping", None),
    ],
)
def test_a_failing_step_is_switched_off_and_reported_once(
    collector: Collector, program: Callable[[str], str], module: str, name: str, step: str | None
) -> None:
    text = f"import multiprocessing.queues\nimport _mptui_probe.queues.{module} as broken\n"
    text += f"broken.{name} = None\n" + PRODUCERS_AND_CONSUMERS
    outcome = collector.run([sys.executable, program(text), "fork"])
    assert outcome.everything("stderr") == ""
    assert outcome.text() == "14850 [0, 0, 0, 0, 0, 0, 0]\n"
    reported = [(fault["pid"], fault["step"]) for fault in outcome.of("fault")]
    assert len(reported) == len(set(reported))
    assert step is None or (outcome.pid, step) in reported
    assert totals(collector, outcome) == {} or name == "report_queue"


def test_a_run_folder_without_room_leaves_the_queues_alone(
    collector: Collector, program: Callable[[str], str]
) -> None:
    text = "import multiprocessing.queues\nimport _mptui_probe.mappings as mappings\n"
    text += "mappings._SPARE_BYTES = 1 << 62\n" + PRODUCERS_AND_CONSUMERS
    outcome = collector.run([sys.executable, program(text), "fork"])
    assert outcome.everything("stderr") == ""
    assert outcome.text() == "14850 [0, 0, 0, 0, 0, 0, 0]\n"
    assert not outcome.of("counts")
    assert outcome.of("fault")


def test_a_library_that_began_as_multiprocessing_has_its_queues_counted(
    collector: Collector, program: Callable[[str], str]
) -> None:
    pytest.importorskip("multiprocess")
    text = PRODUCERS_AND_CONSUMERS.replace("import multiprocessing", "import multiprocess")
    text = text.replace("multiprocessing.get_context", "multiprocess.get_context")
    outcome = collector.run([sys.executable, program(text), "fork"])
    assert totals_by_name(collector, outcome)["task_queue"] == Counts(304, 304)
