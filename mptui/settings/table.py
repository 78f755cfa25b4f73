"""The settings, one row each: name, what is right, what holds without it, what it means.

A setting is written so in the file; as a variable it is `MPTUI_` and its name in capitals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LEAST_SECONDS: Final = 0.1
MOST_SECONDS: Final = 60.0
NOTIFICATIONS: Final = ("bell", "desktop", "title")
THEMES: Final = ("mptui", "mptui-light", "mptui-colour-blind")
"""Those of mptui itself; Textual's own can be named too, of which the dashboard knows."""
_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"0", "false", "no", "off"})


class Setting(NamedTuple):
    """One thing that can be set."""

    name: str
    read: Callable[[Any], Any]
    """Makes the value of what stands in a file (a value of TOML) or in a variable (text).

    Raises ValueError, which says what is right.
    """
    default: Any
    shown_default: str
    meaning: str

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"MPTUI_{self.name.upper().replace('-', '_')}"


class Held(NamedTuple):
    """A value that holds, and where it is from."""

    value: Any
    origin: str
    """``default``, a path with a line, a variable, or an option."""


class Settings(NamedTuple):
    """What holds."""

    held: Mapping[str, Held]

    @property
    def ascii(self) -> bool | None:
        """Whether to draw with ASCII alone; None: as the locale says."""
        value: bool | None = self.held["ascii"].value
        return value

    def resolved(self, *, shows_unicode: bool) -> Settings:
        """The same, with what the locale decides decided."""
        if self.ascii is not None:
            return self
        return Settings({**self.held, "ascii": Held(not shows_unicode, "the locale")})

    @property
    def mouse(self) -> bool:
        """Whether the terminal is to report the mouse."""
        return bool(self.held["mouse"].value)

    @property
    def interval(self) -> float:
        """Seconds between two samples."""
        return float(self.held["interval"].value)

    @property
    def read_only(self) -> bool:
        """Whether no key may touch a program of the user's."""
        return bool(self.held["read-only"].value)

    @property
    def notify(self) -> tuple[str, ...]:
        """How to call a person: any of `NOTIFICATIONS`."""
        value: tuple[str, ...] = self.held["notify"].value
        return value

    @property
    def theme(self) -> str:
        """The name of the theme."""
        return str(self.held["theme"].value)

    @property
    def keys(self) -> dict[str, Held]:
        """The keys of each action that was given others, in a text with commas between them."""
        value: dict[str, Held] = self.held["keys"].value
        return value


def _read_bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in _TRUE | _FALSE:
        return value.lower() in _TRUE
    raise ValueError("needs true or false")


def _read_seconds(value: Any) -> float:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = -1.0
    if isinstance(value, bool) or not LEAST_SECONDS <= seconds <= MOST_SECONDS:
        raise ValueError(f"needs seconds, from {LEAST_SECONDS:g} to {MOST_SECONDS:g}")
    return seconds


def _read_notifications(value: Any) -> tuple[str, ...]:
    ways = value.replace(",", " ").split() if isinstance(value, str) else value
    if not isinstance(ways, list) or not all(way in (*NOTIFICATIONS, "none") for way in ways):
        raise ValueError(f"needs any of {', '.join(NOTIFICATIONS)}, or none")
    return tuple(way for way in NOTIFICATIONS if way in ways)


def _read_name(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"needs a name: {', '.join(THEMES)}, or one of Textual's themes")
    return value


def read_keys(value: Any) -> str:
    """The keys of one action: a list, or a text with commas or blanks between them."""
    keys = value.replace(",", " ").split() if isinstance(value, str) else value
    are_keys = isinstance(keys, list) and all(isinstance(key, str) and key for key in keys)
    if not keys or not are_keys:
        raise ValueError('needs one key or several, such as "f8" or ["x", "f8"]')
    return ",".join(keys)


def _read_keys_of_all(value: Any) -> dict[str, str]:
    """Of a table in the file, or of a variable: `stop=f8 quit=q,f10`."""
    if isinstance(value, str):
        pairs = [word.partition("=") for word in value.split()]
        if not all(name and keys for name, _, keys in pairs):
            raise ValueError("needs actions and keys, such as stop=f8 quit=q,f10")
        value = {name: keys for name, _, keys in pairs}
    if not isinstance(value, dict):
        raise ValueError('needs a table: [keys], and below it lines such as stop = "f8"')
    return {name: read_keys(keys) for name, keys in value.items()}


SETTINGS: Final = (
    Setting(
        "ascii",
        _read_bool,
        None,
        "by the locale",
        "draw with ASCII alone: no lines, blocks or accents",
    ),
    Setting("mouse", _read_bool, True, "true", "let the terminal report the mouse"),  # noqa: FBT003
    Setting(
        "interval", _read_seconds, 0.5, "0.5", "seconds between two samples of cores and processes"
    ),
    Setting(
        "read-only",
        _read_bool,
        False,  # noqa: FBT003
        "false",
        "no key starts, stops, signals or types to a program of yours",
    ),
    Setting(
        "notify",
        _read_notifications,
        (),
        "none",
        "call you at the end of a run and at its first finding: bell, desktop, title",
    ),
    Setting("theme", _read_name, THEMES[0], THEMES[0], "the colours"),
    Setting("keys", _read_keys_of_all, {}, "", "other keys for some actions; a table of the file"),
)
"""All of them."""


def default_settings() -> Settings:
    """What holds where nothing is set."""
    held = {setting.name: Held(setting.default, "default") for setting in SETTINGS}
    return Settings(held)
