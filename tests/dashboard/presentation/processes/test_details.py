import shlex

from mptui.dashboard.presentation.processes.details import process_details
from mptui.dashboard.presentation.text.glyphs import UNICODE
from mptui.events import LockSampled, TaskStarted
from mptui.model import Run
from tests.dashboard.widgets.runs import run_of


def details_of(run: Run, process: int) -> dict[str, str]:
    return dict(process_details(run, process, run.now, UNICODE))


def test_a_living_worker_is_told_with_its_origin_and_its_use() -> None:
    details = details_of(run_of("pool_live"), 2)
    assert details | {"CPU": "", "started": ""} == {
        "name": "ForkPoolWorker-2",
        "role": "worker",
        "pid": "4202",
        "parent pid": "4200",
        "made by": "pool.py (pid 4200)",
        "start method": "fork",
        "runs": "multiprocessing.pool.worker",
        "command": "not known",
        "probe inside": "yes",
        "started": "",
        "time": "0s",
        "state": "running",
        "core": "2",
        "threads": "1",
        "CPU": "",
        "memory": "16M, 16M at most",
        "printed": "0 lines, 0B",
    }
    assert details["CPU"].endswith("% of a core")


def test_an_end_is_told_with_who_asked_for_it() -> None:
    run = run_of("ends")
    by_name = {state.name: process for process, state in run.processes.items()}
    asked = details_of(run, by_name["asked"])
    assert (asked["ended"], asked["terminated by"]) == ("SIGTERM", "ends.py (pid 4200)")
    assert details_of(run, by_name["memory"])["ended"] == "killed for memory, SIGKILL"
    assert details_of(run, by_name["code"])["ended"] == "exit 3"
    assert "state" not in asked


def test_command_line_reads_as_it_would_be_typed() -> None:
    run = run_of("no_probe")
    details = details_of(run, 2)
    assert shlex.split(details["command"]) == list(run.processes[2].argv or ())
    assert details["made by"].startswith("make (pid")


def test_why_there_is_no_probe_inside_is_said() -> None:
    assert details_of(run_of("no_probe"), 1)["probe inside"].startswith("no: ")


def test_nothing_brings_a_control_character_to_the_screen() -> None:
    run = run_of("hostile_names")
    for process in run.processes:
        assert all(value.isprintable() for value in details_of(run, process).values())


def test_of_an_unknown_process_nothing_is_known() -> None:
    assert process_details(run_of("pool"), 99, 0.0, UNICODE) == []


def test_worker_in_a_task_tells_of_it_and_of_what_it_did() -> None:
    run = run_of("killed_in_task")
    run.apply([TaskStarted(t=run.now, process=2, label="shards.count", item="9")])
    details = dict(process_details(run, 2, run.now + 3.2, UNICODE))
    assert details["task"] == "shards.count(9), since 3s"
    assert details["done"].startswith("2 tasks, 1.2")
    assert "working" in details["time spent"]
    assert details_of(run, 1)["lost"] == "shards.count(1), 1.20s after it began"


def test_who_waits_tells_for_what_who_holds_that_and_what_it_holds_itself() -> None:
    details = details_of(run_of("deadlock"), 1)
    assert details["state"] == "waiting"
    assert details["waits"] == "waiting for lock_b, since 4s"
    assert details["held by"] == "Process-2 (pid 4202)"
    assert details["holds"] == "lock_a"
    assert "4s waiting" in details["time spent"]


def test_who_only_lives_tells_nothing_of_tasks_or_time() -> None:
    assert not {"task", "waits", "done", "time spent"} & set(details_of(run_of("pool_live"), 1))


def test_task_in_a_thread_says_in_which() -> None:
    run = run_of("threads")
    tasks = [value for label, value in process_details(run, 0, run.now, UNICODE) if label == "task"]
    assert tasks == [
        f"fetch.page(6) in ThreadPoolExecutor-0_{number}, since 0s" for number in range(2)
    ]


def test_time_without_a_core_is_told_beside_time_on_one() -> None:
    run = run_of("shared_core")
    details = details_of(run, 1)
    assert details["state"] == "no core"
    assert details["CPU"] == "24% of a core, without one 75%"
    assert details["time spent"] == "1s on core, 4s no core"
    assert details_of(run, 5)["time spent"] == "5s asleep"


def test_who_is_busy_or_outside_and_holds_what_is_waited_for_is_told_too() -> None:
    run = run_of("deadlock")
    held = LockSampled(t=run.now, lock=1, holders=[3], outside={4711: "rs\x1bync"})
    details = dict(details_of(run, 1))
    run.apply([held])
    assert details_of(run, 1)["held by"].startswith(f"{details['held by']}, ")
    assert details_of(run, 1)["held by"].endswith("ync (pid 4711), outside")
    assert "\x1b" not in details_of(run, 1)["held by"]
