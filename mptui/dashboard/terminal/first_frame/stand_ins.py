"""Parts of Textual and Rich that its app imports, and most dashboards never use: left for later.

The command palette alone brings half of all widgets. While Textual is imported, something stands in
place of such a module that has its names; what a name means is imported when it is first used.

Written against Textual 8.2.8, whose app only calls these names, looks something up in them, or has
one as the base of a class: a test opens what they are for.
"""

from __future__ import annotations

import sys
from abc import ABC, ABCMeta
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from types import TracebackType

_SELDOM: Final = {
    "platformdirs": ("user_downloads_path",),
    "rich.table": ("Table",),
    "rich.tree": ("Tree",),
    "textual.command": (
        "CommandListItem",
        "CommandPalette",
        "DiscoveryHit",
        "Hit",
        "Hits",
        "Provider",
        "SimpleProvider",
    ),
    "textual.suggestions": ("get_suggestion", "get_suggestions"),
}
"""The modules, and the names that are imported from them."""


class StandIns:
    """A block of imports in which seldom used modules are not imported; nor are those by hand."""

    def __init__(self) -> None:
        self._modules = {
            name: _stand_in(name, names)
            for name, names in _SELDOM.items()
            if name not in sys.modules
        }

    def __enter__(self) -> None:
        sys.modules.update(self._modules)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for name, module in self._modules.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


class _LateName:
    """A name of a module that is not imported before somebody uses it."""

    def __init__(self, module: str, name: str) -> None:
        self._module = module
        self._name = name
        self._bases: list[type] = []

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return self._real(*arguments, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def __mro_entries__(self, _bases: tuple[object, ...]) -> tuple[type, ...]:
        """Stand as the base of a class; it gets the real one as soon as that is there."""
        self._bases.append(ABCMeta(self._name, (ABC,), {}))  # As the real one is.
        return (self._bases[-1],)

    @property
    def _real(self) -> Any:
        module = import_module(self._module)
        for late in _LATE.pop(self._module, ()):
            late.settle(module)
        return getattr(module, self._name)

    def settle(self, module: ModuleType) -> None:
        for base in self._bases:
            derived: Any
            for derived in base.__subclasses__():
                derived.__bases__ = (getattr(module, self._name),)


_LATE: Final[dict[str, list[_LateName]]] = {}


def _stand_in(module: str, names: tuple[str, ...]) -> ModuleType:
    late = _LATE.setdefault(module, [])
    stand_in = ModuleType(module)
    for name in names:
        late.append(_LateName(module, name))
        setattr(stand_in, name, late[-1])
    return stand_in
