"""What each process waits in is seen from outside: which lock, which queue, which process."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest

from mptui import events
from tests.running import of_type, printed, processes_named
from tests.supervisor.altering import alter_supervisor
from tests.supervisor.waiting import found_waiting, needs_sight, program, wait_of, watched

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs_sight


@pytest.mark.parametrize(
    ("code", "wait", "timed"),
    [
        ("time.sleep(60)", "sleep", True),
        ("import select; select.select([], [], [], 60)", "sleep", True),
        ("os.dup2(os.pipe()[0], 0); os.read(0, 1)", "input", False),
        ("os.dup2(os.pipe()[0], 0); import select; select.select([0], [], [])", "input", False),
        ("a, b = multiprocessing.Pipe(); a.recv()", "receive", False),
        ("r, w = os.pipe(); os.read(r, 1)", "receive", False),
        ("r, w = os.pipe(); os.write(w, bytes(2**20))", "send", False),
        ("r, w = os.pipe(); os.dup2(w, 1); os.write(1, bytes(2**20))", "output", False),
        ("s = socket.create_server(('127.0.0.1', 0)); s.accept()", "socket", False),
        ("a, b = socket.socketpair(); a.recv(1)", "socket", False),
        ("signal.pause()", "signal", False),
        ("lock = threading.Lock(); lock.acquire(); lock.acquire()", "thread", False),
        ("threading.Event().wait(60)", "thread", True),
        ("fork(time.sleep, 'it', 60); os.wait()", "children", False),
        ("import asyncio; asyncio.run(asyncio.sleep(60))", "poll", True),
        (
            """
            import select
            poll = select.poll()
            for _ in range(2):
                poll.register(os.dup(os.pipe()[0]), select.POLLIN)
            ends = [os.pipe() for _ in range(2)]
            for reading, _ in ends:
                poll.register(reading, select.POLLIN)
            poll.poll()
            """,
            "poll",
            False,
        ),
    ],
)
def test_what_a_process_waits_in_is_seen(code: str, wait: str, timed: bool) -> None:
    found = found_waiting(code, wait)
    assert (found.timed, found.queue, found.lock, found.joined) == (timed, None, None, None)


@pytest.mark.parametrize(
    ("code", "wait", "peers"),
    [
        ("a, b = multiprocessing.Pipe(); fork(time.sleep, 'it', 60); a.recv()", "receive", [0, 1]),
        (
            "r, w = os.pipe(); fork(time.sleep, 'it', 60); os.close(w); os.read(r, 1)",
            "receive",
            [1],
        ),
        (
            "r, w = os.pipe(); fork(time.sleep, 'it', 60); os.close(r); os.write(w, bytes(2**20))",
            "send",
            [1],
        ),
        ("r, w = os.pipe(); os.dup2(w, 1); os.write(1, bytes(2**20))", "output", [0]),
        (
            "s = socket.create_server(('127.0.0.1', 0)); c = socket.create_connection("
            "s.getsockname()); c.recv(1)",
            "socket",
            [],
        ),
    ],
)
def test_who_has_the_other_end_of_a_pipe_is_seen(code: str, wait: str, peers: list[int]) -> None:
    assert found_waiting(code, wait).peers == peers


@pytest.mark.parametrize(
    ("code", "inside_only"),
    [
        ("lock = threading.Lock(); lock.acquire(); lock.acquire()", True),
        (
            "stop = threading.Event(); signal.signal(signal.SIGTERM, lambda *_: stop.set()); "
            "stop.wait()",
            False,
        ),
    ],
)
def test_whether_a_handler_of_a_signal_may_end_it_is_seen(code: str, inside_only: bool) -> None:
    assert found_waiting(code, "thread").inside_only == inside_only


@pytest.mark.parametrize("timeout", ["", "timeout=60"])
def test_waiting_for_an_item_is_waiting_for_the_queue(timeout: str) -> None:
    found = found_waiting(
        f"""
        task_queue = multiprocessing.Queue()
        tell_queue(task_queue, "task_queue", get=task_queue._rlock)
        fork(task_queue.get, "other")
        task_queue.get({timeout})
        """,
        "get",
    )
    assert (found.on, found.queue) == ("task_queue", 0)


def test_waiting_for_a_turn_at_a_queue_is_waiting_for_the_queue() -> None:
    code = """
    task_queue = multiprocessing.Queue()
    tell_queue(task_queue, "task_queue", get=task_queue._rlock)
    for name in "one", "two", "three":
        fork(task_queue.get, name)
    time.sleep(60)
    """
    with watched(*program(code)) as until:
        seen = until(lambda seen: all(wait_of(seen, worker, "get") for worker in (1, 2, 3)))
    assert {event.queue for event in of_type(events.WaitStarted, seen) if event.process} == {0}


def test_waiting_for_room_in_a_queue_is_waiting_for_the_queue() -> None:
    found = found_waiting(
        """
        results = multiprocessing.Queue(1)
        tell_queue(results, "results", put=results._sem)
        results.put(1)
        results.put(2)
        """,
        "put",
    )
    assert (found.on, found.queue) == ("results", 0)


def test_waiting_for_a_queue_to_be_done_is_waiting_for_the_queue() -> None:
    found = found_waiting(
        """
        jobs = multiprocessing.JoinableQueue()
        tell_queue(jobs, "jobs", "joinable", join=jobs._cond._wait_semaphore)
        jobs.put(1)
        jobs.join()
        """,
        "join",
    )
    assert (found.on, found.queue, found.joined) == ("jobs", 0, None)


def test_the_worker_of_a_pool_waits_for_a_task() -> None:
    found = found_waiting(
        """
        pool = multiprocessing.get_context("fork").Pool(1)
        inqueue = pool._inqueue
        tell_queue(inqueue, "pool", "pool", get=inqueue._rlock)
        time.sleep(60)
        """,
        "task",
        process=1,
    )
    assert (found.on, found.queue) == ("pool", 0)


@pytest.mark.parametrize(
    "code",
    [
        "multiprocessing.get_context('fork').Pool(1).map(time.sleep, [60])",
        "futures.ProcessPoolExecutor(1).submit(time.sleep, 60).result()",
        "futures.ThreadPoolExecutor(1).submit(time.sleep, 60).result()",
    ],
)
def test_a_process_that_handed_out_tasks_waits_for_their_results(code: str) -> None:
    found = found_waiting(f"from concurrent import futures; {code}", "result")
    assert (found.queue, found.lock) == (None, None)


@pytest.mark.parametrize(
    ("made", "semaphores", "waits", "kind"),
    [
        ("Lock()", "[it]", "it.acquire(); it.acquire()", "lock"),
        ("Semaphore(0)", "[it]", "it.acquire()", "semaphore"),
        ("Condition()", "[it._lock, it._wait_semaphore]", "it.acquire(); it.wait()", "condition"),
        ("Event()", "[it._flag, it._cond._wait_semaphore]", "it.wait()", "event"),
        ("Barrier(2)", "[it._cond._wait_semaphore]", "it.wait()", "barrier"),
    ],
)
def test_a_lock_is_called_by_its_name(made: str, semaphores: str, waits: str, kind: str) -> None:
    code = f"""
    it = multiprocessing.{made}
    for semaphore in {semaphores}:
        tell_lock(semaphore, "it", "{kind}")
    {waits}
    """
    found = found_waiting(code, kind)
    assert (found.on, found.timed) == ("it", False)
    assert found.lock is not None


def test_a_lock_that_was_not_reported_is_a_lock_without_a_name() -> None:
    found = found_waiting(
        """
        from _multiprocessing import SemLock
        lock = SemLock(1, 0, 1, f"/mptui-{os.getpid()}", True)
        lock.acquire()
        """,
        "lock",
    )
    assert (found.on, found.lock) == (None, 0)


def test_two_that_wait_for_each_other_each_hold_what_the_other_wants() -> None:
    code = """
    first, second = multiprocessing.Lock(), multiprocessing.RLock()
    tell_lock(first, "first")
    tell_lock(second, "second")
    both = multiprocessing.Barrier(2)

    def take(one, other):
        with one:
            both.wait()
            with other:
                pass

    fork(take, "one", first, second)
    fork(take, "two", second, first)
    time.sleep(60)
    """
    with watched(*program(code)) as until:
        seen = until(lambda seen: bool(wait_of(seen, 1, "lock") and wait_of(seen, 2, "lock")))
    one, two = wait_of(seen, 1, "lock"), wait_of(seen, 2, "lock")
    assert one is not None
    assert two is not None
    assert (one.on, two.on) == ("second", "first")
    assert (one.holds, two.holds) == ([two.lock], [one.lock])


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_lock_is_the_same_in_every_process(method: str) -> None:
    code = f"""
    context = multiprocessing.get_context({method!r})
    lock = context.Lock()
    tell_lock(lock, "lock")
    lock.acquire()
    acquire = __import__("operator").methodcaller("acquire")
    for name in "one", "two":
        context.Process(target=acquire, args=(lock,), name=name).start()
    time.sleep(60)
    """
    with watched(*program(code)) as until:

        def waiting(seen: list[events.Event]) -> list[events.WaitStarted | None]:
            workers = [n for n, name in processes_named(seen).items() if name in ("one", "two")]
            return [wait_of(seen, worker, "lock") for worker in workers]

        seen = until(
            lambda seen: (
                len([one for one in waiting(seen) if one]) == 2
                and wait_of(seen, 0, "sleep") is not None
            )
        )
    held = wait_of(seen, 0, "sleep")
    assert held is not None
    assert [(one.on, [one.lock], one.holds) for one in waiting(seen) if one] == [
        ("lock", held.holds, []),
        ("lock", held.holds, []),
    ]


def test_what_is_taken_to_be_kept_is_not_held() -> None:
    found = found_waiting(
        """
        signals = multiprocessing.Semaphore(2)
        flag = multiprocessing.Lock()
        tell_lock(signals, "signals", "semaphore")
        tell_lock(flag, "flag")
        signals.acquire()
        flag.acquire()
        flag.release()
        time.sleep(60)
        """,
        "sleep",
    )
    assert found.holds == []


@pytest.mark.parametrize(("timeout", "timed"), [("", False), ("60", True)])
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_join_names_the_process(method: str, timeout: str, timed: bool) -> None:
    code = f"""
    context = multiprocessing.get_context({method!r})
    process = context.Process(target=time.sleep, args=(60,), name="sleeper")
    process.start()
    process.join({timeout})
    """
    with watched(*program(code)) as until:
        seen = until(
            lambda seen: (wait_of(seen, 0, "join") or wait_of(seen, 0, "poll")) is not None
        )
    found = wait_of(seen, 0, "join")
    (sleeper,) = [number for number, name in processes_named(seen).items() if name == "sleeper"]
    assert found is not None
    assert (found.on, found.joined) == ("sleeper", sleeper)
    assert found.timed == timed or method == "forkserver"


def test_a_program_that_is_not_python_is_seen_too() -> None:
    with watched("/bin/sh", "-c", "/bin/sleep 60; exit") as until:
        seen = until(
            lambda seen: bool(
                (wait_of(seen, 0, "join") or wait_of(seen, 0, "children"))
                and wait_of(seen, 1, "sleep")
            )
        )
    assert of_type(events.WaitStarted, seen)


def test_a_wait_ends_before_its_process() -> None:
    code = """
    process = fork(time.sleep, "killed", 60)
    os.read(0, 1)
    time.sleep(1)
    process.kill()
    process.join()
    time.sleep(1)
    """
    with watched(*program(code)) as until:
        seen = until(lambda seen: bool(of_type(events.ProcessExited, seen)))
    of_child = [
        event.__struct_config__.tag
        for event in seen
        if isinstance(event, events.WaitStarted | events.WaitFinished | events.ProcessExited)
        and event.process == 1
    ]
    assert of_child == ["wait_started", "wait_finished", "process_exited"]
    (began,) = [event for event in of_type(events.WaitStarted, seen) if event.process == 1]
    (ended,) = [event for event in of_type(events.WaitFinished, seen) if event.process == 1]
    assert ended.kind == began.kind == "sleep"
    assert ended.seconds == pytest.approx(ended.t - began.t)


def test_a_process_that_works_waits_for_nothing() -> None:
    code = """
    os.write(1, b"begin")
    while time.process_time() < 1.5:
        pass
    os.write(1, b"end")
    time.sleep(60)
    """
    with watched(*program(code)) as until:
        seen = until(lambda seen: wait_of(seen, 0, "sleep") is not None)
    until_end = next(
        place for place in range(len(seen)) if b"end" in printed(seen[: place + 1], process=0)
    )
    since_begin = next(place for place in range(len(seen)) if printed(seen[: place + 1], process=0))
    assert of_type(events.WaitStarted, seen[since_begin:until_end]) == []


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.ENOENT])
def test_where_the_kernel_forbids_it_that_is_said_once(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = f"""
from mptui.supervisor.linux.proc_files import ProcFiles
read = ProcFiles.read
def forbid(self, process, path):
    if path.endswith("/syscall"):
        raise OSError({number}, "no")
    return read(self, process, path)
