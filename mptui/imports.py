"""Importing much at once, cheaply: without looking for garbage, and without what is not needed.

An import makes many objects and hardly any garbage, so looking for it finds nothing; what was
imported stays until the end, so it need not be looked through later either. This module must not
import anything that costs: it stands before everything else.
"""

from __future__ import annotations

import gc
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Final

NOT_NEEDED: Final = ("typing_extensions",)
"""What msgspec looks for, and does as well without: typing has all of it from Python 3.11 on."""
NOT_NEEDED_ON_SCREEN: Final = ("ssl",)
"""What asyncio looks for: nothing that a dashboard does goes through a network."""
_ASKED_IN_VAIN: Final = "_distutils_hack"
_SELDOM: Final = (50_000, 20, 20)
"""Garbage that only the collector finds is rare here: looking for it every 700 objects is not."""


class ImportingMuch:
    """A block of imports.

    Args:
        without: modules that are imported where they are at hand, and left out inside the block;
            who asks for them later gets them.
    """

    def __init__(self, *without: str) -> None:
        self._without = [name for name in without if name not in sys.modules]

    def __enter__(self) -> None:
        gc.disable()
        # What setuptools puts before all finders is asked for each module, and has none of ours.
        sys.meta_path[:] = [one for one in sys.meta_path if type(one).__module__ != _ASKED_IN_VAIN]
        for name in self._without:
            sys.modules[name] = None  # type: ignore[assignment]  # as the import system has it

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for name in self._without:
            if sys.modules.get(name) is None:
                sys.modules.pop(name, None)
        gc.freeze()
        gc.set_threshold(*_SELDOM)
        gc.enable()


class Later:
    """A module that is imported when something of it is first asked for.

    It stands for the module where most starts of mptui need nothing of it, and the first picture
    would have to wait for it. Type checkers are told of the module itself.

    Args:
        name: of the module.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        __import__(self._name)
        value = getattr(sys.modules[self._name], name)
        setattr(self, name, value)
        return value
