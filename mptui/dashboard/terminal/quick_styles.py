"""What Textual does with style sheets, done once: what was parsed is not parsed again.

Textual parses all of them when an app begins, again when its first screen comes, and again for each
kind of widget that comes first after that. The same text with the same colours gives the same
rules, and nothing changes a rule.

Written against Textual 8.2.8, in which it replaces a private part: a test compares the rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from textual.css.stylesheet import Stylesheet

if TYPE_CHECKING:
    from collections.abc import Hashable

    from textual.css.model import RuleSet

_MOST_TEXTS: Final = 512
"""With the colours of four themes, of all widgets that there are."""


class _Parsed:
    """What was parsed by now, of all style sheets of this process."""

    def __init__(self) -> None:
        self._rules: dict[Hashable, list[RuleSet]] = {}

    def rules_of(self, sheet: Stylesheet, *arguments: Any, **options: Any) -> list[RuleSet]:
        """As `Stylesheet._parse_rules`."""
        variables = frozenset(sheet._variables.items())  # noqa: SLF001
        key = (variables, arguments, tuple(sorted(options.items())))
        if key not in self._rules:
            if len(self._rules) >= _MOST_TEXTS:
                self._rules.clear()
            self._rules[key] = _textuals_parse_rules(sheet, *arguments, **options)
        return self._rules[key]


def parse_once(*, is_wanted: bool = True) -> None:
    """Let Textual parse each style sheet once from now on, or as often as it does by itself."""
    parsed = _Parsed()

    def parse_rules(sheet: Stylesheet, *arguments: Any, **options: Any) -> list[RuleSet]:
        return parsed.rules_of(sheet, *arguments, **options)

    setattr(Stylesheet, _REPLACED, parse_rules if is_wanted else _textuals_parse_rules)


_REPLACED: Final = "_parse_rules"
_textuals_parse_rules: Final = Stylesheet._parse_rules  # noqa: SLF001
