"""What an item is can be read from the bytes in which a queue sends it."""

from __future__ import annotations

import pickle
import time
from decimal import Decimal
from multiprocessing.reduction import ForkingPickler
from typing import Any

import pytest

from mptui.probe._mptui_probe.tasks.pickled_items import is_sentinel, spell_item


class Item:
    """What a program may put into a queue."""

    size = 3


class HasState(Item):
    def __init__(self) -> None:
        self.state = (1, 2)


SPELLED = [
    (True, "True"),
    (0, "0"),
    (255, "255"),
    (256, "256"),
    (-1, "-1"),
    (2**40, "1099511627776"),
    (2**2000, "int of 2001 bits"),
    (2.5, "2.5"),
    ("a", "'a'"),
    ("", "''"),
    ("x" * 70_000, f"'{'x' * 40}…"),
    ("é" * 300, f"'{'é' * 40}…"),
    (b"ab", "b'ab'"),
    ((7,), "7"),
    ((7, "x" * 70_000), "7, …"),
    (("a", "b", "c"), "'a', …"),
    ((1, 2, 3, 4), "1, …"),
    ((None, 1), "None, …"),
    ((), "tuple of 0"),
    ([1, 2], "list"),
    ({1: 2}, "dict"),
    ({1}, "set"),
    (frozenset([1]), "frozenset"),
    (Item(), "Item"),
    (HasState(), "HasState"),
    ((Item(), 5), "tuple of 2"),
    ((print, 5), "tuple of 2"),
    ((time.time, 5), "tuple of 2"),
    (([1], 2, 3, 4), "tuple"),
]
UNTOLD = [print, time.time, Item, Decimal(1), 1j, range(3), ValueError("a")]


def sent(item: Any, protocol: int | None = None) -> bytes:
    return bytes(ForkingPickler.dumps(item, protocol))


@pytest.mark.parametrize("protocol", [4, 5])
@pytest.mark.parametrize(("item", "text"), SPELLED, ids=[text for _, text in SPELLED])
def test_an_item_is_spelled_by_its_first_scalar_or_its_kind(
    item: Any, text: str, protocol: int
) -> None:
    assert spell_item(sent(item, protocol)) == text
    assert not is_sentinel(sent(item, protocol))


@pytest.mark.parametrize("item", UNTOLD, ids=repr)
def test_of_what_is_made_in_other_ways_nothing_is_said(item: Any) -> None:
    assert spell_item(sent(item)) == ""


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_none_is_the_sentinel(protocol: int) -> None:
    assert is_sentinel(sent(None, protocol))


def test_bytes_that_are_no_pickle_do_no_harm() -> None:
    whole = sent((1, "text", 2.5, b"bytes", 2**70))
    pieces = [whole[:end] for end in range(len(whole))]
    for start in b"KMJ\x8a\x8cX\x8dCB\x8eG(h\x95]":
        pieces += [bytes([0x80, 4, start]) + b"\xff" * length for length in range(12)]
    for piece in pieces:
        assert len(spell_item(piece)) < 200
        assert not is_sentinel(piece)
