"""What a key is bound to, found without a copy of every table of keys on the way.

Textual copies the tables of all parts from the one that has the keys up to the app, twice for each
key, and asks for each key of each whether a part below takes it. Here nobody does: whoever takes
keys itself is asked before.

Written against Textual 8.2.8: a test compares the two for every key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.binding import Binding
    from textual.dom import DOMNode
    from textual.screen import Screen


def actions_of(key: str, screen: Screen[Any]) -> Iterator[tuple[str, DOMNode]]:
    """The actions that a key may do, in the order in which they are tried, and whose each is."""
    bound = list(_bound_to(key, screen))
    for node, binding in reversed(bound):
        if binding.priority:
            yield binding.action, node
    for node, binding in bound:
        # What stands behind a modal screen has no keys.
        if not (binding.priority or (screen.is_modal and node is screen.app)):
            yield binding.action, node


def _bound_to(key: str, screen: Screen[Any]) -> Iterator[tuple[DOMNode, Binding]]:
    """From the part that has the keys up to the app."""
    if screen.app._keymap:  # noqa: SLF001
        for node, bindings in screen._binding_chain:  # noqa: SLF001
            yield from ((node, binding) for binding in bindings.key_to_bindings.get(key, ()))
        return
    focused = screen.focused
    first: DOMNode = screen if focused is None or focused.loading else focused
    for node in first.ancestors_with_self:
        for binding in node._bindings.key_to_bindings.get(key, ()):  # noqa: SLF001
            yield node, binding
