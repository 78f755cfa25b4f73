"""Run folders of supervisors that were killed are removed by the next one; nothing else is."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from mptui.supervisor.link.locked_folder import make_locked_folder
from tests.process_table import wait_until

if TYPE_CHECKING:
    from pathlib import Path


def abandon(parent: Path) -> Path:
    """Leave a folder as a process does that is killed; return it."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        made = make_locked_folder(str(parent))
        if made is not None:
            (made[0] / "events").touch()
            os.write(writing, str(made[0]).encode())
        os.kill(os.getpid(), signal.SIGKILL)
    folder = parent / os.read(reading, 4096).decode()
    os.waitpid(pid, 0)
    os.close(reading)
    os.close(writing)
    return folder


def make(parent: Path) -> tuple[Path, int]:
    made = make_locked_folder(str(parent))
    assert made is not None
    return made


def test_the_folder_of_a_process_that_was_killed_is_removed_by_the_next(tmp_path: Path) -> None:
    abandoned = abandon(tmp_path)
    assert abandoned.is_dir()
    folder, holding = make(tmp_path)
    wait_until(lambda: list(tmp_path.iterdir()) == [folder], "only the new folder to be there")
    os.close(holding)


def test_the_folder_of_a_living_process_stays(tmp_path: Path) -> None:
    first, holding_first = make(tmp_path)
    second, holding_second = make(tmp_path)
    assert {first, second} == set(tmp_path.iterdir())
    os.close(holding_first)
    os.close(holding_second)


def test_what_is_no_folder_of_ours_stays(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").touch()
    inside = tmp_path / "parent"
    inside.mkdir()
    (inside / ("mptui-" + "a" * 16)).symlink_to(elsewhere)
    (inside / ("mptui-" + "b" * 16)).touch()
    (inside / "mptui-of-somebody").mkdir()
    linking = inside / ("mptui-" + "c" * 16)
    linking.mkdir()
    (linking / "link").symlink_to(elsewhere / "kept")
    folder, holding = make(inside)
    names = {path.name[:7] for path in inside.iterdir() if path != folder}
    assert names == {"mptui-a", "mptui-b", "mptui-o"}
    assert (elsewhere / "kept").exists()
    os.close(holding)


def test_where_nothing_can_be_written_there_is_no_folder(tmp_path: Path) -> None:
    assert make_locked_folder(str(tmp_path / "missing")) is None
