"""Hooks each library's module at the moment when it has been imported, before it is used."""

import sys

from . import ROLES
from .guard import guarded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType


class Hook:
    """A function of the probe that is called with a library's module.

    As good as a NamedTuple, whose import would cost more than all that is loaded here.

    Attributes:
        module: the module of the function, within this package.
        function: its name.
    """

    __slots__ = ("function", "module")

    def __init__(self, module: str, function: str) -> None:
        self.module = module
        self.function = function


HOOKS = {
    "process": (
        Hook("processes.workers", "hook_bootstrap"),
        Hook("tasks.failures", "hook_failures"),
    ),
    "popen": (Hook("processes.workers", "hook_popen"),),
    "queues": (
        Hook("queues.queues", "hook_queues"),
        Hook("tasks.queue_tasks", "hook_items"),
    ),
    "locks": (Hook("queues.semaphores", "hook_semaphores"),),
    "pool": (
        Hook("tasks.pools", "hook_workers"),
        Hook("tasks.pools", "hook_threads"),
        Hook("tasks.submissions", "hook_pools"),
        Hook("results.unasked_failures", "hook_pool_results"),
        Hook("results.discarded_tasks", "hook_pools"),
    ),
    "billiard_pool": (Hook("tasks.billiard_pools", "hook_workers"),),
    "process_executor": (
        Hook("tasks.process_executors", "hook_workers"),
        Hook("tasks.submissions", "hook_process_executors"),
        Hook("results.unasked_failures", "hook_futures"),
        Hook("results.unasked_failures", "hook_process_results"),
    ),
    "thread_executor": (
        Hook("tasks.thread_executors", "hook_workers"),
        Hook("tasks.submissions", "hook_thread_executors"),
        Hook("results.unasked_failures", "hook_futures"),
    ),
    "passfds": (Hook("processes.subprocesses", "hook_passfds"),),
    "shared_memory": (Hook("queues.segments", "hook_segments"),),
    "subprocess": (Hook("processes.subprocesses", "hook_children"),),
    "subprocess_transport": (Hook("processes.subprocesses", "hook_transport"),),
    "threads": (
        Hook("thread_names", "hook_threads"),
        # Imported by nearly every tool that starts another program in its own place.
        Hook("processes.child_environments", "hook_exec"),
    ),
    # Imported by every program that sends a signal by its name, and by libraries of processes.
    "signals": (
        Hook("processes.sent_signals", "hook_kill"),
        Hook("processes.child_starts", "hook_posix_spawn"),
        Hook("processes.child_environments", "hook_exec"),
    ),
    "profiler": (Hook("profiles", "hook_profiler"),),
    "gateway": (Hook("processes.process_names", "hook_gateway"),),
    "pytest": (Hook("processes.process_names", "hook_pytest"),),
    "test_runner": (Hook("tasks.pytest_tests", "hook_tests"),),
    "test_reports": (Hook("tasks.pytest_tests", "hook_reports"),),
    "process_titles": (Hook("processes.process_names", "hook_titles"),),
}
"""By role: what is called with a module of that role. Other roles have no hooks: the probe only
needs to know the names of such modules."""


def find_hooked(
    ours: object, name: str, path: "Sequence[str] | None", target: "ModuleType | None"
) -> "ModuleSpec | None":
    """Find a module as the finders after `ours` do; its hooks run once it is loaded."""
    if ROLES[name] not in HOOKS:
        return None
    for finder in sys.meta_path:
        find = getattr(finder, "find_spec", None)
        if finder is not ours and find is not None:
            spec: ModuleSpec | None = find(name, path, target)
            if spec is not None:
                guarded(_hook_after_loading)(spec.loader, name)
                return spec
    return None


def hook(module: "ModuleType", name: str) -> None:
    """Call the hooks for the module called `name`, which is loaded."""
    for each in HOOKS.get(ROLES[name], ()):
        guarded(_call_hook)(each, module)


def _hook_after_loading(loader: object, name: str) -> None:
    if isinstance(loader, type) or not hasattr(loader, "exec_module"):
        return  # Frozen modules share one loader, which must not be changed.
    execute = loader.exec_module

    def exec_module(module: "ModuleType") -> None:
        vars(loader).pop("exec_module", None)
        execute(module)
        hook(module, name)

    loader.exec_module = exec_module


def _call_hook(each: Hook, module: "ModuleType") -> None:
    source = __import__(f"{__package__}.{each.module}", fromlist=[each.function])
    getattr(source, each.function)(module)
