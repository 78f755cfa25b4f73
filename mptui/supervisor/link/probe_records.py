"""What the probe reports to the supervisor, decoded from the records in the run folder.

A record is one line of ASCII JSON of at most 4096 bytes; its field `probe` names the kind. Most
come through the FIFO `events`, each by one write; the record that hands over a process's own pipes
comes through the socket `streams`, with the read ends as SCM_RIGHTS. A symlink
`<st_dev>.<st_ino>` in the run folder marks a pipe as one of mptui's own; its text is
`<pid>:<stdout or stderr>`.

The program can write to the run folder too, so nothing here is trusted to be well formed.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec

from mptui.events import DiscardCause, ExecutorKind, QueueKind, StreamName

Pid: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=2**22)]
"""The kernel's own limit, see proc_sys_kernel(5)."""
Inode: TypeAlias = Annotated[int, msgspec.Meta(ge=0)]
Address: TypeAlias = Annotated[int, msgspec.Meta(ge=1)]
LockKind: TypeAlias = Literal["lock", "semaphore", "condition", "event", "barrier"]
LockUse: TypeAlias = Literal["get", "put", "join"]
"""What a process waits for at a lock inside a queue."""


class _Record(msgspec.Struct, frozen=True, kw_only=True, tag_field="probe", gc=False):
    pid: Pid
    """The process the record is about."""


class Described(_Record, frozen=True, kw_only=True, tag="process"):
    """What multiprocessing, or a library like it, calls this process."""

    name: str | None = None
    start_method: str | None = None
    target: str | None = None
    arguments: str | None = None
    parent: Pid | None = None
    """The pid of the process that logically made it."""
    role: str | None = None


class Hello(Described, frozen=True, kw_only=True, tag="hello"):
    """A Python process started, by exec or by fork. Sent again after exec in place."""

    ppid: Annotated[int, msgspec.Meta(ge=0, le=2**22)]
    how: str
    streams: list[StreamName] = []
    """The labels of the pipes handed over with this record, in their order."""
    argv: list[str] | None = None
    image: Annotated[int, msgspec.Meta(ge=0)] = 0
    """After an exec: which program of the process it was that reported; see `program_images`."""


class Made(Described, frozen=True, kw_only=True, tag="made"):
    """A process made this one; it reports that before or after the child reports itself."""

    by: Pid
    argv: list[str] | None = None


class Executed(_Record, frozen=True, kw_only=True, tag="exec"):
    """A process is about to become another program in place, without a probe in it maybe."""

    argv: list[str] | None = None


class Ended(_Record, frozen=True, kw_only=True, tag="ended"):
    """A parent learned how its child ended."""

    by: Pid
    code: Annotated[int, msgspec.Meta(ge=-64, le=255)]
    """The exit code; -N where signal N ended it."""


class ExitcodeRead(_Record, frozen=True, kw_only=True, tag="exitcode_read"):
    """The program has looked at the exit code of this process, which was not 0."""

    by: Pid


class Failed(_Record, frozen=True, kw_only=True, tag="failed"):
    """An exception ends this worker."""

    error: str


class Asked(_Record, frozen=True, kw_only=True, tag="asked"):
    """A process of the program asked for the end of this one."""

    by: Pid
    signal: Annotated[int, msgspec.Meta(ge=1, le=64)]
    at_end: Annotated[int, msgspec.Meta(ge=0, le=1)] = 0
    """1 if multiprocessing did, at the end of the one that asked."""


class AskedGroup(Asked, frozen=True, kw_only=True, tag="asked_group"):
    """The same for all the processes of a group; the pid is the group's."""


class Dropped(_Record, frozen=True, kw_only=True, tag="dropped"):
    """A number of records of this process could not be delivered."""

    count: Annotated[int, msgspec.Meta(ge=1, le=2**32)]


class Fault(_Record, frozen=True, kw_only=True, tag="fault"):
    """A step of the probe failed in this process and is switched off there."""

    step: str
    error: str


