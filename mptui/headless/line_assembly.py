"""Whole lines from pieces of output: what each stream of each process wrote, cut at line feeds.

Bytes in, bytes out, nothing lost. Nothing is changed either, but for a line that is too long to be
kept until its end, as a progress bar may be that never ends one: it is cut into several. It must
not know where the lines go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from mptui.events import Output

LONGEST_LINE: Final = 1024 * 1024
"""In bytes; what is longer is cut."""
LONGEST_BAR: Final = 16 * 1024
"""The same for what has carriage returns in it, and is cut at one of them: it shows progress."""

StreamKey: TypeAlias = tuple[int, str]
"""A process and one of its streams."""


class LineAssembly:
    """Keeps the unfinished line of every stream."""

    def __init__(self) -> None:
        self._unfinished: dict[StreamKey, list[bytes]] = {}
        self._sizes: dict[StreamKey, int] = {}
        """How much of a line each stream has."""

    def add(self, output: Output) -> bytes:
        """Add a piece; returns the lines it makes whole, line feeds included."""
        piece = output.data if output.text is None else output.text.encode()
        assert piece is not None
        key = (output.process, output.stream)
        unfinished = self._unfinished.setdefault(key, [])
        end = piece.rfind(b"\n") + 1
        whole = b""
        if end:
            whole = b"".join([*unfinished, piece[:end]])
            unfinished.clear()
            self._sizes[key] = 0
        if end < len(piece):
            unfinished.append(piece[end:])
            self._sizes[key] = self._sizes.get(key, 0) + len(piece) - end
            if self._sizes[key] > LONGEST_BAR:
                whole += self._cut(key)
        return whole

    def _cut(self, key: StreamKey) -> bytes:
        """What is to be shown before its line ends, with a line feed; mostly nothing."""
        unfinished = self._unfinished[key]
        # Looked for in the newest piece alone: a bar comes along with each.
        before, is_bar, rest = unfinished[-1].rpartition(b"\r")
        if not is_bar and self._sizes[key] <= LONGEST_LINE:
            return b""
        if is_bar:
            unfinished[-1] = before
        else:
            rest = b""
        whole = b"".join(unfinished) + b"\n"
        unfinished[:] = [rest] if rest else []
        self._sizes[key] = len(rest)
        return whole

    def take_unfinished(self, process: int) -> dict[str, bytes]:
        """What the streams of a process that ended held without a line feed, by stream."""
        taken = {}
        for key in [key for key in self._unfinished if key[0] == process]:
            self._sizes.pop(key, None)
            if rest := b"".join(self._unfinished.pop(key)):
                taken[key[1]] = rest
        return taken

    @property
    def processes(self) -> set[int]:
        """The processes that wrote something."""
        return {process for process, _ in self._unfinished}
