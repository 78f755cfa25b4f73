"""What is read back is shown only where it is certain, whole and this user's; and cannot act."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mptui.dashboard.terminal.first_frame.circumstances import circumstances
from mptui.dashboard.terminal.first_frame.kept_pictures import keep_picture, kept_picture
from mptui.dashboard.terminal.first_frame.picture import Picture, decoded, starting_picture
from mptui.own_folders import state_folder

if TYPE_CHECKING:
    from collections.abc import Callable

PICTURE = Picture(8, [[("", "ab "), ("1;38;5;4", "c漢de")], [("7", " " * 8)]])


def folder() -> Path:
    return Path(state_folder(), "first-frames")


@pytest.fixture
def kept() -> Path:
    """The file of a picture that is kept for `here`."""
    keep_picture("here", PICTURE)
    (path,) = folder().iterdir()
    return path


def test_a_picture_comes_back_as_it_was() -> None:
    found = decoded(PICTURE.encoded())
    assert found is not None
    assert (found.size, found.rows) == ((8, 2), PICTURE.rows)
    assert found.sequence() == (
        "\x1b[1;1H\x1b[0mab \x1b[0;1;38;5;4mc漢de\x1b[2;1H\x1b[0;7m        \x1b[0m"
    )


@pytest.mark.parametrize("name", ["train.py", "a" * 100, "\x1b[2J", "\N{SNOWMAN}"])
def test_what_is_starting_has_its_name_in_a_row_of_the_right_width(name: str) -> None:
    picture = starting_picture(name, 60, 15)
    assert picture.size == (60, 15)
    assert [sum(len(text) for _, text in runs) for runs in picture.rows] == [60] * 15
    text = "".join(text for _, text in picture.rows[0])
    assert text.isprintable()
    assert "  starting" in text
    assert decoded(picture.encoded()) is not None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"8 1",
        b"8 2\n ab\n",
        b"8 1\n ab",
        b"8 1\n \x1b]0;forged\x07\n",
        b"8 1\n1m\x1b[2J ab\n",
        b"8 1\n1mab ab\n",
        b"8 1\n ab\rcd\n",
        "8 1\n \u202eab\n".encode(),
        b"8 1\n \xff\n",
        b"8 1\n 123456789\n",
        b"8 1\nab\n",
        b"100000 1\n ab\n",
        b"-1 1\n ab\n",
        b"8 1\n" + b"1;" * 100 + b"1 ab\n",
    ],
)
def test_what_is_no_picture_counts_as_none(data: bytes) -> None:
    assert decoded(data) is None


def test_it_is_kept_for_its_circumstances_and_its_owner_alone(kept: Path) -> None:
    found = kept_picture("here")
    assert found is not None
    assert found.rows == PICTURE.rows
    assert kept_picture("there") is None
    assert kept.stat().st_mode & 0o777 == 0o600
    assert folder().stat().st_mode & 0o777 == 0o700


def test_the_same_name_in_other_circumstances_is_not_taken_for_it(kept: Path) -> None:
    keep_picture("there", PICTURE)
    (other,) = set(folder().iterdir()) - {kept}
    other.replace(kept)
    assert kept_picture("here") is None


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-3])


def change(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"ab", b"ax"))


def lead_elsewhere(path: Path) -> None:
    path.symlink_to(path.rename(path.with_suffix(".real")))


def make_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


@pytest.mark.parametrize(
    "spoil",
    [
        cut,
        change,
        lead_elsewhere,
        make_pipe,
        lambda path: path.unlink(),
        lambda path: path.chmod(0o644),
        lambda path: os.truncate(path, 10_000_000),
        lambda path: path.parent.chmod(0o777),
        lambda path: lead_elsewhere(path.parent),
    ],
)
def test_a_file_that_may_not_be_ours_or_whole_counts_as_none(
    kept: Path, spoil: Callable[[Path], object]
) -> None:
    spoil(kept)
    assert kept_picture("here") is None


def test_another_user_s_file_counts_as_none(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: other)
    assert kept.exists()
    assert kept_picture("here") is None


def test_a_few_are_kept() -> None:
    for number in range(20):
        keep_picture(f"here {number}", PICTURE)
    assert len(list(folder().iterdir())) == 16


def test_where_nothing_can_be_kept_nothing_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    keep_picture("here", PICTURE)
    assert kept_picture("here") is None


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("NO_COLOR", "1"),
        ("TERM", "linux"),
        ("COLORTERM", "24bit"),
        ("LC_ALL", "C"),
        ("MPTUI_THEME", "mptui-light"),
        ("MPTUI_ASCII", "true"),
        ("TEXTUAL_THEME", "nord"),
    ],
)
def test_another_terminal_or_setting_has_another_picture(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    before = circumstances(80, 24)
    monkeypatch.setenv(variable, value)
    assert circumstances(80, 24) != before


def test_another_size_option_or_file_of_settings_has_another_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MPTUI_CONFIG", str(tmp_path / "config.toml"))
    seen = [circumstances(80, 24), circumstances(80, 25), circumstances(24, 80)]
    monkeypatch.setattr(sys, "argv", ["mptui", "--ascii"])
    seen.append(circumstances(80, 24))
    (tmp_path / "config.toml").write_text("ascii = true\n")
    seen.append(circumstances(80, 24))
    (tmp_path / "config.toml").write_text("ascii = false\n")
    seen.append(circumstances(80, 24))
    assert len(set(seen)) == len(seen)
    assert seen[-1] == circumstances(80, 24)
