"""The user's PYTHONPATH is for the program: mptui's own processes import nothing from it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import mptui as package
from tests.commanding import LIMIT_SECONDS, command_line, environment_with, mptui

SHOW_PATH = "import os, sys; print(os.environ.get('PYTHONPATH')); print(sys.path)"


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A folder of modules with the names of mptui's, each of which ends who imports it."""
    folder = tmp_path / "foreign"
    folder.mkdir()
    for name in ("click", "msgspec", "psutil", "queue", "selectors", "socket"):
        (folder / f"{name}.py").write_text("raise SystemExit('a foreign module was imported')\n")
    return folder


def outputs(printed: bytes) -> str:
    """What the program printed; every line has to be an event."""
    recorded = [json.loads(line) for line in printed.splitlines()]
    return "".join(event["text"] for event in recorded if event["event"] == "output")


@pytest.mark.parametrize("form", ["--json", "--headless"])
def test_modules_of_the_user_do_not_come_in_place_of_mptui_s(foreign: Path, form: str) -> None:
    completed = mptui("run", form, "-c", "print('ran')", PYTHONPATH=str(foreign))
    assert completed.returncode == 0
    assert b"ran" in completed.stdout
    assert completed.stderr == b""


def test_the_current_folder_is_none_of_mptui_s(foreign: Path) -> None:
    completed = mptui("run", "--headless", "-c", "print('ran')", cwd=foreign)
    assert (completed.stdout, completed.stderr) == (b"python -c | ran\n", b"")


def test_the_program_gets_all_of_it(foreign: Path) -> None:
    given = f"{foreign}:/no/such/folder"
    completed = mptui("run", "--json", "-c", SHOW_PATH, PYTHONPATH=given)
    variable, path = outputs(completed.stdout).splitlines()
    probe = str(Path(package.__file__).parent / "probe")
    assert variable == f"{probe}:{given}"
    assert path.startswith(f"['', '{foreign}', '/no/such/folder', ")


@pytest.mark.parametrize("printing", ["print('custom')", "import sys; sys.stdout.write('custom')"])
def test_a_sitecustomize_of_the_user_runs_in_the_program_only(
    tmp_path: Path, printing: str
) -> None:
    pids = tmp_path / "pids"
    (tmp_path / "sitecustomize.py").write_text(
        f"import os\nwith open({str(pids)!r}, 'a') as file: print(os.getpid(), file=file)\n"
        f"{printing}\n"
    )
    code = "import os; print('', os.getpid())"
    process = subprocess.Popen(
        command_line("run", "--json", "-c", code),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment_with(PYTHONPATH=str(tmp_path)),
    )
    printed, errors = process.communicate(timeout=LIMIT_SECONDS)
    text, _, program = outputs(printed).rpartition(" ")
    assert text.strip() == "custom"
    assert errors.strip() == b"custom"
    # The command itself starts anew without it; the supervisor never sees it.
    assert pids.read_text().split() == [str(process.pid), program.strip()]


def test_what_a_sitecustomize_changed_is_undone_in_mptui_and_in_the_environment(
    tmp_path: Path,
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import os, subprocess\n"
        "os.environ['SEEN'] = os.environ.get('SEEN', '') + 'x'\n"
        "subprocess.Popen = None\n"
    )
    completed = mptui(
        "run", "--headless", "-c", "import os; print(os.environ['SEEN'])", PYTHONPATH=str(tmp_path)
    )
    assert (completed.stdout, completed.stderr) == (b"python -c | x\n", b"")


def test_mptui_may_itself_be_on_pythonpath(tmp_path: Path, foreign: Path) -> None:
    home = str(Path(package.__file__).parent.parent)
    copy = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", copy], check=True)
    packages = [entry for entry in sys.path if entry.endswith("site-packages")]
    completed = subprocess.run(
        [copy / "bin" / "python", "-m", "mptui", "run", "--headless", "-c", "print('ran')"],
        capture_output=True,
        timeout=LIMIT_SECONDS,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([home, *packages])},
        cwd=foreign,
        check=False,
    )
    assert (completed.stdout, completed.stderr) == (b"python -c | ran\n", b"")
