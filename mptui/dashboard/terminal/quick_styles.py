"""What Textual does with style sheets, done once: what was parsed is not parsed again.

Textual parses all of them when an app begins, again when its first screen comes, and again for each
kind of widget that comes first after that. The same text with the same colours gives the same
rules, and nothing changes a rule. So they are also kept from one start to the next, and read back
with a list of what may be in them: who could write such a file could make up a style, nothing else.

Written against Textual 8.2.8, in which it replaces a private part: a test compares the rules.
"""

from __future__ import annotations

import io
import os
import pickle
import sys
from enum import EnumType
from typing import TYPE_CHECKING, Any, Final

from textual.css import model, parse, styles
from textual.css.stylesheet import Stylesheet

from mptui import __version__
from mptui.dashboard.terminal.first_frame.kept_pictures import keep_bytes, kept_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from textual.css.model import RuleSet

_FOLDER: Final = "style-sheets"
_MOST_TEXTS: Final = 512
"""With the colours of four themes, of all widgets that there are."""
_THEIRS: Final = ("textual.css.", "textual.layouts.", "textual.color", "textual.geometry")
"""Modules of which everything may be in rules."""
_WAYS_INTO: Final = frozenset({"get", "__contains__"})
_OTHERS: Final = frozenset(
    {("builtins", "frozenset"), ("builtins", "set"), ("functools", "partial")}
)


class ParsedSheets:
    """The rules of what was parsed by now, in all style sheets of this process."""

    def __init__(self) -> None:
        self._rules: dict[Hashable, list[RuleSet]] = {}
        self._kept: dict[Hashable, list[RuleSet]] = {}
        """Of an earlier start; what is not used any more is not kept again."""
        self._is_kept = True
        """Whether there is nothing that is not kept."""

    def rules_of(self, sheet: Stylesheet, *arguments: Any, **options: Any) -> list[RuleSet]:
        """As `Stylesheet._parse_rules`."""
        variables = frozenset(sheet._variables.items())  # noqa: SLF001
        key = (variables, arguments, tuple(sorted(options.items())))
        if key not in self._rules:
            if len(self._rules) >= _MOST_TEXTS:
                self._rules.clear()
            rules = self._kept.get(key)
            if rules is None:
                self._is_kept = False
                rules = _textuals_parse_rules(sheet, *arguments, **options)
            self._rules[key] = rules
        return self._rules[key]

    def read(self) -> None:
        """Take what was kept by an earlier start."""
        data = kept_bytes(_FOLDER, _circumstances())
        if data is not None:
            self._kept = _rules_in(data)

    def keep(self) -> None:
        """Keep what there is for the next start, where it is not what is kept already."""
        if not self._is_kept:
            self._is_kept = True
            try:
                data = pickle.dumps(dict(self._rules), pickle.HIGHEST_PROTOCOL)
            except (pickle.PicklingError, AttributeError, TypeError):
                return  # A rule of a kind that has no form as bytes.
            keep_bytes(_FOLDER, _circumstances(), data)


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("builtins", "getattr"):
            return _way_into
        if (module, name) in _OTHERS:
            return super().find_class(module, name)
        if module.startswith(_THEIRS) and "." not in name:
            found = super().find_class(module, name)
            # What is imported there, be it a module of Python's, is not theirs.
            if getattr(found, "__module__", None) == module:
                return found
        raise pickle.UnpicklingError(f"no part of a rule: {module}.{name}")


def _way_into(rules: dict[str, Any] | EnumType, name: str) -> Any:
    """What styles remember of their rules; and how some versions of Python pickle a member."""
    if type(rules) is dict and name in _WAYS_INTO:
        return getattr(rules, name)
    if isinstance(rules, EnumType):
        return rules[name]
    raise pickle.UnpicklingError(f"no part of a rule: {name}")


def _rules_in(data: bytes) -> dict[Hashable, list[RuleSet]]:
    try:
        rules = _Unpickler(io.BytesIO(data)).load()
    except Exception:  # noqa: BLE001 - whatever such bytes may lead to: then they are parsed
        return {}
    return rules if isinstance(rules, dict) else {}


def _circumstances() -> str:
    """All that rules depend on beside the texts and the colours: the code that makes them."""
    files = [module.__file__ or "" for module in (model, parse, styles)]
    stamps = [os.stat(file) for file in files]  # noqa: PTH116
    made_by = [f"{stamp.st_mtime_ns} {stamp.st_size}" for stamp in stamps]
    return "\0".join(["1", __version__, sys.version, *files, *made_by])


def parse_once(*, is_wanted: bool = True) -> ParsedSheets:
    """Let Textual parse each style sheet once from now on, or as often as it does by itself."""
    parsed = ParsedSheets()

    def parse_rules(sheet: Stylesheet, *arguments: Any, **options: Any) -> list[RuleSet]:
        return parsed.rules_of(sheet, *arguments, **options)

    replacement: Callable[..., list[RuleSet]] = parse_rules if is_wanted else _textuals_parse_rules
    setattr(Stylesheet, _REPLACED, replacement)
    return parsed


_REPLACED: Final = "_parse_rules"
_textuals_parse_rules: Final = Stylesheet._parse_rules  # noqa: SLF001
