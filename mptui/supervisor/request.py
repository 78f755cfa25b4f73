"""What a front end asks the supervisor to run, and what it is answered; both are one JSON line."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import msgspec

from mptui.leftovers import LeftoverPolicy

OnDisconnect: TypeAlias = Literal["keep", "stop"]
GRACE_SECONDS: Final = 10.0


class ClusterRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A Dask cluster to watch, which others have started and which goes on without mptui."""

    address: str
    """Of its scheduler."""
    patience_seconds: float = 60.0
    """How long a scheduler that does not answer any more is waited for."""


class AttachRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A program to watch that runs already, and that nobody started through mptui."""

    pid: int
    """Of its main process."""
    start_ticks: int
    """When that was started, as the kernel counts: its pid may be somebody else's one day."""
    argv: tuple[str, ...]
    """Its command line."""
    name: str
    cwd: str
    """Where it is."""
    brings_probe: bool = False
    """Whether the probe is to be brought into its processes."""


class RunRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A program to run, or a cluster or a running program to watch."""

    command: tuple[str, ...]
    """The exact command, the program first."""
    cwd: str
    name: str
    """What the run is called: part of the recording's file name."""
    scenario: str | None = None
    on_disconnect: OnDisconnect = "keep"
    """What becomes of the program when the front end is gone."""
    left_on_purpose: LeftoverPolicy = "keep"
    """What becomes of processes that the program meant to outlive its main process."""
    left_unwanted: LeftoverPolicy = "stop"
    """What becomes of those that outlive it because it was killed, or left its workers alone."""
    sample_seconds: float = 0.5
    """The time between two samples; longer where they would cost more than they may."""
    limit_seconds: float | None = None
    """A run that takes longer is stopped."""
    grace_seconds: float = GRACE_SECONDS
    """How long a program that was asked to end may take before all of it is killed."""
    environment: dict[str, str] = {}
    """Variables set for the program beside the front end's own."""
    stdin_path: str | None = None
    """A file that becomes the program's standard input; else it is the supervisor's own."""
    has_input_pipe: bool = False
    """Whether the program's standard input is a pipe that the front end feeds."""
    has_terminals: bool = False
    """Whether each process writes to a terminal of its own instead of two pipes."""
    terminal_size: tuple[int, int] = (80, 24)
    """The columns and rows of those terminals."""
    output_folder: str | None = None
    """Where the front end saves what each process prints; no business of the supervisor's."""
    cluster: ClusterRequest | None = None
    """What is watched in place of a program; the command is what a person types for that."""
    attach: AttachRequest | None = None
    """A program that runs already: its command is ``command``, and nothing is started."""


class RunAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where the recording is; or why there is none, and the exit status that goes with it."""

    recording: str | None = None
    error: str | None = None
    exit_status: int = 0
