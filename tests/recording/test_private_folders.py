"""Recordings lie in folders that nobody else can look into, move away or replace."""

from __future__ import annotations

import os
import pwd
import stat
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NoReturn

import pytest

from mptui.errors import MptuiError
from mptui.recording.runs_folder import create_recording, runs_folder
from mptui.settings import config_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 3, 1, 12, 30, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder that is not there yet, nor the one above it."""
    state = tmp_path / "local" / "state"
    monkeypatch.setenv("XDG_STATE_HOME", str(state))
    return state


@pytest.fixture(params=[0o000, 0o022, 0o777])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _create() -> Path:
    path, descriptor = create_recording("run", NOW)
    os.close(descriptor)
    return path


@pytest.mark.usefixtures("umask")
def test_no_umask_opens_a_folder_or_closes_it_to_its_owner(state: Path) -> None:
    path = _create()
    assert _mode(path) == 0o600
    for folder in (path.parent, path.parent.parent, state, state.parent):
        assert _mode(folder) == 0o700


def test_a_folder_that_was_left_open_is_closed(state: Path) -> None:
    state.mkdir(parents=True)
    for folder in (state / "mptui", state / "mptui" / "runs"):
        folder.mkdir()
        folder.chmod(0o777)
    path = _create()
    assert (_mode(path.parent), _mode(path.parent.parent)) == (0o700, 0o700)


def test_what_a_link_leads_to_keeps_its_mode(state: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    elsewhere.chmod(0o750)
    (state / "mptui").mkdir(parents=True)
    (state / "mptui" / "runs").symlink_to(elsewhere)
    assert _create().resolve().parent == elsewhere
    assert _mode(elsewhere) == 0o750


def test_a_link_to_where_others_may_write_is_refused(state: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    elsewhere.chmod(0o777)
    (state / "mptui").mkdir(parents=True)
    (state / "mptui" / "runs").symlink_to(elsewhere)
    with pytest.raises(MptuiError, match="others may write"):
        _create()
    assert list(elsewhere.iterdir()) == []


def test_the_folder_of_another_user_is_refused(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (state / "mptui" / "runs").mkdir(parents=True)
    other = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: other)
    with pytest.raises(MptuiError, match=r"another user .*XDG_STATE_HOME"):
        _create()
    assert list((state / "mptui" / "runs").iterdir()) == []


def test_a_user_without_a_home_has_folders_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> NoReturn:
        raise KeyError

    for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", refuse)
    assert str(runs_folder()) == f"/var/tmp/mptui-{os.geteuid()}/runs"
    assert config_path().name == "config.toml"
