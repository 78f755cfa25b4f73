"""Hooks for the names that programs give their own processes: pytest-xdist's, gunicorn's."""

from . import tell
from .containment import contained
from .replacing import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from .replacing import Function

_WORKER_SUFFIX = "-worker"
_gateways: "list[str]" = []
"""What execnet calls this process, if it started it."""


def hook_gateway(module: "ModuleType") -> None:
    """Let a process that execnet started say which one it is: `gw1`."""
    announce = contained(_announce_gateway)

    def make(original: "Function") -> "Function":
        def __init__(self: object, *arguments: object, **options: object) -> None:  # noqa: N807
            original(self, *arguments, **options)
            announce(vars(self).get("id"))

        return __init__

    replace(module.BaseGateway, "__init__", make)


def hook_pytest(_config: "ModuleType") -> None:
    """Pytest in a process of execnet's is pytest-xdist."""
    for gateway in _gateways:
        _tell_name(f"pytest {gateway}", "worker")


def hook_titles(module: "ModuleType") -> None:
    """Take the title that gunicorn would show in the process table, which it often cannot."""
    announce = contained(_announce_title)

    def make(original: "Function") -> "Function":
        def _setproctitle(title: object) -> object:
            announce(title)
            return original(title)

        return _setproctitle

    replace(module, "_setproctitle", make)


def _announce_gateway(name: object) -> None:
    if type(name) is str and name.endswith(_WORKER_SUFFIX):
        _gateways[:] = [name[: -len(_WORKER_SUFFIX)]]
        _tell_name(f"execnet {_gateways[0]}", "worker")


def _announce_title(title: object) -> None:
    if type(title) is str:
        kind, _, _ = title.partition(" [")  # What follows is the application.
        _tell_name(f"gunicorn: {kind}", "worker" if kind == "worker" else None)


def _tell_name(name: str, role: "str | None") -> None:
    tell("process", {"name": name, "role": role})
