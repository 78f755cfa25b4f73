"""Hooks for the processes of multiprocessing, and of libraries built on it.

A worker is described from the attributes of its process object alone: no code of the program runs
for it, and no reference to an object of the program outlives the step that took it.
"""

import posix
import sys

from . import tell
from .attributes import watch
from .births import tell_birth
from .containment import contained
from .ends import tell_end
from .forks import describe_launch, described
from .function_names import name_function
from .replacing import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType, ModuleType

    from . import Value
    from .replacing import Function

begin_work: "list[Callable[[object], None]]" = []
"""What looks at a worker's process object once, before the worker's work begins."""

task_loops: "dict[str, Callable[[dict[str, object]], None]]" = {}
"""By the function that a worker runs: what is to see its tasks, given the worker's attributes."""


def hook_bootstrap(module: "ModuleType") -> None:
    """Let a worker say what it is before the program's code runs in it."""
    announce, watch_tasks = contained(_announce), contained(_watch_tasks)

    def make(original: "Function") -> "Function":
        def _bootstrap(self: object, *arguments: object, **options: object) -> object:
            announce(self)
            for begin in tuple(begin_work):
                begin(self)
            watch_tasks(self)
            return original(self, *arguments, **options)

        return _bootstrap

    replace(module.BaseProcess, "_bootstrap", make)


def hook_popen(module: "ModuleType") -> None:
    """Tell of each worker as it is made, and of its exit code when its parent learns it."""
    watch(module.Popen, "pid", contained(_tell_worker))
    watch(module.Popen, "returncode", contained(_tell_exit_code))
    describe_launch[module.__name__] = _describe_launch


def _tell_worker(_popen: "dict[str, object]", pid: object) -> None:
    # Set by `Popen._launch`, which knows the process; in a forked child it is 0.
    frame: FrameType | None = sys._getframe()
    while pid and frame is not None:
        if frame.f_code.co_name == "_launch":
            process = frame.f_locals.get("process_obj")
            if process is not None:
                tell_birth(pid, _describe(process, None))
            break
        frame = frame.f_back


def _tell_exit_code(popen: "dict[str, object]", code: object) -> None:
    if code is not None:
        tell_end(popen.get("pid"), code)


def _announce(process: object) -> None:
    if posix.getpid() not in described:
        tell("process", _describe(process, None))


def _watch_tasks(process: object) -> None:
    attributes = object.__getattribute__(process, "__dict__")
    watch = task_loops.get(_qualified_name(attributes.get("_target")))
    if watch is not None:
        watch(attributes)


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


def _qualified_name(target: object) -> str:
    module, name = name_function(target)
    if module == "__mp_main__":
        module = "__main__"  # What a worker calls the main module that it imported again.
    return name if module is None else f"{module}.{name}"


def _exact_text(value: object) -> "str | None":
    return value if type(value) is str else None
