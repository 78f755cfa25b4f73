"""`mptui config`, and a wrong setting wherever it comes from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.commanding import mptui

if TYPE_CHECKING:
    from pathlib import Path


def config_file(folder: Path, text: str) -> str:
    path = folder / "config.toml"
    path.write_text(text)
    return str(path)


def test_it_shows_what_holds_and_where_from(tmp_path: Path) -> None:
    path = config_file(tmp_path, 'interval = 2\n[keys]\nstop = "f8"\n')
    done = mptui("config", "--ascii", "--notify", "bell", MPTUI_CONFIG=path, MPTUI_MOUSE="off")
    lines = [line.split() for line in done.stdout.decode().splitlines()]
    assert lines[0] == ["#", path]
    assert ["ascii", "true", "--ascii"] in lines
    assert ["mouse", "false", "MPTUI_MOUSE"] in lines
    assert ["interval", "2", f"{path}:", "line", "1"] in lines
    assert ["read-only", "false", "default"] in lines
    assert ["notify", "bell", "--notify"] in lines
    assert ["stop", "F8", f"{path}:", "line", "3"] in lines
    assert ["quit", "q", "F10", "^Q", "^C", "default"] in lines
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("arguments", "text", "said"),
    [
        (["config"], '[keys]\nquit = "k"', "line 2: keys.quit: k is taken (workers: process abov"),
        (["config"], '[keys]\nfly = "F"', "line 2: keys.fly: there is no such action, only"),
        (["config"], '[keys]\nstop = "F99"', "line 2: keys.stop: there is no key 'F99'"),
        (["config"], 'theme = "mud"', "line 1: there is no theme 'mud', only"),
        (["run", "--json", "-c", "1"], "interval = 0", "line 1: interval needs seconds"),
        (["run", "--interval=0", "--json", "-c", "1"], "", "--interval: interval needs seconds"),
        (["--theme", "mud", "config"], "", "--theme: there is no theme 'mud'"),
    ],
)
def test_what_is_wrong_is_one_line_and_exit_status_2(
    tmp_path: Path, arguments: list[str], text: str, said: str
) -> None:
    done = mptui(*arguments, MPTUI_CONFIG=config_file(tmp_path, text))
    error = done.stderr.decode()
    assert said in error
    assert error.startswith("mptui: ")
    assert error.count("\n") == 1
    assert (done.returncode, done.stdout) == (2, b"")


def test_samples_come_at_the_interval() -> None:
    code = "import time; time.sleep(2.5)"
    done = mptui("run", "--interval", "60", "--json", "-c", code)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    # The first two come sooner, since loads are differences.
    assert sum(event["event"] == "sampled" for event in events) <= 3
