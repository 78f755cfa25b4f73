r"""The vocabulary of a run: its events and their JSON form (public; schema 2).

One event is one line of UTF-8 JSON, written in ASCII only (everything else is escaped), with
``"event"`` first and ``"t"``, the seconds since the run began, second. Readers ignore events and
fields they do not know, and keep a value they do not know as text, so all three may be added
without a new schema. Nothing here reads or writes a file, and nothing here says what an event
means: that is for the model.

The table of events in the README and the JSON Schema are made from the docstrings here.
"""

from __future__ import annotations

import json
from typing import Annotated, Final, Literal, TypeAlias, get_args

import msgspec

SCHEMA: Final = 2
MAX_OUTPUT_BYTES: Final = 64 * 1024
"""The most program bytes one output event carries."""
LARGEST_COUNT: Final = 2**53
"""No true count is larger, and up to here every reader of JSON has it exactly."""

# What this version writes. A reader may meet others, so in the events these are plain texts.

Role: TypeAlias = Literal["main", "worker", "helper", "other"]
StreamName: TypeAlias = Literal["stdout", "stderr"]
StopReason: TypeAlias = Literal["user", "disconnect", "limit", "leftovers"]
"""Why mptui stops a program; `StopRequested.reason` explains the last one."""
ExecutorKind: TypeAlias = Literal[
    "pool", "executor", "threads", "queue", "pytest", "billiard", "dask"
]
"""What gives a worker its tasks; `TaskStarted.executor` explains them."""
QueueKind: TypeAlias = Literal["queue", "joinable", "simple", "pool", "executor", "threads", "dask"]
"""Three kinds of queues, and four that hand out tasks, as `QueueSampled` explains."""
WaitKind: TypeAlias = Literal[
    "task",
    "get",
    "put",
    "lock",
    "semaphore",
    "condition",
    "event",
    "barrier",
    "join",
    "children",
    "result",
    "thread",
    "receive",
    "send",
    "poll",
    "sleep",
    "input",
    "output",
    "socket",
    "file",
    "signal",
    "other",
]
"""What a process can wait in; `WaitStarted.kind` explains what does not explain itself."""
Disposition: TypeAlias = Literal["default", "caught", "ignored", "blocked"]
"""What a process does with a signal; `ProcessAsked.disposition` explains them."""
GapCode: TypeAlias = Literal[
    "output",
    "samples",
    "events",
    "task_records",
    "task_counts",
    "task_threads",
    "probe_reports",
    "probe_faults",
    "waits_hidden",
]
"""What can be missing from a recording; `EventsDropped.what` explains each."""
StackProblem: TypeAlias = Literal[
    "permission", "not_python", "unreadable", "ended", "no_reader", "reader_failed"
]
"""Why stacks cannot be read; `StackSampled.error` explains each."""
DiscardCause: TypeAlias = Literal["with", "terminate", "exit", "collected"]
"""What terminates a pool; `TasksDiscarded.how` explains each."""
StackReason: TypeAlias = Literal["asked", "stands_still"]
"""Why stacks were read; `StackSampled.why` explains each."""


def _known(values: object) -> msgspec.Meta:
    """Marks a text of which these values are known: documented, never enforced."""
    return msgspec.Meta(examples=list(get_args(values)))


class _Event(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="event", omit_defaults=True, gc=False
):
    t: float
    """Seconds since the run began, monotonic."""


