"""Where a program or a library has its exported symbols, from its ELF file; see elf(5).

Only of 64-bit files of a little-endian machine. A file that is anything else, or damaged, has none.
It must not look at processes.
"""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

_HEADER: Final = struct.Struct("<16s2HI3QI6H")
_SEGMENT: Final = struct.Struct("<2I6Q")
_SECTION: Final = struct.Struct("<2I4Q2I2Q")
_SYMBOL_BYTES: Final = 24
_VALUE_AT: Final = 8
_MAGIC: Final = b"\x7fELF\x02\x01"
"""64 bits, little-endian."""
_LOADED: Final = 1
_DYNAMIC_SYMBOLS: Final = 11
_PAGE_BYTES: Final = 4096
_MOST_BYTES: Final = 32 * 1024 * 1024


class DynamicSymbols(NamedTuple):
    """Addresses as the file has them."""

    first_loaded: int
    """Where the file's first byte is to be."""
    addresses: dict[str, int]

    def address_of(self, symbol: str, loaded_at: int) -> int | None:
        """Where a symbol is in a process; None where there is no such symbol.

        Args:
            symbol: its name.
            loaded_at: where the process has the first byte of the file.
        """
        address = self.addresses.get(symbol)
        return None if address is None else loaded_at - self.first_loaded + address


_NONE: Final = DynamicSymbols(0, {})


def dynamic_symbols(descriptor: int, wanted: Iterable[str]) -> DynamicSymbols:
    """Those of the wanted symbols that this file exports.

    Args:
        descriptor: the file, open for reading.
        wanted: their names.
    """
    try:
        return _read(descriptor, wanted)
    except (OSError, ValueError, IndexError, struct.error):
        return _NONE


def _read(descriptor: int, wanted: Iterable[str]) -> DynamicSymbols:
    header = _HEADER.unpack(os.pread(descriptor, _HEADER.size, 0))
    magic, segments_at, sections_at = header[0], header[5], header[6]
    segment_count, section_count = header[10], header[12]
    if not magic.startswith(_MAGIC):
        return _NONE
    segments = os.pread(descriptor, segment_count * _SEGMENT.size, segments_at)
    loaded = [one for one in _SEGMENT.iter_unpack(segments) if one[0] == _LOADED]
    first_loaded = (loaded[0][3] - loaded[0][2]) // _PAGE_BYTES * _PAGE_BYTES
    piece = os.pread(descriptor, section_count * _SECTION.size, sections_at)
    sections = list(_SECTION.iter_unpack(piece))
    table = [one for one in sections if one[1] == _DYNAMIC_SYMBOLS][0]  # noqa: RUF015 - IndexError
    names = _content(descriptor, sections[table[6]])
    symbols = _content(descriptor, table)
    # Of each symbol the first four bytes say where its name is.
    names_at = memoryview(symbols).cast("I")[:: _SYMBOL_BYTES // 4].tolist()
    addresses = {}
    for symbol in wanted:
        place = names.find(b"\0" + symbol.encode() + b"\0") + 1
        if place and place in names_at:
            at = names_at.index(place) * _SYMBOL_BYTES + _VALUE_AT
            addresses[symbol] = int.from_bytes(symbols[at : at + 8], "little")
    return DynamicSymbols(first_loaded, addresses)


def _content(descriptor: int, section: tuple[int, ...]) -> bytes:
    offset, size = section[4], section[5]
    if size > _MOST_BYTES:
        raise ValueError
    return os.pread(descriptor, size, offset)
