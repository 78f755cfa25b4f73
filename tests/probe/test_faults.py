"""Whatever is wrong with the probe's surroundings, the program ends exactly as it would."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from mptui.probe._mptui_probe import guard
from tests.probe.collector import plain_environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.probe.collector import Collector, Outcome

PROGRAM = """
import multiprocessing, os, subprocess, sys

def square(number):
    print("worker", number)
    return number * number

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    process = multiprocessing.Process(target=square, args=(3,))
    process.start()
    process.join()
    child = subprocess.run([sys.executable, "-c", "print('child'); raise SystemExit(4)"])
    if os.fork() == 0:
        os._exit(0)
    os.wait()
    print(process.exitcode, child.returncode)
    sys.exit(7)
"""


def is_as_plainly(outcome: Outcome) -> None:
    assert outcome.everything("stderr") == ""
    assert outcome.exit_status == 7
    assert sorted(outcome.everything().splitlines()) == ["0 4", "child", "worker 3"]


def test_the_run_folder_may_be_gone(
    collector: Collector, program: Callable[[str], str], start_method: str
) -> None:
    def remove() -> None:
        shutil.rmtree(collector.folder)

    outcome = collector.run([sys.executable, program(PROGRAM), start_method], before_exec=remove)
    is_as_plainly(outcome)
    assert outcome.records == []


def test_the_run_folder_may_go_while_the_program_runs(
    collector: Collector, program: Callable[[str], str]
) -> None:
    text = PROGRAM.replace(
        'if __name__ == "__main__":',
        'if __name__ == "__main__":\n    import shutil; shutil.rmtree(os.environ["MPTUI_RUN"])',
    )
    outcome = collector.run([sys.executable, program(text), "fork"])
    is_as_plainly(outcome)
    assert [record["probe"] for record in outcome.records] == ["hello"]


def test_there_may_be_no_listener(
    collector: Collector, program: Callable[[str], str], start_method: str
) -> None:
    collector.stop_hearing()
    is_as_plainly(collector.run([sys.executable, program(PROGRAM), start_method]))


def test_the_listener_may_be_stuck(
    collector: Collector, program: Callable[[str], str], start_method: str
) -> None:
    outcome = collector.run([sys.executable, program(PROGRAM), start_method], is_deaf=True)
    is_as_plainly(outcome)
    assert len(outcome.of("hello")) >= 4


def test_there_may_be_no_room_for_another_record(
    collector: Collector, program: Callable[[str], str], start_method: str
) -> None:
    collector.fill_up()
    outcome = collector.run([sys.executable, program(PROGRAM), start_method], is_deaf=True)
    is_as_plainly(outcome)
    assert outcome.text().count("worker 3") == 1
    assert outcome.records == []


def test_what_could_not_be_reported_is_counted(
    collector: Collector, program: Callable[[str], str]
) -> None:
    text = """
import os, signal, subprocess, sys
fifo = os.environ["MPTUI_RUN"] + "/events"
os.rename(fifo, fifo + "-")
for _ in range(3):
    subprocess.run(["/bin/true"])
os.rename(fifo + "-", fifo)
subprocess.run(["/bin/true"])
"""
    outcome = collector.run([sys.executable, program(text)])
    reported = [record["probe"] for record in outcome.records]
    assert reported == ["hello", "dropped", "made", "ended"]
    # The beginning and the end of each.
    assert outcome.of("dropped")[0]["count"] == 6


@pytest.mark.parametrize("limit", [3, 4, 5, 6, 7, 8])
def test_descriptors_may_be_exhausted(collector: Collector, limit: int) -> None:
    code = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]),) * 2)
if os.fork() == 0:
    print("child")
    os._exit(0 if sys.stdout.flush() is None else 1)
print(os.waitstatus_to_exitcode(os.wait()[1]))
sys.exit(9)
"""
    outcome = collector.run([sys.executable, "-c", code, str(limit)])
    assert outcome.exit_status == 9
    assert sorted(outcome.everything().splitlines()) == ["0", "child"]
    assert outcome.everything("stderr") == ""


@pytest.mark.parametrize("limit", [4, 5, 6, 8])
def test_an_interpreter_may_start_with_hardly_a_descriptor(
    collector: Collector, limit: int
) -> None:
    def leave_few() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))

    code = "import sys; print('here'); sys.exit(9)"
    command = ["/bin/sh", "-c", '"$0" -c "$1"; exit $?', sys.executable, code]
    plain = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        env=plain_environment(),
        preexec_fn=leave_few,
    )
    outcome = collector.run(command, before_exec=leave_few)
    assert outcome.exit_status == plain.returncode
    assert outcome.everything().encode() == plain.stdout