class RunStarted(_Event, frozen=True, kw_only=True, tag="run_started"):
    """The first event of a recording: what was started, where and when."""

    schema: int
    id: str
    command: list[str]
    cwd: str
    python: str
    """The path of the interpreter."""
    host: str
    cpu_count: int
    started_at: str
    """ISO 8601, UTC."""
    mptui: str
    """The version that made the recording."""
    supervisor: int
    """The pid of the supervisor."""
    scenario: str | None = None
    """The name in the gallery, where the program is from there."""
    usable_cores: float | None = None
    """How many cores the program may use; fewer than there are where its affinity, its cpuset or
    the CPU limit of its control group (a container's) says so."""
    allowed_cores: list[int] | None = None
    """The cores that it may run on, where its affinity or its cpuset leaves some of them out."""
    numa_nodes: list[list[int]] | None = None
    """The cores of each NUMA node, where there are several nodes."""
    folder: str | None = None
    """The run folder: what every process of the program has in its environment, as MPTUI_RUN."""
    cluster: str | None = None
    """The address of its scheduler, where a Dask cluster is watched that others have started. The
    main process is the scheduler then, and gets the same number when it is started again."""
    attached_after: float | None = None
    """How many seconds the program had run by then, where it ran already and mptui came to it: what
    it prints, its tasks and its queues are not seen."""


class ProcessStarted(_Event, frozen=True, kw_only=True, tag="process_started"):
    """A process of the program was found; ``process`` numbers it for the rest of the run."""

    process: int
    pid: int
    parent: int | None
    """The process that logically made it; for a fork server's worker not the fork server."""
    ppid: int
    role: Annotated[str, _known(Role)]
    name: str
    start_method: str | None = None
    target: str | None = None
    """The qualified name of the function that it runs."""
    arguments: str | None = None
    """What the function is given, as text, as far as that is short and simple."""
    argv: list[str] | None = None
    instrumented: bool
    """Whether the probe runs inside; if not, all that is known comes from the process table."""


class ProcessChanged(_Event, frozen=True, kw_only=True, tag="process_changed"):
    """Something about a process became known later; what is missing here did not change."""

    process: int
    role: Annotated[str, _known(Role)] | None = None
    name: str | None = None
    start_method: str | None = None
    target: str | None = None
    arguments: str | None = None
    argv: list[str] | None = None
    parent: int | None = None
    instrumented: bool | None = None
    zombie: bool | None = None
    """Whether it ended seconds ago and its parent has not waited for it."""
    own_session: bool | None = None
    """Whether it has left the session of the main process, as daemons do; recorded of what outlives
    the main process."""
    exitcode_read: bool | None = None
    """Whether the program has looked at its exit code, where that is not 0."""
    cores: list[int] | None = None
    """The cores that it may run on; recorded once it had to wait for one, where these are others
    than mptui itself may run on."""


class Output(_Event, frozen=True, kw_only=True, tag="output"):
    """Bytes exactly as a process wrote them: any number of lines, maybe a piece of one.

    At most 64 KiB, and either ``text`` or ``data``.
    """

    process: int
    stream: Annotated[str, _known(StreamName)]
    text: str | None = None
    data: bytes | None = None
    """Base64, where the bytes are not UTF-8."""


