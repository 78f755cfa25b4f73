"""Everything that an object holds, for tests of what it may hold at most."""

from __future__ import annotations

import sys
from array import array
from collections import deque
from types import FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SINGLE = (type(None), str, bytes, int, float, type, FunctionType, ModuleType, array)
_CONTAINERS = (list, tuple, set, frozenset, deque)


def held_by(*roots: object) -> Iterator[object]:
    """Each object that can be reached from these, once."""
    seen = set[int]()
    waiting = list(roots)
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += _inside(one)


def size_of(*roots: object) -> int:
    """How many bytes all of it takes."""
    return sum(sys.getsizeof(one) for one in held_by(*roots))


def longest_of(*roots: object) -> int:
    """How many things the longest container among it has; texts and arrays are none."""
    return max(len(one) for one in held_by(*roots) if isinstance(one, (dict, *_CONTAINERS)))


def _inside(one: object) -> Iterable[object]:
    if isinstance(one, _SINGLE):
        return ()
    if isinstance(one, dict):
        return [*one.keys(), *one.values()]
    if isinstance(one, _CONTAINERS):
        return list(one)
    if isinstance(one, MethodType):
        return (one.__self__,)
    slots = {name for kind in type(one).__mro__ for name in getattr(kind, "__slots__", ())}
    held = [getattr(one, name) for name in slots if hasattr(one, name)]
    return [*held, *getattr(one, "__dict__", {}).values()]
