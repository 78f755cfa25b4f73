r"""The vocabulary of a run: its events and their JSON form (public; schema 1).

One event is one line of UTF-8 JSON, written in ASCII only (everything else is escaped), with
``"event"`` first and ``"t"``, the seconds since the run began, second. Readers ignore events and
fields they do not know, so both may be added without a new schema. Nothing here reads or writes a
file, and nothing here says what an event means: that is for the model.
"""

from __future__ import annotations

import json
from typing import Final, Literal, TypeAlias

import msgspec

SCHEMA: Final = 1
MAX_OUTPUT_BYTES: Final = 64 * 1024
"""The most program bytes one output event carries."""
LARGEST_COUNT: Final = 2**53
"""No true count is larger, and up to here every reader of JSON has it exactly."""

Role: TypeAlias = Literal["main", "worker", "helper", "other"]
StreamName: TypeAlias = Literal["stdout", "stderr"]
StopReason: TypeAlias = Literal["user", "disconnect", "limit"]
ExecutorKind: TypeAlias = Literal["pool", "executor", "threads"]
"""Who gives a worker its tasks: a multiprocessing pool, an executor of processes or of threads."""
QueueKind: TypeAlias = Literal["queue", "joinable", "simple", "pool", "executor", "threads"]
"""Three kinds of queues, and three that hand out tasks: there put counts items, got those done."""
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
"""What a process can wait in. task: for work from its pool. join: for the end of a process;
children: of any. result: for what a pool or an executor computes. thread: for a lock inside the
process. receive, send: on a pipe. input, output: on its standard streams. file: a lock on one."""


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
    host: str
    cpu_count: int
    started_at: str
    """ISO 8601, UTC."""
    mptui: str
    """The version of mptui that made the recording."""
    supervisor: int
    """The pid of the supervisor."""
    scenario: str | None = None
    """The gallery scenario's name (``"pool"``), where the program is one."""


class ProcessStarted(_Event, frozen=True, kw_only=True, tag="process_started"):
    """A process of the program was found; ``process`` numbers it for the rest of the run."""

    process: int
    pid: int
    parent: int | None
    """The process that logically made it (for a fork server's worker: not the fork server)."""
    ppid: int
    role: Role
    name: str
    start_method: str | None = None
    target: str | None = None
    argv: list[str] | None = None
    instrumented: bool
    """Whether the probe runs inside; otherwise all that is known comes from the process table."""


class ProcessChanged(_Event, frozen=True, kw_only=True, tag="process_changed"):
    """What became known of a process later; a field that is None did not change."""

    process: int
    role: Role | None = None
    name: str | None = None
    start_method: str | None = None
    target: str | None = None
    argv: list[str] | None = None
    parent: int | None = None
    instrumented: bool | None = None
    zombie: bool | None = None
    """Whether it ended seconds ago, and nobody has waited for it."""


class Output(_Event, frozen=True, kw_only=True, tag="output"):
    """Bytes as a process wrote them: any number of lines, maybe a piece of one.

    Exactly one of ``text`` and ``data`` is set: ``data`` (base64 in JSON) where the bytes are not
    UTF-8. At most `MAX_OUTPUT_BYTES`.
    """

    process: int
    stream: StreamName
    text: str | None = None
    data: bytes | None = None


