"""What the style sheet says of a part is found out once for all parts that stand as this one does.

Textual asks every rule that might be meant, for each part and each of its painted components, every
time that the keys go to another part or a class changes: most of what it takes to move the focus.

Written against Textual 8.2.8, of whose style sheet it replaces a part: a test compares the styles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from textual.css.model import SelectorType
from textual.css.stylesheet import Stylesheet

if TYPE_CHECKING:
    from textual.css.model import RuleSet
    from textual.css.styles import RulesMap
    from textual.dom import DOMNode

_Kind: TypeAlias = tuple[type, str | None, frozenset[str]]
"""The class of a node, its id if any rule names that, its classes."""
_MOST_SAID: Final = 2000
"""Far more than there are places in any screen; then all is found out anew."""
_KEPT: Final = "_mptui_kept_styles"
_FLAGS: Final = ("_has_hover_style", "_has_focus_within", "_has_order_style", "_has_odd_or_even")


class _Said(NamedTuple):
    """What the style sheet says of a node."""

    rules: RulesMap
    flags: tuple[bool, ...]


class _KeptStyles:
    """What was said so far, by all that it depends on; as long as the rules are the same."""

    def __init__(self, rules: list[RuleSet]) -> None:
        self.rules = rules
        self.said: dict[tuple[int, ...], _Said] = {}
        selectors = [one for rule in rules for all_ in rule.selector_set for one in all_.selectors]
        self._stateful = [selector for selector in selectors if selector.pseudo_classes]
        self._ids = {selector.name for selector in selectors if selector.type is SelectorType.ID}
        self._states: dict[_Kind, tuple[str, ...]] = {}
        """Which states of such a node any rule asks for."""
        self._numbers: dict[tuple[_Kind, tuple[bool, ...]], int] = {}

    def place_of(self, node: DOMNode) -> tuple[int, ...]:
        """All that rules can ask: what the node is and how it fares, and all those around it."""
        return tuple(map(self._number_of, node.css_path_nodes))

    def _number_of(self, node: DOMNode) -> int:
        kind = type(node), node._id if node._id in self._ids else None, node.classes  # noqa: SLF001
        names = self._states.get(kind)
        if names is None:
            found = (one for one in self._stateful if one._check(node))  # noqa: SLF001
            names = self._states[kind] = tuple(
                {name for one in found for name in one.pseudo_classes}
            )
        states = tuple(map(node.has_pseudo_class, names)) if names else ()
        return self._numbers.setdefault((kind, states), len(self._numbers))


def apply(
    stylesheet: Stylesheet,
    node: DOMNode,
    *,
    animate: bool = False,
    cache: dict[tuple[Any, ...], RulesMap] | None = None,
) -> None:
    """Give a node the styles that the style sheet says."""
    kept = _kept_of(stylesheet)
    place = kept.place_of(node)
    said = kept.said.get(place)
    if said is None:
        _textuals_apply(stylesheet, node, animate=animate, cache=cache)
        flags = tuple(getattr(node, flag) for flag in _FLAGS)
        kept.said[place] = _Said(node.styles.base._rules.copy(), flags)  # noqa: SLF001
    elif vars(node).get(_KEPT) != (kept, place):
        for flag, value in zip(_FLAGS, said.flags, strict=True):
            setattr(node, flag, value)
        stylesheet.replace_rules(node, said.rules, animate=animate)
        stylesheet._process_component_classes(node)  # noqa: SLF001
    elif not animate:
        node.notify_style_update()
    vars(node)[_KEPT] = (kept, place)


def _kept_of(stylesheet: Stylesheet) -> _KeptStyles:
    kept: _KeptStyles | None = vars(stylesheet).get(_KEPT)
    if kept is None or kept.rules is not stylesheet.rules or len(kept.said) > _MOST_SAID:
        kept = vars(stylesheet)[_KEPT] = _KeptStyles(stylesheet.rules)
    return kept


_textuals_apply: Final = Stylesheet.apply
