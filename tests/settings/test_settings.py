"""Settings: from where they come, which wins, and one clear line for what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mptui.errors import EXIT_USAGE, MptuiError
from mptui.settings import SETTINGS, Settings, config_path, default_settings, load

if TYPE_CHECKING:
    from pathlib import Path


def of_file(
    folder: Path,
    text: str,
    environment: dict[str, str] | None = None,
    options: dict[str, object] | None = None,
) -> Settings:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(options, {"MPTUI_CONFIG": str(path), **(environment or {})})


def problem(folder: Path, text: str, environment: dict[str, str] | None = None) -> str:
    with pytest.raises(MptuiError) as caught:
        of_file(folder, text, environment)
    assert caught.value.exit_status == EXIT_USAGE
    return caught.value.message.replace(str(folder), "F")


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    assert of_file(tmp_path, "") == default_settings()
    settings = default_settings()
    assert (settings.ascii, settings.mouse, settings.interval) == (None, True, 0.5)
    assert (settings.read_only, settings.notify, settings.theme) == (False, (), "mptui")
    assert settings.resolved(shows_unicode=False).ascii is True
    assert settings.resolved(shows_unicode=True).ascii is False


def test_an_option_wins_over_a_variable_and_that_over_the_file(tmp_path: Path) -> None:
    text = 'mouse = false\ninterval = 2\nnotify = ["bell"]\n\n[keys]\nstop = ["f8", "X"]\n'
    variables = {"MPTUI_INTERVAL": "3", "MPTUI_NOTIFY": "title,desktop", "MPTUI_READ_ONLY": "yes"}
    held = of_file(tmp_path, text, variables, {"interval": "4", "mouse": None}).held
    path = tmp_path / "config.toml"
    assert held["mouse"] == (False, f"{path}: line 1")
    assert held["interval"] == (4.0, "--interval")
    assert held["notify"] == (("desktop", "title"), "MPTUI_NOTIFY")
    assert held["read-only"] == (True, "MPTUI_READ_ONLY")
    assert held["keys"].value == {"stop": ("f8,X", f"{path}: line 6")}


def test_an_option_can_turn_something_off(tmp_path: Path) -> None:
    assert of_file(tmp_path, "", options={"mouse": False}).held["mouse"] == (False, "--no-mouse")


def test_keys_can_come_from_a_variable(tmp_path: Path) -> None:
    keys = of_file(tmp_path, "", {"MPTUI_KEYS": "stop=f8 quit=Q,f10"}).keys
    assert keys == {"stop": ("f8", "MPTUI_KEYS"), "quit": ("Q,f10", "MPTUI_KEYS")}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("mouse = false\ninterval = soon", "F/config.toml: Invalid value (at line 2, column 12)"),
        ("\n\nintervall = 2", "F/config.toml: line 3: there is no setting 'intervall', only ascii"),
        ("interval = true", "F/config.toml: line 1: interval needs seconds, from 0.1 to 60"),
        ("interval = 0.01", "F/config.toml: line 1: interval needs seconds, from 0.1 to 60"),
        ("mouse = 1", "F/config.toml: line 1: mouse needs true or false"),
        ('notify = ["horn"]', "F/config.toml: line 1: notify needs any of bell, desktop, title"),
        ("keys = 3", "F/config.toml: line 1: keys needs a table"),
        ("[keys]\n\nstop = 7", "F/config.toml: line 3: keys needs one key or several"),
        ("keys.stop = 7", "F/config.toml: keys needs one key or several"),
        ('theme = ""', "F/config.toml: line 1: theme needs a name"),
    ],
)
def test_what_is_wrong_in_the_file_is_one_line_with_the_place(
    tmp_path: Path, text: str, line: str
) -> None:
    said = problem(tmp_path, text)
    assert said.startswith(line)
    assert "\n" not in said


@pytest.mark.parametrize(
    ("variable", "value", "line"),
    [
        ("MPTUI_INTERVAL", "soon", "MPTUI_INTERVAL: interval needs seconds"),
        ("MPTUI_ASCII", "perhaps", "MPTUI_ASCII: ascii needs true or false"),
        ("MPTUI_KEYS", "stop", "MPTUI_KEYS: keys needs actions and keys"),
    ],
)
def test_what_is_wrong_in_a_variable_names_it(
    tmp_path: Path, variable: str, value: str, line: str
) -> None:
    assert problem(tmp_path, "", {variable: value}).startswith(line)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    missing = tmp_path / "none.toml"
    with pytest.raises(MptuiError, match="there is no such file, though MPTUI_CONFIG names it"):
        load({}, {"MPTUI_CONFIG": str(missing)})
    with pytest.raises(MptuiError, match="cannot be read: Is a directory"):
        load({}, {"MPTUI_CONFIG": str(tmp_path)})
    (tmp_path / "config.toml").write_bytes(b"\xff")
    with pytest.raises(MptuiError, match="it is not UTF-8"):
        load({}, {"MPTUI_CONFIG": str(tmp_path / "config.toml")})


def test_a_folder_that_may_not_be_looked_into_has_no_file() -> None:
    # For root no folder is closed; a name that is too long is refused in the same way.
    assert load({}, {"XDG_CONFIG_HOME": "/" + "x" * 300}).ascii is None


def test_the_file_lies_where_such_files_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert config_path({}) == tmp_path / "mptui" / "config.toml"
    assert load({}, {}) == default_settings()


def test_every_setting_has_a_name_for_the_environment_and_a_meaning() -> None:
    assert [setting.variable for setting in SETTINGS][3] == "MPTUI_READ_ONLY"
    assert all(setting.meaning for setting in SETTINGS)