ProcFiles.read = forbid
"""
    alter_supervisor(monkeypatch, tmp_path / "alter", body)
    code = """
    children = [fork(time.sleep, "it", 1) for _ in range(3)]
    for child in children:
        child.join()
    """
    with watched(*program(code)) as until:
        seen = until(lambda seen: bool(of_type(events.RunFinished, seen)))
    (gap,) = of_type(events.EventsDropped, seen)
    assert (gap.what, gap.count, gap.detail) == ("waits_hidden", 1, "no")
    assert of_type(events.WaitStarted, seen) == []


def test_a_kernel_that_counts_no_slices_is_good_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = """
from mptui.supervisor.linux.proc_files import ProcFiles
read = ProcFiles.read
def count_nothing(self, process, path):
    return b"0 0 0\\n" if path.endswith("/schedstat") else read(self, process, path)
ProcFiles.read = count_nothing
"""
    alter_supervisor(monkeypatch, tmp_path / "alter", body)
    assert found_waiting("signal.pause()", "signal").process == 0


def test_records_that_make_no_sense_do_no_harm() -> None:
    found = found_waiting(
        """
        lock = multiprocessing.Lock()
        lock.acquire()
        handle, place = lock._semlock.handle, id(lock._semlock)
        for address in 1, place, 2**47, 2**63, 2**64 - 1, 2**64, 2**80:
            tell("lock", kind="lock", name="lock", handle=handle, object=address)
            tell("lock", kind="lock", name="lock", handle=address, object=place)
            tell("queue", id=address, kind="queue", name="q", locks={"get": address})
        tell_lock(lock, "lock")
        lock.acquire()
        """,
        "lock",
    )
    assert (found.on, found.holds) == ("lock", [found.lock])
