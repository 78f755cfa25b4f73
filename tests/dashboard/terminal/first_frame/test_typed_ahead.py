from __future__ import annotations

import pytest

from mptui.dashboard.terminal.first_frame.typed_ahead import typed_ahead


@pytest.mark.parametrize(
    ("typed", "pane", "rest"),
    [
        (b"", None, b""),
        (b"3", 2, b""),
        (b"31", 0, b""),
        (b"3\r", 2, b"\r"),
        (b"9", None, b""),  # There is no such pane, so the key does nothing.
        (b"39\r", 2, b"\r"),
        (b"\r3", None, b"\r3"),
        (b"\x1b[15~3", None, b"\x1b[15~3"),
        ("é3".encode(), None, "é3".encode()),
    ],
)
def test_keys_of_panes_choose_the_first_one_and_the_rest_is_for_the_app(
    typed: bytes, pane: int | None, rest: bytes
) -> None:
    assert typed_ahead(typed, "1234567890", 5) == (pane, rest)


def test_without_keys_of_panes_all_is_for_the_app() -> None:
    assert typed_ahead(b"31\r", "", 5) == (None, b"31\r")
