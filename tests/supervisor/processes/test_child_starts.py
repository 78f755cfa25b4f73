"""A process is in the recording once, whichever reports it first: itself, its parent, its end."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
from typing import TYPE_CHECKING, Final

import msgspec
import pytest

from mptui import events
from mptui.supervisor.link.probe_records import Asked, Described, Ended, Hello, Made
from mptui.supervisor.processes.end_requests import EndRequests
from mptui.supervisor.processes.registry import ProcessRegistry
from mptui.supervisor.processes.watched_process import ASKED_SECONDS
from tests.running import of_type, processes_named, run_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.events import Event
    from mptui.supervisor.processes.watched_process import WatchedProcess

GONE: Final = 2**22 - 3
"""A pid that no process has: the kernel's default limit is far below."""


class Registry(ProcessRegistry):
    """One whose main process is a real one, and whose time stands still until it is moved."""

    def __init__(self, main: int) -> None:
        self.recorded: list[Event] = []
        self.now = 0.0
        super().__init__(self.recorded.append, lambda: self.now, lambda _: None)
        self.main = self.add_main(main, ["program"])
        self.end_requests = EndRequests(self, self.recorded.append, lambda: self.now)

    def report(self, record: Hello | Made | Described) -> None:
        if isinstance(record, Hello):
            self.add_hello(record)
        elif isinstance(record, Made):
            self.add_made(record)
        else:
            self.describe(record)

    def started(self) -> list[events.ProcessStarted]:
        return of_type(events.ProcessStarted, self.recorded)[1:]

    def argv_of(self, process: WatchedProcess) -> list[str] | None:
        """The command line that was recorded last."""
        return [
            event.argv
            for event in self.recorded
            if isinstance(event, events.ProcessStarted | events.ProcessChanged)
            and event.process == process.number
            and event.argv
        ][-1]

    def exited(self) -> events.ProcessExited:
        return of_type(events.ProcessExited, self.recorded)[-1]


@pytest.fixture
def living() -> Iterator[int]:
    """A process that is there."""
    with subprocess.Popen(["/bin/sleep", "60"]) as process:
        yield process.pid
        process.kill()


@pytest.fixture
def registry() -> Registry:
    return Registry(os.getppid())


def found(registry: Registry, pid: int) -> WatchedProcess:
    process = registry.get(pid)
    assert process is not None
    return process


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_order_in_which_a_worker_is_reported_does_not_matter(
    registry: Registry, living: int, order: tuple[int, ...]
) -> None:
    main = registry.main.pid
    argv = ["python", "-c", "from multiprocessing.spawn import spawn_main; spawn_main()"]
    said = Described(
        pid=living,
        name="Process-1",
        start_method="spawn",
        target="__main__.work",
        parent=main,
        role="worker",
    )
    reports: list[Hello | Made | Described] = [
        Made(by=main, **msgspec.structs.asdict(said)),
        Hello(pid=living, ppid=main, how="exec", argv=argv),
        said,
    ]
    for place in order:
        registry.report(reports[place])
    assert len(registry.started()) == 1
    worker = found(registry, living)
    assert (worker.name, worker.role, worker.parent) == ("Process-1", "worker", 0)
    assert (worker.start_method, worker.target) == ("spawn", "__main__.work")
    assert (registry.argv_of(worker), worker.instrumented) == (argv, True)


def test_what_a_child_says_of_its_command_is_not_taken_back(
    registry: Registry, living: int
) -> None:
    main = registry.main.pid
    registry.report(Hello(pid=living, ppid=main, how="exec", argv=["python", "script.py"]))
    registry.report(Made(pid=living, by=main, argv=["./script.py"]))
    assert registry.argv_of(found(registry, living)) == ["python", "script.py"]


@pytest.mark.parametrize("is_reported_by_parent", [True, False])
def test_an_orphan_that_was_found_first_gets_the_parent_it_had(
    registry: Registry, living: int, *, is_reported_by_parent: bool
) -> None:
    main = registry.main.pid
    assert registry.find(living).parent is None
    if is_reported_by_parent:
        registry.report(Made(pid=living, by=main))
    else:
        registry.report(Hello(pid=living, ppid=os.getpid(), how="fork", parent=main))
    assert found(registry, living).parent == 0


def test_a_child_that_ended_before_its_parent_reported_it_is_not_found_again(
    registry: Registry,
) -> None:
    main = registry.main.pid
    registry.report(Hello(pid=GONE, ppid=main, how="fork"))
    registry.end(found(registry, GONE), 0)
    registry.report(Made(pid=GONE, by=main, name="Process-1"))
    assert len(registry.started()) == 1


