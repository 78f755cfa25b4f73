"""Which running program is meant; what cannot be watched is said in one line."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
import msgspec
import pytest

from mptui.cli.run_commands import attach_command
from mptui.errors import EXIT_USAGE, MptuiError
from mptui.supervisor.attached import target
from mptui.supervisor.attached.attachment import attach
from mptui.supervisor.attached.target import find_target
from mptui.supervisor.launch import RUN_FOLDER_VARIABLE
from mptui.supervisor.linux import kernel
from mptui.supervisor.request import AttachRequest
from tests.commanding import mptui
from tests.supervisor.attached.running import HANGING_POOL, running, sleeping


def refusal(wanted: str) -> str:
    with pytest.raises(MptuiError) as refused:
        find_target(wanted)
    assert refused.value.exit_status == EXIT_USAGE
    assert "\n" not in refused.value.message
    return refused.value.message


def test_what_cannot_be_watched() -> None:
    assert "the machine's own" in refusal("1")
    assert "there is no process 2147483646" in refusal("2147483646")
    assert "of mptui itself" in refusal(str(os.getpid()))
    assert "what mptui runs in" in refusal(str(os.getppid()))
    assert "no process here is called no-such-program" in refusal("no-such-program")


def test_another_users_process(monkeypatch: pytest.MonkeyPatch) -> None:
    with sleeping() as pid:
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 4711)
        assert f"process {pid} belongs to" in refusal(str(pid))


def test_a_kernel_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    with sleeping() as pid:
        monkeypatch.setattr(target, "_link", lambda _pid, _name: "")
        assert "a part of the kernel" in refusal(str(pid))


def test_one_that_mptui_watches_already(tmp_path: Path) -> None:
    with sleeping(environment={RUN_FOLDER_VARIABLE: str(tmp_path)}) as pid:
        assert "started through mptui: mptui attach" in refusal(str(pid))


def test_mptuis_own_processes_are_known() -> None:
    for command in (
        [sys.executable, "-P", "-E", "-m", "mptui.supervisor", "5", "6"],
        [sys.executable, "-c", "import runpy; runpy.run_module('mptui.cluster', run_name=1)"],
        [sys.executable, "/usr/bin/mptui", "run", "train.py"],
    ):
        assert target._is_of_mptui(command)
    assert not target._is_of_mptui([sys.executable, "train.py", "mptui"])


def test_a_program_by_its_name(tmp_path: Path) -> None:
    with running(tmp_path, HANGING_POOL, lines=2) as program:
        # Its workers are called the same.
        assert find_target("older.py").pid == find_target("older").pid == program.pid
        found = find_target(str(program.pid))
        assert (found.name, found.cwd) == ("older.py", str(Path.cwd()))
        assert found.argv == tuple(kernel.read_command_line(program.pid))
        with running(tmp_path, HANGING_POOL, lines=2) as another:
            said = refusal("older")
            assert "2 programs are called older" in said
            assert str(program.pid) in said
            assert str(another.pid) in said


def test_odd_names_and_long_command_lines(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    os.mkdir(folder)  # noqa: PTH102 - its name is not UTF-8
    command = ["sleep", "600", *["0" * 100_000] * 3, *["1"] * 100]
    with sleeping(command=command, cwd=folder) as pid:
        found = find_target(str(pid))
        assert found.cwd.endswith("caf\\xe9")
        assert found.argv[:2] == ("sleep", "600")
        assert len(msgspec.json.encode(found)) < 10_000


def test_a_pid_that_is_somebody_elses_by_now() -> None:
    request = AttachRequest(pid=os.getpid(), start_ticks=1, argv=("train.py",), name="", cwd="/")
    with pytest.raises(MptuiError, match="has ended meanwhile"):
        attach(request)


def test_the_command_says_it_in_one_line() -> None:
    ran = mptui("attach", "--pid", "2147483646")
    assert ran.returncode == EXIT_USAGE
    assert ran.stderr == b"mptui: there is no process 2147483646, or it has ended\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--pid", "2147483646", "train"], "either a run or --pid"),
        (["--headless"], "need --pid"),
        (["--probe"], "need --pid"),
        (["--pid", "1", "--json", "--headless"], "exclude each other"),
    ],
)
def test_what_does_not_go_together(arguments: list[str], said: str) -> None:
    with pytest.raises(click.UsageError, match=said):
        attach_command.main(arguments, standalone_mode=False)