STEPS = [
    ("subprocesses", "_report_forked"),
    ("workers", "_report_worker"),
    ("sent_signals", "_report_signal"),
    ("child_exits", "report_wait_status"),
    ("child_exits", "_report_wait"),
    ("forks", "_begin_child"),
]


@pytest.mark.parametrize(("module", "step"), STEPS)
def test_a_failing_hook_is_switched_off_and_reported_once(
    collector: Collector, program: Callable[[str], str], module: str, step: str
) -> None:
    # The program itself breaks the probe: every name the step uses is gone.
    (collector.folder / "tell-ends").touch()
    text = f"""
import multiprocessing, os, signal, subprocess, sys
if os.fork() == 0: os._exit(0)
os.wait()
import _mptui_probe.processes.{module} as broken
broken.posix = broken.report = broken.fifo = broken.report_wait_status = None
broken.report_child_start = None

if __name__ == "__main__":
    for _ in range(3):
        process = multiprocessing.get_context("fork").Process(target=print, args=("worker",))
        process.start()
        process.join()
        subprocess.run(["/bin/true"])
        child = subprocess.Popen(["/bin/sleep", "60"])
        child.terminate()
        child.wait()
    print(process.exitcode, child.returncode)
"""
    outcome = collector.run([sys.executable, program(text)])
    assert outcome.exit_status == 0
    assert sorted(outcome.everything().splitlines()) == ["0 -15", "worker", "worker", "worker"]
    assert outcome.everything("stderr") == ""
    if module in {"subprocesses", "sent_signals", "child_exits"}:
        faults = [record for record in outcome.of("fault") if record["step"] == step]
        fault = faults[0]
        assert "'NoneType' object" in fault["error"]
        # One for each wrapped step that is broken, however often it is called.
        assert {fault["pid"] for fault in faults} == {outcome.pid}
        assert len(faults) <= 3


@pytest.mark.parametrize(
    "module",
    [
        "attribute_hooks",
        "guard",
        "import_hooks",
        "pipes",
        "processes",
        "processes.child_exits",
        "processes.child_starts",
        "processes.forks",
        "processes.sent_signals",
        "processes.subprocesses",
        "processes.workers",
        "replacing",
    ],
)
def test_a_failing_import_of_a_hook_leaves_the_library_alone(
    collector: Collector, program: Callable[[str], str], module: str
) -> None:
    (collector.folder / "tell-ends").touch()
    path = program(f'import sys\nsys.modules["_mptui_probe.{module}"] = None\n' + PROGRAM)
    is_as_plainly(collector.run([sys.executable, path, "fork"]))


def test_an_exception_of_the_programs_own_signal_handler_passes() -> None:
    class AlarmError(Exception):
        pass

    namespace: dict[str, object] = {"AlarmError": AlarmError}
    exec("def handler(): raise AlarmError", namespace)
    step = guard.guarded(namespace["handler"])  # type: ignore[arg-type]
    with pytest.raises(AlarmError):
        step()
    with pytest.raises(AlarmError):
        step()


def test_a_program_at_its_limits_does_not_switch_the_probe_off() -> None:
    calls = []

    def step() -> None:
        calls.append(os.getpid())
        raise RecursionError

    run = guard.guarded(step)
    run()
    run()
    assert len(calls) == 2


def test_a_forked_child_closes_what_another_thread_was_writing_to(collector: Collector) -> None:
    code = """
import os, sys
from _mptui_probe import fifo
number = os.open(fifo.path, os.O_WRONLY | os.O_NONBLOCK)
fifo._writing.append(None)
if os.fork() == 0:
    os._exit(os.path.exists(f"/proc/self/fd/{number}"))
print(os.waitstatus_to_exitcode(os.wait()[1]))
"""
    outcome = collector.run([sys.executable, "-c", code])
    assert (outcome.text(), outcome.text(stream="stderr")) == ("0\n", "")
    assert len(outcome.of("hello")) == 2


def test_what_eventlet_takes_away_is_not_missed(collector: Collector, interpreter: str) -> None:
    code = """
import _thread, select
del select.poll, select.epoll, _thread.get_native_id
import subprocess, sys, threading
thread = threading.Thread(target=print, args=("thread",))
thread.start()
thread.join()
for command in ([sys.executable, "-c", "print('child')"], ["/no/such/program"]):
    try:
        subprocess.call(command)
    except FileNotFoundError:
        print("no such program", flush=True)
"""
    outcome = collector.run([interpreter, "-c", code])
    assert outcome.everything("stderr") == ""
    assert outcome.of("fault") == []
    assert {record["code"] for record in outcome.of("ended")} >= {0}
