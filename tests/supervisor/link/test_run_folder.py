"""The run folder is made in the first place that is fit for it, and is private under any umask."""

from __future__ import annotations

import os
import socket
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mptui.supervisor.link.locked_folder import is_guarded
from mptui.supervisor.link.run_folder import RunFolder

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder whose name is short, as that of a socket has to be."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


def _parent_of_new(monkeypatch: pytest.MonkeyPatch, runtime: str) -> str:
    monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
    folder = RunFolder()
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(folder.path / "streams"))
        return str(folder.path.parent)
    finally:
        folder.remove()
        assert not folder.path.exists()


def test_the_folder_for_such_files_is_taken_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, place: Path
) -> None:
    assert _parent_of_new(monkeypatch, str(place)) == str(place)


def test_one_whose_name_is_too_long_for_a_socket_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, place: Path
) -> None:
    long = place / ("l" * 90)
    long.mkdir()
    assert _parent_of_new(monkeypatch, str(long)) != str(long)
    assert list(long.iterdir()) == []


def test_one_that_is_not_absolute_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, place: Path
) -> None:
    (place / "relative").mkdir()
    monkeypatch.chdir(place)
    assert Path(_parent_of_new(monkeypatch, "relative")).is_absolute()
    assert list((place / "relative").iterdir()) == []


def test_one_that_has_no_room_for_the_doors_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, place: Path
) -> None:
    make_fifo = os.mkfifo

    def refuse_there(path: Path) -> None:
        if path.is_relative_to(place):
            raise OSError(28, "No space left on device")
        make_fifo(path)

    monkeypatch.setattr(os, "mkfifo", refuse_there)
    assert _parent_of_new(monkeypatch, str(place)) != str(place)
    assert list(place.iterdir()) == []


def test_one_that_others_can_replace_things_in_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, place: Path
) -> None:
    place.chmod(0o777)
    assert not is_guarded(str(place))
    assert _parent_of_new(monkeypatch, str(place)) != str(place)
    place.chmod(0o1777)
    assert _parent_of_new(monkeypatch, str(place)) == str(place)


@pytest.mark.parametrize("umask", [0o000, 0o777])
def test_it_is_private_under_any_umask(umask: int) -> None:
    before = os.umask(umask)
    try:
        folder = RunFolder()
    finally:
        os.umask(before)
    try:
        assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
        for door in ("events", "streams"):
            assert stat.S_IMODE((folder.path / door).stat().st_mode) == 0o600
    finally:
        folder.remove()
