"""What only a traceback tells of: threads, items and initializers that failed, and near misses."""

from __future__ import annotations

import pytest

from tests.histories import Story
from tests.model.findings.finding import found, found_by, rules
from tests.model.findings.test_pools import idle_pool, threads_of

THREAD = """Exception in thread {name}:
Traceback (most recent call last):
  File "/usr/lib/python3.12/threading.py", line 1045, in _bootstrap_inner
    self.run()
  File "/home/ada/study/feed.py", line 6, in consume
    print(10 / item)
          ~~~^~~~~~
ZeroDivisionError: division by zero
"""
CALLBACK = """Exception in thread Thread-3 (_handle_results):
Traceback (most recent call last):
  File "/usr/lib/python3.12/multiprocessing/pool.py", line 595, in _handle_results
    cache[job]._set(i, obj)
  File "/usr/lib/python3.12/multiprocessing/pool.py", line 779, in _set
    self._callback(self._value)
  File "/home/ada/study/images.py", line 7, in add
    raise ValueError("no such column: b")
ValueError: no such column: b
"""
FEEDER = """Traceback (most recent call last):
  File "/usr/lib/python3.12/multiprocessing/queues.py", line 244, in _feed
    obj = _ForkingPickler.dumps(obj)
          ^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.12/multiprocessing/reduction.py", line 51, in dumps
    cls(buf, protocol).dump(obj)
AttributeError: Can't pickle local object 'main.<locals>.<lambda>'
"""
INITIALIZER = """Exception in initializer:
Traceback (most recent call last):
  File "/usr/lib/python3.12/concurrent/futures/process.py", line 240, in _process_worker
    initializer(*initargs)
  File "/home/ada/study/predict.py", line 4, in load_model
    open(path)
FileNotFoundError: [Errno 2] No such file or directory: 'model.bin'
"""
IN_POOL = INITIALIZER.replace("Exception in initializer", "Process ForkPoolWorker").replace(
    "concurrent/futures/process.py", "multiprocessing/pool.py"
)


def told(text: str, name: str = "feed.py") -> Story:
    story = Story(name)
    story.work(1.0, [])
    # As it is written through a pipe: piece by piece.
    for line in text.splitlines(keepends=True):
        story.say(story.main, line, stream="stderr")
    story.work(1.0, [])
    return story


def test_a_thread_that_died_of_an_exception() -> None:
    finding = found_by("thread-died", told(THREAD.format(name="consumer")).events)
    assert finding.headline == (
        "Thread consumer of feed.py died: ZeroDivisionError: division by zero"
    )
    assert "feed.py:6 in consume" in finding.evidence
    assert finding.severity == "warning"


@pytest.mark.parametrize(
    "text",
    [
        "Exception in thread safety of the module: none\n",
        "log: Exception in thread consumer: see above\n",
        "waiting in _feed\n",
        "initializer(*initargs)\n",
    ],
)
def test_words_that_are_no_traceback(text: str) -> None:
    assert found(told(text).events) == ()


def test_a_traceback_on_standard_output_is_none() -> None:
    story = Story("feed.py")
    story.say(story.main, THREAD.format(name="consumer"))
    story.work(1.0, [])
    assert found(story.events) == ()


def test_the_last_error_of_a_chain_counts() -> None:
    text = THREAD.format(name="consumer") + (
        "\nDuring handling of the above exception, another exception occurred:\n\n"
        "Traceback (most recent call last):\n"
        '  File "/home/ada/study/feed.py", line 9, in consume\n'
        "    raise Broken from None\n"
        "feed.Broken\n"
    )
    finding = found_by("thread-died", told(text).events)
    assert finding.headline.endswith("died: feed.Broken")
    assert "feed.py:9 in consume" in finding.evidence


def test_an_item_that_cannot_be_pickled_explains_the_wait_for_it() -> None:
    story = told(FEEDER, "jobs.py")
    worker = story.process("eater", start_method="fork", target="__main__.eat")
    story.queue(0, 1, 1, name="jobs")
    story.wait(worker, "get", "jobs", queue=0)
    story.threads(story.main, {story.pid(0): "MainThread"})
    story.wait(story.main, "join", "eater", joined=worker)
    story.work(5.0, [])
    (finding,) = found(story.events)
    assert finding.kind == "item-not-sent"
    assert finding.severity == "error"
    assert finding.headline.startswith(
        "What jobs.py put into a queue was never sent: AttributeError: Can't pickle local object"
    )
    assert "came out" not in finding.evidence
    assert "eater waits to get something from jobs" in finding.evidence


def test_a_callback_that_ended_the_thread_of_the_results() -> None:
    story = told(CALLBACK, "images.py")
    idle_pool(put=4, got=4, story=story)
    threads_of(story, "Thread-1 (_handle_workers)")
    story.work(1.0, [])
    (finding,) = found(story.events)
    assert finding.headline == (
        "The thread of images.py that receives the results of pool has died: ValueError: no such "
        "column: b"
    )
    assert "A callback raised it at 1.0 s, images.py:7 in add." in finding.evidence
    assert finding.advice.startswith("A callback must not raise")


def test_an_initializer_of_an_executor_that_fails() -> None:
    story = Story("predict.py")
    workers = [
        story.process(
            f"ForkProcess-{n}",
            start_method="fork",
            target="concurrent.futures.process._process_worker",
        )
        for n in (1, 2)
    ]
    story.queue(0, 4, 0, kind="executor", name="models")
    story.say(workers[0], INITIALIZER, stream="stderr")
    story.exit(workers[0], 0)
    story.exit(workers[1], signal=15, terminated_by=story.main)
    finding = found_by("initializer-failed", story.finish())
    assert finding.headline == (
        "The initializer of an executor of predict.py failed: FileNotFoundError: [Errno 2] No such "
        "file or directory: 'model.bin'"
    )
    assert "predict.py:4 in load_model" in finding.evidence
    assert "4 tasks of models were never begun" in finding.evidence


def test_an_initializer_that_fails_in_each_new_worker_of_a_pool() -> None:
    story = Story("predict.py")
    for number in range(1, 9):
        worker = story.process(
            f"ForkPoolWorker-{number}", start_method="fork", target="multiprocessing.pool.worker"
        )
        story.say(worker, IN_POOL, stream="stderr")
        story.after(0.1)
        story.exit(worker, 1, error="FileNotFoundError: model.bin")
    story.work(3.0, [])
    finding = found_by("crash-loop", story.events)
    assert "in the initializer of their pool, predict.py:4 in load_model" in finding.evidence
    assert finding.advice.startswith("The initializer fails in each worker")
    assert rules(story.events) == ["crash-loop"]


def test_a_join_of_a_queue_whose_thread_has_died_is_no_lock() -> None:
    story = Story("feed.py")
    feeder = story.process("feeder", start_method="spawn", target="__main__.feed")
    story.say(feeder, THREAD.format(name="consumer"), stream="stderr")
    story.wait(feeder, "thread", inside_only=True)
    story.wait(story.main, "join", "feeder", joined=feeder)
    story.work(1.0, [])
    story.stacks(
        feeder,
        ("/usr/lib/python3.12/threading.py", 355, "wait"),
        ("/usr/lib/python3.12/queue.py", 90, "join"),
        ("/home/ada/study/feed.py", 10, "feed"),
    )
    story.work(5.0, [])
    (finding,) = found(story.events)
    assert finding.headline == ("feeder waits for another thread to wake it, but it has none left")
    assert "Its thread consumer died at 0.0 s, feed.py:6 in consume" in finding.evidence
    assert "taken twice" not in finding.advice
