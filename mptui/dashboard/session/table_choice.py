"""What a person chose of the table of processes: its columns, and what it is sorted by.

One value for all panes. Columns are named by their keys, which never change; a key that no column
has is passed over, so that a choice of another version can be read.
"""

from __future__ import annotations

import msgspec


class TableChoice(msgspec.Struct, frozen=True):
    """Never changed, only replaced."""

    sort: str = ""
    """The key of the column that the rows are sorted by; empty: in the order they were made."""
    is_reversed: bool = False
    """Whether the other way round than that column has it of itself."""
    columns: tuple[str, ...] = ()
    """The keys of the columns, from left to right and the most important first; empty: as many as
    there is room for, of those with something to say."""

    def sorted_by(self, key: str) -> TableChoice:
        """Sorted by this column; by the same one once more: the other way round."""
        is_again = key == self.sort and key != ""
        return msgspec.structs.replace(
            self, sort=key, is_reversed=is_again and not self.is_reversed
        )

    def reversed(self) -> TableChoice:
        """Sorted the other way round."""
        return msgspec.structs.replace(self, is_reversed=not self.is_reversed)

    def with_columns(self, columns: tuple[str, ...]) -> TableChoice:
        """With these columns."""
        return msgspec.structs.replace(self, columns=columns)


DEFAULT_CHOICE = TableChoice()