class RingMade(_Record, frozen=True, kw_only=True, tag="ring"):
    """A thread of this process writes its tasks into this file from now on; see `ring_file`."""

    file: Annotated[str, msgspec.Meta(pattern=r"^\d{1,10}\.\d{1,10}\.\d{1,20}\.ring\Z")]
    thread: Pid | None = None
    """The native id of the thread; None for the main thread."""
    by: ExecutorKind
    serves: Inode = 0
    """The queue its tasks come from, as in `QueueMade`; 0 where that is unknown."""


class CountsMade(_Record, frozen=True, kw_only=True, tag="counts"):
    """This process counts in this file what it puts and gets; see `queue_watch`."""

    file: Annotated[str, msgspec.Meta(pattern=r"^\d{1,10}\.\d{1,20}\.counts\Z")]


class QueueMade(_Record, frozen=True, kw_only=True, tag="queue"):
    """This process made a queue, a pool or an executor, or was given one."""

    id: Inode
    """Its identity, the same in every process: the inode of its pipe."""
    kind: QueueKind
    name: str | None = None
    """The variable it was assigned to."""
    maxsize: Annotated[int, msgspec.Meta(ge=1, le=2**53)] | None = None
    place: str | None = None
    """Where the program made it, where that is told."""
    locks: dict[LockUse, Address] = {}
    """The semaphores inside it, by their addresses in this process."""


class LockMade(_Record, frozen=True, kw_only=True, tag="lock"):
    """This process made a lock or the like, or was given one; one record for each semaphore."""

    kind: LockKind
    name: str | None = None
    handle: Address
    """Where its semaphore is mapped in this process."""
    object: Address
    """Where the SemLock object is in this process."""
    parties: Annotated[int, msgspec.Meta(ge=1, le=2**31)] | None = None
    """How many must come to a barrier, with the semaphore at which they wait."""


class Unasked(_Record, frozen=True, kw_only=True, tag="unasked"):
    """Tasks that this process gave failed, and nobody asks for their results."""

    error: str
    count: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    asked: Annotated[int, msgspec.Meta(ge=0, le=2**53)] = 0
    label: str | None = None
    by: ExecutorKind


class Discarded(_Record, frozen=True, kw_only=True, tag="discarded"):
    """A pool of this process was terminated before all was done that it had been given."""

    queue: Inode
    items: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    how: DiscardCause
    asked: Annotated[int, msgspec.Meta(ge=0, le=1)] = 0


class Given(_Record, frozen=True, kw_only=True, tag="given"):
    """A pool of this process takes tasks from an iterable for some time; or that one has ended."""

    queue: Inode
    more: Annotated[int, msgspec.Meta(ge=0, le=1)]


class SegmentMade(_Record, frozen=True, kw_only=True, tag="segment"):
    """This process made a segment of shared memory."""

    name: Annotated[str, msgspec.Meta(pattern=r"^/?[^/\x00]{1,255}\Z")]
    place: str | None = None
    """Where in the program: file:line."""


class ThreadNamed(_Record, frozen=True, kw_only=True, tag="thread"):
    """A thread of this process has this name."""

    thread: Pid
    """Its native id."""
    name: str


WatchedRecord: TypeAlias = (
    RingMade | CountsMade | QueueMade | LockMade | SegmentMade | ThreadNamed | Discarded | Given
)
"""What a process has that is worth watching from now on."""
ProbeRecord: TypeAlias = (
    Hello
    | Described
    | Made
    | Executed
    | Ended
    | ExitcodeRead
    | Failed
    | Asked
    | AskedGroup
    | Dropped
    | Fault
    | Unasked
    | WatchedRecord
)

_decoder: msgspec.json.Decoder[ProbeRecord] = msgspec.json.Decoder(ProbeRecord)


def decode_record(line: bytes) -> ProbeRecord | None:
    """The record on this line; None for an unknown or damaged one."""
    try:
        return _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
