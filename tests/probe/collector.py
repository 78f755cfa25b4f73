"""Runs a program with the probe in it, and reads what its processes report and write.

It keeps the protocol and nothing more, so that the tests of the probe stand without a supervisor.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mptui

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

PROBE = Path(mptui.__file__).parent / "probe"
LIMIT_SECONDS = 60.0
RECORD_LIMIT_BYTES = 4096
Record = dict[str, Any]


@dataclass
class Outcome:
    """How a program ended, and what its processes reported and wrote."""

    pid: int
    exit_status: int = -1
    records: list[Record] = field(default_factory=list)
    output: dict[tuple[int, str], bytes] = field(default_factory=dict)

    def of(self, kind: str) -> list[Record]:
        return [record for record in self.records if record["probe"] == kind]

    def hello(self, pid: int) -> Record:
        (record,) = [record for record in self.of("hello") if record["pid"] == pid]
        return record

    def text(self, pid: int | None = None, stream: str = "stdout") -> str:
        key = (self.pid if pid is None else pid, stream)
        return self.output.get(key, b"").decode()

    def everything(self, stream: str = "stdout") -> str:
        return b"".join(
            data for (_, label), data in self.output.items() if label == stream
        ).decode()


class Collector:
    """Listens to a run folder's `events` FIFO and `streams` socket."""

    def __init__(self) -> None:
        shm = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.folder = Path(tempfile.mkdtemp(prefix="probe-", dir=shm))
        os.mkfifo(self.folder / "events", 0o600)
        self._events = os.open(self.folder / "events", os.O_RDWR | os.O_NONBLOCK)
        self._streams = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._streams.bind(str(self.folder / "streams"))
        self._streams.listen(128)
        self._streams.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._torn = b""
        self._guests: list[socket.socket] = []

    def close(self) -> None:
        for key in list(self._selector.get_map().values()):
            if isinstance(key.fileobj, int) and key.data is not None:
                os.close(key.fileobj)
        self._selector.close()
        self.stop_hearing()
        self._send_guests_away()
        shutil.rmtree(self.folder, ignore_errors=True)

    def stop_hearing(self) -> None:
        """Let the FIFO have no reader and the socket no owner."""
        if self._events >= 0:
            os.close(self._events)
            self._events = -1
        self._streams.close()

    def fill_up(self) -> None:
        """Leave no room: neither in the FIFO nor in the socket's queue of connections."""
        writer = os.open(self.folder / "events", os.O_WRONLY | os.O_NONBLOCK)
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(writer, b" " * RECORD_LIMIT_BYTES)
        os.close(writer)
        self._streams.listen(0)
        with contextlib.suppress(BlockingIOError):
            while True:
                guest = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                self._guests.append(guest)
                guest.setblocking(False)
                guest.connect(str(self.folder / "streams"))

    def _send_guests_away(self) -> None:
        for guest in self._guests:
            guest.close()
        self._guests.clear()

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """What a program is given: our folder first on its path, and the run folder's name."""
        environment = plain_environment(extra)
        parts = [str(PROBE), environment.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(part for part in parts if part)
        environment["MPTUI_RUN"] = str(self.folder)
        return environment

    def run(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        before_exec: Callable[[], None] | None = None,
        is_deaf: bool = False,
        stdout: int | None = None,
        stderr: int | None = None,
    ) -> Outcome:
        """Run `command` to its end, on pipes of ours where it is not given other streams."""
        given = {"stdout": stdout, "stderr": stderr}
        pipes = {label: os.pipe2(os.O_CLOEXEC) for label in given if given[label] is None}
        targets = {label: write_end for label, (_, write_end) in pipes.items()}

        def mark() -> None:
            for label, (_, write_end) in pipes.items():
                status = os.fstat(write_end)
                marker = self.folder / f"{status.st_dev}.{status.st_ino}"
                marker.symlink_to(f"{os.getpid()}:{label}")
            if before_exec is not None:
                before_exec()

        program = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            env=self.environment(environment),
            preexec_fn=mark,  # noqa: PLW1509 -- a marker needs the pid before the exec
            stdout=targets.get("stdout", stdout),
            stderr=targets.get("stderr", stderr),
        )
        outcome = Outcome(program.pid)
        for label, (read_end, write_end) in pipes.items():
            os.close(write_end)
            self._follow(outcome, program.pid, label, read_end)
        if is_deaf:
            program.wait(LIMIT_SECONDS)
            self._send_guests_away()
        self._listen(program, outcome)
        outcome.exit_status = program.returncode
        return outcome

    def _follow(self, outcome: Outcome, pid: int, label: str, read_end: int) -> None:
        os.set_blocking(read_end, False)
        outcome.output.setdefault((pid, label), b"")
        self._selector.register(read_end, selectors.EVENT_READ, (pid, label))

    def _listen(self, program: subprocess.Popen[bytes], outcome: Outcome) -> None:
        if self._events >= 0:
            self._selector.register(self._events, selectors.EVENT_READ)
            self._selector.register(self._streams, selectors.EVENT_READ)
        deadline = time.monotonic() + LIMIT_SECONDS
        is_over = False
        while not is_over:
            if time.monotonic() > deadline:
                program.kill()
                raise TimeoutError(f"no end of {program.args!r}; so far {outcome}")
            # Once more after the last sign of life: what was sent before it is in the queue.
            is_over = program.poll() is not None and not self._has_open_output()
            for key, _ in self._selector.select(0 if is_over else 0.05):
                self._take(outcome, key)
        if self._events >= 0:
            self._selector.unregister(self._events)
            self._selector.unregister(self._streams)

    def _has_open_output(self) -> bool:
        return any(key.data is not None for key in self._selector.get_map().values())

    def _take(self, outcome: Outcome, key: selectors.SelectorKey) -> None:
        if key.fileobj is self._streams:
            self._accept(outcome)
        elif key.data is None:
            *lines, self._torn = (self._torn + os.read(self._events, 1 << 20)).split(b"\n")
            for line in lines:
                self._hear(outcome, line.lstrip(b" "))
        else:
            data = os.read(key.fd, 1 << 16)
            outcome.output[key.data] += data
            if not data:
                self._selector.unregister(key.fileobj)
                os.close(key.fd)

    def _accept(self, outcome: Outcome) -> None:
        connection, _ = self._streams.accept()
        with connection:
            line, descriptors, _, _ = socket.recv_fds(connection, RECORD_LIMIT_BYTES, 2)
        if not line:
            return  # Killed between its connect and its send.
        record = self._hear(outcome, line)
        assert len(record["streams"]) == len(descriptors)
        for label, descriptor in zip(record["streams"], descriptors, strict=True):
            self._follow(outcome, record["pid"], label, descriptor)

    def _hear(self, outcome: Outcome, line: bytes) -> Record:
        record: Record = json.loads(line)
        outcome.records.append(record)
        assert len(line) <= RECORD_LIMIT_BYTES
        return record


def plain_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The tests' environment without what would change how an interpreter runs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    kept.pop("MPTUI_RUN", None)
    return {**kept, **(extra or {})}
