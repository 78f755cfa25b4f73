"""Hooks for the names that programs give their own processes: pytest-xdist's, gunicorn's."""

from .. import report
from ..guard import guarded
from ..replacing import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from ..replacing import Function

_WORKER_SUFFIX = "-worker"
_gateways: "list[str]" = []
"""The name that execnet gave this process, if it started it."""


def hook_gateway(module: "ModuleType") -> None:
    """Report the name of a process that execnet started: `gw1`."""
    report_name = guarded(_report_gateway)

    def make(original: "Function") -> "Function":
        def __init__(self: object, *arguments: object, **options: object) -> None:  # noqa: N807
            original(self, *arguments, **options)
            report_name(vars(self).get("id"))

        return __init__

    replace(module.BaseGateway, "__init__", make)


def hook_pytest(_config: "ModuleType") -> None:
    """Report a process of execnet's that imports pytest as a worker of pytest-xdist."""
    for gateway in _gateways:
        _report_name(f"pytest {gateway}", "worker")


def hook_titles(module: "ModuleType") -> None:
    """Report the titles that gunicorn gives its processes; it often cannot show them itself."""
    report_title = guarded(_report_title)

    def make(original: "Function") -> "Function":
        def _setproctitle(title: object) -> object:
            report_title(title)
            return original(title)

        return _setproctitle

    replace(module, "_setproctitle", make)


def _report_gateway(name: object) -> None:
    if type(name) is str and name.endswith(_WORKER_SUFFIX):
        _gateways[:] = [name[: -len(_WORKER_SUFFIX)]]
        _report_name(f"execnet {_gateways[0]}", "worker")


def _report_title(title: object) -> None:
    if type(title) is str:
        kind, _, _ = title.partition(" [")  # The name of the application follows.
        _report_name(f"gunicorn: {kind}", "worker" if kind == "worker" else None)


def _report_name(name: str, role: "str | None") -> None:
    report("process", {"name": name, "role": role})
