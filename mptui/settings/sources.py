"""Reads settings from a file, from the environment and from the command line."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mptui.errors import EXIT_USAGE, MptuiError
from mptui.own_folders import config_folder
from mptui.settings.table import SETTINGS, Held, Setting, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FILE_VARIABLE: Final = "MPTUI_CONFIG"
"""Names another file."""
_BY_NAME: Final = {setting.name: setting for setting in SETTINGS}
_TABLE: Final = re.compile(r"\s*\[\s*[\"']?([\w-]+)[\"']?\s*\]")
_ASSIGNMENT: Final = re.compile(r"\s*[\"']?([\w-]+)[\"']?\s*=")


def config_path(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the file is, or would be."""
    named = environment.get(FILE_VARIABLE)
    if named:
        return Path(named)
    return Path(config_folder(), "config.toml")


def load(
    options: Mapping[str, object] | None = None, environment: Mapping[str, str] = os.environ
) -> Settings:
    """What holds.

    Args:
        options: values from the command line by the names of settings; None: not given.
        environment: the variables.

    Raises:
        MptuiError: something is not right, with its place.
    """
    held = {setting.name: Held(setting.default, "default") for setting in SETTINGS}
    keys: dict[str, Held] = {}
    for setting, value, origin in _all_sources(options or {}, environment):
        try:
            read = setting.read(value)
        except ValueError as error:
            raise MptuiError(f"{origin}: {setting.name} {error}", EXIT_USAGE) from None
        if setting.name == "keys":
            keys |= {name: Held(text, origin) for name, text in read.items()}
        else:
            held[setting.name] = Held(read, origin)
    held["keys"] = Held(keys, "default")
    return Settings(held)


def _all_sources(
    options: Mapping[str, object], environment: Mapping[str, str]
) -> Iterator[tuple[Setting, Any, str]]:
    """What is set, and where; what wins comes last."""
    yield from _of_file(config_path(environment), is_named=bool(environment.get(FILE_VARIABLE)))
    for setting in SETTINGS:
        if (text := environment.get(setting.variable, "")) != "":
            yield setting, text, setting.variable
    for name, value in options.items():
        if value is not None:
            is_turned_off = value is False
            yield _BY_NAME[name], value, f"--{'no-' if is_turned_off else ''}{name}"


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # As where HOME is still another user's: none of our files is in there.
        return False


def _of_file(path: Path, *, is_named: bool) -> Iterator[tuple[Setting, Any, str]]:
    if not is_named and not _is_there(path):
        return
    text = _text_of(path)
    # Only now: most people have no file.
    import tomllib  # noqa: PLC0415

    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MptuiError(f"{path}: {error}", EXIT_USAGE) from None
    for name, value in values.items():
        if name not in _BY_NAME:
            known = ", ".join(_BY_NAME)
            raise MptuiError(
                f"{_place(path, text, name)}: there is no setting {name!r}, only {known}",
                EXIT_USAGE,
            )
        if name == "keys" and isinstance(value, dict):
            for action, keys in value.items():
                yield _BY_NAME[name], {action: keys}, _place(path, text, action, table=name)
        else:
            yield _BY_NAME[name], value, _place(path, text, name)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        reason = f"there is no such file, though {FILE_VARIABLE} names it"
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        reason = "cannot be read: it is not UTF-8"
    raise MptuiError(f"{path}: {reason}", EXIT_USAGE)


def _place(path: Path, text: str, name: str, table: str = "") -> str:
    """The file, and the line where a name is set, as far as that is plain to see."""
    within, lines = "", []
    for number, line in enumerate(text.splitlines(), 1):
        if (head := _TABLE.match(line)) is not None:
            within = head[1]
            if not table and within == name:
                lines.append(number)
        assignment = _ASSIGNMENT.match(line)
        if assignment is not None and (within, assignment[1]) == (table, name):
            lines.append(number)
    return f"{path}: line {lines[0]}" if len(lines) == 1 else str(path)
