"""The keys as a person has changed them: the table of keys with other keys for some actions.

What cannot work is refused: an unknown action or key, and a key that is taken already, be it only
in one part of the dashboard, where it would not do what it was given for.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from typing import TYPE_CHECKING, Final

from textual.binding import Binding, BindingType
from textual.keys import KEY_NAME_REPLACEMENTS, Keys

from mptui.dashboard.keys import KEYS, key_name
from mptui.errors import EXIT_USAGE, MptuiError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mptui.settings import Held

_NUMBERED: Final = "pane-"
_OVERLAYS: Final = frozenset({"details, stacks", "menu of signals", "form", "line to type in"})
"""They lie over everything else while they are there, so their keys clash with none."""
_KNOWN: Final = frozenset(key.value for key in Keys)
_MODIFIED: Final = re.compile(r"((?:(?:ctrl|alt|shift)\+)+)(.+)")
_OTHER_NAMES: Final = {
    "esc": "escape",
    "return": "enter",
    "del": "delete",
    "ins": "insert",
    "pgup": "pageup",
    "pgdn": "pagedown",
}


def keys_in_force(changes: Mapping[str, Held]) -> list[BindingType]:
    """The table of keys with these changes.

    Args:
        changes: by the names of actions, keys with commas between them, and where they are set.

    Raises:
        MptuiError: what is wrong with one of them, and where it is set.
    """
    keys: dict[str, str] = {}
    for name, (text, origin) in changes.items():
        if name not in key_names():
            raise MptuiError(
                f"{origin}: keys.{name}: there is no such action, only "
                f"{', '.join(sorted(key_names()))}",
                EXIT_USAGE,
            )
        keys[name] = ",".join(_keys_of(text, f"{origin}: keys.{name}"))
    changed = [_with_keys(binding, keys) for binding in KEYS]
    for name, (_, origin) in changes.items():
        _refuse_clash(name, keys[name], changed, f"{origin}: keys.{name}")
    return changed


def key_names() -> dict[str, Binding]:
    """The actions that can be given other keys, by name."""
    return {
        binding.id: binding
        for binding in KEYS
        if isinstance(binding, Binding) and binding.id and not binding.id.startswith(_NUMBERED)
    }


def _with_keys(binding: BindingType, keys: Mapping[str, str]) -> BindingType:
    if not isinstance(binding, Binding) or binding.id is None or binding.id not in keys:
        return binding
    return dataclasses.replace(binding, key=keys[binding.id])


def _keys_of(text: str, origin: str) -> Iterator[str]:
    for key in text.split(","):
        name = _long_name(key)
        if name is None:
            raise MptuiError(
                f"{origin}: there is no key {key!r}; keys are called x, X, f8, ctrl+x, space, ?",
                EXIT_USAGE,
            )
        yield name


def _long_name(key: str) -> str | None:
    """The key as Textual calls it: ``question_mark`` for ``?``; None where there is no such key."""
    if len(key) == 1:
        return _name_of_character(key)
    if key.startswith("^"):
        key = f"ctrl+{key[1:]}"
    key = key.lower()
    key = _OTHER_NAMES.get(key, key)
    if (modified := _MODIFIED.fullmatch(key)) is not None:
        base = _long_name(modified[2])
        return f"{modified[1]}{base}" if base is not None else None
    is_punctuation = key in {_name_of_character(chr(code)) for code in range(33, 127)}
    return key if key in _KNOWN or is_punctuation else None


def _name_of_character(character: str) -> str | None:
    if character.isalnum():
        return character
    if not character.isprintable() or character == " ":
        return None
    name = unicodedata.name(character, "").lower().replace("-", "_").replace(" ", "_")
    return KEY_NAME_REPLACEMENTS.get(name, name) or None


def _refuse_clash(name: str, keys: str, changed: Iterable[BindingType], origin: str) -> None:
    """Refuse a key that does something else already, but for what it shares with it by design."""
    # Only now: it names every part that takes keys, and hardly anybody has changed one.
    from mptui.dashboard.screens.key_table import key_sections  # noqa: PLC0415

    own = key_names()[name]
    given = set(keys.split(",")) - set(own.key.split(","))
    for section in key_sections(changed):
        if section.title in _OVERLAYS:
            continue
        for binding in section.bindings:
            if not isinstance(binding, Binding) or binding.id == name:
                continue
            for key in sorted(given & set(binding.key.split(","))):
                does = binding.tooltip or binding.description.lower()
                raise MptuiError(
                    f"{origin}: {key_name(key)} is taken ({section.title}: {does})", EXIT_USAGE
                )
