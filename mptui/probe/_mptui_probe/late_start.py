"""The start of the probe in a process that has run without it: what is under way is taken up.

A process of multiprocessing is described as at its start. What a worker of a pool or an executor
runs from now on is recorded, though its loop began long ago: from Python 3.13 on the variables of a
frame can be set from outside. Queues that were made before stay unknown.
"""

import posix
import sys

from . import fifo, is_ours, load, modules_with, report, start, streams
from .guard import guarded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any


def join(run: str) -> None:
    """Attach this process to a run; one that was attached to another before leaves that."""
    if not fifo.path:
        start(run)
    elif is_ours(run) and fifo.path != run + "/events":
        # The hooks are in place. What has a ring has it in the folder of the run before.
        fifo.path = run + "/events"
        streams.find(run)
        report("hello", {"ppid": posix.getppid(), "how": "exec"})
    if fifo.path:
        for name in modules_with("process"):
            if name in sys.modules:
                guarded(_take_up)(sys.modules[name])


def _take_up(module: "ModuleType") -> None:
    process = module._current_process
    if getattr(process, "_parent_pid", None) is None:
        return  # Nobody made it: it is a program's main process.
    workers = load("processes.workers")
    report("process", workers._describe(process, None))
    attributes: dict[str, Any] = object.__getattribute__(process, "__dict__")
    run = workers._qualified_name(attributes.get("_target"))
    watch = workers.watch_tasks_of.get(run)
    if watch is None:
        return
    if run.endswith(".pool.worker"):
        _take_up_pool_worker(attributes)
    else:
        watch(attributes)


def _take_up_pool_worker(attributes: "dict[str, Any]") -> None:
    """Put what notes each task in the place of the two functions that the loop of it calls."""
    frame = _frame_of(attributes["_target"])
    if frame is None or not {"get", "put"} <= set(frame.f_locals):
        return
    tasks, results = attributes["_args"][:2]
    queue = posix.fstat(tasks._reader.fileno()).st_ino
    get, put = load("tasks.pools")._watched(tasks, results, "pool", queue)
    variables = frame.f_locals
    variables["get"], variables["put"] = get, put


def _frame_of(function: "Any") -> "FrameType | None":
    """The frame of this function in the thread that this runs in, the main one."""
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_code is not function.__code__:
        frame = frame.f_back
    return frame
