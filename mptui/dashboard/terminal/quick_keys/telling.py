"""A message that is taken at once by those above, in place of one turn of the loop for each.

Textual puts a message into the queue of each part on its way up, and what is behind in a queue
waits: the next key may be obeyed before what the last one said has come where it belongs.

Written against Textual 8.2.8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual._callback import count_parameters

if TYPE_CHECKING:
    from textual.message import Message
    from textual.widget import Widget


def tell_above(sender: Widget, message: Message) -> None:
    """Hand a message to whoever above takes it, as posting it would, but before this returns.

    Only for messages whose takers are no coroutines.
    """
    for node in sender.ancestors_with_self:
        if not node.is_running or not node.check_message_enabled(message):
            return
        for _, take in node._get_dispatch_methods(message.handler_name, message):  # noqa: SLF001
            with node._context():  # noqa: SLF001
                take(*(message,)[: count_parameters(take)])
        if message._stop_propagation:  # noqa: SLF001
            return
