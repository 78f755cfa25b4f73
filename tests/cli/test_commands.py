"""The command line: how a program is named, and one clear line for what cannot be."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from mptui.cli.program import active_python, program_command, program_title
from tests.commanding import mptui

if TYPE_CHECKING:
    from pathlib import Path


def events_of(*arguments: str, cwd: Path | None = None) -> list[dict[str, Any]]:
    completed = mptui("run", "--json", *arguments, cwd=cwd)
    assert completed.returncode == 0, completed.stderr
    return [json.loads(line) for line in completed.stdout.splitlines()]


def printed(events: list[dict[str, Any]]) -> str:
    return "".join(event["text"] for event in events if event["event"] == "output")


ARGV = "import sys; print(sys.argv[1:])"


def test_everything_after_a_file_belongs_to_the_program(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(ARGV)
    events = events_of("train.py", "--json", "-m", "--", "--help", cwd=tmp_path)
    assert printed(events) == "['--json', '-m', '--', '--help']\n"


def test_everything_after_a_module_belongs_to_the_program(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(ARGV)
    events = events_of("-m", "train", "--headless", "x", cwd=tmp_path)
    assert printed(events) == "['--headless', 'x']\n"
    assert events[0]["command"][1:] == ["-m", "train", "--headless", "x"]


def test_code_is_a_program_too() -> None:
    assert printed(events_of("-c", ARGV, "--json")) == "['--json']\n"


def test_any_command_stands_after_two_dashes() -> None:
    events = events_of("--", "echo", "--json", "a b")
    assert events[0]["command"] == ["echo", "--json", "a b"]
    assert printed(events) == "--json a b\n"


def test_a_file_is_looked_for_where_the_program_runs(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("import os; print(os.getcwd())")
    assert printed(events_of("--cwd", str(tmp_path), "train.py")) == f"{tmp_path}\n"


def test_variables_can_be_set_for_the_program() -> None:
    code = "import os; print(os.environ['A'], os.environ['B'])"
    assert printed(events_of("--env", "A=1", "--env", "B=x=y", "-c", code)) == "1 x=y\n"


def test_standard_input_can_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "input").write_text("typed\n")
    options = ("--stdin", str(tmp_path / "input"), "--cwd", "/")
    assert printed(events_of(*options, "-c", "print(input())")) == "typed\n"


def test_processes_can_have_terminals() -> None:
    code = "import os; print(os.isatty(1), os.isatty(2), os.get_terminal_size(1).columns > 0)"
    assert printed(events_of("--tty", "-c", code)) == "True True True\n"
    assert printed(events_of("-c", "import os; print(os.isatty(1))")) == "False\n"


def test_the_interpreter_can_be_named() -> None:
    events = events_of("--python", sys.executable, "-c", "import sys; print(sys.executable)")
    assert printed(events) == f"{sys.executable}\n"


def test_the_active_environment_decides_the_interpreter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path))
    assert active_python() == str(python)
    monkeypatch.delenv("VIRTUAL_ENV")
    monkeypatch.setenv("CONDA_PREFIX", str(tmp_path))
    assert active_python() == str(python)


def test_without_an_environment_it_is_the_python_of_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "python3").symlink_to(sys.executable)
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert program_command(["-c", "1"], tmp_path)[0] == str(tmp_path / "python3")


@pytest.mark.parametrize(
    ("program", "title"),
    [
        (["folder/train.py", "x"], "train.py"),
        (["-m", "package.module"], "package.module"),
        (["-c", "print(1)"], "python -c"),
        (["--", "/usr/bin/pytest", "-n", "2"], "pytest"),
        ([".venv/bin/python", "folder/train.py"], "train.py"),
        (["python3.12", "-m", "package.module"], "package.module"),
        (["pypy3", "-u", "train.py"], "pypy3"),
        (["python"], "python"),
    ],
)
def test_a_program_has_a_short_title(program: list[str], title: str) -> None:
    assert program_title(program) == title


def test_an_interpreter_or_what_is_compiled_is_a_command_and_not_a_script(tmp_path: Path) -> None:
    python = tmp_path / "bin" / "python3"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    compiled = tmp_path / "tool"
    compiled.symlink_to("/bin/true")
    installed, own = tmp_path / "bin" / "pytest", tmp_path / "train.py"
    for script in (installed, own):
        script.write_text(f"#!{python}\nprint(1)\n")
        script.chmod(0o755)
    for word, meant in (("bin/python3", "bin/python3"), ("tool", "./tool")):
        assert program_command([word, "x.py"], tmp_path) == (meant, "x.py")
    assert program_command(["bin/pytest", "-n", "2"], tmp_path) == ("bin/pytest", "-n", "2")
    assert program_command(["train.py"], tmp_path, "python") == ("python", "train.py")
    installed.chmod(0o644)
    assert program_command(["bin/pytest"], tmp_path, "python") == ("python", "bin/pytest")


def test_a_script_after_its_interpreter_is_run_by_that(tmp_path: Path) -> None:
    (tmp_path / "prog.py").write_text("import sys; print(sys.executable, *sys.argv)")
    run = events_of("--cwd", str(tmp_path), sys.executable, "prog.py", "--epochs", "3")
    assert printed(run) == f"{sys.executable} prog.py --epochs 3\n"
    assert run[0]["command"][:2] == [sys.executable, "prog.py"]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["no-such-file.py"], "mptui: cannot open no-such-file.py: no such file"),
        (["run", "no-such.py"], "mptui: cannot open no-such.py: no such file"),
        (["run", "ls"], "mptui: cannot open ls: no such file; to run a command, write: -- ls"),
        (["run", "/"], "mptui: cannot run /: a folder without a __main__.py"),
        (["run"], "mptui: no program: name a file, or -m, -c or -- and a command"),
        (["run", "--json", "--"], "mptui: no program: name a file, or -m, -c or -- and a command"),
        (["run", "-m"], "mptui: -m needs a module after it"),
        (["run", "-c"], "mptui: -c needs code after it"),
        (["run", "--bogus", "x.py"], "mptui: No such option '--bogus'; see mptui run --help"),
        (["--bogus"], "mptui: No such option '--bogus'; see mptui --help"),
        (["run", "--cwd", "/nope", "-c", "1"], "mptui: cannot run in /nope: no such folder"),
        (["run", "--env", "X", "-c", "1"], "mptui: --env needs NAME=VALUE, not 'X'"),
        (
            ["run", "--json", "--stdin", "/nope", "-c", "1"],
            "mptui: cannot read /nope: No such file or directory",
        ),
        (
            ["run", "--json", "--headless", "-c", "1"],
            "mptui: --headless, --json and --detach exclude each other; see mptui run --help",
        ),
        (
            ["run", "--json", "--findings", "-c", "1"],
            "mptui: --findings needs --headless; mptui findings reads a recording; see mptui run "
            "--help",
        ),
        (
            ["run", "--json", "--limit", "0", "-c", "1"],
            "mptui: --limit needs seconds, more than 0, not 0",
        ),
        (
            ["run", "--json", "--limit", "nan", "-c", "1"],
            "mptui: --limit needs seconds, more than 0, not nan",
        ),
        (
            ["run", "--json", "--limit", "soon", "-c", "1"],
            "mptui: Invalid value for '--limit': 'soon' is not a valid float; see mptui run --help",
        ),
        (
            ["run", "-c", "1"],
            "mptui: the dashboard needs a terminal; use mptui run --headless or --json for a run "
            "without a screen",
        ),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_status_2(arguments: list[str], line: str) -> None:
    completed = mptui(*arguments)
    assert completed.stderr.decode() == f"{line}\n"
    assert (completed.returncode, completed.stdout) == (2, b"")


def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root can read every file")
    (tmp_path / "secret.py").touch(mode=0)
    completed = mptui("run", "secret.py", cwd=tmp_path)
    assert completed.returncode == 2
    assert b"cannot read secret.py: permission denied" in completed.stderr


@pytest.mark.parametrize(
    ("command", "status"), [("no-such-command", 127), ("/etc/passwd", 126)], ids=["127", "126"]
)
def test_what_cannot_be_started_ends_as_a_shell_would(command: str, status: int) -> None:
    completed = mptui("run", "--headless", "--", command)
    assert completed.returncode == status
    assert completed.stderr.decode().startswith(f"mptui: cannot start {command}: ")
    assert completed.stderr.count(b"\n") == 1


def test_an_unwritable_state_folder_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    completed = mptui("run", "--headless", "-c", "1", XDG_STATE_HOME=str(tmp_path / "file"))
    assert completed.returncode == 125
    assert completed.stderr.startswith(b"mptui: cannot write the recording in ")
    assert completed.stderr.count(b"\n") == 1


def test_help_and_version_need_no_screen() -> None:
    assert b"mptui run --json train.py" in mptui("--help").stdout
    assert b"any command ARG" in mptui("run", "--help").stdout
    assert mptui("--version").stdout.startswith(b"mptui ")


def test_what_is_not_utf_8_is_refused_in_one_line() -> None:
    refused = mptui("run", "--json", "-c", "pass", "caf\udce9")
    assert (refused.returncode, refused.stdout) == (2, b"")
    assert refused.stderr == (
        b"mptui: cannot run it: a name or an argument is not UTF-8 (or the locale is not)\n"
    )