class ProcessSample(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One sample of one process, in JSON an array in this order."""

    cpu_percent: float
    """Of one core since the sample before; above 100 where threads use several cores."""
    rss_bytes: int
    core: int
    """The core it last ran on; -1: not known, as on a cluster."""
    state: str
    """The kernel's letter: R running, S sleeping, D waiting for a device, T stopped, Z zombie."""
    threads: int
    """How many it has."""
    ready_percent: float = 0.0
    """How long it was ready to run but without a core, in percent of the time since the sample
    before; of several threads the sum."""


class CoreSeconds(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the kernel has accounted to all threads of one process, in JSON an array."""

    on_core: float
    """Seconds on a core since its start."""
    ready: float
    """Seconds ready to run but without a core."""


class Sampled(_Event, frozen=True, kw_only=True, tag="sampled"):
    """A sample of the machine, with those processes that changed since the one before."""

    cores: list[float]
    """Load of each core in percent, in the kernel's order."""
    processes: dict[int, ProcessSample]
    """By their numbers."""
    core_seconds: dict[int, CoreSeconds] = {}
    """What the kernel has accounted to each process so far, where that changed and is known."""
    throttled_percent: float | None = None
    """In how many of the periods since the sample before the CPU limit of a control group kept
    the program from running; missing where it never did."""


class ThreadSample(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One sample of one thread, in JSON an array in this order."""

    name: str
    cpu_percent: float
    """Of one core since the sample before."""
    core: int
    """The core it last ran on."""
    state: str
    """The kernel's letter, as for a process."""
    ready_percent: float = 0.0
    """How long it was ready to run but without a core, in percent of the time since then."""


class ThreadsSampled(_Event, frozen=True, kw_only=True, tag="threads_sampled"):
    """A sample of the threads of a process that has several: those that changed."""

    process: int
    threads: dict[int, ThreadSample]
    """By their native ids."""
    ended: list[int] = []
    """The native ids of threads that are gone since the sample before."""


class GpuSample(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One sample of one GPU, in JSON an array in this order."""

    name: str
    busy_percent: float | None
    """Of the time in which anything ran on it, whoever it was of; None: not known."""
    used_bytes: int
    """Of its memory, whoever it is used by."""
    total_bytes: int


class GpuUse(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one process uses of one GPU, in JSON an array in this order."""

    gpu: int
    memory_bytes: int | None
    """None: not known."""
    busy_percent: float | None
    """Of the time in which something of this process ran on it; None: not known."""


class GpusSampled(_Event, frozen=True, kw_only=True, tag="gpus_sampled"):
    """A sample of the GPUs, once a process of the program uses one: what changed since the last.

    Recorded where `mptui[gpu]` is installed and there is an NVIDIA GPU.
    """

    gpus: dict[int, GpuSample]
    """By their numbers, in the driver's order."""
    processes: dict[int, list[GpuUse]] = {}
    """By the numbers of the processes; empty: it uses none any more."""


class TaskStarted(_Event, frozen=True, kw_only=True, tag="task_started"):
    """A worker began a task that was still running when mptui looked.

    ``t`` is when it began, which is before events that stand earlier in the recording.
    """

    process: int
    label: str
    """The function's qualified name."""
    item: str | None = None
    """Its argument, as text, where that is short and simple."""
    items: int = 1
    """How many items of work it is, as a chunk of a map is several."""
    thread: int | None = None
    """The native id of the thread that runs it, where that is not the main thread."""
    executor: Annotated[str, _known(ExecutorKind)] | None = None
    """What gave it out: a multiprocessing pool, an executor of processes or of threads. queue: the
    worker took it from a queue, which is the label (of a loader of torch: batch), and went on to
    take another when it ended. pytest: it is a test, by its node id. billiard: a pool of Celery's
    library. dask: a cluster's scheduler; the label is what the keys of such tasks begin with, the
    item the rest."""

    @property
    def started_at(self) -> float:
        """When it began."""
        return self.t


class TaskFinished(_Event, frozen=True, kw_only=True, tag="task_finished"):
    """A worker ended a task. ``t`` is when; it began ``seconds`` earlier."""

    process: int
    label: str
    ok: bool
    seconds: float
    item: str | None = None
    items: int = 1
    result: str | None = None
    """As text, where that is short and simple; otherwise its type."""
    error: str | None = None
    """The exception's type, and its message where that is short and simple."""
    thread: int | None = None
    executor: Annotated[str, _known(ExecutorKind)] | None = None

    @property
    def started_at(self) -> float:
        """When it began."""
        return self.t - self.seconds


class TasksCounted(_Event, frozen=True, kw_only=True, tag="tasks_counted"):
    """Tasks that ended between ``since`` and ``t``, too fast to be recorded singly.

    The sums over these and all single tasks are exact. With a ``count`` of 0 it is a correction:
    ``failed`` of the tasks recorded earlier failed after all, since their results could not be
    sent.
    """

    process: int
    label: str | None
    """None: which functions they were is unknown."""
    count: int
    failed: int
    seconds_total: float
    seconds_max: float | None
    """How long the slowest took; None: unknown."""
    items: int
    since: float
    seconds_min: float | None = None
    """How long the fastest took, where that is known."""
    histogram: dict[int, int] = {}
    """How many took how long: key k counts those from 2^(k/4) to 2^((k+1)/4) microseconds."""
    thread: int | None = None
    executor: Annotated[str, _known(ExecutorKind)] | None = None


class QueueSampled(_Event, frozen=True, kw_only=True, tag="queue_sampled"):
    """What has gone through a queue so far, whenever that changed.

    A pool, an executor and an executor of threads are queues too: ``put`` counts the items given
    to it, ``got`` those done. On a cluster all tasks whose keys begin alike are one (dask).
    """

    queue: int
    """Queues are numbered like processes."""
    put: int
    got: int
    depth: int
    """put - got, as far as both are known; at least 0."""
    kind: Annotated[str, _known(QueueKind)] = "queue"
    name: str | None = None
    """The variable it was assigned to."""
    maxsize: int | None = None
    """How much it holds before a put waits, where there is a limit."""
    more: bool = False
    """Whether a pool is still taking tasks from an iterable: how many will come is not known."""
    place: str | None = None
    """Where the program made a pool or an executor: file:line."""


class WaitStarted(_Event, frozen=True, kw_only=True, tag="wait_started"):
    """A process waits since ``t``; recorded once it has done so for a moment."""

    process: int
    kind: Annotated[str, _known(WaitKind)]
    """task: for work from its pool. join: for the end of a process, children: of any. result: for
    what a pool or an executor computes. thread: for a lock inside the process. receive, send: on a
    pipe. input, output: on its standard streams. file: for a lock on one."""
    on: str | None = None
    """The name of what it waits for: of the queue, the lock, the process."""
    queue: int | None = None
    lock: int | None = None
    """A lock, semaphore, condition or event, or a file to lock; they are numbered like
    processes."""
    joined: int | None = None
    """The process whose end it waits for."""
    holds: list[int] = []
    """The locks that it holds meanwhile."""
    timed: bool = False
    """Whether the wait ends by itself after a time."""
    peers: list[int] = []
    """receive, send, output: the processes that have the other end of the pipe, where these are
    known and all of them are processes of the program."""
    inside_only: bool = False
    """thread: whether only another thread of the process can end it: no handler of a signal can."""
    parties: int | None = None
    """barrier: how many must come, where that is known."""

    @property
    def started_at(self) -> float:
        """When it began."""
        return self.t


class WaitFinished(_Event, frozen=True, kw_only=True, tag="wait_finished"):
    """The wait of a process is over, whether or not its beginning was recorded."""

    process: int
    kind: Annotated[str, _known(WaitKind)]
    seconds: float
    on: str | None = None
    queue: int | None = None
    lock: int | None = None
    joined: int | None = None

    @property
    def started_at(self) -> float:
        """When it began."""
        return self.t - self.seconds


class WaitsCounted(_Event, frozen=True, kw_only=True, tag="waits_counted"):
    """Short waits of a process for the same that were over between ``since`` and ``t``.

    So many, one after the other, that they are not recorded singly; each lasted about a second at
    most. The sums over these and all single waits are exact.
    """

    process: int
    kind: Annotated[str, _known(WaitKind)]
    count: int
    seconds_total: float
    seconds_max: float
    """How long the longest was."""
    since: float
    on: str | None = None
    queue: int | None = None
    lock: int | None = None
    joined: int | None = None
    timed: bool = False


class DescriptorsCounted(_Event, frozen=True, kw_only=True, tag="descriptors_counted"):
    """How many file descriptors a process has open: once it has many, whenever a tenth changed."""

    process: int
    count: int
    limit: int | None = None
    """How many it may have open."""
    pipes: int = 0
    sockets: int = 0
    files: int = 0
    """What they stand for, as far as that was looked at: pipes, and the pairs of sockets that
    Pipe() makes; other sockets; files and folders."""


class SharedMemorySampled(_Event, frozen=True, kw_only=True, tag="shared_memory_sampled"):
    """The segments of shared memory that a process made and that are there, if that changed."""

    process: int
    count: int
    """How many are there."""
    made: int
    """How many it has made so far."""
    bytes: int
    """What those that are there occupy."""
    place: str | None = None
    """Where the newest was made: file:line."""
    room_bytes: int | None = None
    """How much the file system of shared memory holds at most."""
    free_bytes: int | None = None
    """How much of that is free."""


class LockSampled(_Event, frozen=True, kw_only=True, tag="lock_sampled"):
    """Who holds a lock that somebody has waited for for some time, whenever that changed."""

    lock: int
    holders: list[int] = []
    """The processes of the program that hold it."""
    outside: dict[int, str] = {}
    """The others that do, which only a lock on a file can have: the command of each by its pid."""
    complete: bool = True
    """Whether every process that has the lock could be looked into. If so, and nobody holds it,
    whoever took it has ended."""


class AccessSampled(_Event, frozen=True, kw_only=True, tag="access_sampled"):
    """Who can end a wait for a queue, a semaphore or a pipe, once it has lasted, if that changed.

    One of ``queue``, ``lock`` and ``receiver``.
    """

    queue: int | None = None
    lock: int | None = None
    receiver: int | None = None
    """The process that waits to receive from a pipe that is no queue's, the first of several."""
    processes: list[int]
    """The processes that can put into the queue or write into the pipe, or that have the semaphore,
    event or the like."""


class ProcessAsked(_Event, frozen=True, kw_only=True, tag="process_asked"):
    """A process of the program sent another one a signal that is to end it."""

    process: int
    by: int
    """The process that sent it."""
    signal: int
    disposition: Annotated[str, _known(Disposition)] | None = None
    """What the one that was asked does with this signal, where that is known. default: it ends of
    it."""
    at_end: bool = False
    """Whether multiprocessing did this as the one that asked came to its end: it ends daemons."""


class ResultsUnasked(_Event, frozen=True, kw_only=True, tag="results_unasked"):
    """Tasks failed, and the process that gave them never asks for their results.

    ``count`` is of all so far; a later event about tasks that failed alike replaces this one.
    """

    process: int
    """The one that gave the tasks to a pool or an executor."""
    error: str
    """The exception of the first: its type, and its message where that is simple."""
    count: int
    """For so many nobody asked, and nobody can any more, or the process has ended."""
    asked: int = 0
    """For so many that failed alike it did ask."""
    label: str | None = None
    """The function's qualified name; None where it is not known, as in a pool."""
    executor: Annotated[str, _known(ExecutorKind)] | None = None


class TasksDiscarded(_Event, frozen=True, kw_only=True, tag="tasks_discarded"):
    """A pool was terminated before the tasks were done that it had been given."""

    process: int
    queue: int | None
    """The pool, as in `QueueSampled`."""
    items: int
    """How many items of work were not done."""
    how: Annotated[str, _known(DiscardCause)]
    """with: a with block was left. terminate: the program called it. exit: the program came to its
    end. collected: nothing referred to the pool any more."""
    asked: bool = False
    """Whether the process had asked for the result of any task of any pool by then."""


class WorkerLoad(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one worker of a cluster has to do and to keep, in JSON an array in this order."""

    threads: int
    """So many tasks it runs at a time."""
    assigned: int
    """Tasks that were given to it and have not ended."""
    running: int
    """Those of them that it runs."""
    results: int
    """Results that it keeps."""
    managed_bytes: int
    """What the results in its memory occupy."""
    unmanaged_bytes: int
    """What else it occupies, and has for half a minute at least."""
    spilled_bytes: int
    """Results that it has put on its disk, for want of memory."""
    limit_bytes: int | None
    """How much memory it may take; None: there is no limit."""


class ClusterSampled(_Event, frozen=True, kw_only=True, tag="cluster_sampled"):
    """A sample of a Dask cluster: the workers that changed, and how many tasks are where."""

    workers: dict[int, WorkerLoad]
    """By their numbers as processes."""
    waiting: int
    """Tasks that wait for the results of others."""
    queued: int
    """Tasks that wait for a worker."""
    assigned: int
    """Tasks that were given to a worker and have not ended."""
    results: int
    """Tasks whose results are kept."""
    lag_seconds: float | None = None
    """How much later than it should the scheduler comes to what it has to do; None: not known."""
    transfers: int | None = None
    """How many times a worker is fetching results from another one; None: not known."""
    transfer_bytes: int | None = None
    """How much that is."""
    transfers_total: int | None = None
    """How many times the workers that are there have done so."""


class TasksRepeated(_Event, frozen=True, kw_only=True, tag="tasks_repeated"):
    """A worker of a cluster is gone, and so its tasks are done again by others."""

    process: int
    running: dict[str, int]
    """Tasks that were given to it and had not ended, by what their keys begin with."""
    results: dict[str, int]
    """Tasks that were done, but whose results nobody else has."""


class SignalSent(_Event, frozen=True, kw_only=True, tag="signal_sent"):
    """A person had mptui send a process this signal, beside what stops the whole program."""

    process: int
    signal: int


class StackFrame(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One frame of a Python stack, in JSON an array in this order."""

    file: str
    line: int
    function: str
    """By its qualified name from Python 3.11 on."""


class NativeFrame(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One frame of C code, in JSON an array in this order."""

    library: str
    """The path of the library, or of the program, that it is in."""
    function: str
    file: str
    """Of its source; empty where that is not known."""
    line: int


class ThreadStack(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Where one thread is."""

    thread: int
    """Its native id."""
    name: str | None = None
    """The name that the program gave it."""
    frames: list[StackFrame]
    """Innermost first, at most a hundred; none while it runs no Python."""
    omitted: int = 0
    """How many more there are, outside of these."""
    gil: bool = False
    """Whether it held the interpreter's lock."""
    ran: bool = False
    """Whether it ran while it was read, so that the frames may be of two moments."""
    native: list[NativeFrame] = []
    """The frames of C code inside of the innermost Python frame, where somebody asked for those
    too; innermost first, at most a hundred."""


class StackSampled(_Event, frozen=True, kw_only=True, tag="stack_sampled"):
    """The Python stacks of all threads of a process, or why they could not be read."""

    process: int
    why: Annotated[str, _known(StackReason)]
    """asked: somebody wants to know. stands_still: the process has waited for some time, or nothing
    in the program has moved; recorded once as long as that lasts."""
    threads: list[ThreadStack] = []
    """The main thread first."""
    left: int = 0
    """How many more processes are to come of those that were asked for at once."""
    error: Annotated[str, _known(StackProblem)] | None = None
    """permission: the kernel forbids it. not_python: it runs no Python that is known. unreadable:
    its interpreter starts, ends, or is unknown. ended: it ended before. no_reader: pystack cannot
    be used. reader_failed: the process that reads stacks has ended."""
    detail: str | None = None
    """More about the error for a person to read, as text without a fixed form."""


class ProcessExited(_Event, frozen=True, kw_only=True, tag="process_exited"):
    """A process ended; how is unknown where ``exitcode`` and ``signal`` are both None."""

    process: int
    exitcode: int | None
    signal: int | None
    terminated_by: int | None = None
    """The process of the program that terminated it."""
    asked_by_user: bool = False
    """Whether a person had mptui send it the signal that ended it, or that asked for its end."""
    oom: bool = False
    """Whether the kernel ended it because memory ran out."""
    stopping: bool = False
    """Whether mptui had been asked to stop the program by then."""
    error: str | None = None
    """The exception that ended it: its type, and its message where that is simple."""
    core_seconds: CoreSeconds | None = None
    """What the kernel had accounted to it, when that was last read."""
    lost: bool = False
    """On a cluster: whether the scheduler lost it, and nobody had told it to leave."""


class StopRequested(_Event, frozen=True, kw_only=True, tag="stop_requested"):
    """mptui was asked to stop the program, for the first time.

    What happens from now on happens because of that.
    """

    reason: Annotated[str, _known(StopReason)]
    """leftovers: nobody asked; what outlives the main process is stopped, as was agreed."""
    grace_seconds: float | None = None
    """After so long all that still lives is killed; null where that is not what was agreed."""


class EventsDropped(_Event, frozen=True, kw_only=True, tag="events_dropped"):
    """A gap: something is missing from the recording here."""

    what: Annotated[str, _known(GapCode)]
    """output, samples: while the recording could not be written, or once it had reached its largest
    size. events: those of all other kinds, once twice as much was waiting or recorded.
    task_records: tasks that are only counted, since they ended faster than they could be read.
    task_counts: threads of which the last tasks are missing. task_threads: threads of which
    all tasks are missing, since there were too many. probe_reports: what the probe could not
    deliver. probe_faults: parts of the probe that failed and are switched off in one process.
    waits_hidden: the kernel forbids to look at what processes wait in; recorded once."""
    count: int
    detail: str | None = None
    """More about it for a person to read, as text without a fixed form."""


class RunFinished(_Event, frozen=True, kw_only=True, tag="run_finished"):
    """The last event of a recording: how the main process ended."""

    exitcode: int | None
    signal: int | None
    seconds: float
    stopped: Annotated[str, _known(StopReason)] | None
    """Why mptui stopped the program; None: it did not."""
    goes_on: bool = False
    """Whether only the watching ended, for the reason that ``stopped`` gives, of a program or a
    cluster that ran already before that began and goes on."""


Event: TypeAlias = (
    RunStarted
    | ProcessStarted
    | ProcessChanged
    | Output
    | Sampled
    | ThreadsSampled
    | GpusSampled
    | TaskStarted
    | TaskFinished
    | TasksCounted
    | QueueSampled
    | WaitStarted
    | WaitFinished
    | WaitsCounted
    | DescriptorsCounted
    | SharedMemorySampled
    | LockSampled
    | AccessSampled
    | ProcessAsked
    | ResultsUnasked
    | TasksDiscarded
    | ClusterSampled
    | TasksRepeated
    | SignalSent
    | StackSampled
    | ProcessExited
    | StopRequested
    | EventsDropped
    | RunFinished
)

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


def encode(event: Event) -> bytes:
    r"""The event as one line of ASCII JSON, line feed included.

    A lone surrogate, by which Python names a byte that is not UTF-8, is written as `\udcff` in
    letters: JSON has no way to say it.
    """
    try:
        line = _encoder.encode(event)
    except UnicodeEncodeError:
        line = None
    if line is None or not line.isascii():
        # msgspec writes UTF-8 only; the standard library escapes, at a fifth of the speed.
        plain = msgspec.to_builtins(event, str_keys=True)
        if line is None:
            plain = _without_surrogates(plain)
        line = json.dumps(plain, separators=(",", ":")).encode("ascii")
    return line + b"\n"


def decode(line: bytes) -> Event | None:
    """The event on this line; None for one this version does not know, or a damaged line."""
    try:
        return _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _without_surrogates(plain: object) -> object:
    if isinstance(plain, str):
        return plain.encode(errors="backslashreplace").decode()
    if isinstance(plain, list):
        return [_without_surrogates(value) for value in plain]
    if isinstance(plain, dict):
        return {key: _without_surrogates(value) for key, value in plain.items()}
    return plain