class ProcessSample(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One look at one process, in JSON an array in this order."""

    cpu_percent: float
    """Of one core since the look before; above 100 where threads use several cores."""
    rss_bytes: int
    core: int
    """The core it last ran on."""
    state: str
    """The kernel's letter: R running, S sleeping, D waiting for a device, T stopped, Z zombie."""
    threads: int


class Sampled(_Event, frozen=True, kw_only=True, tag="sampled"):
    """One look at the machine. ``processes`` names only those that changed since the last one."""

    cores: list[float]
    """Load of each core in percent, in the kernel's order."""
    processes: dict[int, ProcessSample]


class ThreadSample(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One look at one thread, in JSON an array in this order."""

    name: str
    cpu_percent: float
    """Of one core since the look before."""
    core: int
    """The core it last ran on."""
    state: str
    """The kernel's letter, as in `ProcessSample`."""


class ThreadsSampled(_Event, frozen=True, kw_only=True, tag="threads_sampled"):
    """One look at the threads of a process that has several, by native id; only what changed."""

    process: int
    threads: dict[int, ThreadSample]
    ended: list[int] = []
    """Threads that are gone since the last look."""


class TaskStarted(_Event, frozen=True, kw_only=True, tag="task_started"):
    """A worker began a task that was still running when somebody looked.

    ``t`` is when it began, which is before events that stand earlier in the file.
    """

    process: int
    label: str
    """The function's qualified name."""
    item: str | None = None
    """Its argument, as text, where it is short and simple."""
    items: int = 1
    """How many items of work the task is, as the chunks of a map are."""
    thread: int | None = None
    """The native id of the thread, where not the main thread runs it."""
    executor: ExecutorKind | None = None

    @property
    def started_at(self) -> float:
        """When it began."""
        return self.t


class TaskFinished(_Event, frozen=True, kw_only=True, tag="task_finished"):
    """A worker ended a task. ``t`` is when; ``seconds`` earlier it began."""

    process: int
    label: str
    ok: bool
    seconds: float
    item: str | None = None
    items: int = 1
    result: str | None = None
    error: str | None = None
    """The exception's type, and its message where it is short and simple."""
    thread: int | None = None
    executor: ExecutorKind | None = None

    @property
    def started_at(self) -> float:
        """When it began."""
        return self.t - self.seconds


class TasksCounted(_Event, frozen=True, kw_only=True, tag="tasks_counted"):
    """Tasks that ended between ``since`` and ``t``, beside those that are recorded singly.

    A count of 0 with failed ones: so many of the earlier ones failed after all, since their results
    could not be sent.
    """

    process: int
    label: str | None
    """None: nobody saw of which functions they were."""
    count: int
    failed: int
    seconds_total: float
    seconds_max: float
    items: int
    since: float
    histogram: dict[int, int] = {}
    """How many of them took so long: key k stands for 2**(k/4) to 2**((k+1)/4) microseconds."""
    thread: int | None = None
    executor: ExecutorKind | None = None


class QueueSampled(_Event, frozen=True, kw_only=True, tag="queue_sampled"):
    """What has gone through a queue so far; recorded when it changed. Numbered like processes."""

    queue: int
    put: int
    got: int
    depth: int
    """put - got, as far as both are known; at least 0."""
    kind: QueueKind = "queue"
    name: str | None = None
    """The variable it was assigned to, where there is one."""
    maxsize: int | None = None
    """How much it holds before a put waits; None: no limit."""


class WaitStarted(_Event, frozen=True, kw_only=True, tag="wait_started"):
    """A process waits, since ``t``; recorded once it has done so for a moment."""

    process: int
    kind: WaitKind
    on: str | None = None
    """What for, in a person's words: the name of the queue, the lock, the process."""
    queue: int | None = None
    lock: int | None = None
    """A lock, semaphore, condition or event; numbered like processes."""
    joined: int | None = None
    """The process whose end it waits for."""
    holds: list[int] = []
    """The locks that it holds meanwhile."""
    timed: bool = False
    """Whether the wait ends by itself after a time."""

    @property
    def started_at(self) -> float:
        """When it began."""
        return self.t


class WaitFinished(_Event, frozen=True, kw_only=True, tag="wait_finished"):
    """The wait that this process was recorded to be in ended."""

    process: int
    kind: WaitKind
    seconds: float
    on: str | None = None
    queue: int | None = None
    lock: int | None = None
    joined: int | None = None

    @property
    def started_at(self) -> float:
        """When it began."""
        return self.t - self.seconds


class ProcessExited(_Event, frozen=True, kw_only=True, tag="process_exited"):
    """A process ended. Exit code and signal both None: how is unknown."""

    process: int
    exitcode: int | None
    signal: int | None
    terminated_by: int | None = None
    """The process that terminated it, if somebody did."""
    oom: bool = False
    stopping: bool = False
    """Whether who watches had asked the program to end by then."""


class EventsDropped(_Event, frozen=True, kw_only=True, tag="events_dropped"):
    """A gap: so many things of this kind are missing from the recording here."""

    what: str
    count: int


class RunFinished(_Event, frozen=True, kw_only=True, tag="run_finished"):
    """The last event of a recording: how the main process ended."""

    exitcode: int | None
    signal: int | None
    seconds: float
    stopped: StopReason | None


Event: TypeAlias = (
    RunStarted
    | ProcessStarted
    | ProcessChanged
    | Output
    | Sampled
    | ThreadsSampled
    | TaskStarted
    | TaskFinished
    | TasksCounted
    | QueueSampled
    | WaitStarted
    | WaitFinished
    | ProcessExited
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
