"""Hooking a library's module: at the moment it has been imported, and before anybody uses it."""

import sys

from . import HOOKS
from .containment import contained

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType


def find_hooked(
    ours: object, name: str, path: "Sequence[str] | None", target: "ModuleType | None"
) -> "ModuleSpec | None":
    """Find a module as the finders after `ours` do; its hook runs once it is loaded."""
    for finder in sys.meta_path:
        find = getattr(finder, "find_spec", None)
        if finder is not ours and find is not None:
            spec: ModuleSpec | None = find(name, path, target)
            if spec is not None:
                contained(_hook_after_loading)(spec.loader, name)
                return spec
    return None


def hook(module: "ModuleType", name: str) -> None:
    """Hook the module called `name`, which is loaded."""
    hooks = HOOKS[name]
    for source, function in zip(hooks[::2], hooks[1::2]):
        contained(_apply)(module, source, function)


def _hook_after_loading(loader: object, name: str) -> None:
    if isinstance(loader, type) or not hasattr(loader, "exec_module"):
        return  # One loader for many modules (frozen ones) is not ours to change.
    execute = loader.exec_module

    def exec_module(module: "ModuleType") -> None:
        vars(loader).pop("exec_module", None)
        execute(module)
        hook(module, name)

    loader.exec_module = exec_module


def _apply(module: "ModuleType", source: str, name: str) -> None:
    hooks = __import__(f"{__package__}.{source}", fromlist=[name])
    getattr(hooks, name)(module)