def test_the_next_process_with_the_same_pid_is_another(registry: Registry) -> None:
    main = registry.main.pid
    for _ in range(2):
        registry.report(Made(pid=GONE, by=main, argv=["/bin/true"]))
        registry.end(found(registry, GONE), 0)
    assert [event.process for event in registry.started()] == [1, 2]


def test_a_process_cannot_be_its_own_ancestor(registry: Registry, living: int) -> None:
    hello = Hello(pid=living, ppid=registry.main.pid, how="fork", parent=living)
    registry.report(hello)
    process = found(registry, living)
    registry.report(Made(pid=living, by=living, name="own child"))
    registry.report(Described(pid=living, name="own child", parent=living))
    assert process.parent is None
    assert len(registry.started()) == 1
    registry.end(process, 0)
    assert list(registry.living) == [registry.main]


def test_a_child_is_found_by_its_end_alone(registry: Registry) -> None:
    registry.report_end(Ended(pid=GONE, by=registry.main.pid, code=3))
    (started,) = registry.started()
    assert started.parent == 0
    assert found(registry, GONE).reported_code == 3


def test_a_process_that_is_not_known_is_not_believed(registry: Registry, living: int) -> None:
    registry.report(Made(pid=living, by=GONE, argv=["/bin/true"]))
    registry.report_end(Ended(pid=living, by=GONE, code=3))
    # Nor is another user's process made one of the program's by being ended.
    registry.end_requests.note(Asked(pid=1, by=registry.main.pid, signal=signal.SIGTERM))
    assert registry.started() == []


@pytest.mark.parametrize(
    ("code", "later", "terminated_by"),
    [
        (-signal.SIGTERM, 0.0, 0),
        (-signal.SIGKILL, 0.0, None),
        (15, ASKED_SECONDS / 2, 0),
        (0, ASKED_SECONDS * 2, None),
        (None, 0.0, None),
    ],
)
def test_whoever_asked_is_named_where_the_end_is_as_asked(
    registry: Registry, living: int, code: int | None, later: float, terminated_by: int | None
) -> None:
    main = registry.main.pid
    registry.report(Made(pid=living, by=main))
    registry.end_requests.note(Asked(pid=living, by=main, signal=signal.SIGTERM))
    registry.now += later
    registry.end(found(registry, living), code)
    assert registry.exited().terminated_by == terminated_by


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_worker_that_is_ended_at_once_has_its_name_and_an_end(method: str) -> None:
    code = f"""
import multiprocessing, time
process = multiprocessing.get_context({method!r}).Process(target=time.sleep, args=(60,), name="it")
process.start()
process.kill()
process.join()
"""
    recorded = run_code(code)
    (worker,) = [number for number, name in processes_named(recorded).items() if name == "it"]
    (end,) = [e for e in of_type(events.ProcessExited, recorded) if e.process == worker]
    assert (end.signal, end.terminated_by) == (signal.SIGKILL, 0)


@pytest.mark.parametrize("function", ["posix_spawn", "posix_spawnp"])
def test_a_program_started_by_hand_is_found(function: str) -> None:
    code = f"""
import os, signal
os.waitpid(os.{function}("/bin/true", ["true", b"\\xff"], {{}}), 0)
"""
    (_, child) = of_type(events.ProcessStarted, run_code(code))
    assert (child.name, child.argv, child.parent) == ("true", ["true", "\\udcff"], 0)


@pytest.mark.parametrize(
    "become",
    [
        "os.execv('/bin/true', ['true'])",
        "os.execve('/bin/true', ['true'], {})",
        "os.execvp('true', ['true'])",
        "os.execlp('true', 'true')",
        "os.execvpe(b'true', [b'true'], dict(os.environ))",
    ],
)
def test_a_fork_that_becomes_another_program_does_not_keep_its_parent_s_name(become: str) -> None:
    recorded = run_code(f"import os\npid = os.fork()\nif not pid: {become}\nos.waitpid(pid, 0)")
    assert processes_named(recorded)[1] == "true"
    assert sorted(event.process for event in of_type(events.ProcessExited, recorded)) == [0, 1]


@pytest.mark.parametrize("command", ["'no-such-program-here'", "'/etc'", "'/etc/passwd'"])
def test_a_fork_that_fails_to_become_another_program_keeps_its_name(command: str) -> None:
    code = (
        "import os\nif not (pid := os.fork()):\n"
        f"    try: os.execlp({command}, 'other')\n    finally: os._exit(0)\nos.waitpid(pid, 0)"
    )
    names = processes_named(run_code(code))
    assert names[1] == names[0] == "python -c"
