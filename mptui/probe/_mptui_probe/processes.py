"""Hooks for the processes of multiprocessing, and of libraries built on it.

A worker is described from the attributes of its process object alone: no code of the program runs
for it, and no reference to an object of the program outlives the step that took it.
"""

import posix
import sys

from .containment import contained
from .ends import tell_end
from .forks import describe_launch, described
from .records import tell
from .replacing import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType

    from .records import Value
    from .replacing import Function

_FUNCTION_TYPES = (type(lambda: None), type(len))
_METHOD_TYPE = type(tell.__get__(tell))
_PARTIALS_TO_UNWRAP = 8


def hook_bootstrap(module: "ModuleType") -> None:
    """Let a worker say what it is before the program's code runs in it."""
    announce = contained(_announce)

    def make(original: "Function") -> "Function":
        def _bootstrap(self: object, *arguments: object, **options: object) -> object:
            announce(self)
            return original(self, *arguments, **options)

        return _bootstrap

    replace(module.BaseProcess, "_bootstrap", make)


def hook_popen(module: "ModuleType") -> None:
    """Learn the exit code of a worker at the moment its parent does."""
    if "returncode" not in vars(module.Popen):
        module.Popen.returncode = ExitCode(module.Popen.__name__)
    describe_launch[module.__name__] = _describe_launch


class ExitCode:
    """`returncode` of a process object: kept where it is without us, and told once it is known.

    An attribute, because whoever waits for a worker is interrupted inside `poll` and `wait`: a
    function around those would show in the program's tracebacks.
    """

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._tell_end = contained(tell_end)

    def __get__(self, popen: object, owner: "type | None" = None) -> object:
        if popen is None:
            raise AttributeError(f"type object {self._owner!r} has no attribute 'returncode'")
        try:
            return vars(popen)["returncode"]
        except KeyError:
            message = f"{self._owner!r} object has no attribute 'returncode'"
            raise AttributeError(message) from None

    def __set__(self, popen: object, code: object) -> None:
        vars(popen)["returncode"] = code
        if code is not None:
            self._tell_end(vars(popen).get("pid"), code)

    def __delete__(self, popen: object) -> None:
        del vars(popen)["returncode"]


def _announce(process: object) -> None:
    if posix.getpid() not in described:
        tell("process", _describe(process, None))


def _describe_launch(frame: "FrameType") -> "dict[str, Value] | None":
    """Describe the worker that `Popen._launch` is about to run in this forked child."""
    if frame.f_code.co_name != "_launch":
        return None
    process = frame.f_locals.get("process_obj")
    return None if process is None else _describe(process, "fork")


def _describe(process: object, start_method: "str | None") -> "dict[str, Value]":
    attributes = object.__getattribute__(process, "__dict__")
    target, parent = attributes.get("_target"), attributes.get("_parent_pid")
    return {
        "name": _exact_text(attributes.get("_name")),
        "start_method": start_method or _start_method_of(type(process)),
        "target": _run_of(type(process)) if target is None else _qualified_name(target),
        "parent": parent if type(parent) is int else None,
        "role": "worker",
    }


def _start_method_of(kind: type) -> "str | None":
    method = getattr(kind, "_start_method", None)
    if method is None:
        # `multiprocessing.Process` leaves it to the default context, which knows by now.
        package = _base_of(kind).__module__.rpartition(".")[0]
        default = sys.modules[package + ".context"]._default_context
        method = getattr(default._actual_context, "_name", None)
    return _exact_text(method)


def _run_of(kind: type) -> "str | None":
    """Name the `run` of a process class that has its own, which is what runs without a target."""
    run = getattr(kind, "run", None)
    return None if run is None or run is vars(_base_of(kind))["run"] else _qualified_name(run)


def _base_of(kind: type) -> type:
    """The class that a library of multiprocessing's family derives all its processes from."""
    return next(base for base in kind.__mro__ if base.__name__ == "BaseProcess")


def _qualified_name(target: object) -> "str | None":
    for _ in range(_PARTIALS_TO_UNWRAP):
        kind = type(target)
        if (kind.__module__, kind.__qualname__) == ("functools", "partial"):
            target = target.func  # type: ignore[attr-defined]
        elif kind is _METHOD_TYPE:
            target = target.__func__  # type: ignore[attr-defined]
        else:
            break
    if not (type(target) in _FUNCTION_TYPES or issubclass(type(target), type)):
        target = type(target)
    module = _exact_text(target.__module__)
    name = _exact_text(target.__qualname__)  # type: ignore[attr-defined]
    return name if module is None or name is None else f"{module}.{name}"


def _exact_text(value: object) -> "str | None":
    return value if type(value) is str else None
