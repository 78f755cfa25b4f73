"""The commands about runs that there are: what they print, and how they end."""

from __future__ import annotations

import json
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from mptui import events as ev
from mptui.recording.run_summary import recorded_runs
from mptui.recording.runs_folder import recording_names, runs_folder
from mptui.supervisor.supervised_run import SupervisedRun
from tests.commanding import mptui
from tests.histories import HISTORIES
from tests.process_table import wait_until
from tests.running import request_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.process_table import Mark

FOREVER = "import time; print('ready', flush=True); time.sleep(1000)"


def recorded(stem: str, events: Sequence[ev.Event], torn: bytes = b"") -> Path:
    """A recording of a run that is over."""
    folder = runs_folder()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}.jsonl"
    path.write_bytes(b"".join(map(ev.encode, events)) + torn)
    return path


@pytest.fixture
def live(mark: Mark) -> Iterator[SupervisedRun]:
    """A run that goes on by itself."""
    request = request_for(sys.executable, "-c", FOREVER, on_disconnect="keep")
    run = SupervisedRun.start(request)
    yield run
    run.kill()
    run.wait()
    run.detach()
    wait_until(lambda: not mark.pids(), "nothing is left")


def test_the_newest_run_comes_first_with_what_is_known_of_it(live: SupervisedRun) -> None:
    recorded("20250314T091500-pool.py", HISTORIES["pool_tasks"])
    recorded("20250314T091600-hang.py", HISTORIES["deadlock"][:-1], torn=b'{"event":"run_fin')
    (runs_folder() / "20250314T091700-other.jsonl").write_bytes(b"no recording\n")
    completed = mptui("ls")
    head, first, second, third, unreadable, note = completed.stdout.decode().splitlines()
    assert head.split() == ["NAME", "STATE", "TIME", "PROCESSES", "WORST", "SIZE", "STARTED", "ID"]
    assert first.split()[:2] == ["test", "running"]
    assert first.endswith(live.recording.stem)
    assert second.split()[:2] == ["hang.py", "abandoned"]
    assert second.split()[4] == "error"
    assert third.split()[:3] == ["pool.py", "exit", "0"]
    assert third.endswith("  20250314T091500-pool.py")
    assert unreadable.endswith(": 20250314T091700-other")
    assert note.startswith("kept are the newest 100 or 2.0 GB, in /")


def test_as_json_it_is_one_array_of_objects() -> None:
    recorded("20250314T091500-pool.py", HISTORIES["pool_tasks"])
    (only,) = json.loads(mptui("ls", "--json").stdout)
    assert (only["name"], only["state"], only["exitcode"]) == ("pool.py", "finished", 0)
    assert only["command"][0] == "python"
    assert only["processes"] > 1
    assert json.loads(mptui("ls", "--json", "-n", "1").stdout) == [only]


def test_without_any_run_that_is_said() -> None:
    completed = mptui("ls")
    assert completed.stdout.decode() == f"no runs in {runs_folder()}\n"
    assert json.loads(mptui("ls", "--json").stdout) == []


def test_what_a_program_is_called_cannot_act_on_the_terminal() -> None:
    recorded("20250314T091500-\x1b[31mred", HISTORIES["pool_tasks"])
    assert b"\x1b" not in mptui("ls").stdout


def test_stop_ends_a_run_and_wait_ends_as_it_did(live: SupervisedRun) -> None:
    assert mptui("stop", "test").returncode == 0
    assert mptui("wait", "test").returncode == 128 + signal.SIGTERM
    again = mptui("stop", "test")
    assert again.returncode == 2
    assert again.stderr.decode() == (
        f"mptui: {live.recording.stem} is over: there is nothing to stop\n"
    )


@pytest.mark.parametrize(
    ("option", "number"), [("--interrupt", signal.SIGINT), ("--kill", signal.SIGKILL)]
)
def test_stop_has_a_gentler_and_a_harder_way(live: SupervisedRun, option: str, number: int) -> None:
    with live.recording.open() as lines:
        wait_until(lambda: "ready" in lines.read(), "the program runs")
    assert mptui("stop", option, "test").returncode == 0
    assert live.wait() == 128 + number


def test_of_an_abandoned_run_nobody_knows_how_it_ended() -> None:
    recorded("20250314T091600-hang.py", HISTORIES["deadlock"][:-1])
    completed = mptui("wait", "hang")
    assert completed.returncode == 125
    assert completed.stderr.decode() == (
        "mptui: how 20250314T091600-hang.py ends is not known: it was abandoned\n"
    )


def test_rm_removes_what_is_over_and_nothing_else(live: SupervisedRun) -> None:
    recorded("20250314T091500-pool.py", HISTORIES["pool_tasks"])
    kept = recorded("20250314T091600-hang.py", HISTORIES["deadlock"])
    assert mptui("rm", "pool.py").stdout == b"removed 1 run\n"
    refused = mptui("rm", "hang.py", "test")
    assert refused.returncode == 2
    assert refused.stderr.decode().startswith(f"mptui: {live.recording.stem} is live: mptui stop ")
    assert kept.exists()
    assert mptui("rm", "--older", "1").stdout == b"removed 0 runs\n"
    assert mptui("rm", "--older", "0").stdout == b"removed 1 run\n"
    assert [run.state for run in recorded_runs()] == ["live"]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("rm",), "which runs? mptui ls shows them; see mptui rm --help"),
        (("rm", "--older", "-1"), "--older needs days, 0 or more, not -1"),
        (("rm", "nosuch"), "cannot read nosuch: no such file, and no run in "),
        (("wait", "nosuch"), "cannot read nosuch: no such file, and no run in "),
        (("open", "nosuch"), "cannot read nosuch: no such file, and no run in "),
        (("attach",), "no run is live: mptui ls shows those that are over"),
        (("open", __file__), f"cannot read {__file__}: it is not a recording of mptui"),
    ],
)
def test_what_makes_no_sense_is_one_line_and_exit_status_2(
    arguments: tuple[str, ...], line: str
) -> None:
    completed = mptui(*arguments)
    assert completed.returncode == 2
    assert completed.stderr.decode().startswith(f"mptui: {line}")
    assert completed.stderr.count(b"\n") == 1


def test_a_program_of_that_name_in_the_folder_is_not_meant(tmp_path: Path) -> None:
    (tmp_path / "pool.py").write_text("print()\n")
    recorded("20250314T091500-pool.py", HISTORIES["pool_tasks"])
    assert mptui("findings", "pool.py", cwd=tmp_path).returncode == 0


def test_names_can_be_completed() -> None:
    recorded("20250314T091500-pool.py", HISTORIES["pool_tasks"])
    recorded("20250314T091600-pool.py", HISTORIES["pool_tasks"])
    recorded("20250314T091700-train.py", HISTORIES["pool_tasks"])
    recorded("20250314T091800-pool.py\x1b[31m", HISTORIES["pool_tasks"])
    recorded("20250314T091900-pool of mine", HISTORIES["pool_tasks"])
    assert recording_names("tr") == ["train.py"]
    assert recording_names("po") == ["pool.py"]
    assert recording_names("20250314T0916") == ["20250314T091600-pool.py"]


def test_an_old_door_goes_with_its_recording() -> None:
    path = recorded("20250314T091500-pool.py", HISTORIES["pool_tasks"])
    door = path.with_suffix(".socket")
    door.touch()
    assert mptui("rm", "pool.py").returncode == 0
    assert not door.exists()
