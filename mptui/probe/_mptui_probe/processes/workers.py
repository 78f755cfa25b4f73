"""Hooks for the processes of multiprocessing, and of libraries built on it.

A worker is described from the attributes of its process object alone: no code of the program runs
for it, and no reference to an object of the program outlives the step that took it.
"""

import posix
import sys
from _functools import partial  # type: ignore[import-not-found]

from .. import modules_with, report
from ..attribute_hooks import watch_attribute
from ..function_names import FUNCTION, name_function
from ..guard import guarded
from ..replacing import replace
from .child_exits import report_child_exit
from .child_starts import report_child_start
from .exit_codes import forget_reading, note_reading
from .forks import describe_launch, described

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType, ModuleType
    from typing import Any

    from .. import Value
    from ..replacing import Function

_ARGUMENTS_LIMIT = 120
_NAME_LIMIT = 60

before_work: "list[Callable[[object], None]]" = []
"""Called once in a worker with its process object, before its work begins."""

spell_arguments: "list[Callable[[object], str]]" = []
"""What makes a short text of the arguments of the function that a worker runs."""

after_work: "list[Callable[[object], None]]" = []
"""Called once in a worker with its exit code, when its work is done."""

watch_tasks_of: "dict[str, Callable[[dict[str, object]], None]]" = {}
"""By the function that a worker runs: what makes its tasks seen, given the worker's attributes."""

watch_items_of: "list[Callable[[object], None]]" = []
"""Called in any other worker with its process object: its tasks are the items of queues."""


_NUMBERED = {"torch.utils.data._utils.worker._worker_loop": ("DataLoader", "worker_id")}
"""By the function that a worker runs: what it is called, and the parameter with its number."""

_NAMED_INSIDE = {
    f"{module}.AsyncProcess._run": ("worker", ("worker_factory", "name"))
    for module in modules_with("nanny_process")
}
"""By the function that a worker runs: what it is called, and by which keywords its own name is
found: each of the partial that the one before leads to, the first of its first argument. These are
the workers of a Dask cluster on this machine; their nannies are threads of who made it."""


def hook_bootstrap(module: "ModuleType") -> None:
    """Have each worker report what it is before the program's code runs in it."""
    report_worker, watch_tasks = guarded(_report_worker), guarded(_watch_tasks)

    def make(original: "Function") -> "Function":
        def _bootstrap(self: object, *arguments: object, **options: object) -> object:
            report_worker(self)
            for step in tuple(before_work):
                step(self)
            watch_tasks(self)
            code = original(self, *arguments, **options)
            for step in tuple(after_work):
                step(code)
            return code

        return _bootstrap

    replace(module.BaseProcess, "_bootstrap", make)


def hook_popen(module: "ModuleType") -> None:
    """Report each worker when it starts, and its exit code when its parent learns it."""
    watch_attribute(module.Popen, "pid", guarded(_report_start))
    watch_attribute(module.Popen, "returncode", guarded(_report_exit_code), guarded(note_reading))
    describe_launch[module.__name__] = _describe_launch


def _report_start(_popen: "dict[str, object]", pid: object) -> None:
    # Set by `Popen._launch`, which knows the process; in a forked child it is 0.
    frame: FrameType | None = sys._getframe()
    while pid and frame is not None:
        if frame.f_code.co_name == "_launch":
            process = frame.f_locals.get("process_obj")
            if process is not None:
                report_child_start(pid, _describe(process, None))
            break
        frame = frame.f_back


def _report_exit_code(popen: "dict[str, object]", code: object) -> None:
    if code is not None:
        forget_reading(popen.get("pid"))
        report_child_exit(popen.get("pid"), code)


def _report_worker(process: object) -> None:
    if posix.getpid() not in described:
        report("process", _describe(process, None))


def _watch_tasks(process: object) -> None:
    attributes = object.__getattribute__(process, "__dict__")
    watch = watch_tasks_of.get(_qualified_name(attributes.get("_target")))
    if watch is not None:
        watch(attributes)
    else:
        for watch_items in watch_items_of:
            watch_items(process)


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
        "name": _name_by_work(attributes)
        or _name_inside(attributes)
        or _exact_text(attributes.get("_name")),
        "start_method": start_method or _start_method_of(type(process)),
        "target": _run_of(type(process)) if target is None else _qualified_name(target),
        "arguments": _spell(attributes),
        "parent": parent if type(parent) is int else None,
        "role": "worker",
    }


def _name_by_work(attributes: "dict[str, Any]") -> "str | None":
    """Name a worker of a library that says by a number which of them it is."""
    target, given = attributes.get("_target"), attributes.get("_args")
    title, parameter = _NUMBERED.get(_qualified_name(target), (None, ""))
    if title is None or type(target) is not FUNCTION or type(given) is not tuple:
        return None
    code = target.__code__
    names = code.co_varnames[: code.co_argcount]
    place = names.index(parameter) if parameter in names else len(given)
    return f"{title} {given[place]}" if place < len(given) and type(given[place]) is int else None


def _name_inside(attributes: "dict[str, Any]") -> "str | None":
    """Name a worker of a library that hides its name deep inside what it is given."""
    title, keywords = _NAMED_INSIDE.get(_qualified_name(attributes.get("_target")), (None, ()))
    given = attributes.get("_args")
    if title is None or type(given) is not tuple or not given:
        return None
    value = given[0]
    for keyword in keywords:
        value = value.keywords.get(keyword) if type(value) is partial else None
    return f"{title} {value}"[:_NAME_LIMIT] if type(value) in (int, str) else None


def _spell(attributes: "dict[str, object]") -> "str | None":
    arguments = attributes.get("_args")
    if type(arguments) is tuple and arguments:
        for spell in spell_arguments:
            return spell(arguments)[:_ARGUMENTS_LIMIT]
    return None


def _start_method_of(kind: type) -> "str | None":
    method = getattr(kind, "_start_method", None)
    if method is None:
        # `multiprocessing.Process` leaves it to the default context, which is decided by now.
        package = base_of(kind).__module__.rpartition(".")[0]
        default = sys.modules[package + ".context"]._default_context
        method = getattr(default._actual_context, "_name", None)
    return _exact_text(method)


def _run_of(kind: type) -> "str | None":
    """Name the `run` of a process class that defines its own, which runs if there is no target."""
    run = getattr(kind, "run", None)
    return None if run is None or run is vars(base_of(kind))["run"] else _qualified_name(run)


def base_of(kind: type) -> type:
    """The class from which multiprocessing, or a library like it, derives all its processes."""
    return next(base for base in kind.__mro__ if base.__name__ == "BaseProcess")


def _qualified_name(target: object) -> str:
    module, name = name_function(target)
    if module == "__mp_main__":
        module = "__main__"  # A worker's name for the main module, which it imported again.
    return name if module is None else f"{module}.{name}"


def _exact_text(value: object) -> "str | None":
    return value if type(value) is str else None
