"""Keeps the probe's folder first on the PYTHONPATH of the programs that this process starts.

Tools build that variable anew: from `sys.path`, which the probe has left, or with a folder of their
own first whose `sitecustomize` ends the search. Only where the run is still named is it put back:
an environment that was made empty or filtered on purpose stays as it was made.
"""

import os
import posix

from .. import OWN_FOLDER
from ..guard import guarded
from ..replacing import BuiltinReplacement, replace_builtins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from ..replacing import Function

_PATH, _RUN = "PYTHONPATH", "MPTUI_RUN"
_PROBE = OWN_FOLDER.rpartition("/")[0]

restore: "list[str | None]" = []
"""The PYTHONPATH to be put back, as soon as the child is made, where it was changed for it."""


def with_probe(path: "str | None") -> str:
    """Return a PYTHONPATH with the probe's folder first."""
    others = [part for part in (path or "").split(":") if part not in ("", _PROBE)]
    return ":".join([_PROBE, *others])


def keep_in_list(arguments: "list[object]", index: int) -> None:
    """Do so in the environment at `index`: a list of `b"NAME=value"`, or None for our own."""
    given = arguments[index]
    if given is None:
        keep_in_own()
        return
    if type(given) is not list or any(type(entry) is not bytes for entry in given):
        return
    names = dict([entry.split(b"=", 1) for entry in given if b"=" in entry])
    if names.get(os.fsencode(_RUN)):
        path = os.fsdecode(names.get(b"PYTHONPATH", b""))
        if not _has_probe_first(path):
            names[b"PYTHONPATH"] = os.fsencode(with_probe(path))
            arguments[index] = [b"=".join(pair) for pair in names.items()]


def keep_in_mapping(arguments: "list[object]", index: int) -> None:
    """Do so in the environment at `index`: a mapping of names to values, texts or bytes.

    For `posix_spawn` of Python 3.13 and later, None is our own.
    """
    given = arguments[index]
    if given is None:
        keep_in_own()
        return
    if type(given) is not dict and given is not os.environ:
        return
    if any(type(name) not in (str, bytes) for name in given):
        return  # A mistake of the program's, which it is told as without us.
    names = {os.fsdecode(name): value for name, value in given.items()}
    path = os.fsdecode(names.get(_PATH, ""))
    if names.get(_RUN) and not _has_probe_first(path):
        names[_PATH] = with_probe(path)
        arguments[index] = names


def keep_in_own() -> None:
    """Do so in the environment of this process, as C code sees it, until `put_back` is called."""
    path = os.environ.get(_PATH)
    if os.environ.get(_RUN) and not _has_probe_first(path or ""):
        posix.putenv(_PATH, with_probe(path))
        restore.append(path)


def put_back() -> None:
    """Undo `keep_in_own`."""
    while restore:
        path = restore.pop()
        if path is None:
            posix.unsetenv(_PATH)
        else:
            posix.putenv(_PATH, path)


def _has_probe_first(path: str) -> bool:
    return f"{path}:".startswith(f"{_PROBE}:")


class Execution(BuiltinReplacement):
    """In the place of `os.execv` or `os.execve`."""

    def __init__(self, original: "Function") -> None:
        super().__init__(original)
        self._keep = guarded(_keep_in_call)
        self._put_back = guarded(put_back)

    def __call__(self, *arguments: object, **options: object) -> object:
        given = list(arguments)
        self._keep(given, options)
        try:
            return self.__wrapped__(*given, **options)
        finally:
            self._put_back()  # It failed.


_ENVIRONMENT = 2
"""Which argument of `execve` and of `posix_spawn` is the environment."""


def _keep_in_call(given: "list[object]", options: "dict[str, object]") -> None:
    if len(given) > _ENVIRONMENT:
        keep_in_mapping(given, _ENVIRONMENT)
    elif not options:
        keep_in_own()


def hook_exec(_module: "ModuleType") -> None:
    """Replace both."""
    replace_builtins(("execv", "execve"), Execution)
