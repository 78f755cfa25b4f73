"""What runs inside the program: it reports the process, and stays out of the way.

This package is imported under its top-level name (its folder is on the path for a moment), hence
the relative imports. What an interpreter's start takes is here, in `records` and in `streams`, and
imports nothing but builtin modules: each module more would cost every start half a percent.
Everything else is loaded on first use. The probe never starts a thread, never waits, keeps no
descriptor and no object of the program's, and lets no exception of its own into the program.
"""

import _signal  # type: ignore[import-not-found]
import posix
import sys

from .records import fifo
from .streams import streams

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

HOOKS = {
    "multiprocessing.process": ("processes", "hook_bootstrap"),
    "multiprocessing.popen_fork": ("processes", "hook_popen"),
    "loky.backend.popen_loky_posix": ("processes", "hook_popen"),
    "joblib.externals.loky.backend.popen_loky_posix": ("processes", "hook_popen"),
    # Two that began as copies of multiprocessing: pathos' and Celery's.
    "multiprocess.process": ("processes", "hook_bootstrap"),
    "multiprocess.popen_fork": ("processes", "hook_popen"),
    "billiard.process": ("processes", "hook_bootstrap"),
    "billiard.popen_fork": ("processes", "hook_popen"),
    "subprocess": ("subprocesses", "hook_exit_status"),
    # Whoever sends a signal by name has imported its module.
    "signal": ("kill", "hook_kill"),
    "execnet.gateway_base": ("names", "hook_gateway"),
    "_pytest.config": ("names", "hook_pytest"),
    "gunicorn.util": ("names", "hook_titles"),
}
"""A library's module: our module that hooks it once it is imported, and the hook in there."""

_begin_child: "list[Callable[[], None]]" = []
"""What a forked child does first; empty until the first fork is near."""


def start(run: str) -> None:
    """Attach this process to the run whose folder is `run`; once in each interpreter."""
    if fifo.path:
        return
    fifo.path = run + "/events"
    _watch_imports()
    borrowed = streams.find(run)
    streams.line_buffer()
    if _is_main_interpreter():
        posix.register_at_fork(before=_before_fork, after_in_child=_after_fork_in_child)
        if borrowed:
            streams.load_pipes()
        streams.say_hello(
            borrowed,
            {
                "ppid": posix.getppid(),
                "how": "exec",
                "python": "{}.{}.{}".format(*sys.version_info),
                "argv": getattr(sys, "orig_argv", None),  # Python 3.9 has none.
            },
        )


def _is_main_interpreter() -> bool:
    """Tell whether this is the interpreter that stands for the process.

    A subinterpreter runs `site` again in a process that has said hello long ago. Only the main
    interpreter may set signal handlers: it learns that SIGKILL's cannot be set, others no more than
    that they may not ask.
    """
    try:
        _signal.signal(_signal.SIGKILL, _signal.SIG_DFL)
    except ValueError:
        return False
    except OSError:
        pass
    return True


def _before_fork() -> None:
    if not _begin_child:
        try:
            from .forks import begin_child
        except Exception:  # The child goes without a hello, the fork goes on.
            return
        _begin_child.append(begin_child)


def _after_fork_in_child() -> None:
    for begin in _begin_child:
        begin()


class HookFinder:
    """First on `sys.meta_path`: sees which modules are imported, and finds those with a hook."""

    def find_spec(
        self, name: str, path: "Sequence[str] | None" = None, target: "ModuleType | None" = None
    ) -> "ModuleSpec | None":
        """Return nothing, or what the other finders find, prepared for its hook."""
        if name not in HOOKS:
            return None
        try:
            from .import_hooks import find_hooked
        except Exception:  # The module stays without its hook.
            return None
        return find_hooked(self, name, path, target)


def _watch_imports() -> None:
    already = [name for name in HOOKS if name in sys.modules]
    if already:
        from .import_hooks import hook

        for name in already:
            hook(sys.modules[name], name)
    sys.meta_path.insert(0, HookFinder())
