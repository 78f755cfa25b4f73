"""The command palette: whatever the app offers, found by name, shown as plain text.

Textual's own provider reads names as markup; a program's name may say anything.
"""

from __future__ import annotations

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.markup import escape


class PlainCommands(Provider):
    """Offers what `App.get_system_commands` names, in its order."""

    async def discover(self) -> Hits:
        """Everything, while nothing is typed."""
        for title, help_text, callback, _ in self.app.get_system_commands(self.screen):
            yield DiscoveryHit(Content(title), callback, text=title, help=escape(help_text))

    async def search(self, query: str) -> Hits:
        """What matches."""
        matcher = self.matcher(query)
        for title, help_text, callback, _ in self.app.get_system_commands(self.screen):
            score = matcher.match(title)
            if score > 0:
                yield Hit(score, Content(title), callback, text=title, help=escape(help_text))
