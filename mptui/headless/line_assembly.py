"""Whole lines from pieces of output: what each stream of each process wrote, cut at line feeds.

Bytes in, bytes out, nothing lost and nothing changed. It must not know where the lines go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from mptui.events import Output

StreamKey: TypeAlias = tuple[int, str]
"""A process and one of its streams."""


class LineAssembly:
    """Keeps the unfinished line of every stream."""

    def __init__(self) -> None:
        self._unfinished: dict[StreamKey, list[bytes]] = {}

    def add(self, output: Output) -> bytes:
        """Add a piece; returns the lines it makes whole, line feeds included."""
        piece = output.data if output.text is None else output.text.encode()
        assert piece is not None
        unfinished = self._unfinished.setdefault((output.process, output.stream), [])
        end = piece.rfind(b"\n") + 1
        if not end:
            unfinished.append(piece)
            return b""
        whole = b"".join([*unfinished, piece[:end]])
        unfinished.clear()
        if end < len(piece):
            unfinished.append(piece[end:])
        return whole

    def take_unfinished(self, process: int) -> dict[str, bytes]:
        """What the streams of a process that ended held without a line feed, by stream."""
        taken = {}
        for key in [key for key in self._unfinished if key[0] == process]:
            if rest := b"".join(self._unfinished.pop(key)):
                taken[key[1]] = rest
        return taken

    @property
    def processes(self) -> set[int]:
        """The processes that wrote something."""
        return {process for process, _ in self._unfinished}
