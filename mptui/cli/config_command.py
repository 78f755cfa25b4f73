"""`mptui config`: what holds, and where it is from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mptui.cli.setting_options import given_settings, setting_options
from mptui.settings import SETTINGS, config_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mptui.settings import Held, Settings


@click.command("config")
@setting_options
def config_command() -> None:
    """Print the settings that hold, and where each is from.

    They stand in a file (its path is in the first line), in variables (MPTUI_INTERVAL=2), or in
    options; what comes later in that list wins. MPTUI_CONFIG names another file.
    """
    settings = given_settings()
    for line in list(config_lines(settings)):
        click.echo(line)


def config_lines(settings: Settings) -> Iterator[str]:
    """A line for each setting, and for each action that can be given other keys."""
    # Only now: no other command needs them, and it takes Textual to know the keys.
    from mptui.dashboard.keymap import key_names, keys_in_force  # noqa: PLC0415
    from mptui.dashboard.keys import key_name  # noqa: PLC0415
    from mptui.dashboard.theme import theme_name  # noqa: PLC0415
    from mptui.terminal_text import safe_text  # noqa: PLC0415

    path = config_path()
    theme_name(settings.held["theme"])
    yield f"# {safe_text(str(path))}{'' if path.exists() else ' (there is none)'}"
    for setting in SETTINGS:
        if setting.name != "keys":
            held = settings.held[setting.name]
            shown = setting.shown_default if held.value == setting.default else _shown(held)
            yield _line(setting.name, shown, held.origin)
    keys_in_force(settings.keys)
    yield ""
    yield "[keys]"
    for name, binding in key_names().items():
        held_keys = settings.keys.get(name)
        keys = held_keys.value if held_keys is not None else binding.key
        shown = " ".join(key_name(key) for key in keys.split(","))
        yield _line(name, shown, held_keys.origin if held_keys is not None else "default")


def _shown(held: Held) -> str:
    if isinstance(held.value, bool):
        return str(held.value).lower()
    if isinstance(held.value, tuple):
        return ", ".join(held.value) or "none"
    return f"{held.value:g}" if isinstance(held.value, float) else str(held.value)


def _line(name: str, value: str, origin: str) -> str:
    from mptui.terminal_text import safe_text  # noqa: PLC0415

    return f"{name:<12} {safe_text(value):<16} {safe_text(origin)}"
